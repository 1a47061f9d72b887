// Package discovertest has trees and plans for the tests of several packages.
package discovertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// Bucket is a Terraform file with one resource.
const Bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\n"

// Manifest is a Kubernetes manifest that names an image on line 8.
func Manifest(image string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: %s\n", image)
}

// Files is a tree: path to content.
type Files map[string]string

// Write writes the files below a folder.
func (f Files) Write(t testing.TB, dir string) {
	t.Helper()
	for path, content := range f {
		gittest.Write(t, dir, path, content)
	}
}

// Exclude excludes patterns of files, or of images, without a reason.
func Exclude(patterns ...string) []result.Exclusion {
	var all []result.Exclusion
	for _, p := range patterns {
		all = append(all, result.Exclusion{Pattern: p, Origin: result.Origin{Setting: "--exclude"}})
	}
	return all
}

// Names are what messages call the settings.
func Names() result.Names {
	return result.Names{
		Exclude: "--exclude", ExcludeImage: "--exclude-image", Image: "--image", Dockerfile: "--dockerfile", Templates: "--iac", BuildArg: "--build-arg", Var: "--var",
		Platform: "--platform", Render: "--render", IncludeSensitive: "--include-sensitive", NewFrom: "--new-from",
	}
}

// Open opens and lists the tree of a folder until the test ends.
func Open(t testing.TB, dir string) (*discover.Tree, discover.Files) {
	t.Helper()
	tree, err := discover.Open(t.Context(), dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	})
	files, err := tree.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tree, files
}

// Plan plans the tree of a folder.
func Plan(t testing.TB, dir string, o discover.Options) *result.Plan {
	t.Helper()
	tree, files := Open(t, dir)
	o.Names = Names()
	p, err := discover.Run(t.Context(), tree, files, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Lines writes each row on a line: ID, status and cause, what names an image, and
// its places.
func Lines(p *result.Plan) []string {
	var out []string
	for _, r := range p.Rows {
		words := []string{r.Target.ID()}
		if r.Status != result.Pending {
			words = append(words, r.Status.String()+":"+string(r.Cause))
		}
		if r.Target.FromDockerfile {
			words = append(words, "from")
		}
		if r.Target.Named {
			words = append(words, "named")
		}
		for _, place := range r.Target.Places {
			words = append(words, fmt.Sprintf("%s:%d", place.Path, place.Line))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// Check compares the rows of a plan with the lines that are wanted.
func Check(t testing.TB, p *result.Plan, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, Lines(p)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
