package locate

import "strings"

// segment is the part of an alert's details that speaks of one reference.
type segment struct {
	reference
	// details is the part as people read it.
	details string
	// prose is the part without the reference itself: what quotes are looked for
	// in, and what a fingerprint is made of.
	prose string
	// muddled is set where the text between two references of a line may belong
	// to either: its quotes move nothing.
	muddled bool
}

// maxShared bounds what an alert's shared text amounts to when it is repeated
// with every reference.
const maxShared = 1 << 20

// segments splits details into one part for each reference. It returns nil where
// there is none. References that differ in nothing but the branch are one: the
// service repeats a resource for each branch that it knows.
func segments(details string) []segment {
	s := newScanner(stripHTML(details))
	refs := s.scan()
	if len(refs) == 0 {
		return nil
	}
	cut := s.cuts(refs)
	type key struct {
		prose, ref, file, kind string
		line                   int
	}
	seen := make(map[key]bool, len(refs))
	out := make([]segment, 0, len(refs))
	for i, r := range refs {
		seg := s.segment(cut, i, r)
		k := key{seg.prose, r.ref.text, r.file.text, r.kind, r.line}
		if !seen[k] {
			seen[k] = true
			out = append(out, seg)
		}
	}
	return out
}

// cutting says which text belongs to which reference.
type cutting struct {
	head, tail string // shared by all
	from, to   []int  // the own text of each
	muddled    []bool
}

// around puts the shared text around the own one.
func (c cutting) around(own string) string {
	own = strings.Trim(own, " \n")
	if c.head != "" {
		own = c.head + "\n" + own
	}
	if c.tail != "" {
		own += "\n" + c.tail
	}
	return foldBlanks(own)
}

func (s *scanner) segment(c cutting, i int, r reference) segment {
	before, after := s.text[c.from[i]:r.start], s.text[r.end:c.to[i]]
	return segment{
		reference: r,
		details:   c.around(s.text[c.from[i]:c.to[i]]),
		prose:     c.around(before + " " + after),
		muddled:   c.muddled[i],
	}
}

// cuts decides where the text of one reference ends and that of the next begins.
// A line belongs to the reference in it. Lines without any belong to the next
// one, or to the one before if the details open with a reference. What stands
// only above all or below all of them is shared.
func (s *scanner) cuts(refs []reference) cutting {
	n := len(refs)
	c := cutting{from: make([]int, n), to: make([]int, n), muddled: make([]bool, n)}
	top, bottom := s.lineStart(refs[0].start), s.lineEnd(refs[n-1].end)
	trailing := !hasWordRune(s.text[:top])
	between := s.textBetween(refs)
	c.from[0], c.to[n-1] = 0, len(s.text)
	if n > 1 && !between {
		c.from[0], c.head = top, shared(s.text[:top], n)
	}
	if n > 1 && !(between && trailing) {
		c.to[n-1], c.tail = bottom, shared(s.text[bottom:], n)
	}
	for i := range n - 1 {
		c.to[i] = s.cut(refs, i, trailing, &c)
		c.from[i+1] = c.to[i]
	}
	return c
}

// cut is where the text of reference i ends.
func (s *scanner) cut(refs []reference, i int, trailing bool, c *cutting) int {
	end, next := refs[i].end, refs[i+1].start
	eol := min(s.lineEnd(end), next)
	if eol < next {
		if trailing {
			return s.lineStart(next)
		}
		return eol
	}
	if !hasWordRune(s.text[s.lineStart(refs[i].start):refs[i].start]) || i > 0 && c.to[i-1] == refs[i].start {
		return next // the line opens with a reference: text follows what it speaks of
	}
	gap := strings.TrimLeft(s.text[end:next], " ")
	if gap != "" && gap[0] >= 'a' && gap[0] <= 'z' && strings.ContainsAny(gap, "'\"`‘“") {
		c.muddled[i], c.muddled[i+1] = true, true
	}
	return end
}

// textBetween says that some line without a reference stands between two.
func (s *scanner) textBetween(refs []reference) bool {
	for i := 1; i < len(refs); i++ {
		from, to := s.lineEnd(refs[i-1].end), s.lineStart(refs[i].start)
		if from < to && hasWordRune(s.text[from:to]) {
			return true
		}
	}
	return false
}

func shared(text string, times int) string {
	if len(text)*times > maxShared {
		return ""
	}
	return strings.Trim(text, " \n")
}
