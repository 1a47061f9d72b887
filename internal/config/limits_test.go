package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

const tagRule = "ensure-tags-9b1c3d5e7f90"

// Limits of paths and rules are statements of the file, with the place of each.
func TestLimitsOfPathsAndRules(t *testing.T) {
	t.Parallel()
	file := mustFile(t, `version: 1
limits:
  max: {high: 5}
  paths:
    - {path: "legacy/**", max: {high: 20, "iac:medium": 9}}
    - path: old
      max:
        high: 1
  rules:
    `+tagRule+`: {severity: low, reason: "tagged by
      the platform"}
`)
	c, err := Resolve(Settings(Scan), nil, env(), file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(key, place string, line int) result.Origin {
		return result.Origin{Setting: key, Place: ".scangate.yaml:" + place, Path: ".scangate.yaml", Line: line}
	}
	want := []result.LimitSource{{
		Strength: result.FromFile,
		Max: []result.Limit{
			{Severity: result.High, Max: 5, Origin: at("limits.max", "3:9", 3)},
			{Path: "legacy/**", Severity: result.High, Max: 20, Origin: at("limits.paths", "5:33", 5)},
			{Kind: result.KindIaC, Path: "legacy/**", Severity: result.Medium, Max: 9, Origin: at("limits.paths", "5:43", 5)},
			{Path: "old", Severity: result.High, Max: 1, Origin: at("limits.paths", "8:9", 8)},
		},
		Rules: []result.RuleSeverity{{Rule: tagRule, Severity: result.Low, Reason: "tagged by the platform", Origin: at("limits.rules", "10:5", 10)}},
	}, failOnHigh()}
	if diff := cmp.Diff(want, c.Policy.Sources); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What contradicts itself, or can't be read, names its line and column.
func TestLimitErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ limits, want string }{
		"a kind above all":       {"max: {high: 6, \"image:high\": 9}", `2:25: limits.max: image:high=9 can't be reached: high=6 counts all kinds; fix: `},
		"all below a kind":       {"max: {\"image:high\": 9, high: 6}", `2:33: limits.max: image:high=9 can't be reached: high=6 counts all kinds; fix: `},
		"one limit twice":        {"max: {high: 6, High: 7}", "2:25: limits.max: duplicate limit for high"},
		"a path that is listed":  {"paths: [{path: a, max: {high: 1}}, {path: a, max: {high: 2}}]", "2:61: limits.paths: duplicate limit for high"},
		"a kind of a path":       {"paths: [{path: a, max: {high: 1, \"iac:high\": 2}}]", "2:43: limits.paths: iac:high=2 can't be reached"},
		"no list":                {"paths: {a: 1}", "2:17: limits.paths: must be a list"},
		"no mapping":             {"paths: [a]", "2:18: limits.paths: every item must be a mapping"},
		"no path":                {"paths: [{max: {high: 1}}]", "2:18: limits.paths: must have path and max"},
		"no max":                 {"paths: [{path: a}]", "2:18: limits.paths: must have path and max"},
		"an empty max":           {"paths: [{path: a, max: {}}]", "2:33: limits.paths.max: must be a mapping with at least one limit"},
		"max of a path":          {"paths: [{path: a, max: 3}]", "limits.paths.max: must be a mapping"},
		"a nested number":        {"paths: [{path: a, max: {high: [1]}}]", "limits.paths.max: high must have a single value"},
		"a list as path":         {"paths: [{path: [a], max: {high: 1}}]", "limits.paths.path: must be a single value"},
		"an invalid glob":        {"paths: [{path: \"a[\", max: {high: 1}}]", `2:25: limits.paths.path: "a[" is not a valid glob`},
		"no severity":            {"paths: [{path: a, max: {hihg: 1}}]", `2:34: limits.paths: unknown severity "hihg"`},
		"not-sent of a path":     {"paths: [{path: a, max: {not-sent: 1}}]", `unknown severity "not-sent"`},
		"an unknown key":         {"paths: [{path: a, mx: {high: 1}}]", `2:28: unknown key "limits.paths.mx"; did you mean "limits.paths.max"?`},
		"rules as a list":        {"rules: [a]", "limits.rules: must be a mapping of rule ids"},
		"a severity alone":       {"rules: {" + tagRule + ": low}", "limits.rules: " + tagRule + " must be a mapping with severity and reason"},
		"a short rule":           {"rules: {ensure-tags: {severity: low, reason: r}}", "2:18: limits.rules: "},
		"no reason":              {"rules: {" + tagRule + ": {severity: low}}", "must have severity and reason"},
		"a rule's severity":      {"rules: {" + tagRule + ": {severity: lwo, reason: r}}", `limits.rules.severity: unknown severity "lwo"`},
		"unknown as severity":    {"rules: {" + tagRule + ": {severity: unknown, reason: r}}", "limits.rules.severity: must be critical, high, medium, low or info"},
		"a rule that is listed":  {"rules: {" + tagRule + ": {severity: low, reason: r}, " + tagRule + ": {severity: info, reason: r}}", "duplicate key"},
		"an unknown key of rule": {"rules: {" + tagRule + ": {severity: low, reason: r, why: x}}", `unknown key "limits.rules.why"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := ParseFile("c.yaml", "", []byte("version: 1\nlimits: {"+tt.limits+"}\n"))
			if err == nil {
				_, err = Resolve(Settings(Scan), nil, env(), f)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "c.yaml:2:") {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// Limits of one severity and of several kinds stand side by side.
func TestLimitsThatDoNotContradict(t *testing.T) {
	t.Parallel()
	for _, limits := range []string{"high=6,image:high=6", "image:high=9,iac:high=12", "high=3,image:medium=100"} {
		if _, err := Resolve(Settings(Scan), Flags{"max": {limits}}, env(), nil); err != nil {
			t.Errorf("%s: %v", limits, err)
		}
	}
}
