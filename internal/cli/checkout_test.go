//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// trap is a checkout that tries something, and what must not happen.
type trap struct {
	*gittest.Repo
	t *testing.T
	// outside holds files that are not the checkout's; each has CANARY in it.
	outside string
	// sprung is made by any command that runs.
	sprung string
	script string
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &trap{Repo: gittest.New(t), t: t, outside: filepath.Join(dir, "outside"), sprung: filepath.Join(dir, "sprung"), script: filepath.Join(dir, "run.sh")}
	gittest.Write(t, dir, "run.sh", "#!/bin/sh\ntouch '"+c.sprung+"'\ncat\n")
	if err := os.Chmod(c.script, 0o755); err != nil {
		t.Fatal(err)
	}
	gittest.Write(t, c.outside, "main.tf", bucketTF+"# CANARY\n")
	gittest.Write(t, c.outside, "Dockerfile", "FROM canary.example/CANARY\n")
	gittest.Write(t, c.outside, "scangate.yaml", "version: 1\ntargets: {images: [canary.example/canary:1]}\nlimits: {fail-on: none}\n")
	gittest.Write(t, c.outside, "pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: CANARY}\nspec: {containers: [{name: c, image: canary.example/canary}]}\n")
	c.Write("infra/main.tf", bucketTF)
	c.Write("Dockerfile", "FROM alpine:3.20\n")
	return c
}

func (c *trap) link(target, name string) {
	c.t.Helper()
	path := filepath.Join(c.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		c.t.Fatal(err)
	}
}

func (c *trap) pipe(name string) {
	c.t.Helper()
	if err := syscall.Mkfifo(filepath.Join(c.Dir, name), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// config sets every setting by which git runs a command or reads another file.
func (c *trap) config() {
	for _, key := range []string{
		"core.fsmonitor", "core.pager", "pager.ls-files", "pager.log", "core.sshCommand", "core.gitProxy", "core.editor", "core.askPass",
		"core.alternateRefsCommand", "credential.helper", "gpg.program", "diff.external", "diff.x.textconv", "diff.x.command",
		"filter.x.clean", "filter.x.smudge", "filter.x.process", "merge.x.driver", "uploadpack.packObjectsHook", "remote.origin.uploadpack", "sequence.editor",
	} {
		c.Git("config", key, c.script)
	}
	for _, alias := range []string{"ls-files", "rev-parse", "config", "log", "symbolic-ref", "for-each-ref", "remote"} {
		c.Git("config", "alias."+alias, "!"+c.script)
	}
	c.Git("config", "core.hooksPath", filepath.Join(c.Dir, "hooks"))
	c.Git("config", "log.showSignature", "true")
	c.Git("config", "filter.x.required", "true")
	for _, hook := range []string{"post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"} {
		c.Write("hooks/"+hook, "#!/bin/sh\ntouch '"+c.sprung+"'\n")
		if err := os.Chmod(filepath.Join(c.Dir, "hooks", hook), 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
	c.Write(".gitattributes", "* filter=x diff=x merge=x\n")
	c.Write("included", "[core]\n\tfsmonitor = "+c.script+"\n\thooksPath = "+filepath.Join(c.Dir, "hooks")+"\n")
	c.Git("config", "include.path", filepath.Join(c.Dir, "included"))
	c.Git("config", "includeIf.gitdir:**.path", filepath.Join(c.Dir, "included"))
	// Git looks at contents again where the times have changed.
	c.Write("infra/main.tf", bucketTF+"\n")
}

// Whatever a checkout holds: nothing outside of it is read or sent, and nothing
// that it names is run.
func TestHostileCheckouts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		set  func(c *trap)
		code int
		says string
	}{
		"git's own config":    {set: (*trap).config, code: 1},
		"a work tree outside": {set: func(c *trap) { c.Git("config", "core.worktree", c.outside) }, code: 3, says: "core.worktree"},
		"a .git file": {set: func(c *trap) {
			other := gittest.New(c.t)
			other.Write("hidden/main.tf", bucketTF+"# CANARY\n")
			other.Write("Dockerfile", "FROM canary.example/CANARY\n")
			other.Commit()
			if err := os.RemoveAll(filepath.Join(c.Dir, ".git")); err != nil {
				c.t.Fatal(err)
			}
			c.Write(".git", "gitdir: "+filepath.Join(other.Dir, ".git")+"\n")
		}, code: 1},
		"a .git file to nowhere": {set: func(c *trap) {
			if err := os.RemoveAll(filepath.Join(c.Dir, ".git")); err != nil {
				c.t.Fatal(err)
			}
			c.Write(".git", "gitdir: "+c.outside+"\n")
		}, code: 3, says: "not a git repository"},
		"a submodule": {set: func(c *trap) {
			other := gittest.New(c.t)
			other.Write("main.tf", bucketTF+"# CANARY\n")
			other.Commit()
			other.Git("config", "core.fsmonitor", c.script)
			c.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "sub")
			gittest.Write(c.t, c.Dir, ".git/modules/sub/hooks/post-index-change", "#!/bin/sh\ntouch '"+c.sprung+"'\n")
			c.Git("config", "submodule.sub.update", "!"+c.script)
			c.Git("config", "submodule.recurse", "true")
		}, code: 1},
		"links to files": {set: func(c *trap) {
			c.link(filepath.Join(c.outside, "main.tf"), "linked.tf")
			c.link("../"+filepath.Base(filepath.Dir(c.outside))+"/outside/main.tf", "relative.tf")
			c.link(filepath.Join(c.outside, "Dockerfile"), "app/Dockerfile")
			c.link(filepath.Join(c.outside, "pod.yaml"), "k8s/pod.yaml")
			c.link("/proc/self/environ", "environ.tf")
			c.link("/dev/zero", "zero.tf")
			c.link(".git/config", "gitconfig.tf")
		}, code: 1, says: "skipped"},
		"links to folders": {set: func(c *trap) {
			c.link(c.outside, "modules")
			c.link(c.outside, "app")
			c.link("/", "root")
		}, code: 1},
		"a folder that became a link": {set: func(c *trap) {
			c.Write("mod/main.tf", bucketTF)
			c.Commit()
			if err := os.RemoveAll(filepath.Join(c.Dir, "mod")); err != nil {
				c.t.Fatal(err)
			}
			c.link(c.outside, "mod")
		}, code: 1},
		"a linked config":         {set: func(c *trap) { c.link(filepath.Join(c.outside, "scangate.yaml"), ".scangate.yaml") }, code: 2, says: "can't read the config file"},
		"a config through a link": {set: func(c *trap) { c.link("/dev/zero", ".scangate.yaml") }, code: 2, says: "can't read the config file"},
		"a config that waits":     {set: func(c *trap) { c.pipe(".scangate.yaml") }, code: 2, says: "not a regular file"},
		"a folder as config":      {set: func(c *trap) { c.Write(".scangate.yaml/x", "") }, code: 2, says: "not a regular file"},
		"pipes": {set: func(c *trap) {
			c.pipe("pipe.tf")
			c.pipe("Dockerfile.pipe")
			c.pipe("infra/prod.tfvars")
		}, code: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTrap(t)
			c.Commit()
			tc.set(c)
			_ = os.Remove(c.sprung) // by making the trap
			env := append(gittest.Env(), "CANARY=CANARY")
			synctest.Test(t, func(t *testing.T) {
				p := newTap(optixInMemory(nil))
				network := transporttest.Serve(t, p)
				r := scanOf(t, c.Dir, plainEndpoint, func(s *cli.System) {
					s.Dial = network.Dial
					s.Environ = append(env, s.Environ...)
				}, "-v", "--timeout", "5m")
				r.wants(t, tc.code, tc.says)
				if all := p.wire.String() + r.stdout + r.stderr; strings.Contains(strings.ToUpper(all), "CANARY") {
					t.Errorf("something from outside was read:\n%s", all)
				}
				if _, err := os.Lstat(c.sprung); err == nil {
					t.Error("a command of the checkout was run")
				}
				if tc.code == 1 && p.files["infra/main.tf"] == "" {
					t.Errorf("the tree itself was not sent: %v", p.files)
				}
			})
		})
	}
}

