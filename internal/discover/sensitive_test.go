package discover_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
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

// A manifest whose name begins like that of a kubeconfig is sent if it certainly holds no
// credential. Otherwise the fix is one that is possible.
func TestNamesLikeKubeconfigs(t *testing.T) {
	t.Parallel()
	const task = "apiVersion: tekton.dev/v1beta1\nkind: Task\nmetadata: {name: kubeconfig-creator}\nspec:\n  description: it writes files for clusters\n  params:\n    - {name: password, type: string, default: ''}\n" +
		"  steps:\n    - name: write\n      image: redis\n      args: [-clusterConfig, '{\"token\": \"$(params.token)\"}', '$(workspaces.output.path)']\n"
	object := func(apiVersion, kind, rest string) string {
		return "---\napiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: x}\n" + rest
	}
	const kubeconfig = "apiVersion: v1\nkind: Config\nclusters: [{name: c}]\nusers: [{name: u, user: {token: t}}]\n"
	for name, tt := range map[string]struct {
		path, content string
		sent          bool
	}{
		"a task":                     {"kubeconfig-creator.yaml", task, true},
		"two objects":                {"kubeconfig-creator.yaml", task + object("v1", "Service", "spec: {ports: [{port: 80}]}\n"), true},
		"the name of a kubeconfig":   {"kubeconfig.yaml", task, false},
		"a kubeconfig after it":      {"kubeconfig-a.yaml", task + "---\n" + kubeconfig, false},
		"a quoted one":               {"kubeconfig-a.yaml", task + "---\n" + strings.Replace(kubeconfig, "Config", "'Config' # x", 1), false},
		"one as an object":           {"kubeconfig-a.yaml", task + object("v1", "Config", "clusters: []\n"), false},
		"one in JSON":                {"kubeconfig-a.yaml", task + "---\n{\"apiVersion\": \"v1\", \"kind\": \"Config\", \"users\": [{\"user\": {\"token\": \"t\"}}], \"clusters\": []}\n", false},
		"one in a list":              {"kubeconfig-a.yaml", task + object("v1", "List", "items: [{apiVersion: v1, kind: Config}]\n"), false},
		"one in a text":              {"kubeconfig-a.yaml", task + object("acme.example/v1", "Cluster", "spec: {file: '{\"users\": [{\"user\": {\"token\": \"t\"}}], \"clusters\": []}'}\n"), false},
		"a secret":                   {"kubeconfig-a.yaml", task + object("v1", "Secret", "stringData: {x: hunter2}\n"), false},
		"a config map":               {"kubeconfig-a.yaml", task + object("v1", "ConfigMap", "data: {x: hunter2}\n"), false},
		"a token":                    {"kubeconfig-a.yaml", task + object("acme.example/v1", "Cluster", "spec: {access: {token: hunter2}}\n"), false},
		"a password":                 {"kubeconfig-a.yaml", task + object("acme.example/v1", "Cluster", "spec: [{userPassword: hunter2}]\n"), false},
		"a random word in a comment": {"kubeconfig-a.yaml", task + "# Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6\n", false},
		"a document of another kind": {"kubeconfig-a.yaml", task + "---\nuser: u\n", false},
		"a key in a manifest":        {"kubeconfig-a.yaml", task + "# " + strings.ReplaceAll(key, "\n", "\n# ") + "\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, plain(t, files{tt.path: tt.content}), discover.Options{})
			r := row(t, p, "iac:"+tt.path)
			if sent := r.Status == result.Pending; sent != tt.sent {
				t.Errorf("sent: %v: %+v", sent, r)
			}
			if r.Status != result.Pending && (r.Cause != result.CauseSensitive || !strings.HasPrefix(r.Fix, "rename the file if it holds no secret, exclude the file, or send")) {
				t.Errorf("row = %+v", r)
			}
		})
	}
}
