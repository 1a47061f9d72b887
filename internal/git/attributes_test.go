package git

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/git/gittest"
)

// only reads the files of a map.
func only(files map[string]string) func(string) ([]byte, error) {
	return func(file string) ([]byte, error) { return []byte(files[file]), nil }
}

// Any pattern matches what it matches in git.
func TestPatternsAreThoseOfGit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SampledFrom([]string{"a", "b", "-", "/", "*", "**", "**/", "?", "[", "]", "!", "^", `\`, "[a-b]", "[!a]", "[[:alpha:]]", "[[:punct:]-]", "[:", "[]-a]", "."})
		var patterns []string
		var lines strings.Builder
		for i := range 60 {
			pattern := strings.Join(rapid.SliceOfN(parts, 1, 7).Draw(rt, "pattern"), "")
			if pattern[0] == '!' {
				pattern = "a" + pattern // git refuses these
			}
			patterns = append(patterns, pattern)
			fmt.Fprintf(&lines, "%s x%d\n", pattern, i)
		}
		paths := []string{"a", "b", "ab", "a/b", "a/b/a", "b/a", "-", "a-", "a/-/b", "]", `a\b`, "!", "^a", "a.b", "b/[", "a/a/a/b"}
		g := gittest.New(t)
		g.Write(".gitattributes", lines.String())
		out, err := g.Try(append([]string{"check-attr", "-z", "--all", "--"}, paths...)...)
		if err != nil {
			rt.Fatal(out)
		}
		inGit := map[string]bool{}
		fields := strings.Split(out, "\x00")
		for i := 0; i+2 < len(fields); i += 3 {
			inGit[fields[i]+" "+fields[i+1]] = true
		}
		a := newAttributes(only(map[string]string{".gitattributes": lines.String()}))
		for _, file := range paths {
			of, err := a.of(file)
			if err != nil {
				rt.Fatal(err)
			}
			for i, pattern := range patterns {
				name := fmt.Sprintf("x%d", i)
				if got, want := of[name] == attributeSet, inGit[file+" "+name]; got != want {
					rt.Errorf("%q matches %q: %v, in git %v", pattern, file, got, want)
				}
			}
		}
	})
}

// A hostile pattern costs no time without end.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	done := make(chan bool)
	go func() { done <- matchWild(strings.Repeat("*a", 900), strings.Repeat("a", 3000)+"b") }()
	select {
	case matched := <-done:
		if matched {
			t.Error("the pattern matches")
		}
	case <-time.After(time.Minute):
		t.Fatal("the pattern takes too long")
	}
}

func FuzzAttributes(f *testing.F) {
	f.Add("*.tf text=auto eol=crlf\n[attr]a b\n\"\\303\\266\" -x\n", "d/a.tf")
	f.Fuzz(func(t *testing.T, content, file string) {
		if !strings.Contains(file, "/") {
			file = "d/" + file
		}
		a := newAttributes(only(map[string]string{".gitattributes": content, "d/.gitattributes": content}))
		of, err := a.of("d/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range of {
			if !isAttributeName(name) {
				t.Errorf("%q is not a name of an attribute", name)
			}
		}
	})
}
