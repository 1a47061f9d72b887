package secret

import "strings"

// Most lines of a file hold no secret, and a regular expression takes microseconds to find that
// out. The functions here take much less. Each is true for every line that its pattern matches.

// mayNameSecret reports whether the patterns assignment and flag may match a line.
func mayNameSecret(s string) bool {
	return containsAnyFold(s, "key", "pass", "secret", "token", "pwd", "private", "credential", "connection", "sas")
}

// mayAuthorize reports whether the pattern auth may match a line.
func mayAuthorize(s string) bool { return containsAnyFold(s, "bearer", "basic", "apikey") }

// containsAnyFold reports whether s contains one of the words in any case. Characters that are not
// ASCII may fold to letters that are: a text with one may contain every word.
func containsAnyFold(s string, words ...string) bool {
	if !isASCII(s) {
		return true
	}
	s = strings.ToLower(s)
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// minKey is the length of the shortest key that the pattern shape matches, of those that are one
// run of the characters of keys: all but the tokens that begin with eyJ, which have dots.
const minKey = 15

// mayHoldKey reports whether hideKeys may change a line: a key has a digit.
func mayHoldKey(s string) bool {
	length, hasDigit := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			length, hasDigit = length+1, true
		case isLetter(c) || c == '_' || c == '-' || c == '+' || c == '/':
			length++
		default:
			length, hasDigit = 0, false
		}
		if length >= minKey && hasDigit {
			return true
		}
	}
	return strings.Contains(s, "eyJ")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
