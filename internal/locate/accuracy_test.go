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

// forms are the ways in which the design expects a reference to be written.
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

// namesOf are the words by which the service may mean a resource, as far as they
// are its own in the file.
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

// filesOf are the words by which the service may mean a path.
func filesOf(p string) []string {
	return []string{
		p, "./" + p, "/tmp/upload123/" + p, "file:///tmp/u/" + p, strings.ReplaceAll(p, "/", `\`),
		strings.ReplaceAll(p, "/", "%2F"), p + ":1", path.Base(p),
	}
}

func TestEveryFormOfEveryResource(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	wrong, total := 0, 0
	for _, p := range r.paths {
		f, err := template.Parse(p, []byte(r.files[p]))
		if err != nil || f == nil {
			t.Fatalf("%s: %v", p, err)
		}
		var alerts []result.Alert
		var want []int
		for i := range f.Resources {
			res := &f.Resources[i]
			if res.Name == "" || res.Type == "play" {
				continue
			}
			for _, name := range namesOf(f, res) {
				for _, file := range filesOf(p) {
					for _, form := range forms() {
						alerts = append(alerts, alert("Ensure that it is right", fmt.Sprintf(form, name, file)))
						want = append(want, res.Range.Start)
					}
				}
			}
		}
		got := r.placeAll(t.Context(), alerts...)
		if len(got) != len(want) {
			t.Fatalf("%s: %d findings of %d alerts", p, len(got), len(want))
		}
		for i, f := range got {
			total++
			if w := whereIs(f); w.Path != p || w.Line != want[i] {
				if wrong++; wrong < 20 {
					t.Errorf("%q: %+v, want %s:%d; %s", alerts[i].Details, w, p, want[i], f.Note)
				}
			}
		}
	}
	if total < 5000 || wrong > 0 {
		t.Errorf("%d of %d wrong", wrong, total)
	}
}
