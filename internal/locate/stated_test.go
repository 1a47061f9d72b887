package locate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

const sameNames = `apiVersion: v1
kind: Service
metadata: {name: frontend}
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec: {}
`

const expressions = `{
"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
"parameters": {"p": {"type": "string"}, "site": {"type": "string"}},
"variables": {"sa": "[concat(parameters('p'), 'store')]"},
"resources": [
 {"type": "Microsoft.Storage/storageAccounts",
  "name": "[variables('sa')]",
  "resources": [
   {"type": "blobServices",
    "name": "default"}
  ]},
 {"type": "Microsoft.Storage/storageAccounts/fileServices",
  "name": "[concat(variables('sa'), '/files')]"},
 {"type": "Microsoft.Web/sites",
  "name": "[parameters('site')]"}
]}
`

const task = `- name: install the package that we got from
  ansible.builtin.apt: {name: x}
- name: other
  ansible.builtin.copy: {src: a, dest: b}
`

const these = `resource "aws_s3_bucket" "this" {
}
resource "aws_s3_bucket_policy" "this" {
}
resource "aws_kms_key" "this" {
}
`

// What the text states of the type decides between resources of one name, and only
// that: a word that happens to stand before a reference decides nothing.
func TestNamesAreReadAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"app.yaml": sameNames, "arm.json": expressions, "main.tf": these, "tasks/main.yml": task})
	file, resource := result.PlacedFile, result.PlacedResource
	for details, want := range map[string]at{
		"DEPLOYMENT (Ref: frontend, File: app.yaml)":                                       {"app.yaml", 6, resource},
		"SERVICE (Ref: frontend, File: app.yaml)":                                          {"app.yaml", 1, resource},
		"It is wrong. Deployment (Ref: frontend, File: app.yaml)":                          {"app.yaml", 6, resource},
		"The Deployment frontend is wrong (Ref: frontend, File: app.yaml)":                 {"app.yaml", 6, resource},
		"The deployment 'frontend' is wrong (Ref: frontend, File: app.yaml)":               {"app.yaml", 6, resource},
		"The Deployment frontend is wrong (Ref: frontend)":                                 {"app.yaml", 6, resource},
		"The Deployment frontend in app.yaml is wrong":                                     {"app.yaml", 6, resource},
		"The Deployment frontend is not a Service (Ref: frontend, File: app.yaml)":         {"app.yaml", 1, file},
		"IT IS WRONG (Ref: frontend, File: app.yaml)":                                      {"app.yaml", 1, file},
		"A frontend of the service (Ref: frontend, File: app.yaml)":                        {"app.yaml", 1, file},
		"The Deployment frontend and the Service frontend (Ref: frontend, File: app.yaml)": {"app.yaml", 1, file},

		"(Ref: [variables('sa')], File: arm.json)":                        {"arm.json", 6, resource},
		"(Ref: variables('sa'), File: arm.json)":                          {"arm.json", 6, resource},
		"(Ref: [concat(parameters('p'), 'store')], File: arm.json)":       {"arm.json", 6, resource},
		"(Ref: [concat( parameters('p'),'store' )], File: arm.json)":      {"arm.json", 6, resource},
		"(Ref: blobServices/default, File: arm.json)":                     {"arm.json", 9, resource},
		"(Ref: [variables('sa')]/default, File: arm.json)":                {"arm.json", 9, resource},
		"(Ref: fileServices/files, File: arm.json)":                       {"arm.json", 12, resource},
		"(Ref: [concat(variables('sa'),'/files')], File: arm.json)":       {"arm.json", 12, resource},
		"(Ref: Microsoft.Web/sites/[parameters('site')], File: arm.json)": {"arm.json", 14, resource},
		"(Ref: [parameters('other')], File: arm.json)":                    {"arm.json", 1, file},

		"(Ref: install the package that we got from, File: tasks/main.yml)": {"tasks/main.yml", 1, resource},
		"Ref: other from File: tasks/main.yml":                              {"tasks/main.yml", 3, resource},

		"AWS_S3 (Ref: this, File: main.tf)":               {"main.tf", 1, resource},
		"AWS_KMS (Ref: this, File: main.tf)":              {"main.tf", 5, resource},
		"aws_s3_bucket_policy (Ref: this, File: main.tf)": {"main.tf", 3, resource},
		"It has no policy (Ref: this, File: main.tf)":     {"main.tf", 1, file},
	} {
		got := r.place(t, details)
		if len(got) != 1 || whereIs(got[0]) != want {
			t.Errorf("%s: %+v, want %+v", details, got, want)
		}
	}
}