// Nothing by which a merge request could turn the gate against its owner can be
// said in the config file: each starred flag, at every level, in any spelling.
func TestConfigFileBounds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a run for each spelling of each key")
	}
	starred := []string{
		"endpoint", "api-key-file", "api-key-stdin", "api-key", "ca-file", "output", "write-baseline", "new-from", "policy-from", "soft-fail", "on-error",
		"on-no-credentials", "allow-empty", "state", "shard", "repo-url", "branch", "committer-name", "committer-email", "dry-run", "config",
		"include-sensitive", "dockerfile", "iac", "max", "fail-on", "unknown-severity", "min-severity", "platform", "debug", "quiet", "log-format",
	}
	for _, key := range starred {
		for _, spelling := range []string{key, strings.ReplaceAll(key, "-", "_"), strings.ToUpper(key), "SCANGATE_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))} {
			for _, text := range []string{"version: 1\n%s: x\n", "version: 1\ntargets: {%s: x}\n", "version: 1\niac: {%s: x}\n", "version: 1\nlimits: {%s: x}\n"} {
				if strings.Contains(text, "limits") && (spelling == "max" || spelling == "fail-on") || text[11] == '%' && spelling == "iac" {
					continue // that is where they belong, and other tests read them
				}
				dir := treeOf(t, map[string]string{"main.tf": bucketTF, ".scangate.yaml": fmt.Sprintf(text, spelling)})
				r := scanOf(t, dir, "embedded", nil, "--dry-run")
				r.wants(t, 2, ".scangate.yaml:2")
			}
		}
	}
}
