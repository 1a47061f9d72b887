package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/template"
)

func TestDeclare(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, text string
		// names are some of those that must be found; the others are exact.
		blocks, defines, names []string
		shared, opaque         bool
	}{
		"nothing": {file: "a.tf"},
		"a resource": {
			file: "a.tf", text: "resource \"aws_s3_bucket\" \"b\" {\n  bucket = aws_kms_key.k.arn\n}\n",
			blocks: []string{"resource.aws_s3_bucket.b"}, defines: []string{"aws_s3_bucket.b"}, names: []string{"aws_s3_bucket.b", "aws_kms_key.k"},
		},
		"what is named in strange ways": {
			file: "a.tf", text: "output \"o\" {\n  value = [\"x ${data /**/ . aws_ami /*\n*/ . a.id}\", <<E\n${module.m[0].x}\nE\n, \"aws_vpc . v\", (aws_eip\n.e)]\n}\n",
			blocks: []string{"output.o"}, names: []string{"data.aws_ami", "aws_ami.a", "module.m", "aws_vpc.v", "aws_eip.e"},
		},
		"a module and a data source": {
			file: "a.tf", text: "module \"m\" {}\ndata \"aws_ami\" \"a\" {}\nmoved {\n  from = aws_vpc.a\n  to   = aws_vpc.b\n}\n",
			blocks: []string{"data.aws_ami.a", "module.m", "moved"}, defines: []string{"aws_ami.a", "module.m"}, names: []string{"aws_vpc.a", "aws_vpc.b"},
		},
		"hidden locals":      {file: "a.tf", text: "/**/locals {\n  a = 1\n}\n", blocks: []string{"locals"}, shared: true},
		"a byte order mark":  {file: "a.tf", text: "\xef\xbb\xbflocals {\n  a = 1\n}\n", blocks: []string{"locals"}, shared: true},
		"UTF-16":             {file: "a.tf", text: "\xff\xfel\x00o\x00c\x00a\x00l\x00s\x00{\x00}\x00", blocks: []string{"locals"}, shared: true},
		"a quoted block":     {file: "a.tf", text: "variable a {\n}\n", blocks: []string{"variable.a"}, shared: true},
		"JSON":               {file: "a.tf.json", text: `{"resource": {"aws_vpc": {"v": [{"x": "${aws_eip/**/.e.id}", "depends_on": ["aws_ami.a"]}]}}}`, blocks: []string{"resource.aws_vpc.v"}, defines: []string{"aws_vpc.v"}, names: []string{"aws_eip.e", "aws_ami.a"}},
		"JSON with escapes":  {file: "a.tf.json", text: `{"\u006cocals": {"a": 1}}`, blocks: []string{"locals"}, shared: true, opaque: true},
		"letters as escapes": {file: "a.tf", text: "output \"o\" {\n  depends_on = [\"aws_vp\\u0063.v\"]\n}\n", blocks: []string{"output.o"}, opaque: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := template.Declare(tt.file, []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			for what, sets := range map[string][2][]string{
				"blocks": {tt.blocks, slices.Sorted(maps.Keys(d.Blocks))}, "defines": {tt.defines, slices.Sorted(maps.Keys(d.Defines))},
			} {
				if diff := cmp.Diff(sets[0], sets[1]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			names, shared := map[string]bool{}, false
			for _, b := range d.Blocks {
				maps.Copy(names, b.Names)
				shared = shared || b.Shared
			}
			for _, name := range tt.names {
				if !names[name] {
					t.Errorf("does not name %s, but %v", name, names)
				}
			}
			if d.Opaque != tt.opaque || shared != tt.shared {
				t.Errorf("opaque %v, shared %v", d.Opaque, shared)
			}
		})
	}
}

func TestDeclareFailsWhereItCannotParse(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{"a.tf": "terraform {}\rlocals {\n}\n", "b.tf": "\u00a0locals {\n}\n", "c.tf.json": "{"} {
		if d, err := template.Declare(file, []byte(text)); err == nil {
			t.Errorf("%s: %+v, want an error", file, d)
		}
	}
}

// What has moved in the file, and the comments between blocks, change no block.
func TestDeclareText(t *testing.T) {
	t.Parallel()
	block := func(text, block string) template.Block {
		d, err := template.Declare("a.tf", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return d.Blocks[block]
	}
	const a, b = "locals {\n  a = 1\n}\n", "variable \"v\" {}\n"
	for _, name := range []string{"locals", "variable.v"} {
		got := block("# x\n"+b+"resource \"x\" \"y\" {}\nlocals {\r\n  a = 1\r\n}\n", name)
		if !got.Same(block(a+b, name)) || got.Same(template.Block{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if block(a+b, "locals").Same(block("locals {\n  a = 2\n}\n"+b, "locals")) || block(a, "locals").Same(block(a+a, "locals")) {
		t.Error("another block is the same")
	}
}

// A file of a megabyte is read in a moment, whatever it repeats.
func TestDeclareMany(t *testing.T) {
	t.Parallel()
	var blocks, names strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&blocks, "%q: {}, ", fmt.Sprint("b", i))
		fmt.Fprintf(&names, "%q, ", fmt.Sprintf("${a.n%d}", i))
	}
	for file, text := range map[string]string{
		"many.tf.json": `{"resource": {"a": {` + strings.TrimSuffix(blocks.String(), ", ") + `}}, "x": [` + strings.TrimSuffix(names.String(), ", ") + `]}`,
		"same.tf.json": `{"locals": [` + strings.Repeat("{}, ", 200_000) + `{}]}`,
		"same.tf":      strings.Repeat("locals {}\n", 100_000),
	} {
		d, err := template.Declare(file, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, b := range d.Blocks {
			held += len(b.Names)
		}
		if held > 30_000 {
			t.Errorf("%s: %d names are held", file, held)
		}
	}
}

// Whatever a file holds, it is read or refused, and the same both times.
func FuzzDeclare(f *testing.F) {
	f.Add("a.tf", "resource \"a\" \"b\" {\n  c = data.x.y.z /* */ . w\n  d = \"${module.m.o}\"\n}\nlocals {}\nlocals { a = 1 }\n")
	f.Add("a.tf.json", `{"resource": {"a": {"b": {"c": "${var.x}", "depends_on": ["x.y"]}}}, "locals": [{}, {"a": 1}]}`)
	f.Fuzz(func(t *testing.T, file, content string) {
		if !template.IsTerraform(file) {
			file = "a.tf"
		}
		d, err := template.Declare(file, []byte(content))
		again, errAgain := template.Declare(file, []byte(content))
		if (err == nil) != (errAgain == nil) {
			t.Fatalf("%v, then %v", err, errAgain)
		}
		if err != nil {
			return
		}
		for name, b := range d.Blocks {
			if !b.Same(again.Blocks[name]) {
				t.Errorf("%s differs", name)
			}
		}
	})
}
