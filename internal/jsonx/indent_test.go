package jsonx

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// The layout is that of encoding/json, whatever the value.
func TestAppendIndented(t *testing.T) {
	t.Parallel()
	value := rapid.StringMatching(`(\{("[a-z\\/<]{0,3}":(\[("\\u2028",)?(1,)?\{\}\]|\[\]|null|1e5|"\\u003c#"),)?"z":\{"a":\[1,2\]\}\})|\[\[\],\{\},"é"\]|0|""`)
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(value.Draw(t, "value"))
		var want bytes.Buffer
		if json.Indent(&want, text, "  ", "\t") != nil {
			return // the expression makes invalid escapes too
		}
		got, err := AppendIndented([]byte("before"), text, "  ", "\t")
		if err != nil || string(got) != "before"+want.String() {
			t.Fatalf("%s: got\n%s\nwant\n%s\n%v", text, got, want.Bytes(), err)
		}
	})
	if _, err := AppendIndented(nil, []byte(`{"a":`), "", " "); err == nil {
		t.Error("half a value was laid out")
	}
}
