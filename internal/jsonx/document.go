package jsonx

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Document reads a file that the product wrote into the struct that into points to. It
// accepts nothing but what the struct's encoding can be: besides the structure of an
// answer it checks that every key is known, that no member is missing unless its tag says
// omitempty or omitzero, and that no value is null but that of a pointer without these tags.
//
// A struct with a method Check(offset int64) error is asked, once it is read, what is wrong with
// it; offset is where it begins. The error is about the whole struct, or a [FieldError] of it.
//
// It holds only the value that it reads. The error is an [*Error] with an offset.
func Document(r io.Reader, into any) error {
	d := &document{types: map[reflect.Type][]field{}}
	err := json.UnmarshalRead(r, into, json.WithUnmarshalers(json.UnmarshalFromFunc(d.value)))
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok {
		return &Error{Fields: []FieldError{{pathTo(wrong.JSONPointer), wrongValue(wrong)}}, Offset: wrong.ByteOffset, cause: err}
	}
	out := &Error{Fields: []FieldError{{pathOf(err), describe(err)}}, cause: err}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		out.Offset = syntax.ByteOffset
	}
	return out
}

// wrongValue says what is wrong with a value of a document.
func wrongValue(e *json.SemanticError) string {
	switch {
	case e.JSONKind == jsontext.KindNumber && len(e.JSONValue) > 0:
		return "must not be " + quote(string(e.JSONValue))
	case e.Err != nil:
		return e.Err.Error()
	}
	return "must not be " + kindOf(jsontext.Value{byte(e.JSONKind)})
}

// document knows the fields of the structs of one document.
type document struct {
	types map[reflect.Type][]field
	buf   []byte   // of a text with escapes
	list  []string // of the last list of texts
}

// field is a field of a struct.
type field struct {
	name     string
	index    []int // see fieldAt
	required bool
	// texts are those of the field, which repeat in a list.
	texts *repeatedTexts
}

// value reads a struct. It leaves values of other types to package json, after it has
// refused null.
func (d *document) value(dec *jsontext.Decoder, into any) error {
	to := reflect.ValueOf(into).Elem()
	if to.Kind() != reflect.Pointer && dec.PeekKind() == jsontext.KindNull {
		_, _ = dec.ReadToken() // so that the path is that of the value
		return wrongAt(dec, "must not be null")
	}
	_, isText := into.(interface{ UnmarshalText([]byte) error }) // such as a time
	if to.Kind() != reflect.Struct || isText || dec.PeekKind() != jsontext.KindBeginObject {
		return errors.ErrUnsupported
	}
	return d.object(dec, to)
}

func (d *document) object(dec *jsontext.Decoder, to reflect.Value) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	start := dec.InputOffset() - int64(len("{"))
	fields := d.fields(to.Type())
	seen := make([]bool, len(fields))
	next := 0
	for dec.PeekKind() == jsontext.KindString {
		i, err := d.readField(dec, fields, next, to)
		if err != nil {
			return err
		}
		seen[i] = true
		next = i + 1
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for i, f := range fields {
		if f.required && !seen[i] {
			return &Error{Fields: []FieldError{{memberOf(dec, f.name), "missing"}}, Offset: start}
		}
	}
	return check(dec, to, start)
}

// check asks a struct what is wrong with it.
func check(dec *jsontext.Decoder, to reflect.Value, start int64) error {
	checked, ok := to.Addr().Interface().(interface{ Check(offset int64) error })
	if !ok {
		return nil
	}
	err := checked.Check(start)
	if err == nil {
		return nil
	}
	field, ok := errors.AsType[*FieldError](err)
	if !ok {
		field = &FieldError{Text: err.Error()}
	}
	return &Error{Fields: []FieldError{{memberOf(dec, field.Path), field.Text}}, Offset: start}
}

// readField reads a key and its value into a struct, and returns the index of the field. It is most
// likely the one at next, because a file has its keys in the order of the fields.
func (d *document) readField(dec *jsontext.Decoder, fields []field, next int, to reflect.Value) (int, error) {
	name, err := d.text(dec)
	if err != nil {
		return 0, err
	}
	i := next
	if i >= len(fields) || fields[i].name != string(name) {
		i = indexOf(fields, name)
	}
	switch {
	case i < 0:
		return 0, wrongAt(dec, "unknown key")
	case !fields[i].required && dec.PeekKind() == jsontext.KindNull:
		return 0, wrongAt(dec, "must not be null")
	}
	return i, d.read(dec, fieldAt(to, fields[i].index), fields[i].texts)
}

