package result

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// EscapeNames makes the names and texts of a complete plan valid UTF-8. File names may
// hold any bytes, and until then they must, because files are opened and compared by
// them. A byte that is not UTF-8 becomes \xff. Rows stay distinct.
func (p *Plan) EscapeNames() {
	taken := make(map[string]bool, len(p.Rows))
	for i := range p.Rows {
		taken[p.Rows[i].Target.ID()] = true
	}
	for i := range p.Rows {
		row := &p.Rows[i]
		row.Reason, row.Fix = escape(row.Reason), escape(row.Fix)
		for j := range row.Target.Places {
			place := &row.Target.Places[j]
			place.Path = escape(place.Path)
		}
		if t := &row.Target; !utf8.ValidString(t.Name) {
			t.Name = escape(t.Name)
			for taken[t.ID()] { // a file has the escape as its name
				t.Name = strconv.Quote(t.Name)
			}
			taken[t.ID()] = true
		}
	}
	for i := range p.NotSent {
		p.NotSent[i].Path = escape(p.NotSent[i].Path)
	}
	p.Sort()
}

// escape replaces each byte that is not UTF-8 with \x and two hexadecimal digits.
func escape(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
