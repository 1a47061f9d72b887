package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVars(t *testing.T) {
	t.Parallel()
	action := []string{"GITHUB_ACTIONS", "true"}
	tests := map[string]struct {
		flags []string
		env   []string
		file  string
		want  map[string]string
	}{
		"values":              {flags: []string{"A=1", "B=x=y", "C=", "A=2"}, want: map[string]string{"A": "2", "B": "x=y", "C": ""}},
		"a name takes one":    {flags: []string{"TAG"}, env: []string{"TAG", "1.2", "OTHER", "x"}, want: map[string]string{"TAG": "1.2"}},
		"a value may be =":    {flags: []string{"TAG"}, env: []string{"TAG", "a=b"}, want: map[string]string{"TAG": "a=b"}},
		"the action's input":  {env: append(action, "INPUT_VAR", "TAG\nB=2", "TAG", "1.2"), want: map[string]string{"TAG": "1.2", "B": "2"}},
		"a variable":          {env: []string{"SCANGATE_VAR", "A=1\nB=2"}, want: map[string]string{"A": "1", "B": "2"}},
		"the file":            {file: "vars: {A: 1, _b: x}", want: map[string]string{"A": "1", "_b": "x"}},
		"an explicit secret":  {flags: []string{"API_KEY=public", "ACTIONS_X=1"}, want: map[string]string{"API_KEY": "public", "ACTIONS_X": "1"}},
		"no secret by a word": {flags: []string{"KEYCLOAK_TAG"}, env: []string{"KEYCLOAK_TAG", "26"}, want: map[string]string{"KEYCLOAK_TAG": "26"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Resolve(Settings(Scan), Flags{"var": tt.flags}, env(tt.env...), mustFile(t, "version: 1\n"+tt.file+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.Vars); diff != "" {
				t.Errorf("variables (-want +got):\n%s", diff)
			}
		})
	}
}

// A change can edit the config file and the files that use variables. What it could take
// from the environment that way would be sent as part of an image's name.
func TestVarsThatAreRefused(t *testing.T) {
	t.Parallel()
	set := []string{
		"TAG", "1", "SCANGATE_API_KEY", "k", "INPUT_X", "k", "ACTIONS_RUNTIME_TOKEN", "k", "DB_PASSWORD", "k", "X_SECRET_Y", "k", "CREDENTIAL", "k",
		"token", "k",
	}
	tests := map[string]struct {
		flags []string
		env   []string
		file  string
		want  string
	}{
		"unset":                   {flags: []string{"NOPE"}, want: "--var: the environment has no value of NOPE; fix: export it, or give the value, as in NOPE=VALUE"},
		"our key":                 {flags: []string{"SCANGATE_API_KEY"}, want: "--var: SCANGATE_API_KEY may hold a credential, and is not taken from the environment; fix:"},
		"an input":                {flags: []string{"INPUT_X"}, want: "INPUT_X may hold a credential"},
		"of the runner":           {flags: []string{"ACTIONS_RUNTIME_TOKEN"}, want: "may hold a credential"},
		"a password":              {flags: []string{"DB_PASSWORD"}, want: "may hold a credential"},
		"a word inside":           {flags: []string{"X_SECRET_Y"}, want: "may hold a credential"},
		"the word alone":          {flags: []string{"CREDENTIAL"}, want: "may hold a credential"},
		"lower case":              {flags: []string{"token"}, want: "may hold a credential"},
		"an unset secret":         {flags: []string{"GH_TOKEN"}, want: "may hold a credential"},
		"in the action":           {env: []string{"GITHUB_ACTIONS", "true", "INPUT_VAR", "DB_PASSWORD"}, want: "INPUT_VAR: DB_PASSWORD may hold a credential"},
		"input outside an action": {env: []string{"SCANGATE_VAR", "TAG", "INPUT_VAR", "TAG"}, want: `SCANGATE_VAR: must be NAME=VALUE, got "TAG"`},
		"a variable":              {env: []string{"GITHUB_ACTIONS", "true", "SCANGATE_VAR", "TAG"}, want: `SCANGATE_VAR: must be NAME=VALUE, got "TAG"`},
		"not a name":              {flags: []string{"A-B"}, want: `--var: must be NAME=VALUE or NAME, got "A-B"`},
		"a digit first":           {flags: []string{"1A=x"}, want: `--var: must be NAME=VALUE, got "1A=x"`},
		"empty":                   {flags: []string{""}, want: `--var: must be NAME=VALUE or NAME, got ""`},
		"no name":                 {flags: []string{"=x"}, want: `--var: must be NAME=VALUE, got "=x"`},
		"a name in the file":      {file: `vars: {"A B": 1}`, want: `.scangate.yaml:2:8: vars: must be NAME=VALUE, got "A B=1"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Resolve(Settings(Scan), Flags{"var": tt.flags}, env(append(set, tt.env...)...), mustFile(t, "version: 1\n"+tt.file+"\n"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("variables %v, error %v, want one with %q", c.Vars, err, tt.want)
			}
		})
	}
}
