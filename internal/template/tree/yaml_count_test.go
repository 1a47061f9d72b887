package tree

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// counted is the largest number of values of a document by the counter.
func counted(src string) int {
	most := 0
	c := countYAML([]byte(src), func(_, values int) bool {
		most = max(most, values)
		return false
	})
	return max(most, c.values)
}

// built is the largest number of nodes that the library builds for a document.
func built(src []byte) (most int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("panic")
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(src))
	for {
		var doc yaml.Node
		if err := dec.Decode(&doc); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return most, err
		}
		most = max(most, nodesIn(&doc)-1)
	}
}

func nodesIn(n *yaml.Node) int {
	total := 1
	for _, c := range n.Content {
		total += nodesIn(c)
	}
	return total
}

func TestCountYAML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src   string
		extra int // what is counted beyond the values
	}{
		{"a: 1\nb:\n  c: x\n  d: [1, 2]\n", 0},
		{"- 1\n- - 2\n  - 3\n- a: b\n  c: d\n-\n  e: f\n", 0},
		{"a:\n- x\n- y\nb:\n  - z\n", 0},
		{"a:\nb:\nc: ~\n", 0},
		{"text: |\n  - a, b\n  c: [d]\n\n  # e\nnext: >-\n  x\n", 0},
		{"- k: |\n    - a\n  l: b\n", 0},
		{"a: one\n  two, three: four\nb: 'it''s\n  - x'\nc: \"\\\"[1,\n  2]\"\n", 0},
		{"a: {b: 1, c: {d: e}, f, g: }\n", 1},
		{"[a: b, c, {}]\n", 2},
		{"# a: b\na: b # c: d\n", 0},
		{"--- 1\n--- [2]\n...\n--- {}\n", 0},
		{"a: !Ref x\nb: &y z\nc: *y\n", 2},
		{"? a\n: b\n? c\n", 2},
	} {
		want, err := built([]byte(c.src))
		if got := counted(c.src); err == nil && got != want+c.extra || err != nil && !strings.Contains(c.src, "three: four") {
			t.Errorf("%q: counted %d, the library builds %d, %v", c.src, got, want, err)
		}
	}
}

// The counter never counts fewer values than the library builds; an empty document
// is one value. Two values per indicator are the most there can be.
func FuzzCountYAML(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb:\n  - c: [x, {y: z}]\n", "- - - 1\n", "[a: b, ? c, : d]\n", "[:,:,:,?,?,? :,!,&a]", "{a, b, c}\n", "a: x\n  \"\nb: [1,1,1,1,1]\n",
		"a: |\n  x\n b: [1,1]\n", "a: \"\n  b: |\n   \", 1\n", "[a\n\"b, c, d]\n", "# \u2028 [1,1,1]\n", "? a\n? b\n", "&a !b c: *a\n", "--- |\n x\n--- 1\n...\n{}\n",
		"- |\n - x\n - y\n", "'a''b': \"c\\\"d\"\n", "[[],[],{}]\n", "a:\nb:\nc:\n", "%YAML 1.1\n--- a\n", "- &a\n- !b\n- ? \n", "\t- a\n", "a: b: c\n", "{\"a\":1,\"b\":[\"c\"]}",
		"k: >2-\n    x\n   y\nl: m\n", "a: !!str,xxx\nb: <<\n", "- a\n-\n- b:\n  - c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
			return // UTF-16 is converted before
		}
		if want, err := built(src); err == nil {
			if got := max(1, counted(string(src))); got < want {
				t.Errorf("%q: counted %d, the library builds %d", src, got, want)
			}
			if want > maxPerIndicator*indicators(src) {
				t.Errorf("%q: the library builds %d values for %d indicators", src, want, indicators(src))
			}
		}
	})
}
