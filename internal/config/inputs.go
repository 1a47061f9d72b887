package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// inputsVariable holds all inputs of the action's step as a JSON object, with those that the
// action doesn't declare: GitHub only warns of them
// (https://docs.github.com/actions, "Contexts reference": inputs).
const inputsVariable = prefix + "INPUTS"

// ActionInputs returns the inputs of the action that are not settings: action.yml uses them itself.
func ActionInputs() []string {
	return []string{"command", "path", "results", "api-key", "github-token", "download-url", "download-user", "download-token"}
}

// CheckInputs returns an error for each input of the action that has a value and no effect: the
// command has no such setting. Such an input is misspelled, or action.yml is newer than the
// program. All errors are of type [*Error], joined.
func CheckInputs(settings []Setting, getenv func(string) string) error {
	text := getenv(inputsVariable)
	if text == "" || getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	origin := Origin{layer: layerEnvironment, Name: inputsVariable}
	var given map[string]any
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return &Error{Origin: origin, Text: "must be a JSON object, as action.yml passes it: " + err.Error()}
	}
	known := map[string]shape{}
	for _, name := range ActionInputs() {
		known[name] = shapeScalar
	}
	for _, s := range settings {
		if !s.FlagOnly {
			known[s.Name] = s.shape
		}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := known[strings.ToLower(name)]; !ok && given[name] != "" && given[name] != nil {
			errs = append(errs, &Error{Origin: Origin{layer: layerEnvironment, Name: "input " + name}, Text: whyUnknown(name, known)})
		}
	}
	return errors.Join(errs...)
}

// whyUnknown says why an input has no effect, and what to do.
func whyUnknown(name string, known map[string]shape) string {
	isSetting := func(s Setting) bool { return s.Name == name }
	if slices.ContainsFunc(AllSettings(), isSetting) {
		return "this command has no such input; fix: remove it, or choose another command"
	}
	if best := nearest(strings.ToLower(strings.ReplaceAll(name, "_", "-")), known); best != "" {
		return fmt.Sprintf("unknown input; did you mean %s?", best)
	}
	return "unknown input; fix: see scangate help github, and pin the action by the commit of a release: " +
		"between releases action.yml may be newer than the program"
}
