package locate

import (
	"strings"
	"unicode/utf8"
)

// value is what a label introduces in the service's text.
type value struct {
	// text is the value without quotes around it; "" where there is none.
	text string
	// rest is the text from the value's start to the end of its line: where text
	// turns out to be cut short or too long, the resolver tries other ends in it.
	rest string
	// loose is set where nothing marks the value's end for certain.
	loose bool
}

// reference is one "(Ref: X, File: Y) branch: Z" of the details, or a looser
// form of it.
type reference struct {
	ref, file value
	// hasRef and hasFile say that the label stands there, be it with a sentinel.
	hasRef, hasFile bool
	kind            string // the vendor's word for the type, such as AWS_S3
	branch          string
	line            int // of the file, 0 if the service gives none
	// bracket is set for a form in brackets.
	bracket bool
	// start and end span the whole form, kind word and branch included.
	start, end int
}

// pair says that both the resource and the file are named, be it by a sentinel.
func (r *reference) pair() bool { return r.hasRef && r.hasFile }

// has says whether a label was given already, and so begins another reference.
func (r *reference) has(l label) bool {
	switch l {
	case labelRef:
		return r.hasRef
	case labelFile:
		return r.hasFile
	case labelBranch:
		return r.branch != ""
	}
	return r.line != 0
}

func (r *reference) set(l label, v value) {
	switch l {
	case labelRef:
		r.ref, r.hasRef = v.withoutSentinel("no_reference_found"), true
	case labelFile:
		r.file, r.hasFile = v.withoutSentinel("no_specific_file"), true
	case labelBranch:
		r.branch = firstWord(v.text)
	case labelLine:
		r.line = leadingNumber(v.text)
	}
}

// withoutSentinel is v, or nothing where the service says that there is nothing:
// by its own word, or by a text without any letter or digit such as "-" or the
// "*" of a policy.
func (v value) withoutSentinel(sentinel string) value {
	word := strings.TrimRight(v.text, ".,;:)]}")
	if v.loose {
		word = firstWord(word)
	}
	if strings.EqualFold(word, sentinel) || !hasWordRune(v.text) {
		return value{}
	}
	return v
}

// scan finds every reference in the text, which is free of HTML, in its order.
func (s *scanner) scan() []reference {
	var refs []reference
	done := 0
	for i := 0; i < len(s.text); {
		if c := s.text[i] | 0x20; c != 'r' && c != 'f' {
			i++
			continue
		}
		l, after := s.labelAt(i)
		if l != labelRef && l != labelFile {
			i++
			continue
		}
		r := s.reference(i, l, after)
		r.start = max(r.start, done) // what stands before the label may be another's end
		i = max(r.end, after)
		done = i
		if s.plausible(&r) {
			refs = append(refs, r)
		}
	}
	return s.dropWeak(s.mergeNeighbours(refs))
}

// plausible drops what only looks like a reference: a link, the wildcard of a
// policy, an intrinsic function of CloudFormation.
func (s *scanner) plausible(r *reference) bool {
	switch {
	case r.pair():
		return true
	case s.quotedLabel(r):
		return false
	case r.bracket:
		return r.ref.text != "" || r.file.text != "" || s.saysNothing(r)
	}
	v := r.ref
	if r.hasFile {
		v = r.file
	}
	return v.text != "" && !isLink(v.text) || s.saysNothing(r)
}

// saysNothing tells a lone sentinel from a lone "*".
func (s *scanner) saysNothing(r *reference) bool {
	form := strings.ToLower(s.text[r.start:r.end])
	return strings.Contains(form, "no_reference_found") || strings.Contains(form, "no_specific_file")
}

// quotedLabel tells {"Ref": "Bucket"}: as a pair it is a reference, alone it is
// quoted CloudFormation.
func (s *scanner) quotedLabel(r *reference) bool {
	head := strings.TrimLeft(s.text[r.start:r.end], "([{< ")
	return head != "" && strings.IndexByte("\"'`", head[0]) >= 0
}

// mergeNeighbours joins "Resource: X (File: Y)", which is one reference in two
// parts with nothing but blanks between them.
func (s *scanner) mergeNeighbours(refs []reference) []reference {
	out := refs[:0]
	for _, r := range refs {
		if n := len(out) - 1; n >= 0 && s.halves(&out[n], &r) {
			out[n] = joined(out[n], r)
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s *scanner) halves(a, b *reference) bool {
	complement := a.hasRef && !a.hasFile && b.hasFile && !b.hasRef ||
		a.hasFile && !a.hasRef && b.hasRef && !b.hasFile
	return complement && a.bracket != b.bracket && a.end <= b.start &&
		strings.Trim(s.text[a.end:b.start], " ,") == ""
}

func joined(a, b reference) reference {
	if b.hasRef {
		a.ref, a.hasRef = b.ref, true
	} else {
		a.file, a.hasFile = b.file, true
	}
	if a.kind == "" {
		a.kind = b.kind
	}
	if b.branch != "" {
		a.branch = b.branch
	}
	a.line, a.end, a.bracket = max(a.line, b.line), b.end, true
	return a
}

// dropWeak drops lone labels of running text where the details have references
// that can't be mistaken: "allows s3:* on Resource: logs/* (Ref: p, File: f)" is
// one reference. A lone label that opens its own line stays.
func (s *scanner) dropWeak(refs []reference) []reference {
	strongAt := map[int]bool{} // starts of lines with a strong reference
	for i := range refs {
		if s.strong(&refs[i]) {
			strongAt[s.lineStart(refs[i].start)] = true
		}
	}
	if len(strongAt) == 0 {
		return refs
	}
	out := refs[:0]
	for _, r := range refs {
		begin := s.lineStart(r.start)
		opens := !hasWordRune(s.text[begin:r.start])
		if s.strong(&r) || opens && !strongAt[begin] {
			out = append(out, r)
		}
	}
	return out
}

func (s *scanner) strong(r *reference) bool {
	return r.pair() || r.bracket && (r.hasFile || r.ref.text != "" && !isLink(r.ref.text) && !s.resourceWord(r))
}

// resourceWord says that the label is "Resource", which policies use as well.
func (s *scanner) resourceWord(r *reference) bool {
	return strings.Contains(strings.ToLower(s.text[r.start:r.end]), "resource")
}

func isLink(text string) bool {
	lower := strings.ToLower(text[:min(len(text), 8)])
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

func firstWord(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \n,;"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, ".,;:")
}

func hasWordRune(s string) bool {
	for i := range len(s) {
		if isAlnum(s[i]) || s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// leadingNumber reads the digits at the start of s, up to nine; 0 if none.
func leadingNumber(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9 && isDigit(s[i]); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
