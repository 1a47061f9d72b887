package discover_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/result"
)

// What is known of contents stands for reading the files once more.
func TestContents(t *testing.T) {
	t.Parallel()
	f := files{
		"pod.yaml": manifest("a"), "marked.yaml": "# the word\n" + manifest("b"), "Dockerfile": "FROM a\n", "terraform.tfvars": "a = 1\n",
		"main.tf": "resource \"aws_s3_bucket\" \"a\" {}\n", "compose.yaml": "services: {a: {image: 'the word'}}\n", "broken.yaml": manifest("c") + "a: [\n",
		"out.yaml": manifest("d"), "notes.yaml": "a: the word\n", "README.md": "the word\n", "Pulumi.yaml": "{name: a, runtime: go}\n",
	}
	p := plan(t, plain(t, f), discover.Options{Mark: "the word", Exclude: discovertest.Exclude("out.yaml")})
	want := map[string]result.Content{}
	for name, isSent := range map[string]bool{
		"pod.yaml": true, "marked.yaml": true, "Dockerfile": true, "terraform.tfvars": true, "main.tf": true,
		"compose.yaml": false, "broken.yaml": false, "Pulumi.yaml": false, "out.yaml": true,
	} {
		c := result.Content{Size: int64(len(f[name])), Marked: name == "marked.yaml" || name == "compose.yaml"}
		if isSent {
			c.SHA256 = fmt.Sprintf("%x", sha256.Sum256([]byte(f[name])))
		}
		want[name] = c
	}
	if diff := cmp.Diff(want, p.Contents); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
}
