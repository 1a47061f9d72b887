package tree

import (
	"bytes"
	"sort"

	"go.yaml.in/yaml/v3"
)

// maxLocated bounds the texts in which [SyntaxError.Locate] searches, in bytes: it reads about as
// many beginnings of one as the number of its lines has bits.
const maxLocated = 64 << 10

// Locate corrects the line of an error of [ReadYAML] about content. The library knows no column,
// and names the line before the block that is broken, or 1. Other errors stay as they are.
func (e *SyntaxError) Locate(content []byte) {
	if e.Col > 0 || e.TooLarge || len(content) > maxLocated {
		return
	}
	if isRepairable(content) {
		content = repaired(content)
	}
	var ends []int
	end := 0
	for line := range bytes.Lines(content) {
		end += len(line)
		ends = append(ends, end)
	}
	// The library reads from the start and stops: each beginning of the text that reaches the
	// wrong line has the same error.
	i := sort.Search(len(ends), func(i int) bool {
		err := failure(content[:ends[i]])
		return err != nil && err.Msg == e.Msg
	})
	if i == len(ends) {
		return
	}
	e.Line = i + 1
	line := content[:ends[i]]
	line = line[bytes.LastIndexByte(bytes.TrimRight(line, "\n"), '\n')+1:]
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
		e.Col, e.Msg = tab+1, "a tab can't indent YAML; use spaces"
	}
}

// failure returns why a text is not YAML, nil if it is.
func failure(content []byte) *SyntaxError {
	dec := yaml.NewDecoder(bytes.NewReader(content))
	for {
		if root, err := nextDocument(dec); root == nil || err != nil {
			return err
		}
	}
}
