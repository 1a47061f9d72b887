package template

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/template/tree"
)

// outline lists the attributes and blocks of bodies with their places, and the diagnostics
// of the whole text.
func outline(bodies ...*hclsyntax.Body) []string {
	var out []string
	for _, body := range bodies {
		for name, a := range body.Attributes {
			out = append(out, fmt.Sprintf("%06d %s = %v", a.SrcRange.Start.Byte, name, a.SrcRange))
		}
		for _, b := range body.Blocks {
			out = append(out, fmt.Sprintf("%06d %s %v %v-%v", b.TypeRange.Start.Byte, b.Type, b.Labels, b.TypeRange, b.CloseBraceRange))
			out = append(out, outline(b.Body)...)
		}
	}
	slices.Sort(out)
	return out
}

// checkSplit compares the pieces of a text with the whole.
func checkSplit(t interface{ Errorf(string, ...any) }, src string, size int) {
	m := newModule(tree.NewBudget(len(src)))
	pieces, serr := m.split("a.tf", []byte(src), size)
	whole, diags := hclsyntax.ParseConfig([]byte(src), "a.tf", hcl.InitialPos)
	redefined := diags.HasErrors() && diags[0].Summary == "Attribute redefined"
	switch {
	case serr != nil && (serr.TooLarge || serr.Msg == tree.TooDeep), serr == nil && redefined:
		return
	case (serr == nil) == diags.HasErrors():
		t.Errorf("in pieces of %d bytes: %v, whole: %v, of %q", size, serr, diags, src)
		return
	case serr != nil:
		return
	}
	var bodies []*hclsyntax.Body
	for i := range pieces {
		pieces[i].body = nil
		body, err := pieces[i].parse("a.tf")
		if err != nil {
			t.Errorf("piece %d: %v", i, err)
			return
		}
		bodies = append(bodies, body)
	}
	if diff := cmp.Diff(outline(whole.Body.(*hclsyntax.Body)), outline(bodies...)); diff != "" {
		t.Errorf("pieces of %d bytes of %q (-whole +pieces):\n%s", size, src, diff)
	}
}

// items are attributes, blocks and comments that are hard to cut.
func items() []string {
	return []string{
		"a%d = 1\n", "b%d = \"}\\\"{${c}\"\n", "\n", "  \t\r\n", "# }\n", "// {\n", "/* {\n\"\n<<E\n*/\n", "c%d = <<E\n}\n${\"<<E\"}\n  E\n", "d%d = <<-E\r\n  /*\r\n  E\r\n",
		"e \"%d\" {\n  f = [\n\n    1, # x\n  ]\n\n  g {\n  }\n}\n", "h%d = (1 +\n  2)\n", "i \"x%d\" \"y\" { j = 1 }\n", "k%d = \"%%{ if l }m%%{ endif }\" # n\n", "o%d = { p = \"é\" }\n",
		"/* a */ q%d = 1 /* b\n */\n", "\"", "}\n", "{\n", "/*", "<<E\n", "\xff\n", "r = = \n",
	}
}

// A text that is cut into pieces has the items of the whole, on the same lines.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := items()
		if rapid.Bool().Draw(t, "valid") {
			all = all[:slices.Index(all, "\"")]
		}
		var src strings.Builder
		for i, item := range rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "items") {
			src.WriteString(strings.ReplaceAll(strings.ReplaceAll(item, "%d", fmt.Sprint(i)), "%%", "%"))
		}
		checkSplit(t, src.String(), rapid.IntRange(1, 200).Draw(t, "size"))
	})
}

func FuzzSplit(f *testing.F) {
	for _, item := range items() {
		f.Add(item+item, 3)
	}
	f.Fuzz(func(t *testing.T, src string, size int) { checkSplit(t, src, 1+size&0xff) })
}

// There are never more tokens than are counted; one is the end of the text.
func FuzzCountTokens(f *testing.F) {
	for _, item := range items() {
		f.Add(item)
	}
	for _, seed := range []string{"1-1", "1a1", "1e5.5_1", "a-b", "\"${a}%{b}\\n\"", "==!=&&||=>...::", "é\u0301ü", "<<E\na\n\nE\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tokens, _ := hclsyntax.LexConfig([]byte(src), "", hcl.InitialPos)
		if counted := countTokens([]byte(src)); counted+1 < len(tokens) {
			t.Errorf("%q: %d tokens, counted %d", src, len(tokens)-1, counted)
		}
	})
}

// A large file is parsed in pieces: neither blank lines nor blocks have a bound, but one
// block has, and so has what the parser copies.
func TestLargeTerraform(t *testing.T) {
	t.Parallel()
	const resource = "resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"x\"\n}\n\n"
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, resource, i)
	}
	for name, c := range map[string]struct {
		content   string
		resources int
		want      string
	}{
		"blank lines":        {strings.Repeat("\n", 1<<20) + fmt.Sprintf(resource, 1) + strings.Repeat("\n", 1<<20), 1, ""},
		"comments":           {strings.Repeat("#\n", 1<<17) + fmt.Sprintf(resource, 1) + "/*" + strings.Repeat("\n", 50_000) + "*/", 1, ""},
		"blank lines inside": {"resource \"aws_vpc\" \"a\" {\n" + strings.Repeat("\n", 50_000) + "}\n", 1, ""},
		"many blocks":        {many.String(), 5000, ""},
		"a large block":      {"locals {\n" + strings.Repeat("  a = [1, 2]\n", 20_000) + "}\n", 0, "a.tf:1: too large to read: more than"},
		"after others":       {many.String() + "\nlocals {\n a = [\n" + strings.Repeat("1,\n", 100_000) + "]}\n", 0, "a.tf:20002: too large to read: more than"},
		"a long heredoc":     {"a = <<E\n" + strings.Repeat(strings.Repeat("x", 76)+"\n", 20_000) + "E\n", 0, "too many lines in the texts up to here"},
		"a heredoc":          {"locals {\n  a = <<E\n" + strings.Repeat(strings.Repeat("x", 76)+"\n", 2_000) + "E\n}\n", 1, ""},
		"broken at the end":  {many.String() + "a = [", 0, "a.tf:20001:6: missing expression"},
		"not UTF-8":          {many.String() + "# \xff\n", 5000, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := Parse("a.tf", []byte(c.content))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "" && len(f.Resources) != c.resources:
				t.Errorf("%d resources, want %d", len(f.Resources), c.resources)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v does not contain %q", err, c.want)
			}
		})
	}
}