// read reads a value of the kinds that most values have. It leaves others, and values of a wrong
// kind, to package json.
func (d *document) read(dec *jsontext.Decoder, to reflect.Value, texts *repeatedTexts) error {
	kind := dec.PeekKind()
	into := to.Addr().Interface()
	switch into := into.(type) {
	case interface{ SetTexts(texts []string) error }:
		return d.readTexts(dec, into.SetTexts)
	case interface{ UnmarshalText([]byte) error }:
		if to.Kind() == reflect.Uint8 && kind == jsontext.KindString {
			return d.readWord(dec, into.UnmarshalText)
		}
		return json.UnmarshalDecode(dec, into)
	}
	if known, err := d.readScalar(dec, to, texts); known {
		return err
	}
	switch {
	case to.Kind() == reflect.Struct && kind == jsontext.KindBeginObject:
		return d.object(dec, to)
	case to.Kind() == reflect.Pointer && kind != jsontext.KindNull:
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		return d.read(dec, to.Elem(), texts)
	case to.Kind() == reflect.Slice && kind == jsontext.KindBeginArray:
		return d.readList(dec, to, texts)
	}
	return json.UnmarshalDecode(dec, into)
}

// readScalar reads a text, an integer or a boolean. known is false for every other type and value.
func (d *document) readScalar(dec *jsontext.Decoder, to reflect.Value, texts *repeatedTexts) (known bool, err error) {
	switch kind := dec.PeekKind(); {
	case to.Kind() == reflect.String && kind == jsontext.KindString:
		text, err := d.text(dec)
		to.SetString(texts.of(text))
		return true, err
	case to.Kind() == reflect.Int && kind == jsontext.KindNumber:
		return true, readInt(dec, to)
	case to.Kind() == reflect.Bool && (kind == jsontext.KindTrue || kind == jsontext.KindFalse):
		token, err := dec.ReadToken()
		to.SetBool(err == nil && token.Bool())
		return true, err
	}
	return false, nil
}

// readWord reads a number that has a name.
func (d *document) readWord(dec *jsontext.Decoder, set func([]byte) error) error {
	word, err := d.text(dec)
	if err != nil {
		return err
	}
	return wrongValueAt(dec, len(word)+len(`""`), set(word))
}

func readInt(dec *jsontext.Decoder, to reflect.Value) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(raw), 10, strconv.IntSize)
	if err != nil {
		return wrongValueAt(dec, len(raw), errors.New("must not be "+quote(string(raw))))
	}
	to.SetInt(n)
	return nil
}

// readList reads an array into a slice, which it empties.
func (d *document) readList(dec *jsontext.Decoder, to reflect.Value, texts *repeatedTexts) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	if to.IsNil() {
		to.Set(reflect.MakeSlice(to.Type(), 0, 0))
	}
	to.SetLen(0)
	for dec.PeekKind() != jsontext.KindEndArray {
		n := to.Len()
		if n == to.Cap() {
			to.Grow(1)
		}
		to.SetLen(n + 1)
		to.Index(n).SetZero()
		if err := d.read(dec, to.Index(n), texts); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// readTexts reads an array of texts.
func (d *document) readTexts(dec *jsontext.Decoder, set func([]string) error) error {
	if err := d.read(dec, reflect.ValueOf(&d.list).Elem(), &repeatedTexts{different: true}); err != nil {
		return err
	}
	return wrongValueAt(dec, 0, set(d.list))
}

// wrongValueAt returns what is wrong with the last value, of so many bytes, as an error with its
// path.
func wrongValueAt(dec *jsontext.Decoder, size int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Fields: []FieldError{{memberOf(dec, ""), err.Error()}}, Offset: dec.InputOffset() - int64(size)}
}

// text reads a text, which is valid until the next one.
func (d *document) text(dec *jsontext.Decoder) ([]byte, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	d.buf, err = jsontext.AppendUnquote(d.buf[:0], raw)
	return d.buf, err
}

// fields returns the fields of a struct, those of embedded structs included.
func (d *document) fields(t reflect.Type) []field {
	if known, ok := d.types[t]; ok {
		return known
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields = append(fields, field{name, f.Index, !strings.Contains(options, "omit"), &repeatedTexts{}})
		}
	}
	d.types[t] = fields
	return fields
}

// fieldAt returns a field of a struct. It makes the embedded structs on the way to it that are nil.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

func indexOf(fields []field, name []byte) int {
	for i := range fields {
		if fields[i].name == string(name) {
			return i
		}
	}
	return -1
}

// wrongAt returns an error about the last value that was read.
func wrongAt(dec *jsontext.Decoder, text string) error {
	return &Error{Fields: []FieldError{{memberOf(dec, ""), text}}, Offset: dec.InputOffset()}
}

// memberOf returns the path of a member of the last value that was read, or of that value.
func memberOf(dec *jsontext.Decoder, member string) string {
	path := pathTo(dec.StackPointer())
	if path != "" && member != "" {
		path += "."
	}
	return path + member
}
