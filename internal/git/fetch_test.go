package git_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

// origin serves a repository by smart http on loopback.
type origin struct {
	*gittest.Repo
	URL string
	// redirect is where requests are redirected to, "" for nowhere.
	redirect string
	// password is what requests need, "" for nothing.
	password string

	mu       sync.Mutex
	requests []string
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{Repo: gittest.New(t)}
	o.URL = o.Serve(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.serve(next, w, r) })
	})
	return o
}

// serve notes a request, and redirects or refuses it if that is asked for.
func (o *origin) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	o.mu.Lock()
	o.requests = append(o.requests, fmt.Sprintf("%s %s:%s", r.URL.Path, user, password))
	o.mu.Unlock()
	switch {
	case o.redirect != "":
		http.Redirect(w, r, o.redirect+r.URL.RequestURI(), http.StatusFound)
	case o.password != "" && password != o.password:
		w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
		http.Error(w, "no: "+password+base64.StdEncoding.EncodeToString([]byte(user+":"+password)), http.StatusUnauthorized)
	default:
		next.ServeHTTP(w, r)
	}
}

func (o *origin) remote() git.Remote {
	return git.Remote{URL: o.URL, AllowHTTP: true, Env: gittest.Env()}
}

func (o *origin) seen() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.requests)
}

// fetch fetches, and removes what was fetched when the test ends.
func fetch(t *testing.T, from git.Remote, id, branch string) *git.Commit {
	t.Helper()
	from.Env = append(slices.Clone(from.Env), "TMPDIR="+t.TempDir())
	c, err := git.Fetch(t.Context(), from, id, branch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func read(t *testing.T, c *git.Commit, path string) string {
	t.Helper()
	content, err := c.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestFetchTip(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Write(".scangate.yaml", "version: 1\n")
	o.Write("infra/main.tf", "resource\n")
	o.Commit()
	c := fetch(t, o.remote(), "", "main")
	if c.ID != o.Hash("main") || read(t, c, ".scangate.yaml") != "version: 1\n" || read(t, c, "infra/main.tf") != "resource\n" {
		t.Errorf("commit %s", c.ID)
	}
	if _, err := c.Read("absent"); !errors.Is(err, git.ErrNoFile) {
		t.Errorf("error %v", err)
	}
}

func TestFetchByHash(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			o := newOrigin(t)
			o.Git("init", "--quiet", "--bare", "--object-format="+format, "--initial-branch=main", "at")
			o.URL = strings.TrimSuffix(o.URL, ".git") + "at"
			bare := gittest.At(t, filepath.Join(o.Dir, "at"))
			tree := commitTree(t, bare, "a", "old")
			bare.Git("update-ref", "refs/heads/main", commitTree(t, bare, "a", "new"))
			bare.Git("update-ref", "refs/heads/other", tree)
			if c := fetch(t, o.remote(), tree, "main"); c.ID != tree || read(t, c, "a") != "old" {
				t.Errorf("commit %s", c.ID)
			}
			if c := fetch(t, o.remote(), "", "main"); read(t, c, "a") != "new" {
				t.Errorf("commit %s", c.ID)
			}
		})
	}
}

// commitTree makes a commit with one file in a bare repository, and returns its hash.
func commitTree(t *testing.T, bare *gittest.Repo, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	step := func(args ...string) string {
		out, err := bare.Try(args...)
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(out)
	}
	blob := step("hash-object", "-w", file)
	step("update-index", "--add", "--cacheinfo", "100644,"+blob+","+name)
	return step("commit-tree", step("write-tree"), "-m", content)
}

// A tag that is named like the branch, and branches and tags whose names end in it, are not the
// branch.
func TestFetchTakesTheBranchAlone(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Write("a", "evil")
	o.Commit()
	o.Git("tag", "main")
	o.Git("tag", "refs/heads/main")
	o.Git("update-ref", "refs/heads/a/refs/heads/main", "HEAD")
	o.Git("update-ref", "refs/a/refs/heads/main", "HEAD")
	o.Write("a", "good")
	o.Commit()
	if c := fetch(t, o.remote(), "", "main"); read(t, c, "a") != "good" {
		t.Errorf("commit %s", c.ID)
	}
	o.Git("checkout", "--quiet", "--detach")
	o.Git("update-ref", "-d", "refs/heads/main")
	if _, err := git.Fetch(t.Context(), o.remote(), "", "main"); !errors.Is(err, git.ErrNoBranch) {
		t.Errorf("error %v", err)
	}
}

