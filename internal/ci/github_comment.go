package ci

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	// commentLimit is how long a comment may be, in characters. GitHub answers 422 to a longer one.
	commentLimit = 65_536
	// workflowAccount is the account of the token that GitHub gives to a job.
	workflowAccount = "github-actions[bot]"
	// defaultAPI is the API if GITHUB_API_URL is not set.
	defaultAPI = "https://api.github.com"
)

// ErrNoPullRequest means that the job does not run for a pull request.
var ErrNoPullRequest = errors.New("this job does not run for a pull request, so there is nothing to comment on")

// ErrNotAsked means that GitHub gave no answer to [Step.CheckComment].
var ErrNotAsked = errors.New("can't ask GitHub whether this job may comment")

// Comment is what [Step.Comment] needs for a pull request's comment.
type Comment struct {
	// Token is the job's GITHUB_TOKEN, or one like it.
	Token secret.Value
	// Category distinguishes the comments of several jobs.
	Category string
	// Body renders the comment in at most size bytes.
	Body func(size int) (string, error)
	// Transport is how to connect. Address, token and headers are filled in.
	Transport transport.Config
}

// Comment writes the pull request's comment. It updates the comment of an earlier run, or creates
// one, so that there is always one. An earlier comment begins with the marker of the category and
// was written by the token's account: anyone can write the marker, and can change their own
// comments.
//
// It returns [ErrNoPullRequest] if there is no pull request. Its errors do not affect the verdict.
func (s *Step) Comment(ctx context.Context, c Comment) error {
	api, err := s.connectToPull(c)
	if err != nil {
		return err
	}
	mark := marker(c.Category)
	text, err := c.Body(commentLimit - len(mark) - 1)
	if err != nil {
		return err
	}
	body := mark + "\n" + text
	if n := utf8.RuneCountInString(body); n > commentLimit {
		return fmt.Errorf("the comment would have %d characters, and GitHub takes %d; fix: shorten the category", n, commentLimit)
	}
	author, err := api.put(ctx, mark, body)
	if err != nil || author == "" {
		return api.explain(err)
	}
	if err := api.merge(ctx, mark, body, author); err != nil {
		return fmt.Errorf("the comment on pull request %d is written, and may not be the only one: %w", api.number, explain(err))
	}
	return nil
}

// CheckComment returns why [Step.Comment] would fail, as far as GitHub tells that without a
// comment: it is asked for one without a text, which it refuses to a token that may comment, too.
// Body is not used.
func (s *Step) CheckComment(ctx context.Context, c Comment) error {
	api, err := s.connectToPull(c)
	if err != nil {
		return err
	}
	err = api.ask(ctx)
	refused, ok := errors.AsType[*transport.Error](err)
	if err == nil || ok && !isLimited(refused) && slices.Contains(refusals(), refused.Status) {
		return api.explain(err)
	}
	if ok && refused.Status/100 == 2 {
		return fmt.Errorf("%w on pull request %d: this is not GitHub's API: it takes a comment without a text, with status %d (%s); fix: check GITHUB_API_URL",
			ErrNotAsked, api.number, refused.Status, refused.Where())
	}
	return fmt.Errorf("%w on pull request %d: %w", ErrNotAsked, api.number, err)
}

// refusals are the statuses for a token that may not comment, or a pull request that it can't see.
func refusals() []int {
	return []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone}
}

// connectToPull makes the client for the pull request that the job runs for.
func (s *Step) connectToPull(c Comment) (*commentAPI, error) {
	number := s.pullRequest()
	if number == 0 {
		return nil, ErrNoPullRequest
	}
	return s.connect(c, number)
}

// connect checks the job's variables and makes the client.
func (s *Step) connect(c Comment, number int) (*commentAPI, error) {
	repository := s.getenv("GITHUB_REPOSITORY")
	if !regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$`).MatchString(repository) {
		return nil, fmt.Errorf("GITHUB_REPOSITORY is %q, which is not OWNER/NAME; fix: let the runner set this variable", repository)
	}
	if c.Token == "" {
		return nil, errors.New("there is no GITHUB_TOKEN to comment with; fix: give the step env: GITHUB_TOKEN: ${{ github.token }}")
	}
	raw := s.getenv("GITHUB_API_URL")
	if raw == "" {
		raw = defaultAPI
	}
	base, err := transport.ParseEndpoint(raw)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	config := c.Transport
	config.Base, config.Secrets = base, []secret.Value{c.Token}
	config.Authorize = func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
		r.Header.Set("Accept", "application/vnd.github+json")
		r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	}
	return &commentAPI{transport.New(config), "repos/" + repository + "/issues", number}, nil
}

// marker is the hidden line that identifies a category's comment. Characters that could end an HTML
// comment are percent-encoded.
func marker(category string) string {
	var b strings.Builder
	for _, c := range []byte(category) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return "<!-- scangate: " + b.String() + " -->"
}

// put writes body to the comment that begins with mark. It returns the author of one that it
// creates, "" if there was one.
func (a *commentAPI) put(ctx context.Context, mark, body string) (author string, err error) {
	before, err := a.marked(ctx, mark)
	if err != nil {
		return "", err
	}
	if len(before) > 0 {
		account, err := a.account(ctx)
		if err != nil {
			return "", err
		}
		if own := by(before, account); len(own) > 0 {
			return "", a.settle(ctx, own, body)
		}
	}
	made, err := a.create(ctx, body)
	return made.User.Login, err
}

// merge makes a created comment the only one of its author that begins with mark. Another run may
// have created one at the same moment, or the author may differ from the assumed account. The later
// of the two runs sees both comments.
func (a *commentAPI) merge(ctx context.Context, mark, body, author string) error {
	all, err := a.marked(ctx, mark)
	if err != nil {
		return err
	}
	if own := by(all, author); len(own) > 1 {
		return a.settle(ctx, own, body)
	}
	return nil
}

// settle writes body to the oldest comment and removes the others. All runs that see several
// comments keep the same one.
func (a *commentAPI) settle(ctx context.Context, own []comment, body string) error {
	slices.SortFunc(own, func(a, b comment) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	if err := a.update(ctx, own[0].ID, body); err != nil {
		return err
	}
	for _, c := range own[1:] {
		if err := a.remove(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// by returns the comments of an account, and those of deleted accounts, which can't change them any
// more. Logins are not case-sensitive.
func by(all []comment, login string) []comment {
	return slices.DeleteFunc(slices.Clone(all), func(c comment) bool {
		return c.User.Login != "" && !strings.EqualFold(c.User.Login, login)
	})
}

// explain says that there is no comment, and what to do about a refusal; nil for nil.
func (a *commentAPI) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("no comment on pull request %d: %w", a.number, explain(err))
}

// explain adds a fix to a refusal.
func explain(err error) error {
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return err
	}
	switch {
	case refused.Status == http.StatusUnauthorized:
		return fmt.Errorf("%w; fix: give the step env: GITHUB_TOKEN: ${{ github.token }}", refused)
	case isLimited(refused):
		return fmt.Errorf("%w; too many requests with this token; fix: run the job again later", refused)
	case refused.Status == http.StatusForbidden, refused.Status == http.StatusNotFound:
		return fmt.Errorf("%w; fix: give the job permissions: pull-requests: write (jobs for forks and Dependabot never have it)", refused)
	}
	return refused
}

// isLimited reports whether GitHub refuses because of too many requests
// (https://docs.github.com/rest, "Rate limits for the REST API"). Only some of these answers name a
// time.
func isLimited(refused *transport.Error) bool {
	return refused.Status == http.StatusTooManyRequests || refused.RetryAfter > 0 || refused.Says("rate limit")
}
