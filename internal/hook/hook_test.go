package hook_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/hook"
)

var (
	zeros = strings.Repeat("0", 40)
	one   = strings.Repeat("1", 40)
	two   = strings.Repeat("2", 64)
)

func TestReadUpdates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  hook.Name
		input string
		want  []hook.Update
		fails string
	}{
		{name: hook.PrePush},
		{name: hook.PrePush, input: "refs/heads/a " + one + " refs/heads/b " + zeros + "\n(delete) " + zeros + " refs/tags/v1 " + two, want: []hook.Update{
			{Ref: "refs/heads/b", New: one}, {Ref: "refs/tags/v1", Old: two},
		}},
		{name: hook.PrePush, input: "HEAD~ " + one + " refs/heads/größe/x " + one + "\n", want: []hook.Update{{Ref: "refs/heads/größe/x", Old: one, New: one}}},
		{name: hook.PreReceive, input: zeros + " " + one + " refs/heads/b\n", want: []hook.Update{{Ref: "refs/heads/b", New: one}}},
		{name: hook.PreReceive, input: "\n", fails: `line 1: not what git tells pre-receive: ""`},
		{name: hook.PreReceive, input: zeros + " " + one + " refs/heads/b more\n", fails: "not what git tells"},
		{name: hook.PrePush, input: "a " + one + " b " + one, fails: `not the full name of a ref: "b"`},
		{name: hook.PrePush, input: "a " + one + "1 refs/b " + one, fails: "not a full hash"},
		{name: hook.PreReceive, input: zeros + " --x refs/heads/b\n", fails: `not a full hash: "--x"`},
		{name: hook.PreReceive, input: strings.Repeat(zeros+" "+one+" refs/heads/b\n", 10_001), fails: "standard input: more than 10000 refs; fix: push fewer at once"},
		{name: hook.PreReceive, input: strings.Repeat("x", 1<<20), fails: "standard input: "},
	} {
		got, err := hook.ReadUpdates(c.name, strings.NewReader(c.input))
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) || got != nil {
				t.Errorf("%.80q: %v, %v, want the error %q", c.input, got, err, c.fails)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", c.input, err, diff)
		}
	}
}

func FuzzReadUpdates(f *testing.F) {
	f.Add("refs/heads/a " + one + " refs/heads/b " + zeros + "\n")
	f.Fuzz(func(t *testing.T, input string) {
		for _, name := range hook.Names() {
			updates, err := hook.ReadUpdates(name, strings.NewReader(input))
			for _, u := range updates {
				if err != nil || !strings.HasPrefix(u.Ref, "refs/") || strings.Trim(u.New+u.Old, "0123456789abcdef") != "" {
					t.Errorf("%+v, %v", u, err)
				}
			}
		}
	})
}

func TestShort(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{"refs/heads/a/b": "a/b", "refs/tags/v1": "v1", "refs/for/main": "for/main"} {
		if got := (hook.Update{Ref: ref}).Short(); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

func TestInstallLeavesOtherHooks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "hooks")
	path, err := hook.Install(dir, hook.PrePush)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(path)
	if want := "\nexec scangate hook pre-push \"$@\"\n"; !strings.HasSuffix(string(content), want) {
		t.Errorf("%q does not end with %q", content, want)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o755 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	withFlags := strings.Replace(string(content), "pre-push", "pre-push --fail-on critical", 1)
	if err := os.WriteFile(path, []byte(withFlags), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := hook.Install(dir, hook.PrePush); err != nil {
		t.Errorf("again: %v", err)
	}
	if content, _ := os.ReadFile(path); string(content) != withFlags {
		t.Errorf("its flags are gone: %q", content)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left: %v", entries)
	}
	if _, removed, err := hook.Uninstall(dir, hook.PrePush); !removed || err != nil {
		t.Errorf("removed %v, %v", removed, err)
	}
	if _, removed, err := hook.Uninstall(dir, hook.PrePush); removed || err != nil {
		t.Errorf("removed again: %v, %v", removed, err)
	}

	const others = "#!/bin/sh\nexit 0\n"
	if err := os.WriteFile(path, []byte(others), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = hook.Install(dir, hook.PrePush)
	if !errors.Is(err, hook.ErrForeign) || !strings.Contains(err.Error(), `fix: make its last line exec scangate hook pre-push "$@"`) {
		t.Errorf("err = %v", err)
	}
	if _, removed, err := hook.Uninstall(dir, hook.PrePush); removed || !errors.Is(err, hook.ErrForeign) {
		t.Errorf("removed %v, %v", removed, err)
	}
	if content, _ := os.ReadFile(path); string(content) != others {
		t.Errorf("the hook of others is %q", content)
	}
}

// A link is somebody's, also to nothing or to a hook of ours.
func TestInstallLeavesLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("none", filepath.Join(dir, "pre-commit")); err != nil {
		t.Skip(err)
	}
	if _, err := hook.Install(dir, hook.PreCommit); !errors.Is(err, hook.ErrForeign) {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "none")); err == nil {
		t.Error("the link was written through")
	}
}
