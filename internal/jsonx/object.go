package jsonx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	byteOrderMark = "\xef\xbb\xbf"
	whiteSpace    = " \t\r\n"
	duplicateKey  = "duplicate key"
)

// errTrailing is text after the end of the answer's object.
var errTrailing = errors.New("text after the end of the JSON object")

// Options say how to read an answer.
type Options struct {
	// ShowValues quotes values in errors. Leave it unset if answers may hold the
	// data of people.
	ShowValues bool
	// Mask returns a text of the answer without secrets. It is applied to everything that
	// leaves the package: texts, keys of maps, and messages. nil leaves texts as they are.
	Mask func(string) string
	// Key normalizes each key, for services that spell their keys in several ways.
	// Keys that become equal are duplicates. nil leaves keys as they are.
	Key func(string) string
	// Array accepts a bare array too, of which [Object.IsArray] is true. Its elements are read
	// as those of the member with the empty key.
	Array bool
}

// Object is a JSON object of an answer. It refers to the bytes of the answer, which
// must not change while it is in use. It must not be used concurrently.
type Object struct {
	parent *Object // nil for the whole answer
	key    string  // the key in the parent
	index  int     // the place in an array at that key, or -1

	text    jsontext.Value
	members []member // in the order of the answer
	array   bool     // the whole answer is a bare array
	opts    Options
	sink    *sink // for errors of values
	answer  *sink // for errors of keys
	dec     *decoder
}

// decoder splits objects and arrays of one answer. All parts of the answer share it.
type decoder struct {
	jsontext.Decoder
	text bytes.Buffer
	keys sharedTexts
	// values are masked.
	values sharedTexts
}

// reset starts to decode text.
func (d *decoder) reset(text []byte) {
	d.text = *bytes.NewBuffer(text)
	d.Reset(&d.text)
}

type member struct {
	key   string
	value jsontext.Value
}

// Parse reads a whole answer. If that fails the object is empty, and Err says why.
func Parse(body []byte, opts Options) *Object {
	o := root(opts)
	body = bytes.Trim(bytes.TrimPrefix(body, []byte(byteOrderMark)), whiteSpace)
	switch {
	case opts.Array && len(body) > 0 && body[0] == '[':
		o.loadArray(body)
	case o.isJSON(body):
		o.load(body)
	}
	return o
}

// IsArray reports whether the whole answer is a bare array. See [Options].Array.
func (o *Object) IsArray() bool { return o.array }

func root(opts Options) *Object {
	if opts.Mask == nil {
		opts.Mask = func(s string) string { return s }
	}
	s := &sink{mask: opts.Mask}
	return &Object{index: -1, opts: opts, sink: s, answer: s, dec: &decoder{}}
}

// isJSON reports whether body begins like an object, and adds an error otherwise: a
// syntax error would not say that an answer is empty or a web page.
func (o *Object) isJSON(body []byte) bool {
	if len(body) > 0 && body[0] == '{' {
		return true
	}
	got := o.show(body)
	if o.sink.found.HTML = len(body) > 0 && body[0] == '<'; o.sink.found.HTML {
		got = "an HTML page"
	}
	o.sink.close("", "must be "+wantJSON+", got "+got, nil)
	return false
}

// load splits the text of the object into members and checks all of it.
func (o *Object) load(text []byte) {
	members, err := o.dec.members(o.members[:0], text)
	if err == nil {
		err = atEnd(&o.dec.Decoder)
	}
	if err != nil {
		o.fault(err)
		return
	}
	o.text, o.members = text, members
	if o.opts.Key != nil {
		o.rename()
	}
}

// loadArray makes a bare array the only member, whose key is empty, and checks all of it.
func (o *Object) loadArray(text []byte) {
	o.dec.reset(text)
	_, err := o.dec.ReadValue()
	if err == nil {
		err = atEnd(&o.dec.Decoder)
	}
	if err != nil {
		o.fault(err)
		return
	}
	o.array, o.members = true, []member{{"", text}}
}

// members appends those of an object to a list. The values are slices of text.
func (d *decoder) members(list []member, text []byte) ([]member, error) {
	d.reset(text)
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() == jsontext.KindString {
		name, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		key := d.keys.of(name, unquoted)
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		end := d.InputOffset()
		list = append(list, member{key, text[end-int64(len(value)) : end]})
	}
	_, err := d.ReadToken() // the closing brace, or the error of PeekKind
	return list, err
}

// atEnd returns an error unless only white space is left.
func atEnd(dec *jsontext.Decoder) error {
	_, err := dec.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return errTrailing
	}
	return err
}

// rename rewrites the keys of the members.
func (o *Object) rename() {
	seen := make(map[string]bool, len(o.members))
	for i := range o.members {
		m := &o.members[i]
		if m.key = o.opts.Key(m.key); seen[m.key] {
			o.answer.add(o.path(""), duplicateKey)
		}
		seen[m.key] = true
	}
}

