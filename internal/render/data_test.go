package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// secretText stands for the data of ConfigMaps and Secrets.
const secretText = "hunter2"

func TestWithoutData(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"nothing":  {"# a comment\n---\n---\nnull\n", ""},
		"no data":  {"kind: Service # kept as it is\nspec: {a: 0o7}\n", "kind: Service # kept as it is\nspec: {a: 0o7}\n"},
		"a secret": {"apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {a: hunter2}, labels: {l: m}}\ntype: Opaque\ndata: {a: hunter2}\nstringData: {a: hunter2}\n", "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {l: m}}\ntype: Opaque\n"},
		"documents": {
			"kind: ConfigMap\ndata: {a: hunter2}\nbinaryData: {a: hunter2}\n---\nkind: Service\n",
			"kind: ConfigMap\n---\nkind: Service\n",
		},
		"a list":                     {"kind: List\nitems:\n    - kind: Secret\n      data: {a: hunter2}\n    - kind: Service\n", "kind: List\nitems:\n    - kind: Secret\n    - kind: Service\n"},
		"a list of items of no kind": {"kind: SecretList\nitems: [{data: {a: hunter2}}]\n", "kind: SecretList\n"},
		"deep inside":                {"kind: Template\nobjects: {x: [{kind: Secret, data: hunter2}]}\n", "kind: Template\nobjects: {x: [{kind: Secret}]}\n"},
		"a reference":                {"a: {kind: Secret, name: s}\nb: 1\n", "a: {kind: Secret}\nb: 1\n"},
		"an alias of data":           {"kind: List\nitems: [{kind: Secret, data: &d {a: hunter2}}, {kind: Pod, name: x}]\n", "kind: List\nitems: [{kind: Secret}, {kind: Pod, name: x}]\n"},
		"an alias of the kind":       {"a: &k Secret\nb: {kind: *k, data: hunter2}\n", "a: Secret\nb: {kind: Secret}\n"},
		"a merged kind":              {"a: &k {kind: Secret}\nb: {<<: *k, data: hunter2}\n", "a: {kind: Secret}\nb: {}\n"},
		"kinds merged":               {"a: &k {kind: Secret}\nb: {<<: [*k], data: hunter2}\n", "a: {kind: Secret}\nb: {}\n"},
		"JSON":                       {`{"kind": "Secret", "data": "hunter2"}`, "{\"kind\": \"Secret\"}\n"},
		"another case":               {"Kind: Secret\ndata: hunter2\n", "{}\n"},
		"escapes":                    {"\"k\\u0069nd\": \"S\\u0065cret\"\ndata: hunter2\n", "\"kind\": \"Secret\"\n"},
		"CR breaks lines":            {"kind: Service\r---\rkind: Secret\rdata: hunter2\r", "kind: Service\n---\nkind: Secret\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := withoutData([]byte(test.text))
			if err != nil || string(got) != test.want {
				t.Errorf("%v, %q, want %q", err, got, test.want)
			}
		})
	}
}

func TestHostileDocuments(t *testing.T) {
	t.Parallel()
	bomb := "kind: Secret\na0: &a0 [x]\n"
	for _, pair := range []string{"01", "12", "23", "34", "45", "56", "67", "78"} {
		bomb += "a" + pair[1:] + ": &a" + pair[1:] + " [" + strings.Repeat("*a"+pair[:1]+", ", 20) + "x]\n"
	}
	bomb = strings.Replace(bomb, "kind: Secret\n", "b: {kind: Secret}\n", 1)
	const tooLarge = "the document is too large, or too deep"
	for text, want := range map[string]string{
		bomb: tooLarge,
		"kind: [Secret]\na: " + strings.Repeat("[", 600) + strings.Repeat("]", 600): tooLarge,
		"a: &a {kind: List, b: *a}": tooLarge,
		"a: [":                      "read YAML: yaml: line 1: did not find expected node content",
	} {
		if out, err := withoutData([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %d bytes, %v, want %s", text, len(out), err, want)
		}
	}
}

// Whatever surrounds a Secret, its data is not in what is returned.
func TestDataNeverLeaves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"Secret", "ConfigMap", `"Secret"`, "'ConfigMap'", "SecretList", "ConfigMapList"}).Draw(t, "kind")
		field := rapid.SampledFrom([]string{"data", "stringData", "binaryData", "Data", "items", "x"}).Draw(t, "field")
		object := "{kind: " + kind + ", " + field + ": {a: " + secretText + "}}"
		if rapid.Bool().Draw(t, "kind last") {
			object = "{" + field + ": &d {a: " + secretText + "}, kind: " + kind + "}"
		}
		for range rapid.IntRange(0, 4).Draw(t, "depth") {
			around := rapid.SampledFrom([]string{"[%]", "{a: %}", "[1, %, 2]", "{kind: List, items: [%]}"}).Draw(t, "around")
			object = strings.Replace(around, "%", object, 1)
		}
		before := rapid.SampledFrom([]string{"", "kind: Service\n---\n", "# a comment\n"}).Draw(t, "before")
		out, err := withoutData([]byte(before + object + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), secretText) {
			t.Fatalf("%q becomes %q", before+object, out)
		}
	})
}

func FuzzWithoutData(f *testing.F) {
	f.Add([]byte("kind: Secret\ndata: {a: b}\n---\na: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := withoutData(text)
		if err != nil {
			return
		}
		if again, err := withoutData(out); err != nil || string(again) != string(out) {
			t.Errorf("%q becomes %q, then %q, %v", text, out, again, err)
		}
	})
}

func FuzzSplitManifests(f *testing.F) {
	f.Add("a: b\n# Source: web/templates/b.yaml\n")
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains("\n"+body, "\n---") {
			return // Helm splits there
		}
		out := "---\n# Source: web/templates/a.yaml\n" + body + "\n---\n# Source: web/templates/z.yaml\nz: 1\n"
		docs := splitManifests([]byte(out))
		if len(docs) != 2 || docs[0].Name != "web/templates/a.yaml" || docs[1].Name != "web/templates/z.yaml" {
			t.Errorf("%q is split into %v", out, docs)
		}
	})
}
