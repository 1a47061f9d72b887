package tree

import "bytes"

// yamlCounter counts the values of a YAML text without building them: the library
// takes 200 bytes for each, and can't be stopped. It follows the library's scanner
// as far as that decides where values begin. Where a text is invalid or unusual it
// counts too many rather than too few.
type yamlCounter struct {
	src       []byte
	pos       int
	line      int
	lineStart int
	values    int // of the document
	before    int // of the documents before it

	// entry is the column of the last entry of a block collection, -1 if there is none:
	// the innermost collection is there. mark is '-' in a list, ':' in a map.
	entry int
	mark  byte
	// key is the column at which the current value begins with its anchor and tag,
	// -1 if none has begun on the line: it may be the key of a block map.
	key int
	// paid is set after an indicator that was counted for the value after it.
	paid bool
	// flows holds the first bytes of the open flow collections, and colon is set after
	// a colon that is directly in the last of them, up to the next comma or bracket.
	flows []byte
	colon bool
}

// maxPerIndicator is how many values an indicator makes at most: [:,:] has three for two.
const maxPerIndicator = 2

// checkYAML returns an error where reading a text would exceed a budget. The library
// holds a whole document, whose keys are values too, and takes a third more for each
// than a value of the budget. Of the documents before it, values alone are left.
func checkYAML(src []byte, budget *Budget) *SyntaxError {
	limit := 3 * budget.Left()
	if n := 4 * maxPerIndicator; n*(len(src)+1) <= limit || n*indicators(src) <= limit {
		return nil
	}
	c := countYAML(src, func(before, values int) bool { return 2*before+4*values > limit })
	if c.pos >= len(src) {
		return nil
	}
	return tooLarge(c.before+c.values, c.line, c.col()+1)
}

// indicators is at least how many bytes of a text values can begin after, with its start.
func indicators(src []byte) int {
	n := 1
	for _, c := range []string{"\n", "\r", ":", ",", "-", "?", "[", "]", "{", "}", "\u0085", "\u2028", "\u2029"} {
		n += bytes.Count(src, []byte(c))
	}
	return n
}

// countYAML counts the values of a text until enough returns true. It stops at the end,
// or after the token that was enough.
func countYAML(src []byte, enough func(before, values int) bool) *yamlCounter {
	c := &yamlCounter{src: src, line: 1, entry: -1, key: -1}
	for c.space(); c.pos < len(c.src) && !enough(c.before, c.values); c.space() {
		c.token()
	}
	return c
}

func (c *yamlCounter) col() int { return c.pos - c.lineStart }

// at returns the byte n bytes ahead, 0 beyond the end.
func (c *yamlCounter) at(n int) byte {
	if c.pos+n < len(c.src) {
		return c.src[c.pos+n]
	}
	return 0
}

// breakAt is the width of the line break n bytes ahead, 0 if there is none. The
// library also breaks lines at U+0085, U+2028 and U+2029.
func (c *yamlCounter) breakAt(n int) int {
	rest := c.src[min(c.pos+n, len(c.src)):]
	switch {
	case len(rest) == 0:
		return 0
	case rest[0] == '\n':
		return 1
	case rest[0] == '\r':
		if len(rest) > 1 && rest[1] == '\n' {
			return 2
		}
		return 1
	case rest[0] == 0xC2 && len(rest) > 1 && rest[1] == 0x85:
		return 2
	case rest[0] == 0xE2 && len(rest) > 2 && rest[1] == 0x80 && (rest[2] == 0xA8 || rest[2] == 0xA9):
		return 3
	}
	return 0
}

// blankAt reports whether a blank, a line break or the end is n bytes ahead.
func (c *yamlCounter) blankAt(n int) bool {
	b := c.at(n)
	return b == ' ' || b == '\t' || b == 0 || c.breakAt(n) > 0
}

// takeBreak moves over a line break, if there is one.
func (c *yamlCounter) takeBreak() bool {
	width := c.breakAt(0)
	if width == 0 {
		return false
	}
	c.pos += width
	c.line, c.lineStart, c.key = c.line+1, c.pos, -1
	return true
}

// toLineEnd moves to the next line break.
func (c *yamlCounter) toLineEnd() {
	for c.pos < len(c.src) && c.breakAt(0) == 0 {
		c.pos++
	}
}

// space moves over blanks, line breaks and comments.
func (c *yamlCounter) space() {
	for c.blanks(); c.at(0) == '#'; c.blanks() {
		c.toLineEnd()
	}
}

// blanks moves over blanks and line breaks.
func (c *yamlCounter) blanks() {
	for c.pos < len(c.src) && c.blankAt(0) {
		if !c.takeBreak() {
			c.pos++
		}
	}
}

// isMarker reports whether --- or ... is ahead at the start of a line.
func (c *yamlCounter) isMarker() bool {
	rest := c.src[c.pos:]
	return c.col() == 0 && (bytes.HasPrefix(rest, []byte("---")) || bytes.HasPrefix(rest, []byte("..."))) && c.blankAt(3)
}

