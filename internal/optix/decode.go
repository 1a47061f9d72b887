package optix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	gotHTML    = "an HTML page"
	gotNothing = "nothing"
	gotRunes   = 60

	byteOrderMark = "\xef\xbb\xbf"
)

// parse reads one JSON object into a struct of raw fields, so that each field
// is then read by the rules of this package and not by the encoder's.
func parse[T any](body []byte) (*T, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	if len(body) == 0 || body[0] != '{' {
		return nil, &DecodeError{Got: describe(body), Err: errors.New("not a JSON object")}
	}
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		return nil, &DecodeError{Got: "invalid JSON (" + err.Error() + ")", Err: err}
	}
	return v, nil
}

// describe is what a message says of something unreadable.
func describe(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return gotNothing
	case raw[0] == '<':
		return gotHTML
	default:
		return trim(string(raw[:min(len(raw), 4*gotRunes)]), gotRunes)
	}
}

func wrong(field string, raw json.RawMessage, want string) error {
	return &DecodeError{Field: field, Got: describe(raw), Err: fmt.Errorf("not %s", want)}
}

// absent is true for a missing field and for null: a real asynchronous answer
// has "summary":null where the reference has no summary.
func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}

// optText reads a string or a number as text; absent is "".
func optText(field string, raw json.RawMessage) (string, error) {
	if absent(raw) {
		return "", nil
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return "", wrong(field, raw, "a text")
		}
		return s, nil
	}
	if raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9' {
		return string(raw), nil
	}
	return "", wrong(field, raw, "a text")
}

// text reads a string or a number that must be there and not be empty.
func text(field string, raw json.RawMessage) (string, error) {
	s, err := optText(field, raw)
	if err == nil && strings.TrimSpace(s) == "" {
		return "", wrong(field, raw, "a text")
	}
	return s, err
}

// optBool reads a boolean or its name in a string; absent is nil.
func optBool(field string, raw json.RawMessage) (*bool, error) {
	s := string(raw)
	if absent(raw) {
		return nil, nil
	}
	if raw[0] == '"' && json.Unmarshal(raw, &s) != nil {
		return nil, wrong(field, raw, "true or false")
	}
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true":
		return new(true), nil
	case "false":
		return new(false), nil
	default:
		return nil, wrong(field, raw, "true or false")
	}
}

// isSet reads a boolean whose absence means false.
func isSet(field string, raw json.RawMessage) (bool, error) {
	b, err := optBool(field, raw)
	return b != nil && *b, err
}

// mustBool reads a boolean that must be there.
func mustBool(field string, raw json.RawMessage) (bool, error) {
	b, err := optBool(field, raw)
	if err != nil {
		return false, err
	}
	if b == nil {
		return false, wrong(field, raw, "true or false")
	}
	return *b, nil
}

// count reads a whole number that isn't negative, or its digits in a string. It
// is zero only where the answer says zero: exponents, which can underflow, are
// refused like any other odd form.
func count(field string, raw json.RawMessage) (int, error) {
	s, err := optText(field, raw)
	if err != nil {
		return 0, wrong(field, raw, "a count")
	}
	whole, fraction, _ := strings.Cut(strings.TrimSpace(s), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt || strings.Trim(fraction, "0") != "" {
		return 0, wrong(field, raw, "a count")
	}
	return int(n), nil
}

// objectOf reads an object's members in their order. A map would lose the order
// and, of a key that occurs twice, one of the values.
func objectOf(field string, raw json.RawMessage, each func(key string, value json.RawMessage) error) error {
	if absent(raw) || raw[0] != '{' {
		return wrong(field, raw, "an object")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return wrong(field, raw, "an object")
	}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil {
			return wrong(field, raw, "an object")
		}
		if err := each(name, value); err != nil {
			return err
		}
	}
	return nil
}

// arrayOf reads an array that must be there: null is not an empty array.
func arrayOf(field string, raw json.RawMessage) ([]json.RawMessage, error) {
	var items []json.RawMessage
	if absent(raw) || raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
		return nil, wrong(field, raw, "an array")
	}
	return items, nil
}

// first returns the first error that isn't nil.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
