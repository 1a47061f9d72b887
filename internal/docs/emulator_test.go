package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/emulator"
)

// assumptions lists what the reference of the service leaves open.
func assumptions(*testing.T) string {
	rows := [][]string{{"name", "what the reference leaves open", "values, the default first"}}
	for _, a := range emulator.Assumptions() {
		var values []string
		for _, c := range a.Choices {
			values = append(values, code(c.Value)+": "+c.Text)
		}
		rows = append(rows, []string{code(a.Name), a.Open, strings.Join(values, "; ")})
	}
	return table(rows)
}

// samplePolicies lists the IaC policies of the emulator.
func samplePolicies(*testing.T) string {
	rows := [][]string{{"policy_name", "rules"}}
	for _, p := range emulator.Policies() {
		rows = append(rows, []string{code(p.Name), "those of " + p.Provider})
	}
	return table(rows)
}

// docList matches the list in the comment of a package.
var docList = regexp.MustCompile(`(?m)(?:^//   - .*\n(?://     .*\n)*)+`)

// assumptionLines is the list of assumptions in the comment of package emulator.
func assumptionLines() string {
	var b strings.Builder
	for _, a := range emulator.Assumptions() {
		var values []string
		for _, c := range a.Choices {
			values = append(values, c.Value+" ("+c.Text+")")
		}
		line := "//   -"
		for word := range strings.FieldsSeq(a.Name + ": " + a.Open + ": " + strings.Join(values, ", ")) {
			if len(line)+1+len(word) > 96 {
				b.WriteString(line + "\n")
				line = "//    "
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
