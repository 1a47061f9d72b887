package locate

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// hostilePieces are what the names of resources and files are made of here.
func hostilePieces() []string {
	return []string{
		"good", "evil", "good.yaml", "good.tf", "aws_s3_bucket.", "aws_s3_bucket.good", "data.", "module.", "all", "hosts", "evil.yaml", "Pod/", "Pod/good", "Service/good", "Ref: ", "File: ", "Resource: ", "branch: ", "line: 3",
		"ref=", "\"File\": ", ", ", ") ", ")", "(", " (", "[", "]", "{", "}", "<", ">", "'", "\"", "`", "\n", "\n\n", ".", ":", "/", " ", ";", "|",
		"no_reference_found", "no_specific_file", "<br>", "&#10;", "&#44; ", "%20", "K8S_POD ", " in ", "1", "-",
	}
}

// drawName draws a name that is no other than these.
func drawName(t *rapid.T, label string, others ...string) string {
	for {
		name := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostilePieces()), 1, 7).Draw(t, label), "")
		taken := strings.TrimSpace(name) == ""
		for _, o := range others {
			taken = taken || strings.EqualFold(strings.TrimSpace(name), o)
		}
		if !taken {
			return name
		}
	}
}

// language is how a file has two resources, of which the second begins after line 4.
type language struct {
	ext, kind string
	// names a resource may not have, because it is the other one then.
	taken []string
	// one is a file with a resource good, and both has another one with a name.
	one, both string
}

func languages() []language {
	const (
		pod    = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: "
		bucket = "resource \"aws_s3_bucket\" \"good\" {\n  acl = \"public\"\n  versioned = false\n}\n"
		play   = "- hosts: all\n  tasks:\n  - name: good\n    ansible.builtin.shell: a\n"
	)
	return []language{
		{"yaml", "K8S_POD", []string{"good"}, pod + "good\n", pod + "good\n---\n" + pod + "%q\n"},
		{"yaml", "ANSIBLE_TASK", []string{"good"}, play, play + "  - name: %q\n    ansible.builtin.shell: b\n"},
		{"tf", "AWS_S3", nil, bucket, bucket + "resource \"aws_s3_bucket\" \"evil\" {\n  bucket = %q\n}\n"},
	}
}

// Whatever the author of a template calls a resource, the alert about it is not certainly about
// another one: a finding lies on the resource's own lines, or none, or is uncertain.
func TestNoNameLeadsACertainFindingElsewhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := rapid.SampledFrom(languages()).Draw(rt, "language")
		name := drawName(rt, "name", l.taken...)
		good, evil := "good."+l.ext, "evil."+l.ext
		if rapid.Bool().Draw(rt, "a hostile file, too") {
			evil = strings.NewReplacer("\n", "", "/", "_", "<", "", "&", "").Replace(drawName(rt, "file", good)) + "." + l.ext
		}
		if evil == good {
			return
		}
		r := repoOf(map[string]string{good: l.one, evil: fmt.Sprintf(l.both, name)})
		form := rapid.SampledFrom([]string{
			"It is open. %[3]s (Ref: %[1]s, File: %[2]s) branch: main", "The one named '%[1]s' is open. %[3]s (Ref: %[1]s, File: %[2]s) branch: main",
			"It is open. (Ref: %[1]s, File: %[2]s)\nRemediation: close it.%[3]s",
		}).Draw(rt, "form")
		details := fmt.Sprintf(form, name, evil, l.kind)
		found := r.place(t, details)
		for _, f := range found {
			if f.Uncertain != "" || ownPlace(&f, evil) {
				return // it counts, and is not taken for another one
			}
		}
		rt.Errorf("%q: all findings are certain, and none is at the resource: %+v", details, found)
	})
}

// ownPlace reports whether a finding is at the second resource of a file, or at no resource.
func ownPlace(f *result.Finding, file string) bool {
	if !f.Placed() {
		return true
	}
	return f.Locations[0].Path == file && (f.Resource == "" || f.Locations[0].Line > 4)
}
