package locate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

const attributesTF = `resource "aws_x" "one" { mode = f("whole-block") }
resource "aws_x" "y" {
  bucket        = "shop-y"
  id            = "the-id"
  db_identifier = "shop-db"
  first         = f("first-line",
    "last-line", "twice")
  again         = "twice"
  two           = "ab"
  short         = "x"
  tags = { Name = "shop-tag", Owner = "Y" }
  file          = "a.tf"
  policy        = f("{\"Action\": \"s3:GetIt\"}")
  lists {
    rules = [{ port = "22-22" }]
  }
  lists {
    ports = ["80-80"]
  }
  tail = f("at-the-end")
}
resource "aws_x" "z" { mode = f("no-newline") }`

const attributesYAML = `Resources:
  A:
    Type: AWS::S3::Bucket
    Properties: &shared
      AccessControl: PublicRead
      Nested: {One: {Two: {Three: deep-1, Four: deep-2}}}
  B:
    Type: AWS::S3::Bucket
    Properties: *shared
  C:
    Type: AWS::S3::Bucket
    Properties:
      Kind: Bucket
      Command: run "x"--force
      Other: open
      Last: !Unheard "last-words"
`

// A text that is quoted in the details marks the one line of the block where it is an attribute or
// a value. Anything that is not certain marks the resource.
func TestQuotedAttributes(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": attributesTF, "b.yaml": attributesYAML})
	tests := map[string]struct {
		text, ref, file string
		want            at
	}{
		"a block of one line":           {"'whole-block'", "one", "a.tf", at{"a.tf", 1, onAttribute}},
		"the end of a file":             {"'no-newline'", "z", "a.tf", at{"a.tf", 22, onAttribute}},
		"a value of an expression":      {"'first-line'", "y", "a.tf", at{"a.tf", 6, onAttribute}},
		"another line of it":            {"'last-line'", "y", "a.tf", at{"a.tf", 7, onAttribute}},
		"the end of a block":            {"'at-the-end'", "y", "a.tf", at{"a.tf", 20, onAttribute}},
		"the last line of a block":      {"'last-words'", "C", "b.yaml", at{"b.yaml", 16, onAttribute}},
		"two lines":                     {"'twice'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"two characters":                {"'ab'", "y", "a.tf", at{"a.tf", 9, onAttribute}},
		"one character":                 {"'x'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its file":                      {"'a.tf'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its bucket":                    {"'shop-y'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its id":                        {"'the-id'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its identifier":                {"'shop-db'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its tag":                       {"'shop-tag'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"its type":                      {"'aws_x' is 'Owner'", "y", "a.tf", at{"a.tf", 11, onAttribute}},
		"its name, in another case":     {"'Y'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"in a quoted document":          {"'s3:GetIt'", "y", "a.tf", at{"a.tf", 13, onAttribute}},
		"in a list":                     {"'80-80'", "y", "a.tf", at{"a.tf", 18, onAttribute}},
		"a path with an index":          {"'lists[0].rules[0].port'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"a path with numbers":           {"'lists.0.rules.10.port'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"a path with a star":            {"'lists.*.ports'", "y", "a.tf", at{"a.tf", 18, onAttribute}},
		"a path that is another's":      {"'other.ports'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"double quotes":                 {`"rules"`, "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"typographic quotes":            {"“rules”", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"single typographic quotes":     {"‘rules’", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"an empty quote before it":      {"No filters: ''. 'rules'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"an apostrophe before it":       {"It doesn't set 'rules'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"an apostrophe in it":           {"'rules don't match'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"a quote that is not closed":    {"set 'x to 'rules'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"quotes of two lines":           {"set 'rules\n'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"a closed quote after that":     {"set 'rules\nand 'ports'", "y", "a.tf", at{"a.tf", 18, onAttribute}},
		"blanks in the quotes":          {"' rules '", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"one attribute twice":           {"'rules' and 'rules'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"two attributes":                {"'rules' and 'ports'", "y", "a.tf", at{"a.tf", 2, onResource}},
		"an attribute and nothing":      {"'rules' and 'nothing'", "y", "a.tf", at{"a.tf", 15, onAttribute}},
		"an anchor's attribute":         {"'AccessControl'", "A", "b.yaml", at{"b.yaml", 5, onAttribute}},
		"an anchor outside the block":   {"'AccessControl'", "B", "b.yaml", at{"b.yaml", 7, onResource}},
		"properties, with a slash":      {"'Properties/AccessControl'", "A", "b.yaml", at{"b.yaml", 5, onAttribute}},
		"with slashes around":           {"'/Properties/AccessControl/'", "A", "b.yaml", at{"b.yaml", 5, onAttribute}},
		"the first of two leaves":       {"'Two.Three'", "A", "b.yaml", at{"b.yaml", 6, onAttribute}},
		"the last word of its type":     {"The 'Bucket'", "C", "b.yaml", at{"b.yaml", 10, onResource}},
		"after the last quote":          {"'--force'", "C", "b.yaml", at{"b.yaml", 10, onResource}},
		"between quotes":                {"'run' and 'open'", "C", "b.yaml", at{"b.yaml", 15, onAttribute}},
		"the name of another attribute": {"'Otherwise'", "C", "b.yaml", at{"b.yaml", 10, onResource}},
	}
	for name, tt := range tests {
		got := r.place(t, fmt.Sprintf("%s is wrong (Ref: %s, File: %s)", tt.text, tt.ref, tt.file))[0]
		if diff := cmp.Diff(tt.want, whereIs(got)); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s%s", name, tt.text, diff, got.Note)
		}
	}
}

// Quotes are searched in linear time, and those of an ordinary length are found.
func TestLengthOfQuotes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxQuote)
	if diff := cmp.Diff([]string{long, "after"}, quotesIn("'"+long+"' and 'after'")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	apostrophes := strings.Repeat("x'y", maxQuote)
	if diff := cmp.Diff([]string{"after"}, quotesIn("'"+apostrophes+" and 'after'")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, endless := range []string{"'“rules”", "'“rules” " + apostrophes} {
		if diff := cmp.Diff([]string{"rules"}, quotesIn(endless)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", endless, diff)
		}
	}
	// The search for its end goes on once more at maxQuote.
	last := strings.Repeat("x'y", (maxQuote+1)/3)
	if diff := cmp.Diff([]string{last}, quotesIn("'"+last+"'")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A tree whose nodes share their children may be far larger than the file.
func TestSharedNodesAreBounded(t *testing.T) {
	t.Parallel()
	n := &tree.Node{Kind: tree.String, Text: "leaf"}
	for range 40 {
		n = &tree.Node{Kind: tree.List, Items: []*tree.Node{n, n}}
	}
	ix := &attributeIndex{block: result.Range{}, keys: map[string][]*attribute{}, literals: map[string][]int{}, budget: tree.NewBudget(0)}
	ix.walk(n, nil)
	if got := len(ix.literals["leaf"]); got < 50_000 || got > 200_000 {
		t.Errorf("%d leaves were indexed", got)
	}
	few := &attributeIndex{literals: map[string][]int{}, budget: tree.NewSteps(3)}
	few.walk(&tree.Node{Kind: tree.List, Items: []*tree.Node{{Kind: tree.String, Text: "1"}, {Kind: tree.String, Text: "2"}, {Kind: tree.String, Text: "3"}}}, nil)
	if len(few.literals) != 2 {
		t.Errorf("of 3 nodes and their list, %d were indexed, want 2 and the list", len(few.literals))
	}
}
