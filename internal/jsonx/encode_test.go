package jsonx

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// level has names.
type level uint8

func (l level) MarshalText() ([]byte, error) {
	if l > 3 {
		return nil, errors.New("no such level")
	}
	return []byte(strings.Repeat("<", int(l))), nil
}

// list is written as a list of its words.
type list string

func (l list) All() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, word := range strings.Fields(string(l)) {
			if !yield(i, word) {
				return
			}
		}
	}
}

func (l list) Len() int { return len(strings.Fields(string(l))) }

func (l list) MarshalJSON() ([]byte, error) {
	return MarshalTexts(l), nil
}

// marked writes itself, through a pointer.
type marked struct{ Text string }

func (m *marked) MarshalJSON() ([]byte, error) { return json.Marshal([]string{m.Text}) }

// Deep is embedded by a pointer.
type Deep struct {
	Deepest string `json:"deepest,omitempty"`
	Size    uint   `json:"size"`
}

// Bag is embedded.
type Bag struct {
	Properties map[string]any `json:"properties,omitempty"`
}

type sample struct {
	Bag
	*Deep

	Text    string `json:"text"`
	NoTag   string
	Empty   string         `json:"empty,omitempty"`
	Level   level          `json:"level"`
	Levels  []level        `json:"levels,omitempty"`
	At      *level         `json:"at,omitempty"`
	Time    time.Time      `json:"time,omitzero"`
	Zero    Deep           `json:"zero,omitzero"`
	Flag    bool           `json:"flag,omitempty"`
	Count   int            `json:"count,omitempty"`
	Ratio   float64        `json:"ratio,omitempty"`
	Bytes   []byte         `json:"bytes,omitempty"`
	Words   list           `json:"words"`
	Marked  marked         `json:"marked"`
	Pointer *marked        `json:"pointer,omitempty"`
	Numbers map[string]int `json:"numbers"`
	Named   map[level]int  `json:"named,omitempty"`
	Any     any            `json:"any"`
	Inner   *sample        `json:"inner,omitempty"`
	List    []sample       `json:"list,omitempty"`
	Pair    [2]int         `json:"pair"`
	Skipped string         `json:"-"`
	hidden  string
}

// What is written is what encoding/json writes, on one line and indented.
func TestEncoder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawSample(2).Draw(t, "value")
		for _, indent := range []string{"", "\t", "  "} {
			e := NewEncoder("", indent)
			if indent == "\t" {
				e = NewEncoder("#", indent)
			}
			for _, v := range []any{&v, v, []sample{v, v}, map[string]any{"b": v, "a": &v}} {
				var want bytes.Buffer
				enc := json.NewEncoder(&want)
				enc.SetEscapeHTML(false)
				enc.SetIndent(e.prefix, indent)
				wrong := enc.Encode(v)
				got, err := e.Append([]byte("before"), v)
				if (err != nil) != (wrong != nil) {
					t.Fatalf("%v, want %v", err, wrong)
				}
				if err == nil && string(got)+"\n" != "before"+want.String() {
					t.Fatalf("got\n%s\nwant\n%s", got, want.Bytes())
				}
			}
		}
	})
}

// Each position of a text is looked at, whether with others at once or alone.
func TestTextIsEscaped(t *testing.T) {
	t.Parallel()
	for c := range 1 << 8 {
		for at := range 18 {
			text := strings.Repeat("~", at) + string([]byte{byte(c)}) + strings.Repeat(" ", 17-at)
			var want bytes.Buffer
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(text); err != nil {
				t.Fatal(err)
			}
			if got := appendText(nil, text); string(got)+"\n" != want.String() {
				t.Errorf("%q: got %s, want %s", text, got, want.Bytes())
			}
		}
	}
}

func drawSample(depth int) *rapid.Generator[sample] {
	return rapid.Custom(func(t *rapid.T) sample {
		text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("ab\"\\<>&\u2028\u2029\x00\x1f\x7f\t\n\r\b\f"))))
		raw := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 5), func(b []byte) string { return string(b) })
		v := sample{
			Text: text.Draw(t, "text"), NoTag: raw.Draw(t, "raw"), Empty: text.Draw(t, "empty"), Level: level(rapid.IntRange(0, 3).Draw(t, "level")),
			Flag: rapid.Bool().Draw(t, "flag"), Count: rapid.Int().Draw(t, "count"), Ratio: rapid.SampledFrom([]float64{0, 1.5, 1e300}).Draw(t, "ratio"),
			Bytes: []byte(raw.Draw(t, "bytes")), Words: list(rapid.StringMatching(`[a-z<]{0,3}( [a-z]{0,3})?`).Draw(t, "words")), Marked: marked{text.Draw(t, "marked")},
			hidden: "hidden",
		}
		if rapid.Bool().Draw(t, "some") {
			v.Time, v.Zero, v.Deep = time.Unix(1, 5).UTC(), Deep{Size: 1}, &Deep{Deepest: text.Draw(t, "deep")}
			v.Levels, v.At, v.Pointer = []level{1, 2}, &v.Level, &marked{"p"}
			v.Numbers = rapid.MapOf(text, rapid.Int()).Draw(t, "numbers")
			v.Named = map[level]int{1: 2, 2: 1}
		}
		if depth > 0 {
			v.Properties = rapid.MapOf(text, drawAny(depth-1)).Draw(t, "properties")
			v.Any = drawAny(depth-1).Draw(t, "any")
			if rapid.Bool().Draw(t, "nested") {
				inner := drawSample(depth-1).Draw(t, "inner")
				v.Inner, v.List = &inner, []sample{inner}
			}
		}
		return v
	})
}

func drawAny(depth int) *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Just[any](7), rapid.Just[any](true), rapid.Just[any](level(2)),
		rapid.Just[any](1.25), rapid.Just[any]([]string{}), rapid.Just[any]([]any{"a", nil, map[string]string{"k": "v"}}), rapid.Just[any](map[string]any{}), rapid.Just[any]((*Deep)(nil)),
		rapid.Map(drawSample(max(0, depth-1)), func(s sample) any { return s }),
	)
}

func TestEncoderFails(t *testing.T) {
	t.Parallel()
	e := NewEncoder("", "")
	for _, v := range []any{sample{Level: 7}, sample{Any: make(chan int)}} {
		if text, err := e.Append(nil, v); err == nil {
			t.Errorf("%+v became %s", v, text)
		}
	}
	if text, err := e.Append(nil, []any{nil}); err != nil || string(text) != "[null]" {
		t.Errorf("after an error: %s, %v", text, err)
	}
}

// The types of the tests are known, or nothing would be compared.
func TestPlans(t *testing.T) {
	t.Parallel()
	e := NewEncoder("", "")
	for v, want := range map[any]how{
		sample{}.Text: asText, level(0): asWord, list(""): asTextList, (*sample)(nil): asPointer, marked{}: asOther, time.Time{}: asOther, (*marked)(nil): asOther,
	} {
		if got := e.planOf(reflect.TypeOf(v)).how; got != want {
			t.Errorf("%T: %d, want %d", v, got, want)
		}
	}
	if got := e.planOf(reflect.TypeFor[sample]()).how; got != asStruct {
		t.Errorf("sample: %d", got)
	}
}
