package alerts

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// checkSeverity fails a list that was asked for by severity, or another field of that kind, and
// holds another. A word that is missing is not another.
func checkSeverity(field string, asked []string, got string) error {
	is := func(word string) bool { return strings.EqualFold(word, got) }
	if len(asked) == 0 || got == "" || slices.ContainsFunc(asked, is) {
		return nil
	}
	return result.Contradicts("the list for %s %s holds an alert of another %s", field, strings.Join(asked, ", "), field)
}