// token counts the token ahead and moves after it.
func (c *yamlCounter) token() {
	b := c.at(0)
	switch {
	case c.isMarker():
		c.before, c.values = c.before+c.values, 0
		c.entry, c.key, c.paid, c.flows = -1, -1, false, c.flows[:0]
		c.pos += len("---")
	case len(c.flows) > 0:
		c.flowToken(b)
	default:
		c.blockToken(b)
	}
}

// blockToken is token outside of flow collections.
func (c *yamlCounter) blockToken(b byte) {
	isIndicator := (b == '-' || b == '?' || b == ':') && c.blankAt(1)
	if !c.isDeeper(c.col(), isIndicator && b == '-') {
		c.paid = false // the value before was missing
	}
	switch {
	case isIndicator && b == '-':
		c.indicator(c.col(), '-', 1)
	case isIndicator && b == '?':
		c.indicator(c.col(), ':', 2) // key and value may be missing
	case isIndicator:
		if c.key < 0 { // an empty key, or the value of a ?
			c.key = c.col()
			c.values++
		}
		c.indicator(c.key, ':', 1)
	case b == '|' || b == '>':
		c.value()
		c.blockScalar()
	default:
		c.node(b)
	}
}

// isDeeper reports whether what begins at a column is in a new block collection. A list
// may begin at the column of its key.
func (c *yamlCounter) isDeeper(col int, dash bool) bool {
	return col > c.entry || col == c.entry && dash && c.mark == ':'
}

// indicator counts the indicator ahead, of an entry that begins at a column, as values.
func (c *yamlCounter) indicator(col int, mark byte, values int) {
	if c.isDeeper(col, mark == '-') {
		c.value()
	}
	c.entry, c.mark = col, mark
	c.values += values
	c.paid, c.key = true, -1
	c.pos++
}

// value counts a value, unless its indicator was counted for it.
func (c *yamlCounter) value() {
	if !c.paid {
		c.values++
	}
	c.paid = false
}

// flowToken is token inside [ ] or { }.
func (c *yamlCounter) flowToken(b byte) {
	isMap := c.flows[len(c.flows)-1] == '{'
	switch b {
	case ',', ']', '}':
		if isMap && !c.colon {
			c.values++ // a key without a value
		}
		c.colon, c.paid = false, false
		if b != ',' {
			c.flows = c.flows[:len(c.flows)-1]
		}
		c.pos++
	case ':', '?':
		c.values++
		if !isMap {
			c.values += 2 // a map of one entry, whose key or value may be missing
		}
		c.colon, c.paid = b == ':', b == ':'
		c.pos++
	default:
		c.node(b)
	}
}

// node counts a value, an anchor or a tag.
func (c *yamlCounter) node(b byte) {
	if c.key < 0 {
		c.key = c.col()
	}
	switch b {
	case '&':
		c.values++ // the value after it may be missing
		c.anchor()
		return
	case '!':
		c.values++
		c.tag()
		return
	case '[', '{':
		c.value()
		c.flows, c.colon = append(c.flows, b), false
		c.pos++
		return
	case '*':
		c.value()
		c.anchor()
	case '"', '\'':
		c.value()
		c.quoted(b)
	default:
		c.value()
		c.plain()
	}
}

// anchor moves over an anchor or an alias.
func (c *yamlCounter) anchor() {
	for c.pos++; isWordByte(c.at(0)) && c.at(0) != '.' && c.at(0) != '+' || c.at(0) == '_'; c.pos++ {
	}
}

// tag moves over a tag.
func (c *yamlCounter) tag() {
	for c.pos++; !c.blankAt(0) && (len(c.flows) == 0 || !isFlowIndicator(c.at(0))); c.pos++ {
	}
}

// quoted moves over a quoted string.
func (c *yamlCounter) quoted(quote byte) {
	for c.pos++; c.pos < len(c.src); {
		switch b := c.at(0); {
		case c.takeBreak():
			continue
		case b == '\\' && quote == '"' && c.breakAt(1) == 0, b == '\'' && quote == '\'' && c.at(1) == '\'':
			c.pos++
		case b == quote:
			c.pos++
			return
		}
		c.pos++
	}
}

// plain moves over a string without quotes, which may have several lines.
func (c *yamlCounter) plain() {
	for c.pos < len(c.src) && !c.endsPlain() {
		if !c.blankAt(0) {
			c.pos++
			continue
		}
		c.blanks()
		if len(c.flows) == 0 && c.col() <= c.entry || c.isMarker() || c.at(0) == '#' {
			return
		}
	}
}

// endsPlain reports whether an indicator that ends a string without quotes is ahead.
func (c *yamlCounter) endsPlain() bool {
	b := c.at(0)
	return b == ':' && c.blankAt(1) || len(c.flows) > 0 && (b == '?' || isFlowIndicator(b))
}

func isFlowIndicator(b byte) bool { return b == ',' || b == '[' || b == ']' || b == '{' || b == '}' }

// blockScalar moves over a text after | or >. Its lines are indented more than the
// collection around it.
func (c *yamlCounter) blockScalar() {
	indent := max(1, c.entry+1)
	c.toLineEnd()
	for c.takeBreak() {
		spaces := 0
		for c.at(spaces) == ' ' {
			spaces++
		}
		if spaces < indent && c.breakAt(spaces) == 0 || c.isMarker() {
			return
		}
		c.toLineEnd()
	}
}
