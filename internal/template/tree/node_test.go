package tree_test

import (
	"testing"

	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/template/tree/treetest"
)

func TestNodeGetAndAll(t *testing.T) {
	t.Parallel()
	n, err := tree.ReadJSON(`{"a": [{"b": 1}, {"b": [2, 3]}], "c": {"d": "x"}, "e": 1, "e": 2, "n": []}`, 1, tree.NewBudget(0))
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
		if got := treetest.Text(n.Get(c.path...)); got != c.want {
			t.Errorf("Get(%v) = %s, want %s", c.path, got, c.want)
		}
	}
	if got := treetest.Text(&tree.Node{Kind: tree.List, Items: n.All("a", "b")}); got != "[1 2 3]" {
		t.Errorf("All = %s", got)
	}
	var none *tree.Node
	if none.Get("a") != nil || none.All("a") != nil || none.Entry("a") != nil {
		t.Error("a nil node has values")
	}
}

func TestNodeLiteral(t *testing.T) {
	t.Parallel()
	for kind, want := range map[tree.Kind]bool{tree.String: true, tree.Number: true, tree.Bool: true, tree.Null: false, tree.List: false, tree.Map: false, tree.Unknown: false} {
		if _, ok := (&tree.Node{Kind: kind, Text: "x"}).Literal(); ok != want {
			t.Errorf("kind %d: literal %v", kind, ok)
		}
	}
}

func TestNodeSizeStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	n := &tree.Node{Kind: tree.String}
	for range 100 {
		n = &tree.Node{Kind: tree.List, Items: []*tree.Node{n, n}} // 2^100 nodes when expanded
	}
	if got := n.Size(1000); got < 1000 || got > 2000 {
		t.Errorf("size = %d", got)
	}
}
