package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/text"
)

// got is a reference, for tables.
type got struct {
	Ref, File, Kind, Branch string
	Line                    int
}

func referencesIn(details string) []got {
	var out []got
	for _, r := range newParser(text.WithoutHTML(details)).references() {
		out = append(out, got{r.ref.text, r.file.text, r.kind, r.branch, r.line})
	}
	return out
}

func TestReferences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, details string
		want          []got
	}{
		{"the vendor's", "No filters: ''. AWS_CLOUDTRAIL (Ref: Test-CloudTrail, File: aws/avid.tf) branch: master\n",
			[]got{{"Test-CloudTrail", "aws/avid.tf", "AWS_CLOUDTRAIL", "master", 0}}},
		{"two in a sentence", "Both (Ref: a, File: x.tf) and (Ref: b, File: y.tf) are open.",
			[]got{{"a", "x.tf", "", "", 0}, {"b", "y.tf", "", "", 0}}},
		{"two lines without brackets", "Ref: a, File: x.tf\nRef: b, File: y.tf",
			[]got{{"a", "x.tf", "", "", 0}, {"b", "y.tf", "", "", 0}}},
		{"labels on lines of their own", "Resource: a\nFile: x.tf\nResource: b\nFile: y.tf",
			[]got{{"a", "x.tf", "", "", 0}, {"b", "y.tf", "", "", 0}}},
		{"brackets and quotes in X", `(Ref: module.a.aws_instance.web["x,y"], File: x.tf)`,
			[]got{{`module.a.aws_instance.web["x,y"]`, "x.tf", "", "", 0}}},
		{"closing bracket in a key", `(Ref: a.b["x)y"], File: x.tf)`,
			[]got{{`a.b["x)y"]`, "x.tf", "", "", 0}}},
		{"quotes around quotes", `(Ref: "a.b["x,y"]", File: 'x.tf')`,
			[]got{{`a.b["x,y"]`, "x.tf", "", "", 0}}},
		{"parentheses in Y", "(Ref: a, File: infra (old)/main.tf) branch: b",
			[]got{{"a", "infra (old)/main.tf", "", "b", 0}}},
		{"commas in Y", "(Ref: a, File: a, b/main.tf)", []got{{"a", "a, b/main.tf", "", "", 0}}},
		{"unbalanced Y before X", "(File: infra (old/main.tf, Ref: a)", []got{{"a", "infra (old/main.tf", "", "", 0}}},
		{"unbalanced X before Y", "AWS_S3 (Ref: a [b, File: infra (old)/main.tf) branch: m", []got{{"a [b", "infra (old)/main.tf", "AWS_S3", "m", 0}}},
		{"unbalanced X before Y in brackets", "resource: a [b (File: x.tf) is open", []got{{"a [b", "x.tf", "", "", 0}}},
		{"JSON after text", `x is open {"Ref": "Deployment/web", "File": "x.tf"} branch: m`, []got{{"Deployment/web", "x.tf", "", "m", 0}}},
		{"a bracket after a branch", "File: x.tf, Ref: a branch: m(Ref: b, File: y.tf)",
			[]got{{"a", "x.tf", "", "m", 0}, {"b", "y.tf", "", "", 0}}},
		{"apostrophe", "(Ref: a, File: o'brien/main.tf)", []got{{"a", "o'brien/main.tf", "", "", 0}}},
		{"branch and line inside", "(Ref: a, File: x.tf, Line: 12, Branch: feature/y)",
			[]got{{"a", "x.tf", "", "feature/y", 12}}},
		{"sentinels", "log_profile (Ref: no_reference_found, File: no_specific_file) branch: m",
			[]got{{"", "", "", "m", 0}}},
		{"kind before a colon", "AWS_S3: Ref: a, File: x.tf", []got{{"a", "x.tf", "AWS_S3", "", 0}}},
		{"lower-case word is not a kind", "log_profile (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"one word is not a kind", "BUCKET (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"policy text", "Allows s3:* on Resource: * (Ref: p, File: x.tf)", []got{{"p", "x.tf", "", "", 0}}},
		{"policy text with an ARN", "Allows s3:* on Resource: arn:aws:s3:::logs/* (Ref: p, File: x.tf)",
			[]got{{"p", "x.tf", "", "", 0}}},
		{"JSON policy", `{"Action": "s3:*", "Resource": "arn:aws:s3:::logs"} (Ref: p, File: x.tf)`,
			[]got{{"p", "x.tf", "", "", 0}}},
		{"intrinsic function", `The name is {"Ref": "Name"}`, nil},
		{"module source", "Source git::https://x.example/vpc.git?ref=v1.2 is not pinned (Ref: module.vpc, File: x.tf)",
			[]got{{"module.vpc", "x.tf", "", "", 0}}},
		{"link", "Additional Reference: https://x.example/a Ref: https://x.example/b", nil},
		{"option", "Run kubectl --file=x.yaml", nil},
		{"inside a word", "prefile: a xref: b ARN::Ref::c", nil},
		{"arrows", "Ref => a, File => x.tf", []got{{"a", "x.tf", "", "", 0}}},
		{"URL of a file", "see file:///tmp/x.tf", nil},
		{"comparison", "if file == x.tf then ref == a", nil},
		{"two colons", "Ref::a File::x.tf", nil},
		{"single quotes", "{'Ref': 'a', 'File': 'x.tf'}", []got{{"a", "x.tf", "", "", 0}}},
		{"quotes of two kinds", `"Ref': a, "File': x.tf`, nil},
		{"after a letter beyond ASCII", "éRef: a, File: x.tf", []got{{"", "x.tf", "", "", 0}}},
		{"after a digit beyond ASCII", "٣Ref: a", nil},
		{"after the first character beyond ASCII", "\u0080Ref: a, File: x.tf", []got{{"a", "x.tf", "", "", 0}}},
		{"after another character", "…Ref: a, File: x.tf", []got{{"a", "x.tf", "", "", 0}}},
		{"after a long word", "TheResource: a", nil},
		{"a kind of the first and last letters", "AZ_9ZA (Ref: a, File: x.tf)", []got{{"a", "x.tf", "AZ_9ZA", "", 0}}},
		{"a kind in a word", "x-AWS_S3 (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"a kind after a bracket", "[AWS_S3] (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"a number is not a kind", "9AWS_S3 (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"underscores around a word", "_AWS_ (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"a branch after a comma", "(Ref: a, File: x.tf), branch: m, and more", []got{{"a", "x.tf", "", "m", 0}}},
		{"a branch at the end of a sentence", "(Ref: a, File: x.tf) branch: v1.2. More.", []got{{"a", "x.tf", "", "v1.2", 0}}},
		{"a branch on the next line", "(Ref: a, File: x.tf)\nbranch: m", []got{{"a", "x.tf", "", "", 0}}},
		{"a branch after other text", "(Ref: a, File: x.tf) of branch: m", []got{{"a", "x.tf", "", "", 0}}},
		{"two branches", "(Ref: a, File: x.tf, branch: m) branch: n", []got{{"a", "x.tf", "", "m", 0}}},
		{"a branch of nothing", "(Ref: a, File: x.tf) branch:", []got{{"a", "x.tf", "", "", 0}}},
		{"placeholders in another case", "(Ref: NO_REFERENCE_FOUND, File: No_Specific_File).", []got{{"", "", "", "", 0}}},
		{"a placeholder in a sentence", "Ref: no_reference_found, it says", []got{{"", "", "", "", 0}}},
		{"the file's placeholder is a name", "(Ref: no_specific_file, File: x.tf)", []got{{"no_specific_file", "x.tf", "", "", 0}}},
		{"no letter", "(Ref: *, File: -)", []got{{"", "", "", "", 0}}},
		{"a letter beyond ASCII", "(Ref: ä, File: 文)", []got{{"ä", "文", "", "", 0}}},
		{"halves", "Resource: a (File: x.tf) branch: m", []got{{"a", "x.tf", "", "m", 0}}},
		{"halves with a line", "File: x.tf, Line: 7 (Ref: a)", []got{{"a", "x.tf", "", "", 7}}},
		{"halves and their kind", "AWS_S3: Resource: a (File: x.tf)", []got{{"a", "x.tf", "AWS_S3", "", 0}}},
		{"halves with a comma", "Resource: a, (File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"two brackets", "(Ref: a) (File: x.tf)", []got{{"a", "", "", "", 0}, {"", "x.tf", "", "", 0}}},
		{"two of a kind", "Resource: a (Ref: b)", []got{{"b", "", "", "", 0}}},
		{"halves with text between", "Resource: a\nis in (File: x.tf)", []got{{"a", "", "", "", 0}, {"", "x.tf", "", "", 0}}},
		{"a link in brackets", "(Ref: https://x.example/a, see there)", []got{{"https://x.example/a, see there", "", "", "", 0}}},
		{"a link in brackets, and a reference", "See (Ref: https://x.example/a) for (Ref: a, File: x.tf)", []got{{"a", "x.tf", "", "", 0}}},
		{"a short name", "Ref: http", []got{{"http", "", "", "", 0}}},
		{"a policy's resource in brackets", "Allows (Resource: logs) for (Ref: p, File: x.tf)", []got{{"p", "x.tf", "", "", 0}}},
		{"a lone label on its own line", "Resource: a\nopen (Ref: p, File: x.tf)", []got{{"a", "", "", "", 0}, {"p", "x.tf", "", "", 0}}},
		{"a lone label after text", "grants Resource: a\nopen (Ref: p, File: x.tf)", []got{{"p", "x.tf", "", "", 0}}},
		{"another bracket", "(Ref: a] b, File: x.tf)", []got{{"a] b", "x.tf", "", "", 0}}},
		{"a bracket without another", "open Ref: a, File: x.tf) and more", []got{{"a", "x.tf", "", "", 0}}},
		{"closing brackets in a key", `(Ref: a.b["xyz])w"], File: x.tf)`, []got{{`a.b["xyz])w"]`, "x.tf", "", "", 0}}},
		{"an empty key", `(Ref: a[""]["])"], File: x.tf)`, []got{{`a[""]["])"]`, "x.tf", "", "", 0}}},
		{"unbalanced at the end", "(Ref: a [b).", []got{{"a [b", "", "", "", 0}}},
		{"unbalanced without an end", "(Ref: a [b", []got{{"a [b", "", "", "", 0}}},
		{"a blank in the quotes", "Ref: ' a', File: x.tf", []got{{" a", "x.tf", "", "", 0}}},
		{"a quote without an end", `File: x.tf, Ref: "a`, []got{{`"a`, "x.tf", "", "", 0}}},
		{"empty quotes", `(Ref: "", File: x.tf)`, []got{{"", "x.tf", "", "", 0}}},
		{"a bracket in quotes", `Ref: "a)b", File: x.tf`, []got{{"a)b", "x.tf", "", "", 0}}},
		{"a bracket before the last quote", `(Ref: "a)", File: x.tf)`, []got{{"a)", "x.tf", "", "", 0}}},
		{"a bracket between apostrophes", "(Ref: o'a) and o'b (File: x.tf)", []got{{"o'a", "", "", "", 0}, {"", "x.tf", "", "", 0}}},
		{"quotes before text", `Ref: "a" is open`, []got{{"a", "", "", "", 0}}},
		{"quotes before a bracket", `see Ref: "a") and more`, []got{{"a", "", "", "", 0}}},
		{"quotes before another quote", `Ref: "a"b", File: x.tf`, []got{{`a"b`, "x.tf", "", "", 0}}},
		{"a branch of a comma", "(Ref: a, File: x.tf) branch: , and more", []got{{"a", "x.tf", "", "", 0}}},
		{"nothing", "", nil},
		{"label without value", "Ref:", nil},
		{"in a tag soup", "<ul><li>Ref: a,&nbsp;File: x.tf</li><li>Ref: b, File: y.tf</li></ul>",
			[]got{{"a", "x.tf", "", "", 0}, {"b", "y.tf", "", "", 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, referencesIn(tt.details)); diff != "" {
				t.Errorf("%q: (-want +got)\n%s", tt.details, diff)
			}
		})
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, details string
		want          []string // details of each
	}{
		{"a line each", "x is open (Ref: a, File: f)\ny is open (Ref: b, File: f)",
			[]string{"x is open (Ref: a, File: f)", "y is open (Ref: b, File: f)"}},
		{"shared lines", "These are open:\n(Ref: a, File: f)\n(Ref: b, File: f)\nClose them.",
			[]string{"These are open:\n(Ref: a, File: f)\nClose them.", "These are open:\n(Ref: b, File: f)\nClose them."}},
		{"text above each", "x is open\n(Ref: a, File: f)\ny is open\n(Ref: b, File: f)",
			[]string{"x is open\n(Ref: a, File: f)", "y is open\n(Ref: b, File: f)"}},
		{"text below each", "(Ref: a, File: f)\nx is open\n(Ref: b, File: f)\ny is open",
			[]string{"(Ref: a, File: f)\nx is open", "(Ref: b, File: f)\ny is open"}},
		{"in one sentence", "Open are x (Ref: a, File: f), y (Ref: b, File: f).",
			[]string{"Open are x (Ref: a, File: f)", ", y (Ref: b, File: f)."}},
		{"the line opens with it", "(Ref: a, File: f) x is open. (Ref: b, File: f) y is open.",
			[]string{"(Ref: a, File: f) x is open.", "(Ref: b, File: f) y is open."}},
		{"three in a line that opens with one", "(Ref: a, File: f) x is open. (Ref: b, File: f) y is. (Ref: c, File: f) z is.",
			[]string{"(Ref: a, File: f) x is open.", "(Ref: b, File: f) y is.", "(Ref: c, File: f) z is."}},
		{"one between lines", "x is open\n\n(Ref: a, File: f)\n\nClose it.", []string{"x is open\n\n(Ref: a, File: f)\n\nClose it."}},
		{"branches collapse", "x (Ref: a, File: f) branch: m\nx (Ref: a, File: f) branch: n\nx (Ref: b, File: f) branch: m",
			[]string{"x (Ref: a, File: f) branch: m", "x (Ref: b, File: f) branch: m"}},
		{"other text stays", "port 22 (Ref: a, File: f)\nport 80 (Ref: a, File: f)",
			[]string{"port 22 (Ref: a, File: f)", "port 80 (Ref: a, File: f)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var have []string
			for _, s := range segments(tt.details) {
				have = append(have, strings.TrimSpace(s.details))
			}
			for i, w := range tt.want {
				tt.want[i] = foldBlanks(w)
			}
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The prose of a segment is all but its reference.
func TestProse(t *testing.T) {
	t.Parallel()
	for details, want := range map[string]string{
		`It is bad: Ref: "a" in all places`:       "It is bad: in all places",
		`It is bad: Ref: "a", File: "b" is open`:  "It is bad: is open",
		`(Ref: "a", File: "b") branch: m is open`: "is open",
		"Ref: a is open":                          "",
	} {
		if got := segments(details)[0].prose; got != want {
			t.Errorf("%s: %q, want %q", details, got, want)
		}
	}
}

// Quotes in the text between two references of a line may be about either.
func TestSharedProse(t *testing.T) {
	t.Parallel()
	for gap, want := range map[string]bool{
		"and 'acl'": true, "zone 'x'": true, `with "x"`: true, "with `x`": true, "with ‘x’": true, "with “x”": true,
		"And 'acl'": false, "{'acl'}": false, "and acl": false, "": false,
	} {
		got := segments("x (Ref: a, File: f) " + gap + " (Ref: b, File: f)")
		if len(got) != 2 || got[0].shared != want || got[1].shared != want {
			t.Errorf("%q: %+v, want shared %v", gap, got, want)
		}
	}
}

func TestRepeatedText(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("x", maxRepeated/2)
	if repeated(half, 2) != half || repeated(half+"x", 2) != "" || repeated(" x\n", 2) != "x" {
		t.Error("text is repeated up to a bound, without the blanks around it")
	}
}

func TestFirstWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", " main and more": "main", "v1.2. More": "v1.2", ", x": "", "a;b": "a", "a\nb": "a"} {
		if got := firstWord(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
