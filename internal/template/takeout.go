package template

import (
	"bytes"
	"iter"
	"slices"
)

// way is one way to take the actions out of a text. None is right for every text: what
// remains of one that is a template should be whole in at least one of them.
type way struct {
	// firstBranch drops what stands after else.
	firstBranch bool
	// blocks drops what stands between opens and closes actions on lines of their own.
	blocks bool
	// lines drops every line with an action.
	lines bool
}

// takeOut returns what remains of a text without its actions, in several ways that differ.
// word stands for the outputs.
func takeOut(text []byte, actions []action, word string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if len(actions) == 0 {
			return
		}
		lines := linesOf(text, actions)
		var all [][]byte
		for _, w := range []way{{}, {firstBranch: true}, {blocks: true}, {lines: true}} {
			rest := w.takeOut(text, lines, word)
			if slices.ContainsFunc(all, func(known []byte) bool { return bytes.Equal(known, rest) }) {
				continue
			}
			if !yield(rest) {
				return
			}
			all = append(all, rest)
		}
	}
}

func (w way) takeOut(text []byte, lines []actionLine, word string) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
	s := skipper{way: w}
	at := 0
	write := func(end int) {
		if !s.skips() {
			out.Write(text[at:end])
		}
		at = end
	}
	for _, line := range lines {
		if w.lines || line.alone(text) {
			write(line.start)
			s.pass(line.actions, true)
			at = line.end
			continue
		}
		for _, a := range line.actions {
			write(a.start)
			s.pass([]action{a}, false)
			if a.kind == output && !s.skips() {
				out.WriteString(word)
			}
			at = a.end
		}
	}
	write(len(text))
	return out.Bytes()
}

// skipper knows what a way drops between actions.
type skipper struct {
	way
	// open holds for each open block whether it began on a line of its own.
	open []bool
	// dropped counts the open blocks that are dropped, and depth is where an else branch
	// began that is, 0 if none.
	dropped, depth int
}

func (s *skipper) skips() bool { return s.dropped > 0 || s.depth > 0 }

func (s *skipper) pass(actions []action, alone bool) {
	for _, a := range actions {
		switch a.kind {
		case opens:
			s.open = append(s.open, alone)
			if alone && s.blocks {
				s.dropped++
			}
		case between:
			if s.firstBranch && s.depth == 0 {
				s.depth = len(s.open)
			}
		case closes:
			s.close()
		}
	}
}

func (s *skipper) close() {
	last := len(s.open) - 1
	if last < 0 {
		return
	}
	if s.depth > last {
		s.depth = 0
	}
	if s.open[last] && s.blocks {
		s.dropped--
	}
	s.open = s.open[:last]
}

// actionLine is a run of lines, mostly one, with the actions that begin in it.
type actionLine struct {
	start, end int
	actions    []action
}

// linesOf returns the lines that hold actions. An action over several lines makes them
// one.
func linesOf(text []byte, actions []action) []actionLine {
	var all []actionLine
	first := 0 // on the last line
	for i, a := range actions {
		if last := len(all) - 1; last >= 0 && a.start < all[last].end {
			all[last].actions = actions[first : i+1]
			all[last].end = lineEnd(text, max(all[last].end-1, a.end))
			continue
		}
		first = i
		start := bytes.LastIndexByte(text[:a.start], '\n') + 1
		all = append(all, actionLine{start, lineEnd(text, a.end), actions[first : i+1]})
	}
	return all
}

// lineEnd is the index after the line break of the line that at is in.
func lineEnd(text []byte, at int) int {
	at = min(at, len(text))
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// alone reports whether there is nothing but actions on the line.
func (l actionLine) alone(text []byte) bool {
	at := l.start
	for _, a := range l.actions {
		if len(bytes.TrimSpace(text[at:a.start])) > 0 {
			return false
		}
		at = a.end
	}
	return len(bytes.TrimSpace(text[at:l.end])) == 0
}
