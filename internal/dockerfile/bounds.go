package dockerfile

import (
	"bufio"
	"bytes"
	"fmt"
)

// The bounds of a file. Dockerfiles that people write stay below 1,000 lines.
const (
	// maxLines bounds the lines that may be instructions: BuildKit's parser takes 600
	// bytes for each, and can't be stopped.
	maxLines = 50_000
	// maxLine is the longest line in bytes that BuildKit reads, with its line break.
	maxLine = bufio.MaxScanTokenSize
)

// checkBounds returns an error for the first line beyond a bound.
func checkBounds(path string, content []byte) *SyntaxError {
	line, instructions := 0, 0
	for text := range bytes.Lines(content) {
		line++
		if len(bytes.TrimSuffix(text, []byte{'\n'})) >= maxLine {
			return &SyntaxError{Path: path, Line: line, Msg: fmt.Sprintf("the line is longer than %d bytes, which BuildKit can't read", maxLine)}
		}
		if text = bytes.TrimSpace(text); len(text) == 0 || text[0] == '#' {
			continue
		}
		if instructions++; instructions > maxLines {
			return &SyntaxError{Path: path, Line: line, Msg: fmt.Sprintf("too large to read: more than %d lines that are not blank or a comment", maxLines)}
		}
	}
	return nil
}
