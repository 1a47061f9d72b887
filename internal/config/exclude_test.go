package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

func patterns(list []result.Exclusion) []string {
	var all []string
	for _, e := range list {
		all = append(all, e.Pattern)
	}
	return all
}

func TestExclusions(t *testing.T) {
	t.Parallel()
	file := mustFile(t, `version: 1
targets:
  exclude:
    - "third_party/**"
    - {files: legacy, reason: replaced in Q1}
    - images: registry.acme.example/**
      reason: |
        built in this
        pipeline
      owner: platform@acme.example
      expires: 2027-01-31
    - {images: redis}
`)
	c, err := Resolve(Settings(Scan), nil, env(), file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) result.Origin {
		return result.Origin{
			Setting: "targets.exclude", Place: fmt.Sprintf(".scangate.yaml:%d:%d", line, column), Path: ".scangate.yaml", Line: line,
		}
	}
	wantFiles := []result.Exclusion{{Pattern: "third_party/**", Origin: at(4, 7)}, {Pattern: "legacy", Reason: "replaced in Q1", Origin: at(5, 15)}}
	wantImages := []result.Exclusion{
		{Pattern: "registry.acme.example/**", Reason: "built in this pipeline", Owner: "platform@acme.example", Expires: "2027-01-31", Origin: at(6, 15)},
		{Pattern: "redis", Origin: at(12, 16)},
	}
	if diff := cmp.Diff(wantFiles, c.Exclude); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantImages, c.ExcludeImages); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}

	// A flag replaces the files or the images of the config file, and leaves the others.
	c, err = Resolve(Settings(Scan), Flags{"exclude": {"a", "b"}}, env("SCANGATE_EXCLUDE_IMAGE", "nginx\nregistry.acme.example/x:1"), file)
	if err != nil {
		t.Fatal(err)
	}
	got := append(patterns(c.Exclude), patterns(c.ExcludeImages)...)
	if diff := cmp.Diff([]string{"a", "b", "nginx", "registry.acme.example/x:1"}, got); diff != "" {
		t.Errorf("exclusions (-want +got):\n%s", diff)
	}
	if c, err = Resolve(Settings(Scan), Flags{"exclude": {"a"}}, env(), file); err != nil || len(c.ExcludeImages) != 2 {
		t.Errorf("excluded images %v, %v", c.ExcludeImages, err)
	}
}

