package locate

import (
	"bytes"
	"iter"

	"github.com/scangate/scangate/internal/result"
)

// lineIndex finds the lines of a file. It knows where every linesPerStep-th begins, because a
// file may have millions of them.
type lineIndex struct {
	content []byte
	starts  []int
}

const linesPerStep = 256

func indexLines(content []byte) lineIndex {
	l := lineIndex{content: content}
	at, n := 0, 0
	for line := range bytes.Lines(content) {
		if n%linesPerStep == 0 {
			l.starts = append(l.starts, at)
		}
		at += len(line)
		n++
	}
	return l
}

// in yields the lines of a range with their numbers, as far as there are any.
func (l lineIndex) in(r result.Range) iter.Seq2[int, string] {
	step := (max(1, r.Start) - 1) / linesPerStep
	return func(yield func(int, string) bool) {
		if step >= len(l.starts) {
			return
		}
		n := step * linesPerStep
		for line := range bytes.Lines(l.content[l.starts[step]:]) {
			if n++; n > r.End {
				return
			}
			if n >= r.Start && !yield(n, string(bytes.TrimSuffix(line, []byte("\n")))) {
				return
			}
		}
	}
}
