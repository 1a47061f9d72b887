package locate

import (
	"iter"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// segment is the part of an alert's details about one reference, or details
// without any.
type segment struct {
	reference
	// details is the part as people read it.
	details string
	// prose is the part without the reference. Quotes are looked for in it, and it
	// is a part of the fingerprint.
	prose string
	// shared is set if some of the prose may belong to another reference on the line:
	// its quotes choose no attribute.
	shared bool
	// doubt says why the reference may be a part of a name, "" if it can't be.
	doubt string
}

// kindWord is the service's word for the type: the kind or, without one, a word in
// capitals before the reference.
func (s *segment) kindWord() string {
	if s.kind == "" && s.word == strings.ToUpper(s.word) {
		return s.word
	}
	return s.kind
}

// maxRepeated bounds what the text around all references amounts to when it is
// repeated with each of them.
const maxRepeated = 1 << 20

// segments splits details into one segment for each reference. Details without a
// reference are one segment. References that differ in the branch alone are one,
// too: the service repeats a resource for each branch that it knows.
func segments(details string) []segment { return slices.Collect(eachSegment(details)) }

// eachSegment yields the segments one by one: an alert may have as many as a template has
// resources.
func eachSegment(details string) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		p := newParser(text.WithoutHTML(details))
		refs := p.references()
		doubt := p.doubt(refs)
		if len(refs) == 0 {
			prose := foldBlanks(p.text)
			yield(segment{details: prose, prose: prose, doubt: doubt})
			return
		}
		parts := p.split(refs)
		seen := make(map[segmentKey]bool, len(refs))
		for i, r := range refs {
			seg := p.segment(parts, i, r)
			seg.doubt = doubt
			k := segmentKey{seg.prose, r.ref.text, r.file.text, r.kind, r.line}
			if seen[k] {
				continue
			}
			seen[k] = true
			if !yield(seg) {
				return
			}
		}
	}
}

// segmentKey is equal for references that differ in the branch alone.
type segmentKey struct {
	prose, ref, file, kind string
	line                   int
}

// split says which text belongs to which reference.
type split struct {
	head, tail string // text of all references
	from, to   []int  // the text of each
	shared     []bool // see segment
}

// with puts the text of all references around that of one.
func (s split) with(own string) string {
	own = strings.Trim(own, " \n")
	if s.head != "" {
		own = s.head + "\n" + own
	}
	if s.tail != "" {
		own += "\n" + s.tail
	}
	return foldBlanks(own)
}

func (p *parser) segment(s split, i int, r reference) segment {
	before, after := p.text[s.from[i]:r.start], p.text[r.end:s.to[i]]
	return segment{
		reference: r,
		details:   s.with(p.text[s.from[i]:s.to[i]]),
		prose:     s.with(before + " " + after),
		shared:    s.shared[i],
	}
}

// split decides where the text of one reference ends and that of the next begins.
// A line belongs to the reference in it. Lines without a reference belong to the
// next one, or to the one before if the details open with a reference. If no such
// line stands between references, those above and below them belong to all.
func (p *parser) split(refs []reference) split {
	n := len(refs)
	s := split{from: make([]int, n), to: make([]int, n), shared: make([]bool, n)}
	top, bottom := p.lineStart(refs[0].start), p.lineEnd(refs[n-1].end)
	opens := !hasLetterOrDigit(p.text[:top])
	between := p.hasLinesBetween(refs)
	s.to[n-1] = len(p.text)
	if n > 1 && !between {
		s.from[0], s.head = top, repeated(p.text[:top], n)
	}
	if n > 1 && (!between || !opens) {
		s.to[n-1], s.tail = bottom, repeated(p.text[bottom:], n)
	}
	for i := range n - 1 {
		s.to[i] = p.boundary(refs, i, opens, &s)
		s.from[i+1] = s.to[i]
	}
	return s
}

// boundary returns where the text of reference i ends. opens is set if the
// details open with a reference.
func (p *parser) boundary(refs []reference, i int, opens bool, s *split) int {
	end, next := refs[i].end, refs[i+1].start
	switch line := p.lineStart(next); {
	case line != p.lineStart(end) && opens:
		return line
	case line != p.lineStart(end):
		return p.lineEnd(end)
	}
	// Both are on one line. If it opens with a reference, text follows its reference.
	if !hasLetterOrDigit(p.text[p.lineStart(refs[i].start):refs[i].start]) || i > 0 && s.to[i-1] == refs[i].start {
		return next
	}
	gap := strings.TrimLeft(p.text[end:next], " ")
	if gap != "" && gap[0] >= 'a' && gap[0] <= 'z' && strings.ContainsAny(gap, "'\"`‘“") {
		s.shared[i], s.shared[i+1] = true, true
	}
	return end
}

// hasLinesBetween reports whether a line without a reference stands between two.
func (p *parser) hasLinesBetween(refs []reference) bool {
	for i := 1; i < len(refs); i++ {
		from, to := p.lineEnd(refs[i-1].end), p.lineStart(refs[i].start)
		if hasLetterOrDigit(p.text[min(from, to):to]) {
			return true
		}
	}
	return false
}

// repeated returns text, or nothing if its repetitions would be too long.
func repeated(text string, times int) string {
	if len(text)*times > maxRepeated {
		return ""
	}
	return strings.Trim(text, " \n")
}