func TestSeveralResourcesAreCandidates(t *testing.T) {
	t.Parallel()
	lines := func(f result.Finding) (all []string) {
		for _, c := range f.Candidates {
			all = append(all, fmt.Sprintf("%s:%d-%d", c.Path, c.Line, c.Block.End))
		}
		return all
	}
	r := repoOf(map[string]string{"main.tf": these})
	got := r.place(t, "(Ref: this, File: main.tf)")[0]
	if diff := cmp.Diff([]string{"main.tf:1-2", "main.tf:3-4", "main.tf:5-6"}, lines(got)); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	many := &repo{files: map[string]string{}}
	for i := range 30 {
		many.add(fmt.Sprintf("m%d/main.tf", i), these)
	}
	many.add("all.tf", strings.Repeat("resource \"aws_sqs_queue\" \"same\" {\n}\n", 30))
	for _, details := range []string{"(Ref: aws_kms_key.this)", "(Ref: same, File: all.tf)"} {
		if got := many.place(t, details)[0]; len(got.Candidates) != maxCandidates {
			t.Errorf("%s: %d candidates: %s", details, len(got.Candidates), got.Note)
		}
	}
}

// A line chooses a resource only if no other of the name has it, too.
func TestALineInSeveralResourcesChoosesNone(t *testing.T) {
	t.Parallel()
	const line = `{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [` +
		`{"type": "Microsoft.Web/sites", "name": "same"}, {"type": "Microsoft.Sql/servers", "name": "same"}%s]}`
	onOneLine, onTwo := fmt.Sprintf(line, ""), fmt.Sprintf(line, ",\n{\"type\": \"Microsoft.Cache/redis\", \"name\": \"same\"}")
	r := repoOf(map[string]string{"one.json": onOneLine, "two.json": onTwo})
	for file, want := range map[string]at{
		"one.json:1": {"one.json", 1, result.PlacedFile}, "two.json:1": {"two.json", 1, result.PlacedFile}, "two.json:2": {"two.json", 2, result.PlacedResource},
	} {
		details := fmt.Sprintf("(Ref: same, File: %s)", file)
		if got := r.place(t, details); len(got) != 1 || whereIs(got[0]) != want {
			t.Errorf("%s: %+v, want %+v", details, got, want)
		}
	}
}

// Findings that may lie in the same files share one list of candidates.
func TestCandidatesAreShared(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a/x.tf": these, "b/x.tf": these})
	found := r.placeAll(t.Context(),
		alert("s", "(Ref: nothing, File: x.tf)"), alert("s", "(Ref: other, File: x.tf)"),
		alert("s", "(Ref: aws_kms_key.this, File: x.tf)"), alert("s", "open (Ref: aws_kms_key.this, File: x.tf)"))
	for i := range found {
		if len(found[i].Candidates) != 2 {
			t.Fatalf("candidates %+v", found[i].Candidates)
		}
	}
	for i, want := range []bool{true, false, true} {
		if shared := &found[i].Candidates[0] == &found[i+1].Candidates[0]; shared != want {
			t.Errorf("findings %d and %d share their candidates: %v", i, i+1, shared)
		}
	}
}

// A note lists a few of the resources that a name may mean, and counts the others.
func TestListInANote(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{maxListed: "(line 5)", maxListed + 1: "(line 5) and 1 more", maxListed + 3: "(line 5) and 3 more"} {
		r := repoOf(map[string]string{"a.tf": strings.Repeat("resource \"aws_sqs_queue\" \"same\" {}\n", n)})
		if note := r.place(t, "(Ref: same, File: a.tf)")[0].Note; !strings.HasSuffix(note, want) {
			t.Errorf("of %d: %q, want %q at its end", n, note, want)
		}
	}
}
