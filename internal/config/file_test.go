package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFileReadsEveryKey(t *testing.T) {
	t.Parallel()
	f, err := ParseFile(".scangate.yaml", "deploy/.scangate.yaml", []byte(`version: 1
targets:
  only: [dockerfile, iac]
  images: ["docker.io/library/redis:7.2"]
  exclude:
    - third_party/**
    - {images: "registry.acme.example/**", reason: built here, owner: platform, expires: 2027-01-31}
    - files: legacy
  build-args: {BASE: "debian:12-slim", "docker/api:VERSION": 3.10}
  platforms: [linux/amd64, linux/arm64]
vars: {TAG: 1.20, EMPTY: ""}
iac: {policy: "", save-results: true}
limits:
  fail-on: critical
  max: {critical: 0, "image:medium": 100}
timeout: 10m
`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for key, values := range f.values {
		for _, v := range values {
			got[key] = append(got[key], v.Text)
		}
	}
	want := map[string][]string{
		"version": {"1"}, "timeout": {"10m"},
		"targets.only": {"dockerfile", "iac"}, "targets.images": {"docker.io/library/redis:7.2"},
		"targets.exclude": {"third_party/**", "legacy"}, "targets.exclude.images": {"registry.acme.example/**"},
		"targets.build-args": {"BASE=debian:12-slim", "docker/api:VERSION=3.10"}, "targets.platforms": {"linux/amd64", "linux/arm64"},
		"vars":             {"TAG=1.20", "EMPTY="},
		"iac.save-results": {"true"}, "limits.fail-on": {"critical"}, "limits.max": {"critical=0", "image:medium=100"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	image := f.values["targets.images"][0].Origin
	if loc := image.Plain().Location(); loc == nil || loc.Path != "deploy/.scangate.yaml" || loc.Line != 4 {
		t.Errorf("an image of the file lies at %+v, want deploy/.scangate.yaml line 4", loc)
	}
}

// Every mistake names the file, line and column, and what to do.
func TestParseFileErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ yaml, want string }{
		"empty":               {"", "c.yaml:1:1: the file is empty; fix: start it with version: 1"},
		"comment only":        {"# nothing\n", "c.yaml:1:1: the file is empty; fix: start it with version: 1"},
		"bad yaml":            {"version: 1\ntargets: [a\n", "c.yaml:2: invalid YAML: "},
		"tab":                 {"version: 1\n\ttimeout: 3m\n", "c.yaml:2:1: a tab can't indent YAML; fix: use spaces"},
		"a list":              {"- version: 1\n", "c.yaml:1:1: must be a mapping that starts with version: 1"},
		"no version":          {"timeout: 3m\n", "c.yaml:1:1: version is missing"},
		"version 2":           {"version: 2\n", "c.yaml:1:10: version: must be 1, got \"2\"; fix: write version: 1"},
		"unknown key":         {"version: 1\ntargtes: {}\n", `c.yaml:2:1: unknown key "targtes"; did you mean "targets"?`},
		"unknown nested key":  {"version: 1\nlimits:\n  fail_on: high\n", `c.yaml:3:3: unknown key "limits.fail_on"; did you mean "limits.fail-on"?`},
		"key of elsewhere":    {"version: 1\nmax: {high: 1}\n", `c.yaml:2:1: unknown key "max"; did you mean "limits.max"?`},
		"key like nothing":    {"version: 1\niac: {zzzzzzzzzz: 1}\n", `fix: use one of policy, save-results`},
		"given twice":         {"version: 1\ntimeout: 1m\ntimeout: 2m\n", `c.yaml:3:1: duplicate key "timeout"`},
		"two documents":       {"version: 1\n---\nversion: 1\n", "a second YAML document"},
		"unknown tag":         {"version: !!x 1\n", "c.yaml:1:10: an unknown YAML tag stands before this value; fix: "},
		"own tag":             {"version: 1\nvars: {A: !x [1]}\n", "c.yaml:2:11: an unknown YAML tag"},
		"tag of a key":        {"version: 1\n!x timeout: 1m\n", "c.yaml:2:1: an unknown YAML tag"},
		"broken second":       {"version: 1\n---\n[\n", "invalid YAML"},
		"alias":               {"version: 1\nlimits: &l {fail-on: high}\ntargets: *l\n", "YAML aliases are not supported"},
		"scalar for list":     {"version: 1\ntargets: {exclude: a}\n", "c.yaml:2:20: targets.exclude: must be a list"},
		"list for scalar":     {"version: 1\ntimeout: [1m]\n", "c.yaml:2:10: timeout: must be a single value"},
		"null":                {"version: 1\ntimeout:\n", "timeout: must be a single value"},
		"null in a list":      {"version: 1\ntargets: {only: [null, ~]}\n", "every item must be a single value"},
		"map for section":     {"version: 1\nlimits: high\n", "limits: must be a mapping"},
		"variable twice":      {"version: 1\nvars: {A: 1, B: 2, A: 3}\n", `c.yaml:2:20: duplicate key "vars.A"`},
		"variable alone":      {"version: 1\nvars: {A: }\n", "vars: A must have a single value"},
		"variables elsewhere": {"version: 1\ntargets: {vars: {A: 1}}\n", `unknown key "targets.vars"; did you mean "vars"?`},
		"platform":            {"version: 1\ntargets: {platform: [a/b]}\n", `unknown key "targets.platform"; did you mean "targets.platforms"?`},
		"nested in pairs":     {"version: 1\nlimits: {max: {high: {a: 1}}}\n", "limits.max: high must have a single value"},
		"endpoint":            {"version: 1\nendpoint: https://evil.example\n", "endpoint can't be set in the config file"},
		"nested endpoint":     {"version: 1\niac: {endpoint: https://evil.example}\n", "iac.endpoint can't be set in the config file"},
		"api key":             {"version: 1\napi_key: abc\n", "use --api-key-file or SCANGATE_API_KEY_FILE"},
		"output":              {"version: 1\noutput: [sarif=x]\n", "output can't be set in the config file"},
		"soft fail":           {"version: 1\nlimits: {soft-fail: true}\n", "limits.soft-fail can't be set in the config file"},
		"on error":            {"version: 1\non-error: warn\n", "on-error can't be set in the config file"},
		"allow empty":         {"version: 1\nallow_empty: true\n", "allow_empty can't be set in the config file"},
		"ca file":             {"version: 1\nca-file: x.pem\n", "ca-file can't be set in the config file"},
		"an oversized file":   {"version: 1\n#" + strings.Repeat("x", maxFileSize), "larger than 1 MiB"},
		"not valid UTF-8":     {"version: \xff\n", "c.yaml:1:10: the text is not UTF-8"},
		"deep":                {strings.Repeat("[", 20000), "invalid YAML"},
		"empty name":          {"version: 1\nlimits: {\"\": {fail-on: none}}\n", `unknown key "limits."`},
		"control character":   {"version: 1\ntimeout: \"\x01\"\n", "invalid YAML"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseFile("c.yaml", "", []byte(tt.yaml))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			var at *Error
			if !errors.As(err, &at) || at.Origin.Line < 1 {
				t.Errorf("error %#v has no line", err)
			}
		})
	}
}

// Every setting that the design keeps from the file is refused in it, at the
// top and in each section.
func TestFileRefusesWhatAMergeRequestMustNotSay(t *testing.T) {
	t.Parallel()
	for _, s := range Settings(Scan) {
		if s.FileKey != "" {
			continue
		}
		for _, section := range []string{"", "targets", "iac", "limits"} {
			text := "version: 1\n" + s.Name + ": x\n"
			if section != "" {
				text = "version: 1\n" + section + ": {" + s.Name + ": x}\n"
			}
			if _, err := ParseFile("c.yaml", "", []byte(text)); err == nil {
				t.Errorf("the file may say %s in section %q", s.Name, section)
			}
		}
	}
}

// The file holds these keys and no others: what a merge request may change is decided
// here, and not by the entry of a new setting alone.
func TestKeys(t *testing.T) {
	t.Parallel()
	want := map[string]shape{
		"version": shapeScalar, "timeout": shapeScalar,
		"targets": shapeSection, "targets.only": shapeList, "targets.images": shapeList,
		"targets.exclude": shapeExclusions, "targets.exclude.files": shapeScalar, "targets.exclude.images": shapeExclusions,
		"targets.exclude.reason": shapeScalar, "targets.exclude.owner": shapeScalar, "targets.exclude.expires": shapeScalar,
		"targets.build-args": shapePairs, "targets.platforms": shapeList, "targets.ci-files": shapeList,
		"vars": shapePairs,
		"iac":  shapeSection, "iac.policy": shapeScalar, "iac.save-results": shapeScalar,
		"limits": shapeSection, "limits.fail-on": shapeScalar, "limits.max": shapePairs,
		"baseline": shapeScalar, "baseline-max-age": shapePairs,
		"limits.paths": shapePaths, "limits.paths.path": shapeScalar, "limits.paths.max": shapePairs,
		"limits.rules": shapeRules, "limits.rules.severity": shapeScalar, "limits.rules.reason": shapeScalar,
		"alerts": shapeEntries, "checks": shapeEntries,
		"waivers": shapeWaivers, "waivers.rule": shapeScalar, "waivers.path": shapeScalar, "waivers.resource": shapeScalar,
		"waivers.image": shapeScalar, "waivers.fingerprint": shapeScalar, "waivers.severity": shapeScalar, "waivers.max": shapeScalar, "waivers.block": shapeScalar,
		"waivers.reason": shapeScalar, "waivers.owner": shapeScalar, "waivers.expires": shapeScalar,
	}
	if diff := cmp.Diff(want, keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func FuzzParseFile(f *testing.F) {
	for _, seed := range []string{"version: 1\n", "version: 1\nlimits: {max: {high: 3}}\n", "[", "a: &x [*x]", "version: 1\nvars: {A: 1}\ntargets:\n  build-args: {A: b, 'x:B': 1}\n  platforms: [a/b]\n", "\t", "---\n---\n", "version: 1\nalerts: [{source: a, max: {high: 1}, b: [c]}]\nchecks: [{}]\n",
		"version: 1\nwaivers: [{rule: a-1f3a5c7e9b0d, path: a/**, max: 2, severity: low, reason: r, owner: o, expires: 2027-01-31}]\n", "version: 1\nwaivers: w.yaml\n",
		"version: 1\nlimits: {paths: [{path: a/**, max: {high: 2}}], rules: {a-1f3a5c7e9b0d: {severity: low, reason: r}}}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := ParseFile("c.yaml", "c.yaml", content)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v and error %v", file, err)
		}
		var at *Error
		if err != nil && (!errors.As(err, &at) || at.Origin.Line < 1) {
			t.Fatalf("error without a place: %v", err)
		}
		if file != nil {
			_, _ = Resolve(Settings(Scan), nil, func(string) string { return "" }, file)
		}
	})
}
