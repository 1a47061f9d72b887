package jsonx

import (
	"strings"
	"testing"
)

func TestBareArrays(t *testing.T) {
	t.Parallel()
	read := func(body string, opts Options) (ids []string, err error) {
		o := Parse([]byte(body), opts)
		if o.IsArray() != strings.Contains(body, "[") && o.Err() == nil {
			t.Errorf("%s: IsArray is %v", body, o.IsArray())
		}
		for item := range o.Objects("") {
			ids = append(ids, item.ID("id"))
		}
		return ids, o.Err()
	}
	for body, n := range map[string]int{`[]`: 0, ` [{"id":"a"},{"id":1}] `: 2, "\xef\xbb\xbf[]": 0} {
		ids, err := read(body, Options{Array: true})
		if err != nil || len(ids) != n {
			t.Errorf("%q: %v, %v", body, ids, err)
		}
		if _, err := read(body, Options{}); err == nil {
			t.Errorf("%q is read as an object", body)
		}
	}
	for body, want := range map[string]string{
		`[`: "the text ends too early", `[] x`: "after", `[{"id":"a","id":"b"}]`: "duplicate key", `["a"]`: "[0]: must be an object",
		`[{"id":"a"},{}]`: "[1].id: must be a string", `[{"id":{}}]`: "[0].id", `[null]`: "[0]", "[\"\xff\"]": "invalid", `{}`: "must be an array", ``: "must be",
	} {
		if _, err := read(body, Options{Array: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", body, err, want)
		}
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	mask := func(s string) string { return strings.ReplaceAll(s, "k3y", "***") }
	o := Parse([]byte(` { "b":"k\u0033y <&>\n", "a" : [1.50, {"k3y":null,"x":"y"}, true, "z"], "n":3, "big":12345678901234567890, "e":{} } `), Options{Mask: mask})
	paths := map[string]string{}
	got := string(o.Rewrite(func(path, text string) string {
		paths[path] += text + ";"
		if text == "3" {
			return "three"
		}
		return strings.ToUpper(text)
	}))
	want := `{"B":"*** <&>\n","A":[1.50,{"***":null,"X":"Y"},true,"Z"],"N":"three","BIG":12345678901234567890,"E":{}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for path, want := range map[string]string{".": "b;a;n;big;e;", "a.": "***;x;", "a": "1.50;z;", "a.x": "y;", "b": "*** <&>\n;", "n": "3;"} {
		if paths[path] != want {
			t.Errorf("at %q came %q, want %q", path, paths[path], want)
		}
	}
	same := func(_, text string) string { return text }
	for key, want := range map[string]string{"n": "3", "e": "{}", "nothing": ""} {
		if got := string(o.RewriteAt(key, same)); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	all := func(_, _ string) string { return "x" }
	if got := string(Parse([]byte(`{"a":null,"b":{"c":null,"d":null},"e":null}`), Options{}).Rewrite(all)); got != `{"x":null,"x (2)":{"x":null,"x (2)":null},"x (3)":null}` {
		t.Errorf("keys that became equal: %s", got)
	}
}
