package jsonx

import (
	"encoding/binary"
	"unicode/utf8"
)

// appendText appends a text as encoding/json writes it where HTML is not escaped.
func appendText(dst []byte, s string) []byte {
	start := len(dst) + 1
	dst = append(append(append(dst, '"'), s...), '"')
	if needsNoEscape(dst[start : len(dst)-1]) { // nearly all
		return dst
	}
	return appendEscapedText(dst[:start], s)
}

// needsNoEscape reports whether a text is ASCII without controls, quotes and backslashes. It looks
// at eight bytes at once.
func needsNoEscape(text []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for ; len(text) >= 8; text = text[8:] {
		word := binary.LittleEndian.Uint64(text)
		quote, backslash := word^'"'*ones, word^'\\'*ones // have zero bytes for these
		if (word|(word-' '*ones)|(quote-ones)|(backslash-ones))&highs != 0 {
			return false
		}
	}
	for _, c := range text {
		if c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendEscapedText appends a text with its escapes, and the quote at its end.
func appendEscapedText(dst []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if ' ' <= c && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		width, escape := 1, ""
		if c >= utf8.RuneSelf {
			var r rune
			r, width = utf8.DecodeRuneInString(s[i:])
			escape = escapeOf(r, width)
		}
		if c >= utf8.RuneSelf && escape == "" {
			i += width
			continue
		}
		dst = append(dst, s[from:i]...)
		if c < utf8.RuneSelf {
			dst = appendEscaped(dst, c)
		}
		dst = append(dst, escape...)
		i += width
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// escapeOf returns how a character that is not ASCII is written, "" for itself.
func escapeOf(r rune, width int) string {
	switch {
	case r == utf8.RuneError && width == 1:
		return `\ufffd`
	case r == '\u2028':
		return `\u2028`
	case r == '\u2029':
		return `\u2029`
	}
	return ""
}

func appendEscaped(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}
