//go:build unix

package cli_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// tap notes what leaves the machine: files, names of images, and all else as
// it is on the wire.
type tap struct {
	next http.Handler

	mu     sync.Mutex
	files  map[string]string // path to size and hash
	images map[string]bool
	wire   bytes.Buffer
}

func newTap(next http.Handler) *tap {
	return &tap{next: next, files: map[string]string{}, images: map[string]bool{}}
}

func (p *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.note(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.next.ServeHTTP(w, r)
}

func (p *tap) note(r *http.Request, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(&p.wire, "%s %s\n%v\n%s\n", r.Method, r.URL, r.Header, body)
	for _, name := range strings.Split(r.URL.Query().Get("imageNames"), ",") {
		if name != "" {
			p.images[name] = true
		}
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return
	}
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			return
		}
		content, _ := io.ReadAll(part)
		_, disposition, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		p.files[disposition["filename"]] = fmt.Sprintf("%d bytes sha256:%x", len(content), sha256.Sum256(content))
	}
}

// listed reads what a dry run lists as to be sent.
func listed(stdout string) (files map[string]string, images map[string]bool) {
	files, images = map[string]string{}, map[string]bool{}
	file := regexp.MustCompile(`^(\S+) +(\d+ bytes) +(sha256:[0-9a-f]{64}) `)
	image := regexp.MustCompile(`^(\S+) +image name`)
	for line := range strings.Lines(stdout) {
		if m := file.FindStringSubmatch(line); m != nil {
			files[m[1]] = m[2] + " " + m[3]
		} else if m := image.FindStringSubmatch(line); m != nil {
			images[m[1]] = true
		}
	}
	return files, images
}

// secretFiles must never leave the machine.
func secretFiles() map[string]string {
	const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun CANARY\n-----END RSA PRIVATE KEY-----\n"
	const kubeconfig = "apiVersion: v1\nkind: Config\nclusters:\n- {name: c}\nusers:\n- {name: CANARY, user: {token: CANARY}}\n"
	return map[string]string{
		"infra/terraform.tfstate": `{"version":4,"lineage":"CANARY"}`, "infra/terraform.tfstate.backup": `{"version":4,"lineage":"CANARY"}`,
		"deploy/id_rsa": pem, "deploy/tls.key": pem, "deploy/tls.pem": pem, "deploy/looks-harmless.tf": bucketTF + "# " + strings.ReplaceAll(pem, "\n", "\n# "),
		"deploy/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ") + "\n",
		".env":               "TOKEN=CANARY\n", "app/.env.production": "TOKEN=CANARY\n", "kubeconfig": kubeconfig, "kubeconfig.yaml": kubeconfig, "x/.kube/config": kubeconfig,
		"ignored/main.tf": bucketTF + "# CANARY\n", "ignored/Dockerfile": "FROM alpine\n# CANARY\n",
	}
}

// What --dry-run lists is what a real run sends, file by file and byte by byte;
// and nothing of what must stay here is in it, even if a glob names it.
func TestDryRunListsWhatIsSent(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	for name, content := range map[string]string{
		".gitignore": "ignored/\n", "infra/main.tf": bucketTF, "infra/prod.tfvars": "a = 1\n", "infra/dev.tfvars": "a = 2\n",
		"k8s/pod.yaml":   "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: \"redis:7\"}]}\n",
		"api/Dockerfile": "FROM alpine:3.20\n", "web/Dockerfile.prod": "FROM nginx:1.27\n", "stack.json": `{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"B":{"Type":"AWS::S3::Bucket"}}}`,
		"notes.md": "nothing", "only/vars.tfvars": "a = 3\n",
	} {
		g.Write(name, content)
	}
	for name, content := range secretFiles() {
		g.Write(name, content)
	}
	g.Git("add", "-f", "--all", ":!ignored") // even what is tracked
	for name, globs := range map[string][]string{
		"found":   nil,
		"globbed": {"--iac", "**/*", "--dockerfile", "**/*", "--image", "redis:7"},
		"named":   {"--iac", "deploy/*", "--iac", "infra/*", "--dockerfile", "api/*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newTap(optixInMemory(nil))
				network := transporttest.Serve(t, p)
				run := func(more ...string) ran {
					return scanOf(t, g.Dir, plainEndpoint, func(s *cli.System) {
						s.Dial = network.Dial
						s.Environ = append(gittest.Env(), s.Environ...)
					}, append(more, globs...)...)
				}
				dry := run("--dry-run")
				dry.wants(t, 0, "nothing was sent")
				if p.wire.Len() > 0 {
					t.Fatalf("a dry run sent %s", p.wire.String())
				}
				files, images := listed(dry.stdout)
				if len(files) < 3 {
					t.Fatalf("lists %v", files)
				}
				sent := run()
				if sent.code != 3 && sent.code != 1 {
					t.Errorf("exit %d, want 1 or 3: the keys are in the way\n%s", sent.code, sent.stderr)
				}
				if diff := cmp.Diff(files, p.files); diff != "" {
					t.Errorf("files (-listed +sent):\n%s", diff)
				}
				for _, image := range slices.Collect(maps.Keys(p.images)) {
					if !images[image] {
						t.Errorf("the name of %s was sent and not listed", image)
					}
				}
				if strings.Contains(p.wire.String(), "CANARY") {
					t.Error("a secret was sent")
				}
			})
		})
	}
}

