package config

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keysOf adds the dotted names of a schema's properties.
func keysOf(s *jsonschema.Schema, prefix string, all map[string]bool) {
	for name, p := range s.Properties {
		all[join(prefix, name)] = true
		keysOf(p, join(prefix, name), all)
	}
	below := slices.Concat(s.AnyOf, s.OneOf)
	if items, ok := s.Items2020, s.Items2020 != nil; ok {
		below = append(below, items)
	}
	if more, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
		below = append(below, more)
	}
	for _, p := range below {
		keysOf(p, prefix, all)
	}
}

// The schema has every key that the file may have, and no other.
func TestSchemaHasEveryKey(t *testing.T) {
	t.Parallel()
	all := map[string]bool{}
	keysOf(compiledSchema(t), "", all)
	for key := range keys() {
		if !all[key] {
			t.Errorf("the schema lacks %s", key)
		}
		delete(all, key)
	}
	for key := range all {
		t.Errorf("the file can't have %s", key)
	}
}

// The example of the help is valid, and mistakes in it are not.
func TestSchemaOfTheExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../cli/help/config.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if _, err := ParseFile("example", "", []byte(example)); err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		var doc any
		// The library makes a time of a day without quotes.
		text = strings.ReplaceAll(text, "2027-01-31", `"2027-01-31"`)
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		return compiledSchema(t).Validate(doc)
	}
	if err := valid(example); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"version: 2", "version: 1\nlimit: {}", "version: 1\nlimits: {paths: [{path: a}]}", "version: 1\nlimits: {fail-on: hihg}", "version: 1\nalerts: [{source: optix}]", "version: 1\nalerts: [{source: netskope, older-than: week}]"} {
		if valid(wrong) == nil {
			t.Errorf("%q is valid", wrong)
		}
	}
}
