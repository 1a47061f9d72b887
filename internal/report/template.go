package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// Template is the text of a report that the user writes. Its values are those of result.json, by
// the same names; every member is there, with an empty value where the file leaves it out.
type Template struct{ parsed *template.Template }

// ParseTemplate reads a template. An error has the form file:line: why. A name that no result has
// is an error at once, wherever the template uses it for a result that has one of everything.
func ParseTemplate(file, content string) (*Template, error) {
	parsed, err := template.New(file).Option("missingkey=error").Funcs(templateFuncs(nil)).Parse(content)
	if err != nil {
		return nil, templateError(err)
	}
	for _, sample := range []map[string]any{sampleTree(true), sampleTree(false)} {
		if err := parsed.Execute(io.Discard, sample); err != nil && isWrongName(err) {
			return nil, templateError(err)
		}
	}
	return &Template{parsed}, nil
}

// isWrongName reports whether a template asks for what a result does not have. Other errors may be
// those of the sample.
func isWrongName(err error) bool {
	return strings.Contains(err.Error(), "map has no entry for key") || strings.Contains(err.Error(), "nil pointer evaluating") ||
		strings.Contains(err.Error(), "can't evaluate field")
}

// writeTemplate writes what the user's template makes of the result, with the worst findings first.
func writeTemplate(w io.Writer, m *Model, o Options) error {
	if o.Template == nil {
		return errors.New("no template")
	}
	t, err := o.Template.parsed.Clone()
	if err != nil {
		return err
	}
	whole := m.result.Complete()
	slices.SortFunc(whole.Findings, func(a, b result.Finding) int { return compareFindings(&a, &b) })
	err = t.Funcs(templateFuncs(m)).Execute(w, treeOf(whole))
	if _, wrong := errors.AsType[template.ExecError](err); wrong {
		return templateError(err)
	}
	return err
}

// templateError writes file:line: before the reason, without the package's own words.
func templateError(err error) error {
	s := strings.TrimPrefix(err.Error(), "template: ")
	s = regexp.MustCompile(`: executing ".*?" at `).ReplaceAllString(s, ": at ")
	s = strings.ReplaceAll(s, "nil pointer evaluating interface {}", "no value (use {{with}} around it) for ")
	return errors.New(s)
}

// TemplateFunc is a function of templates beside those of package text/template.
type TemplateFunc struct{ Name, Help string }

// TemplateFuncs lists them for the documentation.
func TemplateFuncs() []TemplateFunc {
	return []TemplateFunc{
		{"plain", "one line of text without control and invisible characters"},
		{"markdown", "plain text for Markdown: no link, mention, table cell or HTML in it takes effect"},
		{"html", "text for HTML, also in quoted attributes"},
		{"csv", "a cell, quoted, and no formula for a spreadsheet"},
		{"json", "a JSON value; a text gets its quotes"},
		{"chat", "one line for a chat, which mentions no user"},
		{"truncate N", "at most N characters, as in {{truncate 80 .summary}}"},
		{"link", "page of a finding's or location's line at the scanned commit, empty if it is not known"},
		{"blocking", "those of a list of findings that cross a limit"},
		{"first N", "at most N elements of a list, as in {{range first 10 (blocking .findings)}}"},
		{"upper", "text in upper case"},
		{"join SEPARATOR", "the texts of a list, as in {{join \", \" .resources}}"},
	}
}

// templateFuncs are the functions. Without a model there are no links.
func templateFuncs(m *Model) template.FuncMap {
	return template.FuncMap{
		"plain":    func(v any) string { return plain(fmt.Sprint(v)) },
		"markdown": func(v any) string { return escapeMarkdown(plain(fmt.Sprint(v))) },
		"html":     func(v any) string { return html.EscapeString(plain(fmt.Sprint(v))) },
		"csv":      func(v any) string { return `"` + strings.ReplaceAll(csvCell(fmt.Sprint(v)), `"`, `""`) + `"` },
		"json":     templateJSON,
		"chat":     func(v any) string { return chatText(fmt.Sprint(v), chatLength) },
		"truncate": func(n int, v any) string { return text.Truncate(fmt.Sprint(v), max(n, 1)) },
		"upper":    func(v any) string { return strings.ToUpper(fmt.Sprint(v)) },
		"join":     templateJoin,
		"first":    func(n int, list []any) []any { return list[:min(max(n, 0), len(list))] },
		"blocking": templateBlocking,
		"link": func(v any) string {
			place, _ := v.(map[string]any)
			file, _ := place["path"].(string)
			line, _ := place["line"].(int)
			if m == nil || file == "" {
				return ""
			}
			return m.link(&result.Location{Path: file, Line: line})
		},
	}
}

func templateJSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(console.NewJSONWriter(&b))
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func templateBlocking(findings []any) []any {
	return slices.DeleteFunc(slices.Clone(findings), func(v any) bool {
		f, _ := v.(map[string]any)
		return f["blocking"] != true
	})
}

func templateJoin(separator string, list []any) string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = fmt.Sprint(v)
	}
	return strings.Join(all, separator)
}
