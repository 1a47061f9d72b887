package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/template/tree"
)

const snippet = `
variable "nothing" {}
resource "x" "y" {
  text    = "Hello"
  number  = 22
  on      = true
  off     = false
  none    = null
  unknown = var.nothing
  list    = ["a", var.nothing]
  some    = [var.nothing]
  empty   = []
  block {
    a = 1
  }
  block {
    a = var.nothing
  }
  dynamic "maker" {
    for_each = var.nothing
    content {
      a = 1
    }
  }
}
`

func subjectOf(t testing.TB, source string) subject {
	t.Helper()
	folders, err := parse([]File{{"main.tf", []byte(source)}})
	if err != nil {
		t.Fatal(err)
	}
	all := folders[0]
	res := all.resources[len(all.resources)-1]
	return subject{node: res.root, res: res, folder: all}
}

func TestCond(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, snippet)
	for _, test := range []struct {
		cond string
		want truth
	}{
		{`{path: text, is: hello}`, yes},
		{`{path: text, is: hell}`, no},
		{`{path: text, in: [a, HELLO]}`, yes},
		{`{path: text, like: ["h*o"]}`, yes},
		{`{path: text, like: ["h*p", "ello"]}`, no},
		{`{path: number, is: "22"}`, yes},
		{`{path: on, is: "true"}`, yes},
		{`{path: off, exists: true}`, yes},
		{`{path: none, exists: false}`, yes},
		{`{path: missing, exists: false}`, yes},
		{`{path: missing, is: a}`, no},
		{`{not: {path: missing, is: a}}`, yes},
		{`{path: unknown, is: a}`, maybe},
		{`{not: {path: unknown, is: a}}`, maybe},
		{`{path: unknown, exists: false}`, maybe},
		{`{path: unknown, exists: true}`, maybe},
		{`{path: unknown.deeper, exists: false}`, maybe},
		{`{path: list, is: a}`, yes},
		{`{path: list, is: b}`, maybe},
		{`{path: some, exists: true}`, yes},
		{`{path: empty, exists: true}`, no},
		{`{path: block.a, is: "1"}`, yes},
		{`{path: block.a, is: "2"}`, maybe},
		{`{path: block, some: {path: a, is: "1"}}`, yes},
		{`{path: maker, exists: true}`, maybe},
		{`{path: maker.a, is: "1"}`, maybe},
		{`{path: block, is: a}`, no},
		{`{all: [{path: text, is: hello}, {path: unknown, is: a}]}`, maybe},
		{`{all: [{path: text, is: no}, {path: unknown, is: a}]}`, no},
		{`{any: [{path: text, is: hello}, {path: unknown, is: a}]}`, yes},
		{`{any: [{path: text, is: no}, {path: unknown, is: a}]}`, maybe},
		{`{present: [x]}`, yes},
		{`{present: [z]}`, no},
	} {
		var c condition
		if err := yaml.Unmarshal([]byte(test.cond), &c); err != nil {
			t.Fatal(err)
		}
		if got := c.eval(s); got != test.want {
			t.Errorf("%s: got %d, want %d", test.cond, got, test.want)
		}
	}
}

func TestIsOpen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0.0.0.0/0": true, "::/0": true, "*": true, "Internet": true, " 0.0.0.0/0 ": true, "1.2.3.4/0": true,
		"0.0.0.0/1": false, "10.0.0.0/8": false, "0.0.0.0": false, "": false, "VirtualNetwork": false,
	} {
		if got := isOpen(text); got != want {
			t.Errorf("isOpen(%q) = %v", text, got)
		}
	}
}

func TestRangeIncludes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		port int
		want bool
	}{
		{"22", 22, true},
		{"20-25", 22, true},
		{"80, 20-25", 22, true},
		{"*", 22, true},
		{"80", 22, false},
		{"2200-2299", 22, false},
		{"ssh", 22, false},
		{"", 22, false},
		{"0-65535", 0, true},
		{"1-65535", 0, true},
		{"2-65535", 0, false},
		{"22", 0, false},
	} {
		if got := rangeIncludes(test.text, test.port); got != test.want {
			t.Errorf("rangeIncludes(%q, %d) = %v", test.text, test.port, got)
		}
	}
}

// TestTruth checks the laws of the three values: a result that is known beside an
// unknown value is the same whatever that value is.
func TestTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := truth(rapid.IntRange(0, 2).Draw(t, "a")), truth(rapid.IntRange(0, 2).Draw(t, "b"))
		if min(a, b).not() != max(a.not(), b.not()) {
			t.Fatal("not (a and b) differs from (not a or not b)")
		}
		for _, known := range []truth{no, yes} {
			if got := min(a, maybe); got != maybe && min(a, known) != got {
				t.Fatalf("min(%d, maybe) is %d, but with %d it is %d", a, got, known, min(a, known))
			}
		}
	})
}

