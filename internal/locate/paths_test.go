package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindPath(t *testing.T) {
	t.Parallel()
	paths := []string{
		"main.tf", "infra/main.tf", "app/main.tf", "infra (old)/net, work.tf", "infra/stack.yaml",
		"deploy/k8s/Größe.yaml", "a/b/c.json", "b/c.json", "R&D/50%/x.tf", "it's/y.tf",
		"c%d/q\"x/z\n\\.tf", "esc\x1b\x7f.tf",
	}
	tests := []struct {
		name string
		want []string
	}{
		{"infra/main.tf", []string{"infra/main.tf"}},
		{"main.tf", []string{"main.tf"}},
		{"stack.yaml", []string{"infra/stack.yaml"}},
		{"/tmp/upload123/infra/main.tf", []string{"infra/main.tf"}},
		{"/tmp/a/b/c.json", []string{"a/b/c.json"}},
		{"/tmp/x/b/c.json", []string{"b/c.json"}},
		{"c.json", []string{"a/b/c.json", "b/c.json"}},
		{"./infra/../infra/stack.yaml", []string{"infra/stack.yaml"}},
		{"../infra/stack.yaml", []string{"infra/stack.yaml"}},
		{`infra\stack.yaml`, []string{"infra/stack.yaml"}},
		{`D:\u\infra\stack.yaml`, []string{"infra/stack.yaml"}},
		{"file:///u/infra/stack.yaml", []string{"infra/stack.yaml"}},
		{`c%d/q"x/z%0A\.tf`, []string{"c%d/q\"x/z\n\\.tf"}},
		{`c%d/q\"x/z%0A\\.tf`, []string{"c%d/q\"x/z\n\\.tf"}},
		{"esc%1B%7F.tf", []string{"esc\x1b\x7f.tf"}},
		{"infra/stack.yaml:12", []string{"infra/stack.yaml"}},
		{"infra/stack.yaml:12:5", []string{"infra/stack.yaml"}},
		{"infra/stack.yaml#L12-L14", []string{"infra/stack.yaml"}},
		{"infra/stack.yaml, line 4", []string{"infra/stack.yaml"}},
		{"infra (old)/net, work.tf", []string{"infra (old)/net, work.tf"}},
		{"infra%20(old)/net%2C%20work.tf", []string{"infra (old)/net, work.tf"}},
		{"Größe.yaml", []string{"deploy/k8s/Größe.yaml"}},
		{"deploy/k8s/GrÃ¶Ã\u009fe.yaml", []string{"deploy/k8s/Größe.yaml"}},
		{"R&D/50%/x.tf", []string{"R&D/50%/x.tf"}},
		{"it's/y.tf", []string{"it's/y.tf"}},
		{"INFRA/Stack.yaml", []string{"infra/stack.yaml"}},
		{"other/stack.yaml", nil},
		{"/tmp/u/main.tf", []string{"main.tf"}},
		{"gone/main.tf", nil},
		{"gone/esc%1B%7F.tf", []string{"esc\x1b\x7f.tf"}},
		{"stack.yam", nil},
		{"", nil},
		{"/", nil},
		{"..", nil},
	}
	ix := newPathIndex(paths)
	for _, tt := range tests {
		var got []string
		for _, n := range ix.findValue(value{text: tt.name, rest: tt.name}).paths {
			got = append(got, ix.paths[n])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestFindLoosePath(t *testing.T) {
	t.Parallel()
	ix := newPathIndex([]string{"infra/main.tf", "infra (old)/main.tf", "a.yaml"})
	tests := []struct{ text, want string }{
		{"infra/main.tf is wrong", "infra/main.tf"},
		{"infra (old)/main.tf is wrong.", "infra (old)/main.tf"},
		{"/tmp/u/infra/main.tf, see there", "infra/main.tf"},
		{"gone.tf, unlike infra/main.tf", ""},
		{"a.yaml.", "a.yaml"},
		{"nothing at all", ""},
	}
	for _, tt := range tests {
		got := ""
		if m := ix.findValue(value{text: tt.text, rest: tt.text, loose: true}); len(m.paths) == 1 {
			got = ix.paths[m.paths[0]]
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestCleanPath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", " a/./b.tf ": "a/b.tf", "../a.tf": "a.tf", `a\b.tf`: "a/b.tf",
		"file:///u/a.tf": "/u/a.tf", "FILE://u/a.tf": "/u/a.tf", "file://": "file:",
		`C:\u\a.tf`: "/u/a.tf", "/c:/a.tf": "/a.tf", "C:": "C:", "C:a.tf": "C:a.tf", "ab/a.tf": "ab/a.tf", "1:/a.tf": "1:/a.tf",
	} {
		if got := cleanPath(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCutLine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		head string
		line int
	}{
		"main.tf": {"main.tf", 0}, "main.tf:12": {"main.tf", 12}, "main.tf:12:5": {"main.tf", 12}, "main.tf:3-9": {"main.tf", 3},
		"main.tf#L12": {"main.tf", 12}, "main.tf#L12-L14": {"main.tf", 12}, "main.tfL12": {"main.tfL12", 0},
		"main.tf line 4": {"main.tf", 4}, "main.tf, line 4": {"main.tf", 4}, "main.tf (line 4)": {"main.tf", 4},
		"main.tf, line of text": {"main.tf, line of text", 0}, "v1.2": {"v1.2", 0}, "": {"", 0},
	} {
		if head, line := cutLine(name); head != want.head || line != want.line {
			t.Errorf("%q: %q and %d, want %+v", name, head, line, want)
		}
	}
}

func TestLatin1ToUTF8(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.tf": "a.tf", "GrÃ¶Ã\u009fe": "Größe", "ÿ": "\uFFFD", "Ā": "Ā"} {
		if got := latin1ToUTF8(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text     string
		shortest int
		want     []string
	}{
		{"a b", 1, []string{"a b", "a"}},
		{"a b", 2, []string{"a b"}},
		{"a  b", 2, []string{"a  b"}},
		{" a.tf, it is. ", 3, []string{"a.tf, it is.", "a.tf, it is", "a.tf, it", "a.tf,", "a.tf"}},
		{"", 1, []string{""}},
	} {
		if diff := cmp.Diff(tt.want, prefixes(tt.text, tt.shortest)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.text, diff)
		}
	}
	if n := len(prefixes(strings.Repeat("a ", 2*maxPrefixes), 1)); n != maxPrefixes {
		t.Errorf("%d prefixes, want %d", n, maxPrefixes)
	}
}
