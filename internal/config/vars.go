package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// addVar reads NAME=VALUE.
func addVar(c *Config, v Value) error {
	name, value, ok := strings.Cut(v.Text, "=")
	if !ok || !isVariableName(name) {
		return fmt.Errorf("must be NAME=VALUE, got %q", v.Text)
	}
	if c.Vars == nil {
		c.Vars, c.VarSources = map[string]string{}, map[string]result.Origin{}
	}
	c.Vars[name], c.VarSources[name] = value, v.Origin.Plain()
	return nil
}

// isVariableName reports whether a name is one of letters, digits and underscores that does
// not start with a digit.
func isVariableName(name string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	return name != "" && strings.Trim(name, letters+"0123456789") == "" && strings.IndexByte(letters, name[0]) >= 0
}

// takeVariables gives each NAME without a value that of the process's variable.
//
// Only the command line and the action's input may ask for it. The value is sent as part
// of an image's name, so that one that may be a credential is never taken.
func takeVariables(values []Value, getenv func(string) string) ([]Value, error) {
	var errs []error
	all := make([]Value, 0, len(values))
	for _, v := range values {
		if !strings.Contains(v.Text, "=") && v.Origin.isCommandLine() {
			text, err := takeVariable(v.Text, getenv)
			if err != nil {
				errs = append(errs, &Error{Origin: v.Origin, Text: err.Error()})
				continue
			}
			v.Text = text
		}
		all = append(all, v)
	}
	return all, errors.Join(errs...)
}

// takeVariable returns NAME=VALUE with the value of the process's variable.
func takeVariable(name string, getenv func(string) string) (string, error) {
	switch {
	case !isVariableName(name):
		return "", fmt.Errorf("must be NAME=VALUE or NAME, got %q", name)
	case secret.IsCredentialVariable(name):
		return "", fmt.Errorf("%s may hold a credential, and is not taken from the environment; fix: give its value, as in %s=VALUE, if it is not secret",
			name, name)
	}
	value := getenv(name)
	if value == "" {
		return "", fmt.Errorf("the environment has no value of %s; fix: export it, or give the value, as in %s=VALUE", name, name)
	}
	return name + "=" + value, nil
}
