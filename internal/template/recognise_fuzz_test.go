package template

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// Whatever another reader finds a recognised key in is recognised here, or is an error:
// it never vanishes.
func FuzzRecognise(f *testing.F) {
	for _, seed := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", "%YAML 1.1\n---\n\"api\\x56ersion\": v1\n'kind': Pod\n? metadata\n: {}\n",
		"&a Resources:\n  B: {Type: AWS::S3::Bucket}\n", "--- !!map\n!!str kind: Pod\napiVersion: \"v\\u0031\"\nmetadata: {}\n",
		"Resources: &r\n  B: &b {Type: \"AWS::\\\n   S3::Bucket\"}\n", "[{hosts: all, tasks: []}]\n", "- hosts: all\n  roles: [a]\n",
		`{"Resources":{"B":{"Type":"AWS\u003a:S3::Bucket"}}}`, `{"apiVersion":"v1","kind":"Pod","metadata":{}}{"a":1}`,
		"<<: {apiVersion: v1, kind: Pod}\nmetadata: {}\n", "x: &k kind\n*k : Pod\napiVersion: v1\nmetadata: {}\n",
		"apiVersion: v1\n!!binary a2luZA==: Pod\nmetadata: {}\n", "? |-\n  kind\n: Pod\napiVersion: v1\nmetadata: {}\n", "{apiVersion: v1, kind: Pod, metadata: {}}\n",
		`{"$schema":"https://x/deploymentTemplate.json#","resources":[]}`, "kind: Pod\nmetadata: {}\napiVersion: v1\n---\n{{ x }}\n",
		"%TAG ! tag:yaml.org,2002:\n---\napiVersion: v1\n!binary a2luZA==: Pod\nmetadata: {}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		docs := readElsewhere(content)
		if language := languageOfAny(docs); language != "" {
			for _, path := range []string{"a.yaml", "compose.yaml", "kustomization.yaml", "templates/values.yml", "Chart.yaml", "a.json"} {
				if f, err := Parse(path, content); f == nil && err == nil {
					t.Fatalf("%s: %s vanishes in %q", path, language, content)
				}
			}
		}
	})
}

// readElsewhere reads documents as other programs do, as far as they can be read.
func readElsewhere(content []byte) (docs []any) {
	defer func() { _ = recover() }() // the YAML library panics on some inputs
	type decoder interface{ Decode(any) error }
	for _, d := range []decoder{json.NewDecoder(bytes.NewReader(content)), yaml.NewDecoder(bytes.NewReader(content))} {
		for docs = nil; ; {
			var doc any
			if d.Decode(&doc) != nil {
				break
			}
			docs = append(docs, doc)
		}
		if len(docs) > 0 {
			return docs
		}
	}
	return nil
}

// languageOfAny returns what a file is, "" for every other one.
func languageOfAny(docs []any) string {
	docs = slices.DeleteFunc(docs, func(doc any) bool { return doc == nil })
	for i, doc := range docs {
		if language := languageOf(doc, i == 0); language != "" {
			return language
		}
	}
	return ""
}

// languageOf returns what a document is, "" for every other one. Only the first one of a
// file is read by tools with one document per file.
func languageOf(doc any, first bool) string {
	if list, ok := doc.([]any); ok && first && len(list) > 0 {
		if play, ok := list[0].(map[string]any); ok && len(list) == 1 && isText(play["hosts"]) && (play["tasks"] != nil || play["roles"] != nil) {
			return "a playbook"
		}
		return ""
	}
	object, _ := doc.(map[string]any)
	if _, ok := object["metadata"].(map[string]any); ok && object["apiVersion"] == "v1" && object["kind"] == "Pod" {
		return "a manifest"
	}
	if !first {
		return ""
	}
	resources, _ := object["Resources"].(map[string]any)
	for _, r := range resources {
		if r, _ := r.(map[string]any); r != nil && isText(r["Type"]) && strings.HasPrefix(r["Type"].(string), "AWS::") {
			return "a stack"
		}
	}
	if schema, _ := object["$schema"].(string); strings.HasSuffix(schema, "/deploymentTemplate.json#") {
		return "a deployment"
	}
	return ""
}

func isText(v any) bool {
	text, ok := v.(string)
	return ok && text != ""
}

// A template is recognised however it is written.
func TestRecogniseEveryStyle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := someText().Draw(t, "content")
		if languageOfAny(readElsewhere([]byte(content))) == "" {
			t.Skip("no other reader recognises it")
		}
		path := rapid.SampledFrom([]string{"a.yaml", "a.json", "a", "compose.yml", "kustomization.yaml", "x/templates/a.yaml", "docker-bake.json"}).Draw(t, "path")
		if f, err := Parse(path, []byte(content)); f == nil && err == nil {
			t.Fatalf("it vanishes")
		}
	})
}

// someText writes a manifest or a stack in some style.
func someText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		before := rapid.SampledFrom([]string{
			"", "\ufeff", "# c\n", "%YAML 1.1\n---\n", "---\n", "--- # c\n", "\n\n", "--- !!map\n", "%TAG !e! tag:e,2000:\n---\n", "x: 1\n---\n", "---\n---\n", "\t\n",
		}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "\n", "\n...\n", "\n---\nx: 1\n", "\n---\n", "\n# {{ x }}\n", "\n---\n- [\n", "\n---\na: {{ x }}\n"}).Draw(t, "after")
		pairs := rapid.SampledFrom([][]string{
			{"apiVersion", "v1", "kind", "Pod", "metadata", "{}"}, {"Resources", "{B: {Type: AWS::S3::Bucket}}"},
		}).Draw(t, "pairs")
		flow := rapid.Bool().Draw(t, "flow")
		var b strings.Builder
		for i := 0; i < len(pairs); i += 2 {
			if flow && i > 0 {
				b.WriteString(rapid.SampledFrom([]string{",", ", ", ",\n "}).Draw(t, "comma"))
			}
			b.WriteString(someKey(pairs[i], flow).Draw(t, "key") + pairs[i+1])
			if !flow && i+2 < len(pairs) {
				b.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", " # c\n", "\n\n"}).Draw(t, "break"))
			}
		}
		body := b.String()
		if flow {
			body = "{" + body + "}"
		}
		return before + body + after
	})
}

// someKey writes a key and its colon in some style.
func someKey(key string, flow bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for _, c := range key {
			style := rapid.SampledFrom([]string{"%c", "%c", "\\x%02x", "\\u%04x", "\\U%08x", "\\\n %c"}).Draw(t, "letter")
			fmt.Fprintf(&b, style, c)
		}
		styles := []string{key, `"` + b.String() + `"`, "'" + key + "'", "!!str " + key, "&a" + key + " " + key, "!!binary " + base64.StdEncoding.EncodeToString([]byte(key))}
		text := rapid.SampledFrom(styles).Draw(t, "style")
		colon := rapid.SampledFrom([]string{": ", " : ", ":\t", ":  "}).Draw(t, "colon")
		if !flow && rapid.Bool().Draw(t, "explicit") {
			return "? " + text + "\n: "
		}
		return text + colon
	})
}
