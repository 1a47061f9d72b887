package template

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// has reports whether the file contains the text, in quoted strings also where it is
// written with escapes.
func (in *input) has(text string) bool {
	return in.hidesKeys || in.search(func(part []byte) bool { return contains(part, text) })
}

// frequent are the bytes that data consists of, from the most frequent one to rare ones. Others
// are rarer.
const frequent = " \"/:.,etaoinsrhldcumpfgwybvk-_xjqz"

// contains reports whether a text contains a word. It looks for the byte of the word that is
// likely the rarest, which is several times as fast as looking for the first one: most of the
// words that tell languages are in few files.
func contains(text []byte, word string) bool {
	rare, rank := 0, 0
	for i := range len(word) {
		own := strings.IndexByte(frequent, word[i])
		if own < 0 {
			rare = i
			break
		}
		if own > rank {
			rare, rank = i, own
		}
	}
	misses := 0
	for at := rare; at < len(text); at++ {
		next := bytes.IndexByte(text[at:], word[rare])
		if next < 0 {
			return false
		}
		at += next
		rest := text[at-rare:]
		if len(rest) >= len(word) && string(rest[:len(word)]) == word {
			return true
		}
		if misses++; misses > 16+at/8 { // the byte is not rare here
			return bytes.Contains(rest[1:], []byte(word))
		}
	}
	return false
}

// hasKey is has for a key, which has quotes in JSON.
func (in *input) hasKey(key string) bool {
	if path.Ext(in.name) == ".json" {
		key = `"` + key + `"`
	}
	return in.has(key)
}

// hasLine reports whether a line begins with the text, besides blanks and quotes.
func (in *input) hasLine(text string) bool {
	return in.search(func(part []byte) bool {
		if !bytes.Contains(part, []byte(text)) {
			return false
		}
		for line := range bytes.Lines(part) {
			if bytes.HasPrefix(bytes.TrimLeft(line, " \t\"'"), []byte(text)) {
				return true
			}
		}
		return false
	})
}

// hasFold is has for a text in lower case, in any case: ARM does not care about it.
func (in *input) hasFold(text string) bool {
	return in.hidesKeys || in.search(func(part []byte) bool { return containsFold(part, []byte(text)) })
}

// containsFold reports whether a text contains another one in lower case, in any case of
// ASCII letters. The other one must hold a sign that is not a letter: it is looked for.
func containsFold(text, lower []byte) bool {
	sign := bytes.IndexAny(lower, "$.")
	for at := 0; ; at++ {
		next := bytes.IndexByte(text[at:], lower[sign])
		if next < 0 {
			return false
		}
		at += next
		start := at - sign
		if end := start + len(lower); start >= 0 && end <= len(text) && bytes.EqualFold(text[start:end], lower) {
			return true
		}
	}
}

// MayBe reports whether a text that is too large to be parsed may be in a language. head
// is its beginning, and search reports whether a function accepts a part of it. Parts
// overlap by the length of a word.
func MayBe(path string, head []byte, search func(func(part []byte) bool) bool) bool {
	in := newInput(RawFile{Path: path, Content: head}, &folder{})
	in.search = func(accepts func([]byte) bool) bool {
		return search(func(part []byte) bool { return accepts(withoutEscapes(part)) })
	}
	return slices.ContainsFunc(languages(), func(l *Language) bool { return l.mayRead(in) })
}

// under reports whether a folder of that name is above the file.
func (in *input) under(folder string) bool {
	return strings.Contains("/"+path.Dir(in.path)+"/", "/"+folder+"/")
}

// hidesKeys reports whether a YAML text may hold keys in base64.
func hidesKeys(content []byte) bool {
	return bytes.Contains(content, []byte("binary")) &&
		(bytes.Contains(content, []byte("!!binary")) || bytes.Contains(content, []byte("!<tag:yaml")) || bytes.Contains(content, []byte("%TAG")))
}

// withoutEscapes replaces the escapes of JSON and of YAML's quoted strings that can stand
// for letters. It is for finding words: what is not an escape is replaced, too.
func withoutEscapes(content []byte) []byte {
	var out []byte
	done := 0 // what is in out
	for at := 0; ; at++ {
		next := bytes.IndexByte(content[at:], '\\')
		if next < 0 {
			break
		}
		at += next
		if at+1 < len(content) && strings.IndexByte("/xuU\r\n", content[at+1]) < 0 {
			continue // most escapes are those of quotes and line breaks
		}
		if with, length := unescaped(content[at:]); length > 0 {
			if out == nil {
				out = make([]byte, 0, len(content))
			}
			out = append(append(out, content[done:at]...), with...)
			done = at + length
			at = done - 1
		}
	}
	if done == 0 {
		return content
	}
	return append(out, content[done:]...)
}

// unescaped returns what the escape at the start of a text stands for. Its length is 0 for one
// that stands for no letter.
func unescaped(text []byte) (with string, length int) {
	if len(text) < 2 {
		return "", 0
	}
	var digits int
	switch text[1] {
	case '/':
		return "/", 2
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		rest := bytes.TrimPrefix(text[1:], []byte("\r"))
		if !bytes.HasPrefix(rest, []byte("\n")) {
			return "", 0
		}
		return "", len(text) - len(bytes.TrimLeft(rest[1:], " \t"))
	}
	if len(text) < 2+digits {
		return "", 0
	}
	n, err := strconv.ParseUint(string(text[2:2+digits]), 16, 32)
	if err != nil {
		return "", 0
	}
	return string(rune(n)), 2 + digits
}

// mayBeList reports by the first line that is not a comment, marker or directive whether a
// YAML text may be a list.
func (in *input) mayBeList() bool {
	start := firstContent(in.content)
	if bytes.HasPrefix(start, []byte("---")) {
		start = bytes.TrimLeft(start[len("---"):], " \t")
	}
	return len(start) > 0 && strings.IndexByte("-[&!", start[0]) >= 0
}

// firstContent is the text from the first line on that is not a comment, marker or
// directive.
func firstContent(content []byte) []byte {
	for at := 0; at < len(content); {
		line := content[at:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		text := bytes.TrimSpace(line)
		if len(text) > 0 && text[0] != '#' && text[0] != '%' && string(text) != "---" && string(text) != "..." {
			return bytes.TrimLeft(content[at:], " \t")
		}
		at += len(line)
	}
	return nil
}

// firstKey matches how a manifest or template begins.
var firstKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[{\s]*["']?(apiVersion|kind|metadata|spec|data|items|\$schema|AWSTemplateFormatVersion|Resources|Description|Parameters|Transform|Metadata|Mappings|Conditions|Outputs)["']?\s*:`)
})

// isText reports whether a file without extension that can't be parsed is not a script,
// program or prose: by its beginning, or by the documents before the error.
func (in *input) isText() bool {
	if !bytes.HasPrefix(in.content, []byte("#!")) && firstKey().Match(firstContent(in.content)) {
		return true
	}
	if in.docs == nil {
		return false
	}
	whole := *in
	whole.err = nil
	f, err := whole.parseAs()
	return f != nil && err == nil
}

// firstByte is the first byte that is not white space, 0 if there is none.
func firstByte(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