// An exclusion that is not understood would leave out something else, or nothing.
func TestExclusionErrors(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"{reason: x}":                           "c.yaml:3:13: targets.exclude: must have either files or images",
		"{files: a, images: b}":                 "c.yaml:3:13: targets.exclude: must have either files or images",
		"{}":                                    "must have either files or images",
		"{file: a}":                             `c.yaml:3:14: unknown key "targets.exclude.file"; did you mean "targets.exclude.files"?`,
		"{files: a, resaon: x}":                 `c.yaml:3:24: unknown key "targets.exclude.resaon"; did you mean "targets.exclude.reason"?`,
		"{path: a, reason: x}":                  `c.yaml:3:14: unknown key "targets.exclude.path"; fix: use one of expires, files, images, owner, reason`,
		"{paths: a, reason: x}":                 `c.yaml:3:14: unknown key "targets.exclude.paths"; fix: use one of expires, files, images, owner, reason`,
		"{files: a, zzzzzzz: x}":                `unknown key "targets.exclude.zzzzzzz"; fix: use one of expires, files, images, owner, reason`,
		"{files: a, files: b}":                  `c.yaml:3:24: duplicate key "targets.exclude.files"`,
		"{files: [a, b]}":                       "c.yaml:3:21: targets.exclude.files: must have a single value",
		"{files: }":                             "targets.exclude.files: must have a single value",
		"{files: a, reason: ''}":                "c.yaml:3:32: targets.exclude.reason: must have a single value",
		"{files: a, reason: '  '}":              "targets.exclude.reason: must have a single value",
		"{files: a, owner: {name: x}}":          "targets.exclude.owner: must have a single value",
		"{files: a, expires: 2027-02-30}":       `c.yaml:3:33: targets.exclude.expires: must be a day, for example 2027-01-31, got "2027-02-30"`,
		"{files: a, expires: 2027-13-01}":       "must be a day",
		"{files: a, expires: 31.01.2027}":       "must be a day",
		"{files: a, expires: 2027-1-1}":         "must be a day",
		"{files: a, expires: 2027-01-31T10:00}": "must be a day",
		"{files: a, expires: soon}":             "must be a day",
		"{images: 'a/**'}":                      `c.yaml:3:22: targets.exclude: "a/**" is a glob, which needs a reason`,
		"{images: 'a[b', reason: x}":            `c.yaml:3:22: targets.exclude: must be a repository, an image or a glob, got "a[b"`,
		"[a]":                                   "c.yaml:3:13: targets.exclude: every item must be a pattern of files, or a mapping with files or images",
		"''":                                    "every item must be a pattern of files",
		"~":                                     "every item must be a pattern of files",
		"&x {files: a}, *x":                     "every item must be a pattern of files",
		"{<<: {files: a}}":                      `unknown key "targets.exclude.<<"`,
	} {
		f, err := ParseFile("c.yaml", "", []byte("version: 1\ntargets:\n  exclude: ["+entry+"]\n"))
		if err == nil {
			_, err = Resolve(Settings(Scan), nil, env(), f)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", entry, err, want)
		}
	}
	for _, text := range []string{"targets: {exclude: {files: a}}", "targets: {exclude: a}"} {
		if _, err := ParseFile("c.yaml", "", []byte("version: 1\n"+text+"\n")); err == nil || !strings.Contains(err.Error(), "c.yaml:2:20: targets.exclude: must be a list") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// An exclusion counts to the end of its last day, in UTC.
func TestExpiredExclusions(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\ntargets: {exclude: [a, {files: b, expires: 2027-01-31}, {images: c, expires: 2027-02-01}]}\n")
	for now, want := range map[string]string{
		"2027-01-31T23:59:59Z":      "files [a b], images [c], expired []",
		"2027-02-01T00:00:00Z":      "files [a], images [c], expired [b]",
		"2027-02-02T00:30:00+01:00": "files [a], images [c], expired [b]",
		"2027-02-02T00:00:00Z":      "files [a], images [], expired [b c]",
	} {
		c, err := Resolve(Settings(Scan), nil, env(), file)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		expired := c.DropExpired(at)
		if got := fmt.Sprintf("files %v, images %v, expired %v", patterns(c.Exclude), patterns(c.ExcludeImages), patterns(expired)); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}

// Whatever an entry says is kept or refused, and nothing else of the list is lost.
func TestExclusionsAreReadOrRefused(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "b/**", "$X", "redis:7", "2027-01-31", "2027-02-30", "", "~", "[x]", "it's"})
	key := rapid.SampledFrom([]string{"files", "images", "reason", "owner", "expires", "Files", "max"})
	rapid.Check(t, func(t *rapid.T) {
		var fields []string
		for range rapid.IntRange(0, 5).Draw(t, "fields") {
			fields = append(fields, key.Draw(t, "key")+": "+word.Draw(t, "word"))
		}
		text := "version: 1\ntargets:\n  exclude:\n  - before\n  - {" + strings.Join(fields, ", ") + "}\n  - after\n"
		f, err := ParseFile("c.yaml", "", []byte(text))
		if err != nil {
			return
		}
		c, err := Resolve(Settings(Scan), nil, env(), f)
		if err != nil {
			return
		}
		if n := len(c.Exclude) + len(c.ExcludeImages); n != 3 {
			t.Fatalf("%d exclusions of 3 in:\n%s", n, text)
		}
		for _, field := range fields {
			name, value, _ := strings.Cut(field, ": ")
			e := append(c.Exclude[1:len(c.Exclude)-1:len(c.Exclude)-1], c.ExcludeImages...)[0]
			got := map[string]string{"files": e.Pattern, "images": e.Pattern, "reason": e.Reason, "owner": e.Owner, "expires": e.Expires}[name]
			if got != value {
				t.Fatalf("%s is read as %q", field, got)
			}
		}
	})
}
