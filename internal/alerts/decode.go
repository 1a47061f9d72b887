package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// bodyError is an answer that can't be read honestly. It says where, and what
// sort of value stood there, but never the value: that may be somebody's name.
type bodyError struct {
	field string // "" for the whole answer
	want  string
	got   string
}

func (e *bodyError) Error() string {
	if e.field == "" {
		return fmt.Sprintf("the answer is %s, not %s", e.got, e.want)
	}
	return fmt.Sprintf("the answer's field %q is %s, not %s", e.field, e.got, e.want)
}

// object is a JSON object by its keys. It knows the keys of the reference's
// examples too, some of which end in a stray apostrophe ("severity'").
type object map[string]json.RawMessage

func readObject(field string, raw []byte) (object, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	var plain map[string]json.RawMessage
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &plain) != nil {
		return nil, &bodyError{field, "a JSON object", sortOf(raw)}
	}
	o := make(object, len(plain))
	for key, value := range plain {
		if clean := strings.TrimRight(key, "'"); clean == key || plain[clean] == nil {
			o[clean] = value
		}
	}
	return o, nil
}

// sortOf says what a value is without saying it.
func sortOf(raw []byte) string {
	switch {
	case len(raw) == 0:
		return "nothing"
	case raw[0] == '<':
		return "an HTML page"
	case !json.Valid(raw):
		return "no valid JSON"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	}
	return "a number"
}

func missing(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// text returns the first of the keys that holds a text, a number or a boolean,
// as text; numbers keep all their digits.
func (o object) text(keys ...string) string {
	for _, key := range keys {
		if s := scalar(o[key]); s != "" {
			return s
		}
	}
	return ""
}

func scalar(raw json.RawMessage) string {
	if missing(raw) || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	if raw[0] != '"' {
		return string(raw)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// at returns an object within o; an empty one where there is none.
func (o object) at(keys ...string) object {
	for _, key := range keys {
		if inner, err := readObject(key, o[key]); err == nil {
			return inner
		}
	}
	return object{}
}

// texts returns the scalars at key, be it one or an array of them.
func (o object) texts(key string) []string {
	var items []json.RawMessage
	if json.Unmarshal(o[key], &items) != nil {
		items = []json.RawMessage{o[key]}
	}
	var out []string
	for _, item := range items {
		if s := scalar(item); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// objects returns the array at key, each item an object. The array must be
// there: a missing one is no empty one.
func (o object) objects(key string) ([]object, error) {
	var items []json.RawMessage
	if missing(o[key]) || o[key][0] != '[' || json.Unmarshal(o[key], &items) != nil {
		return nil, &bodyError{key, "an array", sortOf(o[key])}
	}
	out := make([]object, len(items))
	for i, item := range items {
		inner, err := readObject(fmt.Sprintf("%s[%d]", key, i), item)
		if err != nil {
			return nil, err
		}
		out[i] = inner
	}
	return out, nil
}

// number returns a whole number that isn't negative, or -1 where there is none.
// Anything else there is an error.
func (o object) number(key string) (int, error) {
	if missing(o[key]) {
		return -1, nil
	}
	n, err := strconv.ParseInt(scalar(o[key]), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return -1, &bodyError{key, "a count", sortOf(o[key])}
	}
	return int(n), nil
}

// id returns the item's id from the first key that has one, and a key that identifies the item: its
// id, or a digest of the whole item.
func (o object) id(keys ...string) (id, key string) {
	if id := o.text(keys...); id != "" {
		return id, id
	}
	whole, err := json.Marshal(o)
	if err != nil {
		return "", ""
	}
	return "", fingerprint(string(whole))
}
