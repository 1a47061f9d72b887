package tree

import "bytes"

// isRepairable reports whether there may be something in a text that is replaced.
func isRepairable(content []byte) bool {
	return bytes.IndexByte(content, '\t') >= 0 || bytes.HasPrefix(content, []byte("%")) || bytes.Contains(content, []byte("\n%"))
}

// repaired replaces what YAML allows and the library does not take: directives besides
// %TAG, such as %YAML 1.2, and tabs on lines that hold a comment or nothing. All keeps its
// line and column.
func repaired(content []byte) []byte {
	out := bytes.Clone(content)
	inDocument := false
	for at := 0; at < len(out); {
		line := out[at:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		at += len(line)
		text := bytes.TrimSpace(line)
		switch {
		case len(text) == 0 || text[0] == '#':
			copy(line, bytes.ReplaceAll(line, []byte("\t"), []byte(" ")))
		case bytes.HasPrefix(line, []byte("...")):
			inDocument = false
		case line[0] == '%' && !inDocument && !bytes.HasPrefix(line, []byte("%TAG")):
			line[0] = '#'
		case line[0] != '%':
			inDocument = true
		}
	}
	return out
}
