package locate

import "unicode/utf8"

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func isCloser(c byte) bool { return c == ')' || c == ']' || c == '}' }

// closerOf returns the bracket that closes an opening bracket, 0 for other bytes.
func closerOf(c byte) byte {
	switch c {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return 0
}

// hasLetterOrDigit counts every character beyond ASCII as a letter.
func hasLetterOrDigit(s string) bool {
	for i := range len(s) {
		if isAlnum(s[i]) || s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// leadingNumber reads up to nine digits at the start of s, 0 if there are none.
func leadingNumber(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9 && isDigit(s[i]); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
