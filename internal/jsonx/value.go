package jsonx

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/scangate/scangate/internal/text"
)

const (
	wantText    = "a string"
	wantID      = "one line of at most 1000 characters"
	wantBool    = "true or false"
	wantCount   = "an integer >= 0"
	wantJSON    = "a JSON object"
	wantObject  = "an object"
	wantObjects = "an array of objects"

	maxID    = 1_000  // characters
	maxWords = 10_000 // characters
)

// Has reports whether the value at key exists and is not null.
func (o *Object) Has(key string) bool { return o.get(key) != nil }

// Text returns a string, or a number as it is written. It is required and must not
// be blank.
func (o *Object) Text(key string) string {
	s := o.OptText(key)
	if strings.TrimSpace(s) == "" {
		o.Fail(key, wantText)
	}
	return s
}

// OptText is Text for a member that may be missing or blank.
func (o *Object) OptText(key string) string {
	v := o.get(key)
	switch v.Kind() {
	case jsontext.KindString, jsontext.KindNumber:
		return o.masked(v)
	case jsontext.KindInvalid:
		return ""
	}
	o.mismatch(key, v, wantText)
	return ""
}

// ID is Text for an identifier or a status: one line of at most a thousand characters. Such
// texts stand in URLs and in every report.
func (o *Object) ID(key string) string {
	s := o.OptID(key)
	if strings.TrimSpace(s) == "" {
		o.Fail(key, wantText)
	}
	return s
}

// OptID is ID for a member that may be missing or blank.
func (o *Object) OptID(key string) string {
	s := o.OptText(key)
	if !isID(s) {
		o.Fail(key, wantID)
		return ""
	}
	return s
}

// isID reports whether s is an ID: one line, without characters that can't be seen.
func isID(s string) bool {
	hidden := func(r rune) bool { return (r < ' ' || r > '~') && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	return utf8.RuneCountInString(s) <= maxID && !strings.ContainsFunc(s, hidden)
}

// Words returns a text for people: the value of the first of the keys that has a
// string that is not blank, a number or a boolean, trimmed. It returns "" for
// anything else.
func (o *Object) Words(keys ...string) string {
	_, v := o.first(func(v jsontext.Value) bool { return o.words(v) != "" }, keys...)
	return o.words(v)
}

func (o *Object) words(v jsontext.Value) string {
	return text.Truncate(strings.TrimSpace(o.masked(v)), maxWords)
}

// AllWords returns what Words would return for each of the keys, without blank ones.
func (o *Object) AllWords(keys ...string) []string {
	o.Documented(keys...)
	var all []string
	for _, m := range o.members {
		if s := o.words(m.value); s != "" && slices.Contains(keys, m.key) {
			all = append(all, s)
		}
	}
	return all
}

// Any is Words for one key that returns an object or an array too, as JSON.
func (o *Object) Any(key string) string {
	v := o.get(key)
	if v.Kind() == jsontext.KindBeginObject || v.Kind() == jsontext.KindBeginArray {
		return o.opts.Mask(string(v))
	}
	return o.Words(key)
}

// Texts returns the scalars in the array at key, or a single scalar at key, without
// blank ones. It ignores anything else.
func (o *Object) Texts(key string) []string {
	v := o.get(key)
	values := []jsontext.Value{v}
	if v.Kind() == jsontext.KindBeginArray {
		values = o.elements(v)
	}
	var texts []string
	for _, v := range values {
		if s := o.masked(v); strings.TrimSpace(s) != "" {
			texts = append(texts, s)
		}
	}
	return texts
}

// masked is scalar for a value that leaves the package.
func (o *Object) masked(v jsontext.Value) string {
	return o.dec.values.of(v, func(v jsontext.Value) string { return o.opts.Mask(scalar(v)) })
}

// scalar returns a string, a number or a boolean as text, and "" for anything else.
func scalar(v jsontext.Value) string {
	switch v.Kind() {
	case jsontext.KindString:
		return unquoted(v)
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		return string(v)
	}
	return ""
}

// unquoted returns the text of a string.
func unquoted(v jsontext.Value) string {
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	s, _ := jsontext.AppendUnquote(nil, v) // valid, because Parse checked the whole answer
	return string(s)
}

// Bool returns a boolean, or a boolean that is written as a string. It is required.
func (o *Object) Bool(key string) bool {
	b := o.OptBool(key)
	if b == nil {
		o.Fail(key, wantBool)
		return false
	}
	return *b
}

// Flag is Bool for a member that is false if it is missing.
func (o *Object) Flag(key string) bool {
	b := o.OptBool(key)
	return b != nil && *b
}

// OptBool is Bool for a member that may be missing. It returns nil then.
func (o *Object) OptBool(key string) *bool {
	v := o.get(key)
	if v == nil {
		return nil
	}
	if v.Kind() != jsontext.KindNumber {
		switch strings.ToLower(strings.TrimSpace(scalar(v))) {
		case "true":
			return new(true)
		case "false":
			return new(false)
		}
	}
	o.mismatch(key, v, wantBool)
	return nil
}

// Count returns an integer >= 0, or an integer that is written as a string. It is
// required. Exponents are errors because they can underflow.
func (o *Object) Count(key string) int {
	return o.count(key, o.get(key))
}

// OptCount is Count for a member that may be missing. It returns absent then.
func (o *Object) OptCount(key string, absent int) int {
	v := o.get(key)
	if v == nil {
		return absent
	}
	return o.count(key, v)
}

// Counts returns the keys and counts of an object, in their order. The object is
// required, and a member that is null is an error: it was not counted. known are the
// keys that the service documents; others are arbitrary.
func (o *Object) Counts(key string, known ...string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		counted := o.Object(key)
		counted.Documented(known...)
		for _, m := range counted.members {
			name := o.opts.Mask(m.key)
			if !isID(name) {
				o.Fail(key, "an object whose keys are "+wantID)
				return
			}
			if !yield(name, counted.count(m.key, m.value)) {
				return
			}
		}
	}
}

