package locate

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// forms are the ways in which a reference may be written.
func forms() []string {
	return []string{
		"It is wrong. KIND_X (Ref: %[1]s, File: %[2]s) branch: master\n",
		"(ref: %[1]s, file: %[2]s)",
		"It is wrong (Ref=%[1]s, File=%[2]s)",
		"(Ref: %[1]s File: %[2]s)",
		"(File: %[2]s, Ref: %[1]s)",
		"[Ref: %[1]s, File: %[2]s]",
		"{ref: %[1]s, file: %[2]s}",
		"(Ref: `%[1]s`, File: `%[2]s`)",
		"(Ref: '%[1]s', File: '%[2]s')",
		"( Ref : %[1]s ,<br> File : %[2]s )",
		"It is wrong. Ref: %[1]s, File: %[2]s",
		"Resource: %[1]s, File: %[2]s",
		"resource: %[1]s\nFile: %[2]s\n",
		"File: %[2]s, Resource: %[1]s",
	}
}

// namesOf returns the names by which the service may mean a resource, as far as no
// other resource of the file has them.
func namesOf(f *template.File, r *template.Resource) []string {
	names := []string{r.Address, "module.a." + r.Address, r.Type + "." + r.Name, r.Type + "/" + r.Name}
	if f.Language.Framework == template.Terraform {
		names = append(names, r.Address+"[0]", r.Address+`["x,y"]`, `module.m["p.q"].`+r.Address+`["k"]`, strings.ToUpper(r.Address))
	}
	if f.Language.Framework == template.Kubernetes {
		names = append(names, strings.ToLower(r.Type)+"/"+r.Name)
	}
	alike := 0
	for i := range f.Resources {
		if f.Resources[i].Name == r.Name || slices.Contains(f.Resources[i].Aliases, r.Name) {
			alike++
		}
	}
	if alike == 1 && !isDeclaration(r.Type) {
		names = append(names, r.Name)
	}
	return names
}

// filesOf returns the names by which the service may mean a path.
func filesOf(p string) []string {
	return []string{
		p, "./" + p, "/tmp/upload123/" + p, "file:///tmp/u/" + p, strings.ReplaceAll(p, "/", `\`),
		strings.ReplaceAll(p, "/", "%2F"), p + ":1", path.Base(p),
	}
}

// expected is an alert and the line that it is about.
type expected struct {
	details string
	line    int
}

// everyForm returns alerts about all resources of a file, in all forms.
func everyForm(f *template.File, p string) []expected {
	var all []expected
	for i := range f.Resources {
		res := &f.Resources[i]
		if res.Name == "" || res.Type == "play" {
			continue
		}
		for _, name := range namesOf(f, res) {
			for _, file := range filesOf(p) {
				for _, form := range forms() {
					all = append(all, expected{fmt.Sprintf(form, name, file), res.Range.Start})
				}
			}
		}
	}
	return all
}

func TestEveryFormOfEveryResource(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	total := 0
	for _, p := range r.paths {
		f, err := template.Parse(p, []byte(r.files[p]))
		if err != nil || f == nil {
			t.Fatalf("%s: %v", p, err)
		}
		want := everyForm(f, p)
		total += len(want)
		var alerts []result.Alert
		for _, e := range want {
			alerts = append(alerts, alert("Ensure that it is right", e.details))
		}
		wrong := misplaced(want, p, r.placeAll(t.Context(), alerts...))
		if len(wrong) > 0 {
			t.Errorf("%d of %d are wrong:\n%s", len(wrong), len(want), strings.Join(wrong[:min(20, len(wrong))], "\n"))
		}
	}
	if total < 5000 {
		t.Errorf("only %d alerts", total)
	}
}

// misplaced describes the findings that are not on the expected line of a file.
func misplaced(want []expected, p string, got []result.Finding) []string {
	if len(got) != len(want) {
		return []string{fmt.Sprintf("%s: %d findings of %d alerts", p, len(got), len(want))}
	}
	var wrong []string
	for i, f := range got {
		if w := whereIs(f); w.Path != p || w.Line != want[i].line {
			wrong = append(wrong, fmt.Sprintf("%q: %+v, want %s:%d; %s", want[i].details, w, p, want[i].line, f.Note))
		}
	}
	return wrong
}
