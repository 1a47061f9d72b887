package tree

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// JSONComments returns the comments of a JSON file that begin with a word.
func JSONComments(src, word string, budget *Budget) ([]result.Comment, *SyntaxError) {
	var all []result.Comment
	r := &jsonReader{src: src, line: 1, budget: budget}
	r.onComment = func(line, col int, raw string) {
		text := strings.TrimSpace(strings.TrimSuffix(raw[len("//"):], "*/"))
		if strings.HasPrefix(raw, "//") {
			text = strings.TrimSpace(raw[len("//"):])
		}
		if strings.HasPrefix(text, word) {
			before := src[r.lineStart : r.lineStart+col-1]
			all = append(all, result.Comment{Line: line, Column: col, Alone: strings.TrimSpace(before) == "", Text: text})
		}
	}
	for first := true; first || r.pos < len(r.src); first = false {
		r.value(0)
		if r.space(); r.err != nil {
			return nil, r.err
		}
	}
	return all, nil
}

// YAMLComments returns the comments of a YAML file that begin with a word. Text that looks like
// one within a scalar does not count. The library keeps no position of comments: so each text that
// looks like one gets a mark, and those whose marks come back in a scalar are left out.
func YAMLComments(content []byte, word string, budget *Budget) ([]result.Comment, *SyntaxError) {
	mark := unusedWord(content)
	marked, found := markComments(content, word, mark)
	if len(found) == 0 {
		return nil, nil
	}
	if err := checkYAML(marked, budget); err != nil {
		return nil, err
	}
	inScalar := map[string]bool{}
	dec := yaml.NewDecoder(bytes.NewReader(marked))
	for {
		root, err := nextDocument(dec)
		if err != nil {
			return nil, err
		}
		if root == nil {
			break
		}
		findMarks(root, mark, inScalar)
	}
	var all []result.Comment
	for i, c := range found {
		if !inScalar[strconv.Itoa(i)] {
			all = append(all, c)
		}
	}
	return all, nil
}

// unusedWord returns a word of letters that does not occur in a text.
func unusedWord(content []byte) string {
	word := "scangatemark"
	for bytes.Contains(content, []byte(word)) {
		word += "k"
	}
	return word
}

// markComments replaces the word after each # by the mark and a number, between which stands a
// colon, and returns what looks like comments, in the order of the numbers.
func markComments(content []byte, word, mark string) (marked []byte, found []result.Comment) {
	line := 0
	for text := range bytes.Lines(content) {
		line++
		at, end := commentIn(text, word)
		if at < 0 {
			marked = append(marked, text...)
			continue
		}
		marked = append(marked, text[:at+1]...)
		marked = append(marked, mark+":"+strconv.Itoa(len(found))+":"...)
		marked = append(marked, text[end:]...)
		found = append(found, result.Comment{
			Line: line, Column: at + 1, Alone: len(bytes.TrimSpace(text[:at])) == 0, Text: string(bytes.TrimSpace(text[at+1:])),
		})
	}
	return marked, found
}

// commentIn returns where the first # of a line stands that begins a comment with the word, and
// where the word ends; -1 without one.
func commentIn(line []byte, word string) (at, end int) {
	for i, c := range line {
		if c != '#' || i > 0 && line[i-1] != ' ' && line[i-1] != '\t' {
			continue
		}
		rest := bytes.TrimLeft(line[i+1:], " \t")
		if bytes.HasPrefix(rest, []byte(word)) {
			return i, len(line) - len(rest) + len(word)
		}
	}
	return -1, -1
}

// findMarks collects the numbers of the marks in the scalars of a document. Aliases are not
// followed: their anchors are in the document.
func findMarks(n *yaml.Node, mark string, found map[string]bool) {
	if n.Kind == yaml.ScalarNode {
		for _, rest := range strings.Split(n.Value, mark+":")[1:] {
			number, _, _ := strings.Cut(rest, ":")
			found[number] = true
		}
	}
	for _, child := range n.Content {
		findMarks(child, mark, found)
	}
}
