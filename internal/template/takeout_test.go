package template

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindActions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain {x} {{":                         "",
		"{{ a }}{% b %}{# c #}<% d %><%= e %>": "output control control control output",
		`{{ "}}" }}{{ '}}' }} {{ ` + "`}}` }}": "output output output",
		`{{ "a }} b"`:                          "",
		"{{/* }} */}} {{- /* x */ -}}":         "control control",
		"{{ it's }}":                           "output",
		"{{- if .x }}{{ else if .y }}{{ end -}}{{ range $i, $e := .z }}{{ end }}":        "opens between closes opens closes",
		"{{ $x := 1 }}{{- $a, $b = f }}{{ $x }}{{ iffy }}{{ endpoint }}":                 "control control output output output",
		"{% if x %}{%- elif y %}{% endif -%}{% set a = 1 %}{% for x in y %}{% endfor %}": "opens between closes control opens closes",
		"<% if x %><% elsif y %><% end %><% xs.each do |x| %><%- end -%>":                "opens between closes opens closes",
		"{{ toYaml . | nindent 4 }}{{ include \"x\" . }}":                                "blockOutput output",
		"{{#if x}}{{/if}}{{^y}}{{!c}}{{>p}}":                                             "opens closes opens control output",
		"a: b # {{ x }}\n# {{ y }}\nc: \"# {{ z }}\"\nd: e#{{ f }}\n":                    "output output",
		"{{ a\n}} {{\n  b }}": "output output",
	} {
		var kinds []string
		for _, a := range findActions([]byte(text)) {
			kinds = append(kinds, kindNames()[a.kind])
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func kindNames() map[actionKind]string {
	return map[actionKind]string{control: "control", opens: "opens", closes: "closes", between: "between", output: "output", blockOutput: "blockOutput"}
}

func TestTakeOut(t *testing.T) {
	t.Parallel()
	text := lines(
		"{{- if .x }}",
		"a: {{ .b }}-{{ .c }}",
		"  {{- with .y }}",
		"  d: {{ toYaml . | nindent 4 }}",
		"  {{- else }}",
		"  d: e{{ if f }} g{{ end }}",
		"  {{- end }}",
		"{{ else }}",
		"h: i",
		"{{- end }}",
		"{{ include",
		"   \"x\" }}",
		"{{ j }}: k",
	)
	want := []string{
		lines("a: x-x", "  d: ", "  d: e g", "h: i", "x: k"),
		lines("a: x-x", "  d: ", "x: k"),
		lines("x: k"),
		lines("h: i"),
	}
	got := slices.Collect(takeOut([]byte(text), findActions([]byte(text)), "x"))
	for i := range want {
		if diff := cmp.Diff(want[i], string(got[i])); diff != "" {
			t.Errorf("way %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestWithoutActions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: b":                         "",
		"{{ name }}":                   jinjaEngine,
		"{{ .name }}":                  goEngine,
		"{{ $name }}":                  goEngine,
		"{{ x }}{{ if y }}{{ end }}":   goEngine,
		"{{ x }}{{ .Values.y }}":       helmEngine,
		"{{ x }}{% if y %}{% endif %}": jinjaEngine,
		"{{cookiecutter.x}}{% if y %}": cookiecutter,
		"<%= x %>":                     erbEngine,
		"{{#x}}{{/x}}":                 mustacheEngine,
		"{{{ x }}}":                    mustacheEngine,
		"{{ include \"x\" . }}":        goEngine,
	} {
		if got, _ := WithoutActions("a.yaml", []byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got, _ := WithoutActions("a.yaml.tmpl", []byte("{{ name }}")); got != goEngine {
		t.Errorf("by the name: %q", got)
	}
	_, texts := WithoutActions("a", []byte(`{"a": {{ b }}, "c": "{{ d }}"}`))
	if got := string(slices.Collect(texts)[0]); got != `{"a": 0, "c": "0"}` {
		t.Errorf("JSON: %q", got)
	}
}

// Whatever the text is, what is taken out are parts of it.
func FuzzTakeOut(f *testing.F) {
	f.Add([]byte("{{ if x }}a{{ else }}b{{ end }}\n{{ c }}\n{% raw %}{# <% %>"))
	f.Add([]byte("{{ else }}{{ end }}{{ \"}}\" }} # {{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for rest := range takeOut(text, findActions(text), "\xff") {
			at := 0
			for _, c := range bytes.ReplaceAll(rest, []byte("\xff"), nil) {
				i := bytes.IndexByte(text[at:], c)
				if i < 0 && c != 0xff {
					t.Fatalf("%q is not part of %q", rest, text)
				}
				at += i + 1
			}
		}
		WithoutActions("a.yaml", text)
	})
}
