package jsonx

import "github.com/go-json-experiment/json/jsontext"

const (
	// maxTexts bounds how many texts are kept, and maxText how long they are, in bytes.
	maxTexts = 10_000
	maxText  = 128
)

// sharedTexts keeps one copy of each text that repeats in an answer: a list may hold the same few a
// million times. It starts again when it is full of others.
type sharedTexts map[string]string

// of returns what read makes of a value.
func (t *sharedTexts) of(v jsontext.Value, read func(jsontext.Value) string) string {
	if len(v) > maxText {
		return read(v)
	}
	s, known := (*t)[string(v)]
	if known {
		return s
	}
	s = read(v)
	if *t == nil || len(*t) >= maxTexts {
		*t = sharedTexts{}
	}
	(*t)[string(v)] = s
	return s
}
