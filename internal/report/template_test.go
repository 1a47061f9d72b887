package report

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// sampleTemplate has every function.
const sampleTemplate = `{{.verdict.outcome | upper}} {{plain .verdict.line}}
{{range .ledger}}{{if eq .status "failed"}}no answer: {{plain .target.name}} {{json .reason}}
{{end}}{{end}}{{range .findings}}{{if ne .stamp.effect "outside-change"}}{{markdown .summary}} {{html .rule}} {{csv .path}}:{{.line}} {{chat .details | truncate 80}} {{json .fix}} {{link .}}{{if .blocking}} blocks{{end}} {{join "," .resources | plain}}
{{end}}{{end}}{{range .notSent}}{{plain .path}}
{{end}}{{with .change}}since {{plain .from}}
{{end}}critical {{.verdict.counts.critical}}, low {{.verdict.counts.low}}
`

func parsed(t *testing.T, text string) *Template {
	t.Helper()
	tmpl, err := ParseTemplate("x.tmpl", text)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// A mistake is found before the run, and its place is named.
func TestTemplatesAreStrict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\n{{.verdict.outcom}}":                 `x.tmpl:2:10: at <.verdict.outcom>: map has no entry for key "outcom"`,
		"{{range .findings}}\n{{.Line}}{{end}}":  `x.tmpl:2:2: at <.Line>: map has no entry for key "Line"`,
		"{{range .findings}}{{.stamp.x}}{{end}}": `map has no entry for key "x"`,
		"{{.change.from}}":                       "x.tmpl:1:9: at <.change.from>: no value (use {{with}} around it) for .from",
		"{{if .verdict}}":                        "x.tmpl:1: unexpected EOF",
		"\n\n{{shell .verdict}}":                 `x.tmpl:3: function "shell" not defined`,
		"{{.verdict.line.x}}":                    "can't evaluate field x in type interface {}",
	} {
		if _, err := ParseTemplate("x.tmpl", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// What only this result can't do is said with its place, too.
func TestTemplateErrorsOfAResult(t *testing.T) {
	t.Parallel()
	err := writeTo(io.Discard, FromTemplate, sample(), Options{Template: parsed(t, "\n{{index .findings 99}}")})
	if err == nil || !strings.Contains(err.Error(), "x.tmpl:2:2: at <index .findings 99>: error calling index: index out of range: 99") {
		t.Errorf("got %v", err)
	}
}

func TestTemplateFunctions(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Repository.URL = "https://github.com/acme/shop"
	r.Findings[2].Summary = "=1+1 <b>@all</b>\n| [x](http://y) \x1b[2J"
	for text, want := range map[string]string{
		"{{len .findings}} {{.verdict.exit}} {{.repository.branch}}":                              "4 1 main",
		"{{(index .findings 0).summary | plain}}":                                                 "=1+1 <b>@all</b> | [x](http://y) \\x1b[2J",
		"{{(index .findings 0).summary | html}}":                                                  "=1+1 &lt;b&gt;@all&lt;/b&gt; | [x](http://y) \\x1b[2J",
		"{{(index .findings 0).summary | csv}}":                                                   "\"'=1+1 <b>@all</b> | [x](http://y) \\x1b[2J\"",
		"{{(index .findings 0).summary | json}}":                                                  `"=1+1 <b>@all</b>\n| [x](http://y) \u001b[2J"`,
		"{{(index .findings 0).summary | chat}}":                                                  "=1+1 <\u200bb>@\u200ball<\u200b/b> | [x]\u200b(http://y) \\x1b[2J",
		"{{(index .findings 0).summary | truncate 4}}":                                            "=1+…",
		"{{link (index .findings 0)}}":                                                            "https://github.com/acme/shop/blob/" + someCommit + "/infra/main.tf#L3",
		"{{range (index .findings 0).locations}}{{link .}}{{end}}":                                "https://github.com/acme/shop/blob/" + someCommit + "/infra/main.tf#L3",
		"{{link (index .findings 3)}}{{(index .findings 3).path}}":                                "",
		"{{.started}} {{(index .findings 0).block | len}} {{.notSent | len}}":                     "2026-11-21T09:00:00Z 32 0",
		"{{len (blocking .findings)}} {{range blocking .findings | first 1}}{{.severity}}{{end}}": "2 critical",
		"{{.verdict.counts.info}} {{(index .findings 0).blocking}}":                               "0 true",
	} {
		if got := write(t, FromTemplate, r, Options{Template: parsed(t, text)}); got != clean(want) && got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Every function is documented, and what is documented exists.
func TestTemplateFuncsAreListed(t *testing.T) {
	t.Parallel()
	funcs := templateFuncs(nil)
	for _, f := range TemplateFuncs() {
		name, _, _ := strings.Cut(f.Name, " ")
		if funcs[name] == nil || f.Help == "" {
			t.Errorf("%q", f.Name)
		}
		delete(funcs, name)
	}
	for name := range funcs {
		t.Errorf("%s is not listed", name)
	}
}

// The templates of the examples work for every kind of result.
func TestExampleTemplates(t *testing.T) {
	t.Parallel()
	paths, _ := filepath.Glob("../../examples/templates/*.tmpl") // the pattern is valid
	if len(paths) != 2 {
		t.Fatalf("templates: %v, want 2", paths)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := ParseTemplate(path, string(content))
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]*result.Result{"sample": sample(), "unanswered": unansweredSample(), "shop": shop(), "passed": passed(), "nothing": nothing()} {
			out := write(t, FromTemplate, r, Options{Template: tmpl})
			if len(out) < 20 || strings.Contains(path, "json") && !json.Valid([]byte(out)) {
				t.Errorf("%s of %s: %q", path, name, out)
			}
		}
	}
}
