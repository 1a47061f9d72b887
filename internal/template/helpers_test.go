package template

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/template/tree"
)

// mustParse parses a file that must be recognised.
func mustParse(t *testing.T, path, content string) *File {
	t.Helper()
	f, err := Parse(path, []byte(content))
	if err != nil {
		t.Fatalf("Parse(%s): %v", path, err)
	}
	if f == nil {
		t.Fatalf("Parse(%s): not recognised", path)
	}
	return f
}

// mustFail parses a file that must be recognised and broken.
func mustFail(t *testing.T, path, content string) *tree.SyntaxError {
	t.Helper()
	f, err := Parse(path, []byte(content))
	var serr *tree.SyntaxError
	if !errors.As(err, &serr) {
		t.Fatalf("Parse(%s) = %+v, %v; want a *tree.SyntaxError", path, f, err)
	}
	return serr
}

// resourceList writes resources as lines of "start-end type address".
func resourceList(f *File) string {
	var b strings.Builder
	for _, r := range f.Resources {
		fmt.Fprintf(&b, "%d-%d %s %s\n", r.Range.Start, r.Range.End, r.Type, r.Address)
	}
	return b.String()
}

// imageList writes images as "line container ref".
func imageList(f *File) string {
	var b strings.Builder
	for _, i := range f.Images {
		fmt.Fprintf(&b, "%d %s %s", i.Line, i.Container, i.Ref)
		b.WriteByte('\n')
	}
	return b.String()
}

// find returns the resource with the address.
func find(t *testing.T, f *File, address string) Resource {
	t.Helper()
	for _, r := range f.Resources {
		if r.Address == address {
			return r
		}
	}
	t.Fatalf("no resource %s in\n%s", address, resourceList(f))
	return Resource{}
}

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }
