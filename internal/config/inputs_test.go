package config

import (
	"strings"
	"testing"
)

func TestCheckInputs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ inputs, want string }{
		{`{}`, ""},
		{`{"fail-on": "low", "FAIL-ON": "low", "path": "infra", "api-key": "k", "github-token": "t"}`, ""},
		{`{"fail_on": "", "max": null}`, ""},
		{`{"fail_on": "low"}`, "input fail_on: unknown input; did you mean fail-on?"},
		{`{"Fail-onn": "low"}`, "input Fail-onn: unknown input; did you mean fail-on?"},
		{`{"require-seal": "true"}`, "input require-seal: this command has no such input; fix: remove it, or choose another command"},
		{`{"tolerate": "x"}`, "input tolerate: this command has no such input"},
		{`{"frobnicate": "x"}`, "input frobnicate: unknown input; fix: see scangate help github, and pin the action by the commit of a release"},
		{`{"x1": "1", "x2": true}`, "input x1: unknown input; fix: "},
		{`{"x1": "1", "x2": true}`, "\ninput x2: unknown input; fix: "},
		{`["fail-on"]`, "SCANGATE_INPUTS: must be a JSON object, as action.yml passes it"},
		{`{"fail_on": "low"`, "SCANGATE_INPUTS: must be a JSON object"},
	} {
		err := CheckInputs(Settings(Scan), env("GITHUB_ACTIONS", "true", "SCANGATE_INPUTS", tt.inputs))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.inputs, err, tt.want)
		}
	}
	if err := CheckInputs(nil, env("SCANGATE_INPUTS", `{"x": "1"}`)); err != nil {
		t.Errorf("outside of GitHub Actions: %v", err)
	}
}

// Whatever the inputs are: an error, or nothing that is unknown has a value.
func FuzzCheckInputs(f *testing.F) {
	f.Add(`{"fail-on": "low", "x": [1]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		_ = CheckInputs(Settings(Scan), env("GITHUB_ACTIONS", "true", "SCANGATE_INPUTS", text))
	})
}
