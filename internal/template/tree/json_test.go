package tree_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/template/tree/treetest"
)

func TestReadJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`{"b": 1, "a": [true, false, null, -1.5e3]}`, `{b:1 a:[true false null -1.5e3]}`},
		{"// one\n{/* two\n lines */\"a\": 1, // three\n}", `{a:1}`},
		{`[1, 2,]`, `[1 2]`},
		{`"\u0041\n\ud83d\ude00 \ud83d \/"`, "\"A\\n😀 \uFFFD /\""},
		{"\"a\nb\"", `"a\nb"`},
		{`1e999`, `1e999`},
		{`{}`, `{}`},
	} {
		n, err := tree.ReadJSON(c.in, 1, tree.NewBudget(0))
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := treetest.Text(n); got != c.want {
			t.Errorf("%s = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestReadJSONErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{``, ":1:1: expected a value"},
		{"{\n  a: 1}", ":2:3: expected a quoted key"},
		{`{"a" 1}`, ":1:6: expected ':'"},
		{`{"a": 1 "b": 2}`, ":1:9: expected ',' or '}'"},
		{`[1 2]`, ":1:4: expected ',' or ']'"},
		{`{,}`, ":1:2: expected a quoted key"},
		{`"a`, "not closed"},
		{`"\x"`, "unknown escape"},
		{`"\u12"`, "four hexadecimal digits"},
		{`{} x`, ":1:4: text after the end"},
		{`/* x`, "unexpected '/'"},
		{`/x`, "unexpected '/'"},
		{`Infinity`, "expected a value"},
		{`+1`, "expected a value"},
		{`nan`, "expected a value"},
	} {
		_, err := tree.ReadJSON(c.in, 1, tree.NewBudget(0))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.in, err, c.want)
		}
	}
}

func TestReadJSONLines(t *testing.T) {
	t.Parallel()
	n, err := tree.ReadJSON("{\n \"a\": {\n  \"b\": [\n   1\n  ]\n },\n \"c\": 2\n}", 10, tree.NewBudget(0))
	if err != nil {
		t.Fatal(err)
	}
	a, b := n.Entry("a"), n.Get("a").Entry("b")
	got := fmt.Sprint(n.Range, a.Line, a.Value.Range, b.Line, b.Value.Range, b.Value.Items[0].Range, n.Entry("c").Line)
	if want := "{10 17} 11 {11 15} 12 {12 14} {13 13} 16"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Documents that encoding/json writes are read with the same values.
func TestReadJSONAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		leaf := rapid.OneOf(rapid.String().AsAny(), rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.Just(any(nil)))
		list := rapid.SliceOfN(leaf, 0, 5).AsAny()
		in := rapid.MapOfN(rapid.String(), rapid.OneOf(leaf, list), 0, 5).Draw(t, "value")
		raw, err := json.MarshalIndent(in, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		n, serr := tree.ReadJSON(string(raw), 1, tree.NewBudget(0))
		if serr != nil {
			t.Fatalf("%s: %v", raw, serr)
		}
		back, err := json.Marshal(plain(n))
		if err != nil {
			t.Fatal(err)
		}
		want, _ := json.Marshal(in)
		if string(back) != string(want) {
			t.Fatalf("%s became %s", want, back)
		}
	})
}

// plain turns a node into values of encoding/json.
func plain(n *tree.Node) any {
	switch n.Kind {
	case tree.Map:
		m := map[string]any{}
		for _, e := range n.Entries {
			m[e.Key] = plain(e.Value)
		}
		return m
	case tree.List:
		l := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			l = append(l, plain(item))
		}
		return l
	case tree.Number:
		return json.Number(n.Text)
	case tree.Bool:
		return n.Text == "true"
	case tree.Null:
		return nil
	}
	return n.Text
}
