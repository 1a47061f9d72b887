package skaffold

import "bytes"

// blanks are what may stand between the tokens of JSON.
const blanks = " \t\n\f\r"

// IsConfig reports whether a text is a Skaffold file: its version stands at the start of a
// line, or anywhere in braces, as in JSON.
func IsConfig(content []byte) bool {
	version := []byte("skaffold/v")
	brace := -1
	for at := 0; ; at += len(version) {
		next := bytes.Index(content[at:], version)
		if next < 0 {
			return false
		}
		if brace < 0 {
			brace = firstBrace(content)
		}
		if at += next; followsKey(content[:at], brace) {
			return true
		}
	}
}

// followsKey reports whether the value of the key apiVersion begins after a text: at the start
// of a line, or after the index brace.
func followsKey(text []byte, brace int) bool {
	key, isValue := bytes.CutSuffix(bytes.TrimRight(withoutQuote(text), blanks), []byte(":"))
	before, isVersion := bytes.CutSuffix(withoutQuote(bytes.TrimRight(key, " \t")), []byte("apiVersion"))
	switch {
	case !isValue || !isVersion:
		return false
	case startsLine(before), startsLine(withoutQuote(before)):
		return true
	}
	return brace < len(before) && bytes.ContainsAny(before[len(before)-1:], blanks+`{,"'`)
}

// startsLine reports whether a line begins after a text.
func startsLine(text []byte) bool { return len(text) == 0 || text[len(text)-1] == '\n' }

// withoutQuote cuts off a quote at the end of a text.
func withoutQuote(text []byte) []byte {
	if n := len(text) - 1; n >= 0 && (text[n] == '"' || text[n] == '\'') {
		return text[:n]
	}
	return text
}

// firstBrace is the index of the brace that a text begins with, besides blanks, comments and
// markers of documents. It is that of the end if the text begins with something else.
func firstBrace(content []byte) int {
	text := content
	for {
		text = bytes.TrimLeft(text, blanks)
		switch {
		case bytes.HasPrefix(text, []byte("---")):
			text = text[len("---"):]
		case bytes.HasPrefix(text, []byte("#")):
			_, text, _ = bytes.Cut(text, []byte("\n"))
		case bytes.HasPrefix(text, []byte("{")):
			return len(content) - len(text)
		default:
			return len(content)
		}
	}
}