// --include-sensitive is the one way, and warns; the config file can't say it.
func TestIncludeSensitive(t *testing.T) {
	t.Parallel()
	files := secretFiles()
	delete(files, "ignored/main.tf")
	delete(files, "ignored/Dockerfile")
	dir := treeOf(t, files)
	synctest.Test(t, func(t *testing.T) {
		p := newTap(optixInMemory(nil))
		network := transporttest.Serve(t, p)
		saved := filepath.Join(dir, "r.out")
		r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, "--include-sensitive", "--fail-on", "none", "-o", "json="+saved)
		r.wants(t, 0, "warning: --include-sensitive", "PASS")
		if got := slices.Sorted(maps.Keys(p.files)); !slices.Equal(got, []string{"deploy/looks-harmless.tf", "deploy/secret.yaml"}) {
			t.Errorf("sent %q", got)
		}
		if res := readSaved(t, saved); len(res.Notices) != 1 || !strings.Contains(res.Notices[0].Text, "--include-sensitive") {
			t.Errorf("notices %v", res.Notices)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, ".scangate.yaml"), []byte("version: 1\ninclude-sensitive: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	scanOf(t, dir, "embedded", nil).wants(t, 2, "include-sensitive can't be set in the config file")
}

// User name and password of --repo-url stay here: they are neither sent nor printed nor written.
func TestUserInfoOfRepoURL(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF, "Dockerfile": "FROM alpine:3.20\n"})
	args := []string{
		"scan", "--endpoint", plainEndpoint, "--repo-url", "https://ada-l:pass-9f@git.example/x", "--branch", "main", "--save-results", "--image", "redis:7.2",
		"--debug", "-v", "--fail-on", "none", "--max", "unknown=9",
	}
	files := append([]string{"--state", filepath.Join(out, "state")}, templateFlag(t)...)
	for _, f := range report.Formats() {
		if !f.ToLog {
			files = append(files, "-o", f.Name+"="+filepath.Join(out, f.Name))
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := newTap(optixInMemory(nil))
		network := transporttest.Serve(t, p)
		run := func(more ...string) ran {
			return runOf(t, func(s *cli.System) { s.Dial = network.Dial }, slices.Concat(args, more, []string{dir})...)
		}
		dry := run("--dry-run")
		scan := run(files...)
		texts := map[string]string{"what is sent": p.wire.String()}
		for name, r := range map[string]ran{"a dry run": dry, "a scan": scan} {
			r.wants(t, 0)
			texts[name] = r.stdout + r.stderr
		}
		if got := strings.Count(p.wire.String(), "=https%3A%2F%2Fgit.example%2Fx"); got != 3 {
			t.Errorf("%d submissions name the repository, want 3:\n%s", got, p.wire.String())
		}
		for _, f := range slices.DeleteFunc(files, func(s string) bool { return !strings.Contains(s, "=") }) {
			name, path, _ := strings.Cut(f, "=")
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(b)
		}
		for name, text := range texts {
			for _, secret := range []string{"ada-l", "pass-9f"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s in\n%s", name, secret, text)
				}
			}
		}
		if saved := readSaved(t, filepath.Join(out, "json")); saved.Repository.URL != "https://git.example/x" {
			t.Errorf("the result names %q", saved.Repository.URL)
		}
	})
}