func TestFetchTakesFilesAlone(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Write("a", "content")
	o.Write(".gitmodules", "[submodule \"x\"]\npath = x\nurl = "+o.URL+"\n")
	if err := os.Symlink("a", filepath.Join(o.Dir, "link")); err != nil {
		t.Skip(err)
	}
	o.Commit()
	o.Git("update-index", "--add", "--cacheinfo", "160000,"+o.Hash("HEAD")+",x")
	o.Git("commit", "--quiet", "-m", "submodule")
	c := fetch(t, o.remote(), "", "main")
	for _, path := range []string{"link", "x"} {
		if _, err := c.Read(path); err == nil || errors.Is(err, git.ErrNoFile) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func TestFetchWithACredential(t *testing.T) {
	t.Parallel()
	const token = "ghs_0123456789abcdef"
	o := newOrigin(t)
	o.Write("a", "content")
	o.Commit()
	o.password = token
	from := o.remote()
	from.User, from.Token = "x-access-token", token
	if c := fetch(t, from, "", "main"); read(t, c, "a") != "content" {
		t.Errorf("commit %s", c.ID)
	}
	from.Token = "ghs_another_0123456789"
	_, err := git.Fetch(t.Context(), from, "", "main")
	if err == nil || strings.Contains(err.Error(), "another") {
		t.Errorf("error %v", err)
	}
	if !slices.ContainsFunc(o.seen(), func(r string) bool { return strings.HasSuffix(r, "x-access-token:"+token) }) {
		t.Errorf("requests %q", o.seen())
	}
}

// No request goes to the host that a redirect names, and so no token does.
func TestFetchFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	evil, o := newOrigin(t), newOrigin(t)
	evil.Write("a", "evil")
	evil.Commit()
	o.redirect = strings.TrimSuffix(evil.URL, "/.git")
	from := o.remote()
	from.User, from.Token = "x-access-token", "ghs_0123456789abcdef"
	if _, err := git.Fetch(t.Context(), from, "", "main"); err == nil {
		t.Error("no error")
	}
	if got := evil.seen(); len(got) != 0 {
		t.Errorf("requests %q", got)
	}
}

func TestFetchRefusesAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "http://git.example/a", "file:///etc", "ssh://git.example/a", "git@git.example:a", "ext::sh -c id", "/tmp/a", "--upload-pack=id",
		"https://", "https://user@git.example/a", "https://git.example/a?b", "https:a",
	} {
		if _, err := git.Fetch(t.Context(), git.Remote{URL: address, Env: gittest.Env()}, "", "main"); err == nil {
			t.Errorf("no error for %q", address)
		}
	}
}

func TestFetchRefusesNames(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Commit()
	for _, branch := range []string{"", "*", "ma?n", "a b", "\n"} {
		if _, err := git.Fetch(t.Context(), o.remote(), "", branch); !errors.Is(err, git.ErrNoBranch) {
			t.Errorf("%q: error %v", branch, err)
		}
	}
	for id, want := range map[string]string{
		"main":                  `git can't fetch a commit: "main" is not a full hash`,
		"--upload-pack=id":      `git can't fetch a commit: "--upload-pack=id" is not a full hash`,
		strings.Repeat("1", 40): "git can't fetch commit 1111111111111111111111111111111111111111 from " + o.URL + ": ",
	} {
		if _, err := git.Fetch(t.Context(), o.remote(), id, ""); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v", id, err)
		}
	}
}

