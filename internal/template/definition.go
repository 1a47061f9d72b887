package template

import (
	"bytes"
	"slices"
	"strings"
)

// IsDefinition reports whether a file is one CustomResourceDefinition and nothing else, by the
// lines at its left margin. Such a file names no image. Where it is written in another way
// than the tools that generate these files do, the answer is false.
func IsDefinition(path string, content []byte) bool {
	kubernetes := Language{Names: dataNames()}
	if !kubernetes.hasName(nameOf(path)) || bytes.Contains(content, []byte("{{")) {
		return false
	}
	var m margin
	for line := range bytes.Lines(content) {
		if !m.add(line) {
			return false
		}
	}
	return m.isEmpty == "" && slices.Contains(m.keys, "apiVersion") && slices.Contains(m.keys, "kind") && slices.Contains(m.keys, "metadata")
}

// margin is what stands at the left margin of a text, line by line.
type margin struct {
	keys []string
	// open is the last key if its value is a map, and isEmpty if the map has not begun.
	open, isEmpty string
}

// add adds a line, and reports whether it is one of a CustomResourceDefinition.
func (m *margin) add(line []byte) bool {
	text := bytes.TrimSpace(line)
	switch {
	case len(text) == 0, text[0] == '#', string(text) == "---" && len(m.keys) == 0:
		return true
	case line[0] == ' ':
		begins := m.isEmpty == "" || beginsMap(string(text))
		m.isEmpty = ""
		return m.open != "" && begins
	case line[0] != text[0] || m.isEmpty != "":
		return false
	}
	key, value, _ := strings.Cut(string(text), ":")
	if slices.Contains(m.keys, key) {
		return false
	}
	m.keys, m.open = append(m.keys, key), ""
	switch value = strings.TrimSpace(value); key {
	case "apiVersion":
		return value == "apiextensions.k8s.io/v1" || value == "apiextensions.k8s.io/v1beta1"
	case "kind":
		return value == "CustomResourceDefinition"
	case "metadata", "spec", "status":
		m.open, m.isEmpty = key, key
		return value == ""
	}
	return false
}

// beginsMap reports whether a line begins with a key without quotes.
func beginsMap(text string) bool {
	key, value, found := strings.Cut(text, ":")
	return found && key != "" && isLetter(key[0]) && !strings.ContainsAny(key, " #") && (value == "" || value[0] == ' ')
}
