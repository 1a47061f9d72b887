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
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	token     = "ghs_0123456789abcdef"
	defaultID = "<!-- scangate: scangate/ -->"
)

// hub is a fake GitHub on loopback, with the variables of a job for pull request 7.
type hub struct {
	*citest.API
	step  *Step
	env   map[string]string
	token secret.Value
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
	return &hub{API: api, step: onGitHub(env), env: env, token: token}
}

// say writes text as the comment.
func (g *hub) say(ctx context.Context, text string) error {
	c := commentOf(text)
	c.Token = g.token
	return g.step.Comment(ctx, c)
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
	if err := g.say(t.Context(), "new"); err == nil || err.Error() != "no comment on pull request 7: more than 5000 comments, too many to search for an earlier one" {
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
	const asked = "no comment on pull request 7: status %s (GET https://api/repos/acme/%s/issues/7/comments)"
	tests := map[string]struct {
		change func(*hub)
		want   string
	}{
		"a fork": {
			func(g *hub) { g.Forbidden = true }, "no comment on pull request 7: status 403 Forbidden (the answer says: Resource not accessible by integration) " +
				"(POST https://api/repos/acme/shop/issues/7/comments); fix: give the job permissions: pull-requests: write (jobs for forks and Dependabot never have it)",
		},
		"too many": {
			func(g *hub) { g.Limit(http.Header{"Retry-After": {"120"}}) }, fmt.Sprintf(asked, "403 Forbidden (the answer says: You have exceeded a secondary rate limit)", "shop") +
				"; too many requests with this token; fix: run the job again later",
		},
		"too many, until an unknown time": {
			func(g *hub) { g.Limit(http.Header{}) }, fmt.Sprintf(asked, "403 Forbidden (the answer says: You have exceeded a secondary rate limit)", "shop") +
				"; too many requests with this token; fix: run the job again later",
		},
		"a wrong token": {
			func(g *hub) { g.Token = "another" }, fmt.Sprintf(asked, "401 Unauthorized (the answer says: Bad credentials)", "shop") +
				"; fix: give the step env: GITHUB_TOKEN: ${{ github.token }}",
		},
		"no repository": {
			func(g *hub) { g.env["GITHUB_REPOSITORY"] = "" }, `GITHUB_REPOSITORY is "", which is not OWNER/NAME; fix: let the runner set this variable`,
		},
		"an invalid name": {
			func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/../x" }, `GITHUB_REPOSITORY is "acme/../x", which is not OWNER/NAME; fix: let the runner set this variable`,
		},
		"dots": {
			func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/.." }, `GITHUB_REPOSITORY is "acme/..", which is not OWNER/NAME; fix: let the runner set this variable`,
		},
		"another's": {
			func(g *hub) { g.env["GITHUB_REPOSITORY"] = "acme/other" }, fmt.Sprintf(asked, "404 Not Found (the answer says: Not Found)", "other") +
				"; fix: give the job permissions: pull-requests: write (jobs for forks and Dependabot never have it)",
		},
		"plain http": {
			func(g *hub) { g.env["GITHUB_API_URL"] = "http://api.example" },
			"GITHUB_API_URL: http is allowed for loopback addresses only, because it does not encrypt the key; fix: use https",
		},
		"no server": {
			func(g *hub) { g.env["GITHUB_API_URL"] = "http://127.0.0.1:1" },
			"no comment on pull request 7: no connection: dial tcp 127.0.0.1:1: connect: connection refused (GET https://api/repos/acme/shop/issues/7/comments)",
		},
		"no pull request": {
			func(g *hub) { g.env["GITHUB_REF"] = "refs/heads/main" }, "this job does not run for a pull request, so there is nothing to comment on",
		},
		"no token": {
			func(g *hub) { g.token = "" }, "there is no GITHUB_TOKEN to comment with; fix: give the step env: GITHUB_TOKEN: ${{ github.token }}",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t, nil)
			tt.change(g)
			plain := func(err error) string {
				if err == nil {
					t.Fatal("no error")
				}
				text := strings.ReplaceAll(err.Error(), g.env["GITHUB_API_URL"]+"/", "https://api/")
				return regexp.MustCompile(`, after \d+ attempts`).ReplaceAllString(text, "")
			}
			err := g.say(t.Context(), "text")
			if got := plain(err); got != tt.want {
				t.Errorf("the error\n%s\nwant\n%s", got, tt.want)
			}
			if (name == "no pull request") != errors.Is(err, ErrNoPullRequest) {
				t.Errorf("ErrNoPullRequest: %v", err)
			}
			// The check before the run finds the same: it asks to write.
			c := commentOf("")
			c.Token = g.token
			before := g.step.CheckComment(t.Context(), c)
			want := strings.NewReplacer("GET ", "POST ", "; too many requests with this token; fix: run the job again later", "").Replace(tt.want)
			if errors.Is(before, ErrNotAsked) {
				want = strings.Replace(want, "no comment", ErrNotAsked.Error(), 1)
			}
			if got := plain(before); got != want {
				t.Errorf("the check\n%s\nwant\n%s", got, want)
			}
			if unsure := name == "no server" || strings.HasPrefix(name, "too many"); unsure != errors.Is(before, ErrNotAsked) {
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

// A comment that was written but not checked for a second one is an error.
func TestCommentThatIsNotChecked(t *testing.T) {
	t.Parallel()
	var g *hub
	g = newGitHub(t, func(a *citest.API) { a.BeforeCreate = func() { g.Limit(http.Header{}) } })
	err := g.say(t.Context(), "text")
	want := "the comment on pull request 7 is written, and may not be the only one: status 403 Forbidden (the answer says: You have exceeded a secondary rate limit) " +
		"(GET " + g.env["GITHUB_API_URL"] + "/repos/acme/shop/issues/7/comments); too many requests with this token; fix: run the job again later"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	g.want(t, workflowAccount+": "+defaultID+"\ntext")
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
	if err == nil || err.Error() != "the comment would have 65556 characters, and GitHub takes 65536; fix: shorten the category" || len(g.Requests()) != 0 {
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
