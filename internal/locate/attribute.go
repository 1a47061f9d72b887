package locate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// maxQuote bounds how far the end of a quote is searched, in bytes.
const maxQuote = 200

// attributeIndex finds the lines of the attributes and literals of one resource.
type attributeIndex struct {
	block result.Range
	// keys holds the attributes by the last part of their paths.
	keys map[string][]*attribute
	// literals holds the lines of scalar values.
	literals map[string][]int
	// quoted holds the lines of quoted strings in the source: literals in
	// expressions are not in the tree.
	quoted map[string][]int
	// budget bounds the index: trees share nodes, and may be far larger than the file.
	budget *tree.Budget
}

// attribute is a part of a path; above is nil for the first.
type attribute struct {
	key   string
	above *attribute
	line  int
}

// newAttributeIndex returns an empty index if the budget does not allow a whole one.
func newAttributeIndex(r *template.Resource, l lineIndex, budget *tree.Budget) *attributeIndex {
	ix := &attributeIndex{
		block:    r.Range,
		keys:     map[string][]*attribute{},
		literals: map[string][]int{},
		quoted:   map[string][]int{},
		budget:   budget,
	}
	ix.walk(r.Body, nil)
	for n, line := range l.in(r.Range) {
		ix.scanQuotes(line, n)
	}
	if budget.Exceeded() {
		return &attributeIndex{} // what occurs once in a part may occur twice in the whole
	}
	return ix
}

func (ix *attributeIndex) walk(n *tree.Node, above *attribute) {
	if n == nil || !ix.budget.Spend(1) {
		return
	}
	if text, ok := n.Literal(); ok && text != "" {
		ix.literals[text] = append(ix.literals[text], n.Range.Start)
	}
	for _, item := range n.Items {
		ix.walk(item, above)
	}
	for _, e := range n.Entries {
		part := &attribute{e.Key, above, e.Line}
		ix.keys[e.Key] = append(ix.keys[e.Key], part)
		ix.walk(e.Value, part)
	}
}

// scanQuotes adds the text between any two neighbouring quotes of a line.
func (ix *attributeIndex) scanQuotes(line string, number int) {
	for _, quote := range []string{`"`, "'"} {
		_, rest, _ := strings.Cut(line, quote)
		for {
			part, after, ended := strings.Cut(rest, quote)
			if !ended || !ix.budget.Spend(1) {
				break
			}
			part = strings.TrimSuffix(part, `\`)
			ix.quoted[part] = append(ix.quoted[part], number)
			rest = after
		}
	}
}

// line returns the line of the one attribute or literal that all quotes mean, 0 if
// there is none or they disagree. A quote counts only if it occurs once in the block.
func (ix *attributeIndex) line(quotes []string) int {
	found := 0
	for _, q := range quotes {
		n := ix.only(q)
		if n == 0 || n == found {
			continue
		}
		if found != 0 {
			return 0
		}
		found = n
	}
	return found
}

// only returns the one line where q is the path of an attribute or a value, 0 if
// there are several or none.
func (ix *attributeIndex) only(q string) int {
	lines := slices.Concat(ix.keyLines(q), ix.literals[q])
	quoted := ix.quoted[q]
	if len(lines) == 0 {
		lines = quoted
	}
	if len(lines) != 1 || len(quoted) > 1 {
		return 0
	}
	if !ix.block.Contains(lines[0]) {
		return 0 // an anchor outside the block
	}
	return lines[0]
}

// keyLines returns the lines of the attributes whose path ends in q.
func (ix *attributeIndex) keyLines(q string) []int {
	want := attributePath(q)
	if len(want) == 0 {
		return nil
	}
	var lines []int
	for _, k := range ix.keys[want[len(want)-1]] {
		if k.endsIn(want) {
			lines = append(lines, k.line)
		}
	}
	return lines
}

// endsIn reports whether the path up to an attribute ends in parts.
func (a *attribute) endsIn(parts []string) bool {
	for i := len(parts) - 1; i >= 0; i-- {
		if a == nil || a.key != parts[i] {
			return false
		}
		a = a.above
	}
	return true
}

// attributePath splits ingress[0].cidr_blocks, spec/containers or
// Properties.AccessControl into keys; nil if q is not a path.
func attributePath(q string) []string {
	q = strings.TrimPrefix(strings.TrimPrefix(strings.Trim(withoutKeys(q), "/"), "Properties."), "Properties/")
	parts := strings.FieldsFunc(q, func(r rune) bool { return r == '.' || r == '/' })
	return slices.DeleteFunc(parts, func(p string) bool {
		return p == "*" || leadingNumber(p) > 0 || strings.Trim(p, "0") == ""
	})
}

// quotesIn returns the quoted texts of at least two characters that lie on one line.
// The apostrophe of "don't" is not a quote.
func quotesIn(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for i := 0; i < len(line); {
			closer, width := quoteAt(line, i)
			if closer == "" {
				i++
				continue
			}
			n := closingQuote(line[i+width:], closer)
			if n < 0 {
				i += width
				continue
			}
			if q := line[i+width : i+width+n]; utf8.RuneCountInString(q) >= 2 {
				out = append(out, strings.TrimSpace(q))
			}
			i += width + n + len(closer)
		}
	}
	return out
}

// quoteAt returns what closes the quote that opens at i and its width in bytes, ""
// if no quote opens.
func quoteAt(line string, i int) (string, int) {
	switch {
	case strings.HasPrefix(line[i:], "“"):
		return "”", len("“")
	case strings.HasPrefix(line[i:], "‘"):
		return "’", len("‘")
	case isQuote(line[i]) && (i == 0 || !isAlnum(line[i-1])):
		return line[i : i+1], 1
	}
	return "", 0
}

// closingQuote returns the position of the first closer that no letter or digit
// follows, -1 if there is none.
func closingQuote(line, closer string) int {
	for from := 0; from <= maxQuote; {
		n := strings.Index(line[from:], closer)
		if n < 0 {
			return -1
		}
		n += from
		if end := n + len(closer); end >= len(line) || !isAlnum(line[end]) {
			return n
		}
		from = n + len(closer)
	}
	return -1
}

// withoutNames drops quotes of the resource's names, its type and its file: they
// are not about an attribute.
func withoutNames(quotes []string, r *template.Resource, s *segment) []string {
	own := append([]string{r.Name, r.Address, r.Type, shortType(r.Type), s.ref.text, s.file.text, s.kind}, r.Aliases...)
	for _, e := range r.Body.Entries {
		if name, ok := e.Value.Literal(); ok && isNameKey(e.Key) {
			own = append(own, name)
		}
	}
	return slices.DeleteFunc(quotes, func(q string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, q) })
	})
}

// isNameKey reports whether the value of an attribute is a name of its resource:
// bucket, name_prefix, identifier, FunctionName.
func isNameKey(key string) bool {
	key = strings.ToLower(key)
	return key == "bucket" || key == "id" || strings.Contains(key, "name") || strings.HasSuffix(key, "identifier")
}
