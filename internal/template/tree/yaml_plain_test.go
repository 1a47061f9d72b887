package tree

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// ofLibrary returns the documents of a text as the library reads them.
func ofLibrary(content []byte) ([]*yaml.Node, error) {
	var roots []*yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(content))
	for {
		root, err := nextDocument(dec)
		if err != nil {
			return nil, err
		}
		if root == nil {
			return roots, nil
		}
		roots = append(roots, root)
	}
}

// difference says how a node differs from what is wanted, "" if it doesn't.
func difference(got, want *yaml.Node) string {
	type parts struct {
		Kind              yaml.Kind
		Style             yaml.Style
		Tag, Value        string
		Line, Column, Len int
	}
	of := func(n *yaml.Node) parts {
		return parts{n.Kind, n.Style, n.Tag, n.Value, n.Line, n.Column, len(n.Content)}
	}
	if one, other := of(got), of(want); one != other {
		return fmt.Sprintf("%+v, want %+v", one, other)
	}
	for i := range want.Content {
		if diff := difference(got.Content[i], want.Content[i]); diff != "" {
			return diff
		}
	}
	return ""
}

// comparePlain compares a text that is plain with what the library makes of it.
func comparePlain(t *testing.T, content []byte) (isPlain bool) {
	t.Helper()
	got, ok := plainYAML(content)
	if !ok {
		return false
	}
	want, err := ofLibrary(content)
	if err != nil {
		t.Fatalf("plain, but broken: %v\n%s", err, content)
	}
	if len(got) != len(want) {
		t.Fatalf("%d documents, want %d:\n%s", len(got), len(want), content)
	}
	for i := range want {
		if diff := difference(got[i], want[i]); diff != "" {
			t.Fatalf("%s:\n%s", diff, content)
		}
	}
	return true
}

// Lines that are made of pieces of YAML at random are read as the library reads them, or left to
// it.
func TestPlainYAMLIsAsTheLibrary(t *testing.T) {
	t.Parallel()
	pieces := strings.Split(`- ;-;a;b: ;'c': ;"d e": ;f: ;: ;[;];{;};, ;[g, h];{i: j};!Ref ;!If ;!;'k';"l: m";'''n';1;-2;true;~;null;2020-01-01;`+
		"# o; # p;q # r;s: t;u v;:w;x:;AWS::S3;/;.;--y;<<;<<: ;*z;&a ;=;?;? ;@;%;\\;$(b);(c); ;  ;    ;|;|-;|+;>;>-;>+;|2;", ";")
	random := rand.New(rand.NewPCG(1, 2))
	plain := 0
	for range 60_000 {
		var text strings.Builder
		for range 1 + random.IntN(7) {
			if random.IntN(20) == 0 {
				text.WriteString("---\n")
			}
			text.WriteString(strings.Repeat("  ", random.IntN(4)))
			text.WriteString([]string{"", "", "- ", "- ", "a: ", "b: ", "c:"}[random.IntN(7)])
			for range random.IntN(3) {
				text.WriteString(pieces[random.IntN(len(pieces))])
			}
			text.WriteByte('\n')
		}
		whole := []byte(text.String())
		if random.IntN(10) == 0 {
			whole = whole[:len(whole)-1]
		}
		if comparePlain(t, whole) {
			plain++
		}
	}
	if plain < 3000 {
		t.Errorf("%d of the texts are plain: too few to learn from", plain)
	}
}

func FuzzPlainYAML(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb:\n- x\n- y: z\n  w: |-\n    t\n\n     u\n  v:\nc: {a: [b, 'c'], d: \"e\"}\n---\n- - a\n",
		"a: >\n  x\n  y\n\n  z\n   w\n  v\nb: !Ref c\nd: [!Sub x, {a: b}]\n# c\ne: # f\n",
		"a: |+\n\n  b\n\nc: -1\nd: true # e\n'f g': ~\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) { comparePlain(t, content) })
}
