package policy

import (
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// Entry is a waiver to be written, with a comment that says what it is about.
type Entry struct {
	result.Waiver
	Comment string
}

// lines writes the entry as an item of a list. indent stands before its dash.
func (e Entry) lines(indent, eol string) []string {
	var all []string
	if e.Comment != "" {
		all = append(all, indent+"# "+e.Comment+eol)
	}
	lead := indent + "- "
	for _, field := range e.fields() {
		if field.text != "" {
			all = append(all, lead+field.name+": "+field.text+eol)
			lead = indent + "  "
		}
	}
	return all
}

// field is a key of an entry and its value in YAML.
type field struct{ name, text string }

func (e Entry) fields() []field {
	all := []field{
		{"rule", scalar(e.Rule)}, {"path", scalar(e.Path)}, {"resource", scalar(e.Resource)}, {"image", scalar(e.Image)},
		{"fingerprint", scalar(e.Fingerprint)},
	}
	if e.Severity != nil {
		all = append(all, field{"severity", e.Severity.String()})
	}
	if e.Max != nil {
		all = append(all, field{"max", strconv.Itoa(*e.Max)})
	}
	return append(all, field{"block", scalar(e.Block)}, field{"reason", scalar(e.Reason)}, field{"owner", scalar(e.Owner)}, field{"expires", e.Expires})
}

// scalar writes a text as a YAML scalar: plain where that means the same text, else in double
// quotes, where the escapes of Go are valid.
func scalar(text string) string {
	if text == "" || isPlain(text) {
		return text
	}
	return strconv.QuoteToASCII(text)
}

func isPlain(text string) bool {
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return false
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte("- k: "+text+"\n"), &doc); err != nil || len(doc.Content) != 1 {
		return false
	}
	item := doc.Content[0].Content[0]
	if item.Kind != yaml.MappingNode || len(item.Content) != 2 {
		return false
	}
	v := item.Content[1]
	return v.Kind == yaml.ScalarNode && v.Tag == "!!str" && v.Style == 0 && v.Value == text && v.LineComment == ""
}