// Neither the caller's configuration nor that of a clone decides where the commit comes from.
func TestFetchIgnoresConfiguration(t *testing.T) {
	t.Parallel()
	evil, o := newOrigin(t), newOrigin(t)
	evil.Write("a", "evil")
	evil.Commit()
	o.Write("a", "good")
	o.Commit()
	home := t.TempDir()
	config := fmt.Sprintf("[url %q]\n\tinsteadOf = %s\n[core]\n\thooksPath = %s\n", evil.URL, o.URL, home)
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	from := o.remote()
	from.Env = append(from.Env, "HOME="+home, "GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+evil.URL+".insteadOf", "GIT_CONFIG_VALUE_0="+o.URL, "GIT_DIR="+evil.Dir+"/.git")
	if c := fetch(t, from, "", "main"); read(t, c, "a") != "good" {
		t.Errorf("commit %s", c.ID)
	}
	if got := evil.seen(); len(got) != 0 {
		t.Errorf("requests %q", got)
	}
}

func TestFetchLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Write("a", "content")
	o.Commit()
	folder := t.TempDir()
	from := o.remote()
	from.Env = append(from.Env, "TMPDIR="+folder)
	c, err := git.Fetch(t.Context(), from, "", "main")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = git.Fetch(t.Context(), from, "", "absent")
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.Commit()
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, err := git.Fetch(ctx, o.remote(), "", "main"); !errors.Is(err, stopped) {
		t.Errorf("error %v", err)
	}
}

func TestFindCommit(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a", "old")
	g.Commit()
	id := g.Hash("HEAD")
	g.Write("a", "new")
	g.Commit()
	g.Git("branch", strings.Repeat("1", 40))
	r := open(t, g.Dir)
	c, err := r.FindCommit(t.Context(), id)
	if err != nil || c == nil || read(t, c, "a") != "old" {
		t.Fatalf("commit %v, %v", c, err)
	}
	for _, absent := range []string{strings.Repeat("1", 40), "main", id[:7], "", g.Hash("HEAD^{tree}"), "--help"} {
		if c, err := r.FindCommit(t.Context(), absent); c != nil || err != nil {
			t.Errorf("%q: %v, %v", absent, c, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A shallow clone hides the history of a commit, which still names its parents.
func TestParentsInAShallowClone(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a", "base")
	g.Commit()
	base := g.Hash("HEAD")
	g.Git("checkout", "--quiet", "-b", "feature")
	g.Write("b", "change")
	g.Commit()
	head := g.Hash("HEAD")
	g.Git("checkout", "--quiet", "main")
	g.Git("merge", "--quiet", "--no-ff", "-m", "parent "+strings.Repeat("1", 40), "feature")
	merge := g.Hash("HEAD")
	dir := t.TempDir()
	g.Git("clone", "--quiet", "--depth=1", "file://"+g.Dir, dir)
	r := open(t, dir)
	parents, ok, err := r.Parents(t.Context(), merge)
	if err != nil || !ok || !slices.Equal(parents, []string{base, head}) {
		t.Errorf("parents %q, %v, %v", parents, ok, err)
	}
	if _, ok, err := r.Parents(t.Context(), base); ok || err != nil {
		t.Errorf("a commit that the clone lacks: %v, %v", ok, err)
	}
}

func TestCredentialOfAClone(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	header := "AUTHORIZATION: basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:ghs_0123456789abcdef"))
	g.Git("config", "http.https://github.com/.extraheader", header)
	r := open(t, g.Dir)
	user, token := r.Credential(t.Context(), "https://github.com/acme/shop.git")
	if user != "x-access-token" || token.Reveal() != "ghs_0123456789abcdef" {
		t.Errorf("credential %q, %d characters", user, len(token.Reveal()))
	}
	for _, other := range []string{"https://github.com.evil.example/acme/shop.git", "http://github.com/acme/shop.git"} {
		if user, token := r.Credential(t.Context(), other); user != "" || token != "" {
			t.Errorf("%s has the credential of %q", other, user)
		}
	}
	g.Git("config", "http.https://other.example/.extraheader", "AUTHORIZATION: bearer abc")
	if user, token := r.Credential(t.Context(), "https://other.example/a"); user != "" || token != "" {
		t.Error("a bearer is not a user name and password")
	}
}
