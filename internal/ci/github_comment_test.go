package ci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/transport"
)

const (
	token     = "ghs_0123456789abcdef"
	defaultID = "<!-- scangate: scangate/ -->"
)

// hub is a fake GitHub on loopback, with the variables of a job for pull request 7.
type hub struct {
	*citest.API
	step *Step
	env  map[string]string
}

func newGitHub(t *testing.T, change func(*citest.API)) *hub {
	t.Helper()
	api := &citest.API{Repository: "acme/shop", Token: token, Account: workflowAccount, App: true}
	if change != nil {
		change(api)
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	env := map[string]string{"GITHUB_API_URL": srv.URL, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}
	return &hub{API: api, step: onGitHub(env), env: env}
}

// say writes text as the comment.
func (g *hub) say(ctx context.Context, text string) error {
	return g.step.Comment(ctx, commentOf(text))
}

func commentOf(text string) Comment {
	return Comment{
		Token: token, Category: "scangate/",
		Body: func(size int) (string, error) { return text[:min(len(text), size)], nil },
		Transport: transport.Config{
			Retry: transport.RetryPolicy{First: time.Millisecond, Longest: time.Millisecond, Connect: time.Millisecond},
		},
	}
}

// bodies are the comments of the pull request, each with its author.
func (g *hub) bodies() []string {
	all := []string{}
	for _, c := range g.Comments(7) {
		all = append(all, fmt.Sprintf("%s: %.60s", c.User.Login, c.Body))
	}
	return all
}

func (g *hub) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, g.bodies()); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
}

func TestOneComment(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, nil)
	g.Add(7, "ada", "hello")
	g.Add(8, workflowAccount, defaultID+"\nanother pull request")
	for _, text := range []string{"fail", "pass", "fail again"} {
		if err := g.say(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		g.want(t, "ada: hello", workflowAccount+": "+defaultID+"\n"+text)
	}
	if got := g.Comments(8); !strings.HasSuffix(got[0].Body, "another pull request") {
		t.Errorf("another pull request's comment is %q", got[0].Body)
	}
}

// Anyone can write the marker: only the account's own comment is changed.
func TestCommentOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]string{"the job's token": workflowAccount, "a person's token": "robot"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t, func(a *citest.API) { a.Account, a.App = account, account == workflowAccount })
			g.Add(7, "mallory", defaultID+"\nPASS, trust me")
			g.Add(7, account, "someone says "+defaultID)
			g.Add(7, account, "<!-- scangate: scangate/infra/ -->\nanother category")
			for range 2 {
				if err := g.say(t.Context(), "fail"); err != nil {
					t.Fatal(err)
				}
			}
			g.want(t, "mallory: "+defaultID+"\nPASS, trust me", account+": someone says "+defaultID,
				account+": <!-- scangate: scangate/infra/ -->\nanother category", account+": "+defaultID+"\nfail")
		})
	}
}

// The token of an app can't ask for its account; the comment that it writes names it.
func TestCommentOfAnApp(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, func(a *citest.API) { a.Account = "acme-gate[bot]" })
	for _, text := range []string{"fail", "pass"} {
		if err := g.say(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		g.want(t, "acme-gate[bot]: "+defaultID+"\n"+text)
	}
}

func TestCommentOnALaterPage(t *testing.T) {
	t.Parallel()
	for _, noLinks := range []bool{false, true} {
		g := newGitHub(t, func(a *citest.API) { a.NoLinks = noLinks })
		for i := range 250 {
			g.Add(7, "ada", fmt.Sprint(i))
		}
		id := g.Add(7, workflowAccount, defaultID+"\nold")
		for i := range 49 {
			g.Add(7, "ada", fmt.Sprint(i))
		}
		if err := g.say(t.Context(), "new"); err != nil {
			t.Fatal(err)
		}
		all := g.Comments(7)
		if len(all) != 300 || all[250].ID != id || all[250].Body != defaultID+"\nnew" {
			t.Errorf("without links %v: %d comments, the 251st is %+v", noLinks, len(all), all[250])
		}
	}
}

