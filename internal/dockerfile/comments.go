package dockerfile

import (
	"bytes"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/scangate/scangate/internal/result"
)

// Comments returns the comments between the instructions of a Dockerfile that begin with a word.
// Lines of a heredoc, and those between the lines of an instruction, are none.
func Comments(path string, content []byte, word string) ([]result.Comment, error) {
	if err := checkBounds(path, content); err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(plainText(content)))
	if err != nil {
		return nil, syntaxError(path, 0, err)
	}
	inside := map[int]bool{}
	for _, node := range parsed.AST.Children {
		for line := node.StartLine; line <= node.EndLine; line++ {
			inside[line] = true
		}
	}
	var all []result.Comment
	line := 0
	for raw := range bytes.Lines(content) {
		line++
		text, isComment := strings.CutPrefix(strings.TrimSpace(string(raw)), "#")
		if text = strings.TrimSpace(text); isComment && !inside[line] && strings.HasPrefix(text, word) {
			all = append(all, result.Comment{Line: line, Column: bytes.IndexByte(raw, '#') + 1, Alone: true, Text: text})
		}
	}
	return all, nil
}
