package template

import "testing"

func TestNodeGetAndAll(t *testing.T) {
	t.Parallel()
	n, err := parseJSON([]byte(`{"a": [{"b": 1}, {"b": [2, 3]}], "c": {"d": "x"}, "e": 1, "e": 2, "n": []}`), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path []string
		want string
	}{
		{[]string{"a", "b"}, "1"}, {[]string{"c", "d"}, `"x"`}, {[]string{"e"}, "2"}, {[]string{"n", "x"}, "nil"},
		{[]string{"c", "x", "y"}, "nil"}, {[]string{"c", "d", "x"}, "nil"},
	} {
		if got := text(n.Get(c.path...)); got != c.want {
			t.Errorf("Get(%v) = %s, want %s", c.path, got, c.want)
		}
	}
	if got := text(&Node{Kind: List, Items: n.All("a", "b")}); got != "[1 2 3]" {
		t.Errorf("All = %s", got)
	}
	var none *Node
	if none.Get("a") != nil || none.All("a") != nil || none.Entry("a") != nil {
		t.Error("a nil node has values")
	}
}

func TestNodeLiteral(t *testing.T) {
	t.Parallel()
	for kind, want := range map[NodeKind]bool{String: true, Number: true, Bool: true, Null: false, List: false, Map: false, Unknown: false} {
		if _, ok := (&Node{Kind: kind, Text: "x"}).Literal(); ok != want {
			t.Errorf("kind %d: literal %v", kind, ok)
		}
	}
}

func TestNodeSizeStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	n := &Node{Kind: String}
	for range 100 {
		n = &Node{Kind: List, Items: []*Node{n, n}} // 2^100 nodes when expanded
	}
	if got := n.size(1000); got < 1000 || got > 2000 {
		t.Errorf("size = %d", got)
	}
}
