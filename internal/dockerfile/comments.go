package dockerfile

import (
	"bytes"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Comments returns the comments between the instructions of a Dockerfile that begin with a word.
// Lines of a heredoc, and those between the lines of an instruction, do not count.
func Comments(path string, content []byte, word string) ([]result.Comment, error) {
	if err := checkBounds(path, content); err != nil {
		return nil, err
	}
	instructions, _, err := split(plainText(content))
	if err != nil {
		return nil, inFile(path, err)
	}
	inside := map[int]bool{}
	for _, i := range instructions {
		for line := i.lines.Start; line <= i.lines.End; line++ {
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
