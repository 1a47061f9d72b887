package ci

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/transport"
)

const (
	// perPage is the most that GitHub lists at once.
	perPage = 100
	// maxPages bounds the search through a pull request's comments. GitHub takes 2,500 comments.
	maxPages = 50
	// maxPageBody bounds a page, in bytes: a hundred comments of 65,536 characters, each up to six
	// bytes in JSON.
	maxPageBody = 64 << 20
)

// commentAPI is GitHub's REST API for the comments of one pull request
// (https://docs.github.com/rest/issues/comments).
type commentAPI struct {
	client *transport.Client
	issues string // the path of the repository's issues, which pull requests belong to
	number int
}

// comment holds the fields of a comment that are read.
type comment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"`
	User struct {
		Login string `json:"login"`
	} `json:"user"`
}

func (a *commentAPI) path() string { return a.issues + "/" + strconv.Itoa(a.number) + "/comments" }

func (a *commentAPI) pathOf(id int64) string {
	return a.issues + "/comments/" + strconv.FormatInt(id, 10)
}

// marked returns the comments of all pages that begin with mark.
func (a *commentAPI) marked(ctx context.Context, mark string) ([]comment, error) {
	var all []comment
	for page := 1; page <= maxPages; page++ {
		list, more, err := a.page(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if strings.HasPrefix(c.Body, mark) {
				all = append(all, c)
			}
		}
		if !more {
			return all, nil
		}
	}
	return nil, fmt.Errorf("more than %d comments, too many to search for an earlier one", maxPages*perPage)
}

// page reads one page and reports whether another follows. The Link header says so; without it,
// which a proxy may remove, a full page does.
func (a *commentAPI) page(ctx context.Context, n int) (list []comment, more bool, err error) {
	r := transport.Request{
		Method: http.MethodGet, Path: a.path(), Repeatable: true, MaxBody: maxPageBody,
		Query: url.Values{"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(n)}},
	}
	resp, err := a.client.Do(ctx, r)
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal(resp.Body, &list); err != nil {
		return nil, false, a.client.BodyError(r, err)
	}
	if link := resp.Header.Get("Link"); link != "" {
		return list, strings.Contains(link, `rel="next"`), nil
	}
	return list, len(list) >= perPage, nil
}

// account is the login that the token writes as. The token of a job can't ask for it, or gets no
// answer, and writes as GitHub's own account.
func (a *commentAPI) account(ctx context.Context) (string, error) {
	r := transport.Request{Method: http.MethodGet, Path: "user", Repeatable: true}
	resp, err := a.client.Do(ctx, r)
	var refused *transport.Error
	if errors.As(err, &refused) && (refused.Status == http.StatusForbidden || refused.Status == http.StatusNotFound) {
		return workflowAccount, nil
	}
	if err != nil {
		return "", err
	}
	var user struct {
		Login string `json:"login"`
	}
	if err := json.Unmarshal(resp.Body, &user); err != nil || user.Login == "" {
		return workflowAccount, nil //nolint:nilerr // the created comment names the account
	}
	return user.Login, nil
}

func (a *commentAPI) create(ctx context.Context, body string) (comment, error) {
	r, err := a.write(http.MethodPost, a.path(), body)
	if err != nil {
		return comment{}, err
	}
	r.Status = http.StatusCreated
	resp, err := a.client.Do(ctx, r)
	if err != nil {
		return comment{}, err
	}
	var made comment
	if err := json.Unmarshal(resp.Body, &made); err != nil {
		return comment{}, a.client.BodyError(r, err)
	}
	return made, nil
}

// ask asks for a comment without a text, which GitHub requires: a token that may comment gets 422,
// another one 401, 403 or 404 (https://docs.github.com/rest/issues/comments, "Create an issue
// comment").
func (a *commentAPI) ask(ctx context.Context) error {
	_, err := a.client.Do(ctx, transport.Request{
		Method: http.MethodPost, Path: a.path(), ContentType: "application/json", Length: 2, Status: http.StatusUnprocessableEntity,
		Repeatable: true, // it changes nothing
		Body:       func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}")), nil },
	})
	return err
}

func (a *commentAPI) update(ctx context.Context, id int64, body string) error {
	r, err := a.write(http.MethodPatch, a.pathOf(id), body)
	if err != nil {
		return err
	}
	r.Repeatable = true // writing the same text again changes nothing
	_, err = a.client.Do(ctx, r)
	return err
}

// remove deletes a comment. A comment that another run has deleted is not an error.
func (a *commentAPI) remove(ctx context.Context, id int64) error {
	_, err := a.client.Do(ctx, transport.Request{
		Method: http.MethodDelete, Path: a.pathOf(id), Repeatable: true, Status: http.StatusNoContent,
	})
	var refused *transport.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil
	}
	return err
}

// write makes a request with a comment's text.
func (a *commentAPI) write(method, path, body string) (transport.Request, error) {
	b, err := json.Marshal(map[string]string{"body": body})
	return transport.Request{
		Method: method, Path: path, ContentType: "application/json", Length: int64(len(b)), MaxBody: maxPageBody,
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}, err
}
