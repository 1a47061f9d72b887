package discover_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

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
	const bucket = "resource \"aws_s3_bucket\" \"a\" {}\n"
	f["large.tf"], f["marked.tf"] = strings.Repeat(bucket, 20_000), strings.Repeat(bucket, 20_000)+"# the word\n"
	p := plan(t, plain(t, f), discover.Options{Only: only(result.KindIaC, result.KindDockerfile), Mark: "the word", Exclude: discovertest.Exclude("out.yaml")})
	for name, c := range p.Contents {
		if c.Modified.IsZero() {
			t.Errorf("%s: it is unknown when it was changed", name)
		}
		c.Modified = time.Time{}
		p.Contents[name] = c
	}
	want := map[string]result.Content{}
	for name, isSent := range map[string]bool{
		"pod.yaml": true, "marked.yaml": true, "Dockerfile": true, "terraform.tfvars": true, "main.tf": true, "large.tf": true, "marked.tf": true,
		"compose.yaml": false, "broken.yaml": false, "Pulumi.yaml": false, "out.yaml": true,
	} {
		c := result.Content{Size: int64(len(f[name])), Marked: strings.Contains(f[name], "the word")}
		if isSent {
			c.SHA256 = sha256.Sum256([]byte(f[name]))
		}
		want[name] = c
	}
	if diff := cmp.Diff(want, p.Contents); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
}
