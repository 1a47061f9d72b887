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

// maxRepeated is how long a text of a document is that is kept to be shared, in bytes: a summary
// may be a paragraph.
const maxRepeated = 512

// repeatedTexts keeps one copy of each text of a field, where they repeat. Of a field whose texts
// are nearly all different it keeps none.
type repeatedTexts struct {
	known     map[string]string
	hits      int
	different bool
}

// of returns a text as a string.
func (t *repeatedTexts) of(text []byte) string {
	if s, known := t.known[string(text)]; known {
		t.hits++
		return s
	}
	if len(t.known) >= maxTexts {
		t.different = t.hits < len(t.known)
		t.known, t.hits = nil, 0
	}
	if t.different || len(text) > maxRepeated {
		return string(text)
	}
	if t.known == nil {
		t.known = map[string]string{}
	}
	s := string(text)
	t.known[s] = s
	return s
}