// elements splits an array of the answer.
func (o *Object) elements(array jsontext.Value) []jsontext.Value {
	items, err := o.dec.elements(array)
	if err != nil { // impossible, because Parse checked the whole answer
		o.fault(err)
	}
	return items
}

func (d *decoder) elements(array jsontext.Value) ([]jsontext.Value, error) {
	d.reset(array)
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var items []jsontext.Value
	for d.PeekKind() != jsontext.KindEndArray {
		v, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		end := d.InputOffset()
		items = append(items, array[end-int64(len(v)):end])
	}
	return items, nil
}

// fault adds an error of the JSON syntax, or of the reader. Keys and characters of
// the text are as private as values.
func (o *Object) fault(err error) {
	if o.opts.ShowValues {
		o.sink.close(pathOf(err), describe(err), err)
		return
	}
	o.sink.close("", describeKind(err), err)
}

// Err returns all errors of the answer so far as an [*Error], or nil: those of o and
// of every other object in the answer, except in a [Object.Scope].
func (o *Object) Err() error { return o.sink.err() }

// Scope returns o with separate errors of values. Errors of the scope, and of objects
// that are read through it, are in its Err and not in that of o. So a part of an answer
// can fail alone, or its errors can be ignored. Errors of keys stay errors of the whole
// answer: a misspelled or duplicate key is never harmless.
func (o *Object) Scope() *Object {
	own := *o
	own.sink = &sink{mask: o.opts.Mask}
	return &own
}

// Fail adds an error: the value at key is not what the caller wants, such as
// "a date".
func (o *Object) Fail(key, want string) {
	_, v := o.first(func(jsontext.Value) bool { return true }, key) // null too
	o.mismatch(key, v, want)
}

// mismatch adds an error about the value at key.
func (o *Object) mismatch(key string, v jsontext.Value, want string) {
	o.sink.add(o.path(key), fmt.Sprintf("must be %s, got %s", want, o.show(v)))
}

// show describes a value for a message.
func (o *Object) show(v []byte) string {
	if o.opts.ShowValues && len(v) > 0 {
		return quote(o.opts.Mask(string(v)))
	}
	return kindOf(v)
}

// path returns the path of the member at key, or of o itself if key is "".
func (o *Object) path(key string) string {
	at := ""
	if o.parent != nil {
		at = o.parent.path(o.key)
		if o.index >= 0 {
			at = fmt.Sprintf("%s[%d]", at, o.index)
		}
	}
	if at == "" || key == "" {
		return at + key
	}
	return at + "." + key
}

// get returns the value at key, or nil if it is missing or null.
func (o *Object) get(key string) jsontext.Value {
	_, v := o.first(isPresent, key)
	return v
}

func isPresent(v jsontext.Value) bool { return v.Kind() != jsontext.KindNull }

// first returns the first of the keys whose value is usable, and the value. It adds
// an error for a key that differs from one of them by case alone.
func (o *Object) first(usable func(jsontext.Value) bool, keys ...string) (string, jsontext.Value) {
	var found member
	rank := len(keys)
	for _, m := range o.members {
		i := slices.Index(keys, m.key)
		switch {
		case i < 0:
			o.checkCase(m.key, keys)
		case i < rank && usable(m.value):
			found, rank = m, i
		}
	}
	return found.key, found.value
}

// Documented adds an error for each key that differs from one of known by case alone.
// It is for keys that the service documents and that are not read.
func (o *Object) Documented(known ...string) {
	for _, m := range o.members {
		if !slices.Contains(known, m.key) {
			o.checkCase(m.key, known)
		}
	}
}

// checkCase adds an error if key differs from one of known by case alone.
func (o *Object) checkCase(key string, known []string) {
	for _, k := range known {
		if strings.EqualFold(key, k) {
			o.answer.add(o.path(k), fmt.Sprintf("the key is spelled %q", key))
		}
	}
}

// element returns the object v, which is at the index of the array at key, or at key
// itself if index is -1. If v is not an object, it adds an error and returns nil.
func (o *Object) element(key string, index int, v jsontext.Value) *Object {
	return o.elementIn(new(Object), key, index, v)
}

// elementIn is element in the memory of another one, which is no longer valid.
func (o *Object) elementIn(e *Object, key string, index int, v jsontext.Value) *Object {
	*e = Object{parent: o, key: key, index: index, members: e.members[:0], opts: o.opts, sink: o.sink, answer: o.answer, dec: o.dec}
	if v.Kind() != jsontext.KindBeginObject {
		e.mismatch("", v, wantObject)
		return nil
	}
	e.load(v)
	return e
}

// missing returns an object without members, whose missing fields are not errors.
func (o *Object) missing(key string) *Object {
	return &Object{parent: o, key: key, index: -1, opts: o.opts, sink: &sink{mask: o.opts.Mask}, answer: o.answer, dec: o.dec}
}
