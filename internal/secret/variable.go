package secret

import (
	"slices"
	"strings"
)

// IsCredentialVariable reports whether the name of an environment variable says that it
// holds a credential, or that it belongs to scangate or to the runner of an action.
func IsCredentialVariable(name string) bool {
	name = strings.ToUpper(name)
	for _, prefix := range []string{"SCANGATE_", "INPUT_", "ACTIONS_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	words := []string{"KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"}
	return slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool { return slices.Contains(words, word) })
}