// With more comments than are searched, none is written: it could be a second one.
func TestTooManyComments(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, nil)
	for i := range maxPages*perPage + 1 {
		g.Add(7, "ada", fmt.Sprint(i))
	}
	if err := g.say(t.Context(), "new"); err == nil || !strings.Contains(err.Error(), "5000 comments") {
		t.Errorf("error %v", err)
	}
	if n := len(g.Comments(7)); n != maxPages*perPage+1 {
		t.Errorf("%d comments", n)
	}
}

// Two runs that search at the same moment both find nothing: the later one merges the comments.
func TestCommentsAtOnce(t *testing.T) {
	t.Parallel()
	var once sync.Once
	var g *hub
	g = newGitHub(t, func(a *citest.API) {
		a.BeforeCreate = func() { once.Do(func() { g.Add(7, workflowAccount, defaultID+"\nof the other run") }) }
	})
	if err := g.say(t.Context(), "of this run"); err != nil {
		t.Fatal(err)
	}
	g.want(t, workflowAccount+": "+defaultID+"\nof this run")
	if id := g.Comments(7)[0].ID; id != 1 {
		t.Errorf("comment %d is left, want the older one", id)
	}
}

func TestManyRunsAtOnce(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, nil)
	var runs sync.WaitGroup
	for range 8 {
		runs.Go(func() {
			if err := g.say(t.Context(), "fail"); err != nil && !strings.Contains(err.Error(), "404") {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	if err := g.say(t.Context(), "last"); err != nil {
		t.Fatal(err)
	}
	g.want(t, workflowAccount+": "+defaultID+"\nlast")
}

func TestCommentIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*hub)
		want   []string
	}{
		"a fork":          {func(g *hub) { g.Forbidden = true }, []string{"Resource not accessible by integration", "pull-requests: write", "forks"}},
		"too many":        {func(g *hub) { g.Limited = true }, []string{"secondary rate limit", "run it again later"}},
		"a wrong token":   {func(g *hub) { g.Token = "another" }, []string{"check GITHUB_TOKEN", "Bad credentials"}},
		"no repository":   {func(g *hub) { g.env["GITHUB_REPOSITORY"] = "" }, []string{"GITHUB_REPOSITORY"}},
		"an invalid name": {func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/../x" }, []string{"GITHUB_REPOSITORY"}},
		"dots":            {func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/.." }, []string{"GITHUB_REPOSITORY"}},
		"another's":       {func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/other" }, []string{"404", "pull-requests: write"}},
		"plain http":      {func(g *hub) { g.env["GITHUB_API_URL"] = "http://api.example" }, []string{"GITHUB_API_URL", "https"}},
		"no server":       {func(g *hub) { g.env["GITHUB_API_URL"] = "http://127.0.0.1:1" }, []string{"pull request 7"}},
		"no pull request": {func(g *hub) { g.env["GITHUB_REF"] = "refs/heads/main" }, []string{"pull request"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t, nil)
			tt.change(g)
			err := g.say(t.Context(), "text")
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "--endpoint") {
				t.Errorf("the error is %v", err)
			}
			if (name == "no pull request") != errors.Is(err, ErrNoPullRequest) {
				t.Errorf("ErrNoPullRequest: %v", err)
			}
			// The check before the run finds the same.
			before := g.step.CheckComment(t.Context(), commentOf(""))
			if before == nil {
				t.Fatal("the check finds nothing")
			}
			for _, w := range tt.want {
				if !strings.Contains(before.Error(), w) && name != "too many" {
					t.Errorf("the check does not say %q: %v", w, before)
				}
			}
			unsure := errors.Is(before, ErrNotAsked)
			if unsure != (name == "no server" || name == "too many") {
				t.Errorf("the check: %v", before)
			}
		})
	}
}

// A page that another server answers with is not taken for GitHub.
func TestCheckCommentOfAnotherServer(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	t.Cleanup(srv.Close)
	g := newGitHub(t, nil)
	g.env["GITHUB_API_URL"] = srv.URL
	err := g.step.CheckComment(t.Context(), commentOf(""))
	const want = "%w on pull request 7: this is not GitHub's API: it takes a comment without a text, with status 200 (ADDRESS); fix: check GITHUB_API_URL"
	if !errors.Is(err, ErrNotAsked) {
		t.Fatalf("error %v", err)
	}
	got := regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(err.Error(), "(ADDRESS)")
	if got = strings.Replace(got, ErrNotAsked.Error(), "%w", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Asking writes nothing.
func TestCheckCommentWritesNothing(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, nil)
	if err := g.step.CheckComment(t.Context(), commentOf("")); err != nil {
		t.Error(err)
	}
	if all := g.bodies(); len(all) > 0 {
		t.Errorf("comments %q", all)
	}
	if diff := cmp.Diff([]string{"POST /repos/acme/shop/issues/7/comments"}, g.Requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestCommentWithoutAToken(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, nil)
	err := g.step.Comment(t.Context(), Comment{Body: func(int) (string, error) { return "x", nil }})
	if err == nil || !strings.Contains(err.Error(), "GITHUB_TOKEN") || len(g.Requests()) != 0 {
		t.Errorf("error %v, requests %v", err, g.Requests())
	}
}

// The token goes only to the host of the API.
func TestCommentIsNotRedirected(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s with %q", r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	srv := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(srv.Close)
	g := newGitHub(t, nil)
	g.env["GITHUB_API_URL"] = srv.URL
	if err := g.say(t.Context(), "text"); err == nil {
		t.Error("no error")
	}
}

// The limit is in characters; what the report is cut to is in bytes, of which a character has at
// least one.
func TestCommentsLength(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"x", "é", "漢", "𝄞"} {
		g := newGitHub(t, nil)
		text := strings.Repeat(letter, commentLimit)
		err := g.step.Comment(t.Context(), Comment{
			Token: token, Category: "scangate/",
			Body: func(size int) (string, error) {
				size -= size % len(letter)
				return text[:size], nil
			},
		})
		if err != nil {
			t.Fatalf("%s: %v", letter, err)
		}
		if body := g.Comments(7)[0].Body; utf8.RuneCountInString(body) > commentLimit || len(body) < commentLimit-4 || !utf8.ValidString(body) {
			t.Errorf("%s: %d characters, %d bytes", letter, utf8.RuneCountInString(body), len(body))
		}
	}
	g := newGitHub(t, nil)
	err := g.step.Comment(t.Context(), Comment{Token: token, Body: func(int) (string, error) { return strings.Repeat("é", commentLimit), nil }})
	if err == nil || len(g.Requests()) != 0 {
		t.Errorf("one that is too long: error %v, requests %v", err, g.Requests())
	}
}

func TestMarker(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"scangate/":            defaultID,
		"team a/infra_1.2/":    "<!-- scangate: team%20a/infra_1.2/ -->",
		"--> @everyone <!-- /": "<!-- scangate: --%3E%20%40everyone%20%3C%21--%20/ -->",
		"é/":                   "<!-- scangate: %C3%A9/ -->",
	}
	for category, want := range tests {
		if got := marker(category); got != want {
			t.Errorf("%q is %s, want %s", category, got, want)
		}
	}
}

func TestPullRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	event := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := map[string]struct {
		event, ref string
		want       int
	}{
		"the event":         {event("a", `{"action":"opened","number":5,"pull_request":{"number":5,"body":"x"}}`), "refs/pull/9/merge", 5},
		"the ref":           {"", "refs/pull/12/merge", 12},
		"the ref's head":    {filepath.Join(dir, "none"), "refs/pull/12/head", 12},
		"a push":            {event("b", `{"ref":"refs/heads/main"}`), "refs/heads/main", 0},
		"no JSON":           {event("c", `pull_request`), "refs/pull/3/merge", 3},
		"null":              {event("d", `{"pull_request":null}`), "", 0},
		"no number":         {event("e", `{"pull_request":{"number":-4}}`), "", 0},
		"a text":            {event("f", `{"pull_request":{"number":"4"}}`), "", 0},
		"a branch's name":   {"", "refs/heads/refs/pull/1/merge", 0},
		"a broken ref":      {"", "refs/pull/%!f(<nil>)/merge", 0},
		"a path in the ref": {"", "refs/pull/1/../2/merge", 0},
	}
	for name, tt := range tests {
		s := onGitHub(map[string]string{"GITHUB_EVENT_PATH": tt.event, "GITHUB_REF": tt.ref})
		if got := s.pullRequest(); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// Cancelling the context ends the comment at once.
func TestCommentEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	g := newGitHub(t, nil)
	g.env["GITHUB_API_URL"] = srv.URL
	if err := g.say(ctx, "text"); err == nil {
		t.Error("no error")
	}
}
