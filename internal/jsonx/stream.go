package jsonx

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxValue bounds one element of a streamed array, and the sum of the other members
// of the answer, in bytes.
const maxValue = 4 << 20

// Stream reads an answer whose array at key may be larger than memory allows. It
// calls each for every element, which must be an object and is valid during the
// call only. It stops at the first error of an element, and at an error of each,
// which it returns as it is.
//
// The returned object has the other members of the answer. It is complete if the
// error is nil.
func Stream(r io.Reader, opts Options, key string, each func(*Object) error) (*Object, error) {
	from := &allowance{r: bufio.NewReader(r)}
	s := &stream{
		from: from, dec: jsontext.NewDecoder(from), key: key, each: each,
		top: root(opts),
	}
	if !s.top.isJSON(from.begin()) {
		return s.top, s.top.Err()
	}
	if err := s.object(); err != nil {
		return s.top, err
	}
	if !s.found {
		s.top.Fail(key, wantObjects)
	}
	s.top.get(key) // adds an error if key occurs in another case too
	return s.top, s.top.Err()
}

// stream walks through an object that holds one long array.
type stream struct {
	from *allowance
	dec  *jsontext.Decoder
	key  string
	each func(*Object) error

	top   *Object // the other members
	size  int     // of these, in bytes
	found bool    // the answer has the array
}

// object reads all of the answer.
func (s *stream) object() error {
	if kind := s.peek(); kind != jsontext.KindBeginObject && kind != jsontext.KindInvalid {
		s.top.mismatch("", jsontext.Value{byte(kind)}, wantJSON)
		return s.top.Err()
	}
	if _, err := s.token(); err != nil {
		return err
	}
	for s.peek() == jsontext.KindString {
		if err := s.member(); err != nil {
			return err
		}
	}
	if _, err := s.token(); err != nil {
		return err
	}
	s.from.refill()
	if err := atEnd(s.dec); err != nil {
		return s.broken(err)
	}
	return nil
}

// member reads a key and its value.
func (s *stream) member() error {
	name, err := s.token()
	if err != nil {
		return err
	}
	key := name.String()
	if key == s.key && s.peek() == jsontext.KindBeginArray {
		s.found = true
		return s.array()
	}
	value, err := s.value()
	if err != nil {
		return err
	}
	if s.size += len(key) + len(value); s.size > maxValue {
		return s.broken(ErrTooLarge)
	}
	s.top.members = append(s.top.members, member{key, bytes.Clone(value)})
	return nil
}

// array calls each for the elements of the array.
func (s *stream) array() error {
	if _, err := s.token(); err != nil {
		return err
	}
	var memory Object
	for i := 0; s.peek() != jsontext.KindEndArray; i++ {
		value, err := s.value()
		if err != nil {
			return err
		}
		element := s.top.elementIn(&memory, s.key, i, value)
		if element != nil && s.top.Err() == nil {
			err = s.each(element)
		}
		if err == nil {
			err = s.top.Err()
		}
		if err != nil {
			return err
		}
	}
	_, err := s.token()
	return err
}

func (s *stream) peek() jsontext.Kind {
	s.from.refill()
	return s.dec.PeekKind()
}

func (s *stream) token() (jsontext.Token, error) {
	s.from.refill()
	t, err := s.dec.ReadToken()
	if err != nil {
		return t, s.broken(err)
	}
	return t, nil
}

func (s *stream) value() (jsontext.Value, error) {
	s.from.refill()
	v, err := s.dec.ReadValue()
	if err != nil {
		return nil, s.broken(err)
	}
	return v, nil
}

// broken adds an error of the JSON syntax or of the reader, and returns the result.
func (s *stream) broken(err error) error {
	s.top.fault(err)
	return s.top.Err()
}

// allowance is a reader that returns a limited number of bytes until it is refilled.
// So it bounds a value before the decoder has read all of it.
type allowance struct {
	r    *bufio.Reader
	left int
}

func (a *allowance) refill() { a.left = maxValue }

// Read fills p if possible. The decoder scans white space again after each read, so
// that many small reads would take quadratic time.
func (a *allowance) Read(p []byte) (n int, err error) {
	if a.left <= 0 {
		return 0, ErrTooLarge
	}
	n, err = io.ReadAtLeast(a.r, p[:min(len(p), a.left)], min(len(p), a.left))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	a.left -= n
	return n, err
}

// begin returns the start of the answer without a byte order mark and white space.
// It consumes only the byte order mark.
func (a *allowance) begin() []byte {
	if mark, _ := a.r.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = a.r.Discard(len(mark))
	}
	begin, _ := a.r.Peek(64) // the next read returns an error of the reader again
	if text := bytes.Trim(begin, whiteSpace); len(text) > 0 || len(begin) < 64 {
		return text
	}
	return []byte("{") // only white space so far: the decoder decides
}
