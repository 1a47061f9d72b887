package jsonx

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// A text is read once, as long as not too many others come between.
func TestSharedTexts(t *testing.T) {
	t.Parallel()
	var kept sharedTexts
	reads := 0
	of := func(text string) {
		t.Helper()
		got := kept.of(jsontext.Value(`"`+text+`"`), func(v jsontext.Value) string {
			reads++
			return unquoted(v)
		})
		if got != text || len(kept) > maxTexts {
			t.Fatalf("%q became %q, %d are kept", text, got, len(kept))
		}
	}
	for range 3 {
		of("high")
	}
	if reads != 1 {
		t.Errorf("%d reads", reads)
	}
	for i := range 3 * maxTexts {
		of(fmt.Sprint(i))
	}
	if reads = 0; kept["high"] != "" {
		t.Error("the first text is still kept")
	}
	long := strings.Repeat("x", maxText)
	of(long)
	of(long)
	if reads != 2 {
		t.Error("a long text is kept")
	}
}

// What one element leaves is not seen in the next.
func TestStreamElementsShareNothing(t *testing.T) {
	t.Parallel()
	var got []string
	_, err := Stream(strings.NewReader(`{"list":[{"a":"1","b":{"c":"2"}},{"b":{}},{},{"a":"3"}]}`), Options{}, "list", func(o *Object) error {
		got = append(got, o.OptText("a")+"|"+o.OptObject("b").OptText("c"))
		return nil
	})
	if text := fmt.Sprint(got); text != "[1|2 | | 3|]" || err != nil {
		t.Error(text, err)
	}
}

func TestRepeatedTexts(t *testing.T) {
	t.Parallel()
	var repeated, different repeatedTexts
	for i := range 3 * maxTexts {
		if got, want := repeated.of(fmt.Appendf(nil, "rule-%d", i%100)), fmt.Sprintf("rule-%d", i%100); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		if got, want := different.of(fmt.Appendf(nil, "print-%d", i)), fmt.Sprintf("print-%d", i); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	if len(repeated.known) != 100 || len(different.known) != 0 {
		t.Errorf("%d and %d texts are kept, want 100 and none", len(repeated.known), len(different.known))
	}
	a, b := repeated.of([]byte("rule-1")), repeated.of([]byte("rule-1"))
	if unsafe.StringData(a) != unsafe.StringData(b) {
		t.Error("equal texts do not share their memory")
	}
	long := strings.Repeat("x", maxRepeated+1)
	if repeated.of([]byte(long)) != long || len(repeated.known) != 100 {
		t.Error("a long text is kept")
	}
}
