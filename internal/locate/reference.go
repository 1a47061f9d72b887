package locate

import (
	"cmp"
	"slices"
	"strings"
)

// reference is one "(Ref: X, File: Y) branch: Z" of an alert's details, or a
// looser form of it.
type reference struct {
	ref, file value
	// hasRef and hasFile are set if the label is present, even without a value.
	hasRef, hasFile bool
	// placeholder is set if the service writes that there is nothing to name.
	placeholder bool
	kind        string // the service's word for the type, such as AWS_S3
	// word is what stands before the reference instead of a kind: DEPLOYMENT, Service.
	word   string
	branch string
	line   int // of the file, 0 if the service gives none
	// bracketed is set for a reference in brackets; quoted and resource are those of
	// its first label.
	bracketed, quoted, resource bool
	// closed is set if the bracket that opens the reference is closed.
	closed bool
	// joined is set for one of two halves, of which one has brackets.
	joined bool
	// start and end span the whole reference, kind and branch included.
	start, end int
}

// complete reports whether both labels are present.
func (r *reference) complete() bool { return r.hasRef && r.hasFile }

func (r *reference) has(k labelKind) bool {
	switch k {
	case labelRef:
		return r.hasRef
	case labelFile:
		return r.hasFile
	case labelBranch:
		return r.branch != ""
	}
	return r.line != 0
}

func (r *reference) set(k labelKind, v value) {
	switch k {
	case labelRef:
		r.hasRef = true
		r.ref = r.withoutPlaceholder(v, "no_reference_found")
	case labelFile:
		r.hasFile = true
		r.file = r.withoutPlaceholder(v, "no_specific_file")
	case labelBranch:
		r.branch = firstWord(v.text)
	case labelLine:
		r.line = leadingNumber(v.text)
	}
}

// withoutPlaceholder empties a value that is the service's placeholder for a
// missing name, or that has no letter or digit, such as the "*" of a policy.
func (r *reference) withoutPlaceholder(v value, placeholder string) value {
	word := strings.TrimRight(v.text, ".,;:)]}")
	if v.loose {
		word = firstWord(word)
	}
	if strings.EqualFold(word, placeholder) {
		r.placeholder = true
		return value{}
	}
	if !hasLetterOrDigit(v.text) {
		return value{}
	}
	return v
}

// parser reads the references of an alert's details, which are free of HTML. It
// is written by hand: values may hold brackets, commas and quotes, which no
// regular expression balances.
type parser struct {
	text   string
	lines  []int // where each line starts
	labels []label
}

