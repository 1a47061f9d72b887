package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// syntaxError gives an error of the YAML library the form path:line. The library names
// no column, and the line within its text ("yaml: line 3: did not find …").
func (p *parser) syntaxError(content []byte, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	at := &yaml.Node{Line: 1, Column: 1}
	if msg == "EOF" {
		return p.errorAt(at, "the file is empty; fix: start it with version: 1")
	}
	if strings.HasPrefix(msg, "unknown anchor") { // whose name may be a secret that begins with *
		msg = "an alias of an unknown anchor, or a value that begins with * and needs quotes"
	}
	var line int
	if n, _ := fmt.Sscanf(msg, "line %d:", &line); n == 1 {
		at.Line, at.Column = line, 0
		_, msg, _ = strings.Cut(msg, ": ")
	}
	if line, column := indentingTab(content); line > 0 {
		at.Line, at.Column = line, column
		return p.errorAt(at, "a tab can't indent YAML; fix: use spaces")
	}
	if line := failingLine(content); line > 0 {
		at.Line, at.Column = line, 0
	}
	return p.errorAt(at, "invalid YAML: %s; fix: check the indentation, the quotes and the brackets here and in the line above", msg)
}

// failingLine returns the line after the longest beginning of a text that is YAML, 1-based, or 0
// for a long text. The library often names the line before the block that is broken.
func failingLine(content []byte) int {
	const mostBytes, mostLines = 64 << 10, 500
	ends := []int{0}
	for line := range bytes.Lines(content) {
		ends = append(ends, ends[len(ends)-1]+len(line))
	}
	if len(content) > mostBytes || len(ends) > mostLines {
		return 0
	}
	for lines, end := range slices.Backward(ends[:len(ends)-1]) {
		if yaml.Unmarshal(content[:end], &yaml.Node{}) == nil {
			return lines + 1
		}
	}
	return 1
}

// invalidUTF8 returns where the first byte is that UTF-8 can't have, 1-based, or 0. UTF-16 with a
// mark is YAML too.
func invalidUTF8(content []byte) (line, column int) {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return 0, 0
	}
	for text := range bytes.Lines(content) {
		line++
		column = 1
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			if r == utf8.RuneError && size == 1 {
				return line, column
			}
			text, column = text[size:], column+1
		}
	}
	return 0, 0
}

// indentingTab returns where the first line is that a tab indents, 1-based, or 0.
func indentingTab(content []byte) (line, column int) {
	for text := range bytes.Lines(content) {
		line++
		indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
		if i := bytes.IndexByte(indent, '\t'); i >= 0 && len(bytes.TrimSpace(text)) > 0 {
			return line, i + 1
		}
	}
	return 0, 0
}
