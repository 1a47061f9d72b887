package template

import (
	"bytes"
	"path"
	"strings"
)

// has reports whether the file contains the text.
func (in *input) has(text string) bool { return bytes.Contains(in.content, []byte(text)) }

// hasKey reports whether the file may have the key at any depth.
func (in *input) hasKey(key string) bool {
	if in.isJSON {
		key = `"` + key + `"`
	}
	return in.has(key)
}

// hasTopKey reports whether a line of a YAML file begins with the key.
func (in *input) hasTopKey(key string) bool {
	return !in.isJSON && (in.lineStarts(key+":") || in.lineStarts(`"`+key+`":`))
}

// lineStarts reports whether a line begins with the text.
func (in *input) lineStarts(text string) bool {
	return bytes.HasPrefix(in.content, []byte(text)) || in.has("\n"+text)
}

// hasActions reports whether the file contains {{ }} of Go templates or Jinja.
func (in *input) hasActions() bool { return in.has("{{") }

// under reports whether a folder of that name is above the file.
func (in *input) under(folder string) bool {
	return strings.Contains("/"+path.Dir(in.path)+"/", "/"+folder+"/")
}

// firstByte is the first byte that is not white space, 0 if there is none.
func firstByte(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