func newParser(text string) *parser {
	p := &parser{text: text, lines: []int{0}, labels: findLabels(text)}
	for i := range len(text) {
		if text[i] == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	return p
}

// references returns the references of the text, in order.
func (p *parser) references() []reference {
	var refs []reference
	end := 0 // of the last reference
	for n, l := range p.labels {
		if l.start < end || l.kind != labelRef && l.kind != labelFile {
			continue
		}
		r := p.reference(n)
		r.start = max(r.start, end)
		end = max(r.end, l.end)
		if r.plausible() {
			refs = append(refs, r)
		}
	}
	return p.dropWeak(p.mergeHalves(refs))
}

// reference reads the reference that begins with label n.
func (p *parser) reference(n int) reference {
	r := reference{quoted: p.labels[n].quoted, resource: p.labels[n].resource}
	start, closer := p.opening(p.labels[n].start)
	r.bracketed = closer != 0
	if r.kind, r.start = p.kindBefore(start); r.kind == "" {
		r.word = lastWord(p.text[p.lineStart(start):start])
	}
	for more := true; more; more = n != noLabel {
		v, e := p.value(n, closer, &r)
		r.set(p.labels[n].kind, v)
		r.end, r.closed, n = e.reference, e.closed, e.next
	}
	if r.branch == "" {
		p.readBranchAfter(&r)
	}
	return r
}

// opening returns where the reference starts whose first label is at i, and the
// bracket that closes it, 0 if no bracket opens it.
func (p *parser) opening(i int) (start int, closer byte) {
	head := strings.TrimRight(p.text[:i], " ")
	if head == "" || closerOf(head[len(head)-1]) == 0 {
		return i, 0
	}
	start = len(head) - 1
	return start, closerOf(head[start])
}

// kindBefore reads the upper-case word with an underscore that ends at i.
func (p *parser) kindBefore(i int) (kind string, start int) {
	head := strings.TrimRight(p.text[:i], " :")
	start = len(head)
	for start > 0 && isKindByte(head[start-1]) {
		start--
	}
	kind = head[start:]
	if !strings.Contains(strings.Trim(kind, "_"), "_") || isDigit(kind[0]) || !beginsWord(head, start) {
		return "", i
	}
	return kind, start
}

// lastWord is the word at the end of a text, "" if something else stands there.
func lastWord(text string) string {
	text = strings.TrimRight(text, " ")
	return text[strings.LastIndexAny(text, wordEnds)+1:]
}

func isKindByte(c byte) bool { return c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' }

// readBranchAfter reads the " branch: Z" after a closed bracket.
func (p *parser) readBranchAfter(r *reference) {
	at := p.skipBlanks(r.end)
	if at < len(p.text) && p.text[at] == ',' {
		at = p.skipBlanks(at + 1)
	}
	n := p.labelFrom(at)
	if n == len(p.labels) || p.labels[n].start != at || p.labels[n].kind != labelBranch {
		return
	}
	from := p.skipBlanks(p.labels[n].end)
	r.end = len(p.text)
	if length := strings.IndexAny(p.text[from:], " \n,;"); length >= 0 {
		r.end = from + length
	}
	r.branch = strings.TrimRight(p.text[from:r.end], ".")
}

// plausible reports whether the reference is more than a link, the wildcard of a
// policy or an intrinsic function of CloudFormation.
func (r *reference) plausible() bool {
	switch {
	case r.complete():
		return true
	case r.quoted:
		return false // {"Ref": "Bucket"}
	case r.placeholder:
		return true
	case r.bracketed:
		return r.ref.text != "" || r.file.text != ""
	}
	name := r.ref.text + r.file.text // one of them is empty
	return name != "" && !isLink(name)
}

// mergeHalves joins "Resource: X (File: Y)": two references, one of them in
// brackets, with only blanks between them.
func (p *parser) mergeHalves(refs []reference) []reference {
	merged := refs[:0]
	for _, r := range refs {
		if n := len(merged) - 1; n >= 0 && p.areHalves(&merged[n], &r) {
			merged[n] = joined(merged[n], r)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

func (p *parser) areHalves(a, b *reference) bool {
	complement := !a.complete() && !b.complete() && a.hasRef == b.hasFile
	return complement && a.bracketed != b.bracketed &&
		strings.Trim(p.text[a.end:b.start], " ,") == ""
}

func joined(a, b reference) reference {
	if b.hasRef {
		a.ref, a.hasRef = b.ref, true
	} else {
		a.file, a.hasFile = b.file, true
	}
	a.kind, a.branch = cmp.Or(a.kind, b.kind), cmp.Or(b.branch, a.branch)
	a.line, a.end, a.bracketed, a.joined = max(a.line, b.line), b.end, true, true
	a.closed = a.closed || b.closed
	return a
}

// dropWeak drops lone labels in running text if the details have strong references:
// "allows s3:* on Resource: logs/* (Ref: p, File: f)" holds one reference. A lone
// label at the start of its own line stays.
func (p *parser) dropWeak(refs []reference) []reference {
	strong := map[int]bool{} // starts of lines with a strong reference
	for i := range refs {
		if refs[i].strong() {
			strong[p.lineStart(refs[i].start)] = true
		}
	}
	if len(strong) == 0 {
		return refs
	}
	return slices.DeleteFunc(refs, func(r reference) bool {
		line := p.lineStart(r.start)
		return !r.strong() && (strong[line] || hasLetterOrDigit(p.text[line:r.start]))
	})
}

// strong reports whether the text can hardly be anything else than a reference.
func (r *reference) strong() bool {
	return r.complete() || r.bracketed && (r.hasFile || r.ref.text != "" && !isLink(r.ref.text) && !r.resource)
}

func isLink(text string) bool {
	lower := strings.ToLower(text[:min(len(text), 8)])
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

// firstWord returns the first word of s without the punctuation after it.
func firstWord(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \n,;"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, ".,;:")
}
