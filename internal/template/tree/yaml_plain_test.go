package tree

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comparePlain compares a text that is plain with what is made of it with the library.
func comparePlain(t *testing.T, content []byte) (isPlain bool) {
	t.Helper()
	budget, spent := NewBudget(0), NewBudget(0)
	got, ok := plainYAML(content, budget)
	if !ok {
		return false
	}
	want, err := libraryYAML(content, spent)
	if err != nil {
		t.Fatalf("plain, but broken: %v\n%s", err, content)
	}
	if *budget != *spent {
		t.Fatalf("%+v spent, want %+v:\n%s", budget, spent, content)
	}
	if diff := cmp.Diff(want, &Stream{Docs: got}); diff != "" {
		t.Fatalf("%s:\n%s", diff, content)
	}
	if _, ok := plainYAML(content, NewSteps(spent.spent-1)); ok && spent.spent > 0 {
		t.Fatalf("read beyond the budget:\n%s", content)
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