// OptSize returns a count, or the length of an array, for a member that may be missing.
// It returns nil then.
func (o *Object) OptSize(key string) *int {
	v := o.get(key)
	switch v.Kind() {
	case jsontext.KindInvalid:
		return nil
	case jsontext.KindBeginArray:
		return new(len(o.elements(v)))
	}
	return new(o.count(key, v))
}

func (o *Object) count(key string, v jsontext.Value) int {
	n, ok := 0, false
	if kind := v.Kind(); kind == jsontext.KindNumber || kind == jsontext.KindString {
		n, ok = whole(strings.TrimSpace(scalar(v)))
	}
	if !ok {
		o.mismatch(key, v, wantCount)
	}
	return n
}

// whole parses an integer >= 0 without a sign. A fraction of zeros is allowed.
func whole(s string) (int, bool) {
	digits, fraction, hasFraction := strings.Cut(s, ".")
	n, err := strconv.ParseUint(digits, 10, strconv.IntSize-1) // ParseUint accepts no sign
	if err != nil || strings.Trim(fraction, "0") != "" || hasFraction && fraction == "" {
		return 0, false
	}
	return int(n), true
}

// Object returns the object at key, which is required. If it is missing, its fields
// are not reported too.
func (o *Object) Object(key string) *Object {
	if o.get(key) == nil {
		o.Fail(key, wantObject)
	}
	return o.OptObject(key)
}

// OptObject returns the object at the first of the keys that has a value, or an
// object without members.
func (o *Object) OptObject(keys ...string) *Object {
	key, v := o.first(isPresent, keys...)
	if v.Kind() == jsontext.KindBeginObject {
		return o.element(key, -1, v)
	}
	if v != nil {
		o.mismatch(key, v, wantObject)
	}
	return o.missing(keys[0])
}

// Objects returns the objects in the array at key. The array is required, and other
// elements are errors.
func (o *Object) Objects(key string) iter.Seq[*Object] {
	if o.get(key) == nil {
		o.Fail(key, wantObjects)
	}
	return o.OptObjects(key)
}

// OptObjects is Objects for an array that may be missing.
func (o *Object) OptObjects(key string) iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		v := o.get(key)
		if v == nil {
			return
		}
		if v.Kind() != jsontext.KindBeginArray {
			o.mismatch(key, v, wantObjects)
			return
		}
		for i, item := range o.elements(v) {
			if element := o.element(key, i, item); element != nil && !yield(element) {
				return
			}
		}
	}
}

// Canonical returns o as JSON without white space and with sorted keys, so that
// equal objects have equal texts.
func (o *Object) Canonical() string {
	v := o.text.Clone()
	// It can't fail, because Parse checked the whole answer.
	_ = v.Format(jsontext.ReorderRawObjects(true))
	return o.opts.Mask(string(v))
}
