package jsonx

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Rewrite returns o as JSON on one line, with its keys in their order. Each text in it is
// masked, and then becomes what replace returns. path leads to it without the indices of arrays,
// such as tags.owner. That of a key is the path of its object and a dot; keys that become equal are
// numbered.
func (o *Object) Rewrite(replace func(path, text string) string) []byte {
	return o.rewrite("", o.text, replace)
}

// RewriteAt is Rewrite for the value at key; it is nil if the value is missing or null.
func (o *Object) RewriteAt(key string, replace func(path, text string) string) []byte {
	v := o.get(key)
	if v == nil {
		return nil
	}
	return o.rewrite(key, v, replace)
}

func (o *Object) rewrite(path string, v jsontext.Value, replace func(path, text string) string) []byte {
	var out bytes.Buffer
	w := &rewriter{
		dec: jsontext.NewDecoder(bytes.NewReader(v)),
		// A numbered key may be equal to another one.
		enc:     jsontext.NewEncoder(&out, jsontext.AllowDuplicateNames(true)),
		replace: func(path, text string) string { return replace(path, o.opts.Mask(text)) },
	}
	// It can't fail, because Parse checked the whole answer.
	_ = w.value(path)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// rewriter copies a value.
type rewriter struct {
	dec     *jsontext.Decoder
	enc     *jsontext.Encoder
	replace func(path, text string) string
}

func (w *rewriter) value(path string) error {
	token, err := w.dec.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case jsontext.KindBeginObject:
		return w.members(path)
	case jsontext.KindBeginArray:
		return w.elements(path)
	case jsontext.KindString:
		return w.enc.WriteToken(jsontext.String(w.replace(path, token.String())))
	case jsontext.KindNumber:
		return w.number(path, token.String())
	}
	return w.enc.WriteToken(token)
}

// number keeps a number as it is written, unless it has to be replaced.
func (w *rewriter) number(path, text string) error {
	if other := w.replace(path, text); other != text {
		return w.enc.WriteToken(jsontext.String(other))
	}
	return w.enc.WriteValue(jsontext.Value(text))
}

func (w *rewriter) members(path string) error {
	if err := w.enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	written := map[string]int{}
	for w.dec.PeekKind() == jsontext.KindString {
		name, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		key := name.String()
		below := key
		if path != "" {
			below = path + "." + key
		}
		shown := w.replace(path+".", key)
		if written[shown]++; written[shown] > 1 {
			shown += fmt.Sprintf(" (%d)", written[shown])
		}
		if err := w.enc.WriteToken(jsontext.String(shown)); err != nil {
			return err
		}
		if err := w.value(below); err != nil {
			return err
		}
	}
	return w.end()
}

func (w *rewriter) elements(path string) error {
	if err := w.enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for w.dec.PeekKind() != jsontext.KindEndArray {
		if err := w.value(path); err != nil {
			return err
		}
	}
	return w.end()
}

// end copies the end of an object or an array.
func (w *rewriter) end() error {
	token, err := w.dec.ReadToken()
	if err != nil {
		return err
	}
	return w.enc.WriteToken(token)
}
