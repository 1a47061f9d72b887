package change_test

import (
	"testing"

	"github.com/scangate/scangate/internal/git/gittest"
)

// A pointer of Git LFS in the place of a template is a target without an answer. One in the
// place of something else, or of nothing, is not sent.
func TestTemplateReplacedByAPointer(t *testing.T) {
	t.Parallel()
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
	g := gittest.New(t)
	g.Write("stack.json", `{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`)
	g.Write("broken.json", `{"AWSTemplateFormatVersion": 1`)
	g.Write("data.json", `{"x": 1}`)
	g.Write("same.json", pointer)
	g.Commit()
	g.Git("branch", "base")
	for _, file := range []string{"stack.json", "broken.json", "data.json", "new.json"} {
		g.Write(file, pointer)
	}
	g.Commit()
	p := narrowed(t, g.Dir, "base")
	check(t, p, "iac:broken.json failed:unreadable", "iac:stack.json failed:unreadable")
	var notSent []string
	for _, n := range p.NotSent {
		notSent = append(notSent, n.Path)
	}
	if len(notSent) != 2 || notSent[0] != "data.json" || notSent[1] != "new.json" {
		t.Errorf("not sent: %v", notSent)
	}
}
