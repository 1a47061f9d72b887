package policy

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/scangate/scangate/internal/result"
)

// BaselineDifferences says what a change changes in the content of the baseline; nil is none. Each
// entry has a line of its own, as [FormatBaseline] writes it: in any other form, the entries are
// counted as added.
func BaselineDifferences(before, after []byte) []result.PolicyDifference {
	added, removed := linesBeyond(after, before), linesBeyond(before, after)
	d := result.PolicyDifference{Key: "baseline", Detail: fmt.Sprintf("%x", sha256.Sum256(after))}
	switch {
	case added > 0:
		d.Effect, d.Text = result.Loosens, fmt.Sprintf("%d entries added or changed", added)
	case removed > 0:
		d.Effect, d.Text = result.Tightens, fmt.Sprintf("%d entries removed", removed)
	default:
		return nil
	}
	return []result.PolicyDifference{d}
}

// linesBeyond counts the lines of entries that other lacks. Each line there stands for one here.
func linesBeyond(content, other []byte) int {
	there := map[string]int{}
	for line := range bytes.Lines(other) {
		there[entryLine(line)]++
	}
	beyond := 0
	for line := range bytes.Lines(content) {
		text := entryLine(line)
		if there[text] > 0 {
			there[text]--
		} else if len(text) > 1 { // the brackets around the entries say nothing
			beyond++
		}
	}
	return beyond
}

func entryLine(line []byte) string {
	return string(bytes.TrimSuffix(bytes.TrimSpace(line), []byte(",")))
}
