package secret

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a part of a text, in bytes.
type span struct{ start, end int }

// replaceSpans replaces parts of s. Overlapping ones get one mask: all are found in the text as it
// was, so that no mask hides what another has to find.
func replaceSpans(s string, spans []span, mask string) string {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	var b strings.Builder
	done := 0
	for i := 0; i < len(spans); {
		from, end := spans[i].start, spans[i].end
		for i++; i < len(spans) && spans[i].start < end; i++ {
			end = max(end, spans[i].end)
		}
		b.WriteString(s[done:from])
		b.WriteString(mask)
		done = end
	}
	return b.String() + s[done:]
}

// occurrences returns where a value is in a text, also where it overlaps itself.
func occurrences(s, value string) []span {
	var spans []span
	for from := 0; ; {
		i := strings.Index(s[from:], value)
		if i < 0 || value == "" {
			return spans
		}
		spans = append(spans, span{from + i, from + i + len(value)})
		from += i + 1
	}
}

// foldedText is a text in lower case that knows where each of its bytes was before.
type foldedText struct {
	text string
	// from has the place of each byte and of the end; nil if lower case moves nothing.
	from []int
}

func fold(s string) foldedText {
	if lower := strings.ToLower(s); len(lower) == len(s) && utf8.ValidString(s) {
		return foldedText{text: lower}
	}
	var b strings.Builder
	var from []int
	for i, r := range s {
		n := b.Len()
		b.WriteRune(unicode.ToLower(r))
		for range b.Len() - n {
			from = append(from, i)
		}
	}
	return foldedText{b.String(), append(from, len(s))}
}

// span returns where a part of the folded text was before.
func (f foldedText) span(s span) span {
	if f.from == nil {
		return s
	}
	return span{f.from[s.start], f.from[s.end]}
}
