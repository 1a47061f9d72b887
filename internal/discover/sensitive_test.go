package discover_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
)

// key is the beginning of a private key, long enough to be one.
const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n-----END RSA PRIVATE KEY-----\n"

// A file that would be sent and holds a key is failed, with a fix. With
// IncludeSensitive it is planned.
func TestKeysInPlannedFiles(t *testing.T) {
	t.Parallel()
	inComment := "# " + strings.ReplaceAll(key, "\n", "\n# ") + "\n"
	f := files{
		"a/main.tf": bucket, "a/prod.tfvars": "k = <<E\n" + key + "E\n",
		"alone/prod.tfvars": "k = <<E\n" + key + "E\n", // no template to go with
		"b/main.tf":         bucket + inComment,
		"big/main.tf":       bucket + strings.Repeat("# padding\n", 20_000) + inComment,
		"c/Dockerfile":      "FROM nginx\nRUN <<E\n" + key + "E\n",
		"d/pod.yaml":        manifest("redis") + inComment,
		"e/two.yaml":        manifest("redis") + "---\napiVersion: v1\nkind: Config\nclusters:\n- name: c\nusers:\n- name: u\n  user: {token: t}\n",
		"f/kubeconfig.tf":   bucket,
		"notes.md":          key, "deploy/id_rsa": key,
	}
	dir := plain(t, f)
	images := []string{"image:docker.io/library/nginx:latest from c/Dockerfile:1", "image:docker.io/library/redis:latest named d/pod.yaml:8 e/two.yaml:8"}
	check(t, plan(t, dir, discover.Options{}), append(append([]string{"dockerfile:c/Dockerfile failed:sensitive"}, images...),
		"iac:a/main.tf", "iac:a/prod.tfvars failed:sensitive", "iac:b/main.tf failed:sensitive", "iac:big/main.tf failed:sensitive",
		"iac:d/pod.yaml failed:sensitive", "iac:e/two.yaml failed:sensitive", "iac:f/kubeconfig.tf")...)
	r := row(t, plan(t, dir, discover.Options{}), "iac:b/main.tf")
	if !strings.Contains(r.Reason, "private key") || !strings.Contains(r.Fix, "--include-sensitive") {
		t.Errorf("row = %+v", r)
	}
	check(t, plan(t, dir, discover.Options{Exclude: exclude("{a,b,big,d,e}/**", "c")}),
		"dockerfile:c/Dockerfile skipped:excluded", "image:docker.io/library/nginx:latest skipped:excluded from c/Dockerfile:1",
		"image:docker.io/library/redis:latest skipped:excluded named d/pod.yaml:8 e/two.yaml:8",
		"iac:a/main.tf skipped:excluded", "iac:b/main.tf skipped:excluded", "iac:big/main.tf skipped:excluded",
		"iac:d/pod.yaml skipped:excluded", "iac:e/two.yaml skipped:excluded", "iac:f/kubeconfig.tf")
	all := plan(t, dir, discover.Options{IncludeSensitive: true})
	check(t, all, append(append([]string{"dockerfile:c/Dockerfile"}, images...),
		"iac:a/main.tf", "iac:b/main.tf", "iac:big/main.tf", "iac:d/pod.yaml", "iac:e/two.yaml", "iac:f/kubeconfig.tf")...)
	if len(all.Helpers) != 1 {
		t.Errorf("helpers %v, want a/prod.tfvars", all.Helpers)
	}
}

// A file that git ignores is planned only if a glob names it and IncludeSensitive is
// set.
func TestIgnoredFiles(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{".gitignore": "out/\n", "main.tf": bucket, "out/gen.tf": bucket, "out/Dockerfile": "FROM scratch\n", "out/other.tf": bucket}.Write(t, g.Dir)
	g.Commit()
	const own = "iac:main.tf"
	check(t, plan(t, g.Dir, discover.Options{IncludeSensitive: true}), own)
	check(t, plan(t, g.Dir, discover.Options{Templates: []string{"main.tf", "out/gen.tf"}, IncludeSensitive: true}), own, "iac:out/gen.tf")
	if _, err := tryPlan(t, g.Dir, discover.Options{Templates: []string{"out/gen.tf"}}); err == nil {
		t.Error("a glob alone plans a file that git ignores")
	}
	check(t, plan(t, g.Dir, discover.Options{Dockerfiles: []string{"out/Dockerfile"}, IncludeSensitive: true}),
		"dockerfile:out/Dockerfile", "image:scratch skipped:nothing-to-scan from out/Dockerfile:1", own)
}
