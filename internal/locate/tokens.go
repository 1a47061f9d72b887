package locate

import (
	"iter"
	"net/netip"
	"strings"
)

// tokenKind says what a token may stand for.
type tokenKind uint8

const (
	tokenOther   tokenKind = iota // between words: one byte, or a run of colons
	tokenWord                     // letters, digits, - and _
	tokenAddress                  // an IP address or a CIDR
	tokenTime                     // a date, a time of day, or both
)

// token is a piece of a text.
type token struct {
	kind tokenKind
	text string
}

// tokens yields the pieces of a text, which together are the text.
func tokens(text string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for i, inWord := 0, false; i < len(text); {
			t := tokenAt(text[i:], inWord)
			if !yield(t) {
				return
			}
			i += len(t.text)
			inWord = t.kind != tokenOther
		}
	}
}

// tokenAt returns the token that a text begins with. inWord is set if the byte before
// the text belongs to a word.
func tokenAt(text string, inWord bool) token {
	c := text[0]
	if !inWord && (isHexDigit(c) || c == ':') {
		if n := timeAt(text); n > 0 {
			return token{tokenTime, text[:n]}
		}
		if n := addressAt(text); n > 0 {
			return token{tokenAddress, text[:n]}
		}
	}
	if c == ':' {
		return token{tokenOther, text[:len(text)-len(strings.TrimLeft(text, ":"))]}
	}
	if !isAlnum(c) {
		return token{tokenOther, text[:1]}
	}
	n := 1
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	for text[n-1] == '-' || text[n-1] == '_' {
		n--
	}
	return token{tokenWord, text[:n]}
}

func isWordByte(c byte) bool { return isAlnum(c) || c == '-' || c == '_' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

const (
	// maxAddress bounds the length of an IPv6 address with a prefix or a port.
	maxAddress = 64
	// maxSeparators bounds the dots and colons of an address and of what stands after it.
	maxSeparators = 12
)

// addressAt returns the length of the IP address, CIDR or address with a port that a
// text begins with, 0 if it begins with none.
func addressAt(text string) int {
	n, separators := 0, 0
	for n < min(len(text), maxAddress) && (isHexDigit(text[n]) || strings.IndexByte(".:/", text[n]) >= 0) {
		if text[n] == '.' || text[n] == ':' {
			separators++
		}
		n++
	}
	if separators < 2 || separators > maxSeparators {
		return 0
	}
	for n > 0 {
		if (n == len(text) || !isAlnum(text[n])) && isAddress(text[:n]) {
			return n
		}
		n = strings.LastIndexAny(text[:n], ".:/") // the end of a sentence, or 443/tcp
	}
	return 0
}

func isAddress(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// timeAt returns the length of the date, the time of day, or both, that a text begins
// with; 0 if it begins with none. The forms are those of ISO 8601.
func timeAt(text string) int {
	n := shapeAt(text, "0000-00-00")
	if n > 0 && n < len(text) && strings.IndexByte("tT ", text[n]) >= 0 {
		if clock := clockAt(text[n+1:]); clock > 0 {
			n += 1 + clock
		}
	}
	if n == 0 {
		n = clockAt(text)
	}
	if n < len(text) && isWordByte(text[n]) {
		return 0
	}
	return n
}

// clockAt is timeAt for 10:11, 10:11:12 and 10:11:12.345, with or without a time zone.
func clockAt(text string) int {
	n := shapeAt(text, "00:00")
	if n == 0 {
		return 0
	}
	if seconds := shapeAt(text[n:], ":00"); seconds > 0 {
		n += seconds
		if rest := text[n:]; len(rest) > 1 && strings.IndexByte(".,", rest[0]) >= 0 && isDigit(rest[1]) {
			n += 1 + len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789"))
		}
	}
	for _, zone := range []string{"z", "Z", " utc", " UTC", "+00:00", "-00:00", "+0000", "-0000"} {
		if end := shapeAt(text[n:], zone); end > 0 {
			return n + end
		}
	}
	return n
}

// shapeAt returns the length of a shape, in which 0 stands for any digit, if a text
// begins with it; otherwise 0.
func shapeAt(text, shape string) int {
	if len(text) < len(shape) {
		return 0
	}
	for i := range len(shape) {
		if c := shape[i]; c == '0' && !isDigit(text[i]) || c != '0' && text[i] != c {
			return 0
		}
	}
	return len(shape)
}
