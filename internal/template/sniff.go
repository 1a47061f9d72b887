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
	return in.hidesKeys || in.search(func(part []byte) bool { return bytes.Contains(part, []byte(text)) })
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
// ASCII letters. The other one must hold a sign that is no letter: it is looked for.
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

var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|/|\r?\n[ \t]*)`)
})

// withoutEscapes replaces the escapes of JSON and of YAML's quoted strings that can stand
// for letters. It is for finding words: what is no escape is replaced, too.
func withoutEscapes(content []byte) []byte {
	if !bytes.Contains(content, []byte(`\`)) {
		return content
	}
	return escapes().ReplaceAllFunc(content, func(escape []byte) []byte {
		switch escape[1] {
		case 'x', 'u', 'U':
			n, _ := strconv.ParseUint(string(escape[2:]), 16, 32) // hexadecimal digits
			return []byte(string(rune(n)))
		case '/':
			return escape[1:]
		}
		return nil // a line break
	})
}

// mayBeList reports by the first line that is no comment, marker or directive whether a
// YAML text may be a list.
func (in *input) mayBeList() bool {
	start := firstContent(in.content)
	if bytes.HasPrefix(start, []byte("---")) {
		start = bytes.TrimLeft(start[len("---"):], " \t")
	}
	return len(start) > 0 && strings.IndexByte("-[&!", start[0]) >= 0
}

// firstContent is the text from the first line on that is no comment, marker or
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

// isText reports whether a file without extension that can't be parsed is no script,
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