func TestFloatingTag(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]truth{
		"nginx": yes, "nginx:latest": yes, "registry:5000/nginx": yes, "nginx:1.27": no,
		"nginx@sha256:aa": no, "$(IMAGE)": no, "${IMAGE}": no, "": no,
	} {
		s := subject{node: &tree.Node{Kind: tree.Map, Entries: []tree.Entry{
			{Key: "image", Value: &tree.Node{Kind: tree.String, Text: image}},
		}}}
		if got := floatingTag(s); got != want {
			t.Errorf("floatingTag(%q) = %d, want %d", image, got, want)
		}
	}
}

func TestCompanionSharesATarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		by   string
		want truth
	}{
		{"aws_s3_bucket.b.bucket", yes},
		{"aws_s3_bucket.b.id", yes},
		{"aws_s3_bucket.other.id", no},
		{"each.value", maybe},
		{`"literal"`, no},
	} {
		s := subjectOf(t, `
resource "side" "s" {
  bucket = `+test.by+`
}
resource "main" "m" {
  bucket = aws_s3_bucket.b.id
}`)
		c := companion{Types: []string{"side"}, By: "bucket", Own: "bucket"}
		if got := c.eval(s); got != test.want {
			t.Errorf("%s: got %d, want %d", test.by, got, test.want)
		}
	}
}

// slowEval asks each companion of the folder about the resource.
func slowEval(c *companion, s subject) truth {
	result := no
	for _, res := range s.folder.resources {
		if !slices.Contains(c.Types, res.Type) {
			continue
		}
		refers := slowRefers(c, res.root, s.res)
		if c.When != nil {
			refers = min(refers, c.When.eval(s.at(res.root)))
		}
		result = max(result, refers)
	}
	return result
}

func slowRefers(c *companion, other *tree.Node, res *resource) truth {
	by, own := other.Get(c.By), res.Body.Get(cmp.Or(c.Own, c.By))
	if by == nil {
		return no
	}
	text, isLiteral := by.Literal()
	if c.Own != "" || isLiteral {
		if own == nil {
			return no
		}
	}
	if c.Own != "" {
		left, right := target(by.Text), target(own.Text)
		if left != right && (isVague(left) || isVague(right)) {
			return maybe
		}
		return truthOf(left == right)
	}
	if isLiteral {
		if name, ok := own.Literal(); ok {
			return truthOf(name == text)
		}
		return maybe
	}
	names := referredNames(by.Text, res.Type)
	if len(names) == 0 {
		return maybe
	}
	return truthOf(slices.Contains(names, res.Name))
}

// The index of companions gives what asking each of them gives.
func TestCompanionsAreIndexed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.SampledFrom([]string{
			`"a"`, `"b"`, `""`, "main.a.id", "main.b.bucket", "third.a.id", "third.b.arn", "each.value", "local.x", "var.x", `"${main.a.id}-${main.b.id}"`, "[1]",
		})
		var src strings.Builder
		for i, typ := range rapid.SliceOfN(rapid.SampledFrom([]string{"main", "side", "other"}), 1, 8).Draw(rt, "types") {
			name := rapid.SampledFrom([]string{"a", "b", fmt.Sprint("r", i)}).Draw(rt, "name")
			fmt.Fprintf(&src, "resource %q %q {\n", typ, name)
			if rapid.Bool().Draw(rt, "refers") {
				fmt.Fprintf(&src, "  bucket = %s\n", value.Draw(rt, "bucket"))
			}
			fmt.Fprintf(&src, "  on = %s\n}\n", rapid.SampledFrom([]string{"true", "false", "var.on"}).Draw(rt, "on"))
		}
		c := companion{Types: []string{"side", "other"}, By: "bucket", Own: rapid.SampledFrom([]string{"", "bucket"}).Draw(rt, "own")}
		if yes := "true"; rapid.Bool().Draw(rt, "when") {
			c.When = &condition{Path: "on", Is: &yes}
		}
		folders, err := parse([]File{{"main.tf", []byte(src.String())}})
		if err != nil {
			rt.Fatal(err)
		}
		for _, res := range folders[0].resources {
			s := subject{node: res.root, res: res, folder: folders[0]}
			if got, want := c.eval(s), slowEval(&c, s); got != want {
				rt.Errorf("%s.%s: got %d, want %d, in\n%s", res.Type, res.Name, got, want, src.String())
			}
		}
	})
}

func FuzzEvaluate(f *testing.F) {
	f.Add("main.tf", snippet)
	f.Add("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n")
	f.Add("stack.json", `{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}`)
	f.Fuzz(func(t *testing.T, name, content string) {
		alerts, err := Evaluate([]File{{name, []byte(content)}})
		if err != nil && alerts != nil {
			t.Error("alerts and an error")
		}
	})
}
