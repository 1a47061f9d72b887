package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

const waiveWord = "scangate:waive"

// Comments are those of the language. What looks like one in a string, a heredoc or a block scalar
// is text that is deployed.
func TestComments(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ path, text, want string }{
		"terraform": {"main.tf", `# scangate:waive a
resource "aws_s3_bucket" "a" {
  // scangate:waive b
  bucket = "# scangate:waive c" # scangate:waive d
  /* scangate:waive e */
  policy = <<EOF
# scangate:waive f
EOF
  note = "${"# scangate:waive g"}"
}
#scangate:waive h
# see scangate:waive
`, "1:1 a, 3:3 b, 4:33 d (not alone), 5:3 e, 11:1 h"},
		"kubernetes": {"pod.yaml", `# scangate:waive a
apiVersion: v1
kind: ConfigMap
metadata:
  name: x # scangate:waive b
data:
  # scangate:waive c
  script: |
    # scangate:waive d
    echo
  folded: >-
    # scangate:waive e
  quoted: "
    # scangate:waive f
    "
  single: 'it''s
    # scangate:waive g'
  ? |
    # scangate:waive h
  : x
  anchor: &a |
    # scangate:waive i
  alias: *a
  no: a# scangate:waive j
---
# scangate:waive k
apiVersion: v1
kind: ConfigMap
metadata: {name: y} # scangate:waive l
`, "1:1 a, 5:11 b (not alone), 7:3 c, 26:1 k, 29:21 l (not alone)"},
		"arm": {"azuredeploy.json", `{
  // scangate:waive a
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0", /* scangate:waive b */
  "resources": [
    // scangate:waive c
    {"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "// scangate:waive d",
     "properties": {"x": "
       // scangate:waive e
     "}}
  ]
}
`, "2:3 a, 4:32 b (not alone), 6:5 c"},
		"compose": {"compose.yaml", "services:\n  # scangate:waive a\n  web:\n    image: nginx\n", "2:3 a"},
		"CRLF":    {"main.tf", "# scangate:waive a\r\nresource \"aws_s3_bucket\" \"a\" {\r\n}\r\n", "1:1 a"},
		"none":    {"main.tf", "resource \"aws_s3_bucket\" \"a\" {}\n", ""},
	} {
		f, err := template.Parse(tt.path, []byte(tt.text))
		if err != nil || f == nil {
			t.Fatalf("%s: %v", name, err)
		}
		comments, err := f.Comments([]byte(tt.text), waiveWord)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, c := range comments {
			got = append(got, describeComment(c))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, strings.Join(got, ", "), tt.want)
		}
	}
}

func describeComment(c result.Comment) string {
	s := fmt.Sprintf("%d:%d %s", c.Line, c.Column, strings.TrimPrefix(c.Text, waiveWord+" "))
	if !c.Alone {
		s += " (not alone)"
	}
	return s
}

func TestCommentsOfALargeFile(t *testing.T) {
	t.Parallel()
	text := "# scangate:waive a\nresource \"aws_s3_bucket\" \"a\" {}\n" + strings.Repeat("# x\n", 300_000)
	f, err := template.Parse("main.tf", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Comments([]byte(text), waiveWord); err == nil || !strings.Contains(err.Error(), "must not be larger than 1 MiB") {
		t.Error(err)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	for path, tt := range map[string]struct{ text, want string }{
		"main.tf":      {"resource \"aws_s3_bucket\" \"a\" {\n}\n\nresource \"aws_s3_bucket\" \"b\" {\n}\n", "[{{1 2} aws_s3_bucket.a} {{4 5} aws_s3_bucket.b}]"},
		"compose.yaml": {"services:\n  web:\n    image: nginx\n  db:\n    image: redis\n", "[{{2 3} web} {{4 5} db}]"},
	} {
		f, err := template.Parse(path, []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(f.Blocks()); got != tt.want {
			t.Errorf("%s: %s, want %s", path, got, tt.want)
		}
	}
}
