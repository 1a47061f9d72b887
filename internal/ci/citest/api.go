// Package citest is a fake GitHub for tests. It reads a step's commands and files as the runner
// does, and serves the REST API for comments (https://docs.github.com/rest/issues/comments).
package citest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Comment is a comment of a pull request.
type Comment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"`
	User User   `json:"user"`
}

// User is the author of a comment.
type User struct {
	Login string `json:"login"`
}

// API is an http.Handler. Set its fields before use.
type API struct {
	// Repository is OWNER/NAME. Requests must have Token.
	Repository, Token string
	// Account is the account of the token. The token of an app can't ask for it at /user.
	Account string
	App     bool
	// Forbidden refuses every write, as for the token of a fork's job.
	Forbidden bool
	// Labels are those of the pull requests.
	Labels map[int][]string
	// NoLinks removes the Link headers, as some proxies do.
	NoLinks bool
	// BeforeCreate is called when a comment is about to be created, if set.
	BeforeCreate func()

	mu       sync.Mutex
	limit    http.Header // of the refusals, nil without a rate limit
	last     int64
	comments map[int][]Comment
	requests []string
}

// Add adds a comment of a user, and returns its id.
func (a *API) Add(pull int, login, body string) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.add(pull, login, body).ID
}

func (a *API) add(pull int, login, body string) Comment {
	a.last++
	c := Comment{ID: a.last, Body: body, User: User{login}}
	if a.comments == nil {
		a.comments = map[int][]Comment{}
	}
	a.comments[pull] = append(a.comments[pull], c)
	return c
}

// Limit refuses everything from now on with a rate limit. header is that of the refusals.
func (a *API) Limit(header http.Header) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limit = header
}

// Comments returns the comments of a pull request.
func (a *API) Comments(pull int) []Comment {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.comments[pull])
}

// Requests returns the received requests: method and path, with the query.
func (a *API) Requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// ServeHTTP answers as GitHub does.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests = append(a.requests, r.Method+" "+r.URL.RequestURI())
	limit := a.limit
	a.mu.Unlock()
	issues := "/repos/" + a.Repository + "/issues/"
	rest, known := strings.CutPrefix(r.URL.Path, issues)
	switch {
	case r.Header.Get("Authorization") != "Bearer "+a.Token:
		refuse(w, http.StatusUnauthorized, "Bad credentials")
	case r.URL.Path == "/user" && a.App:
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
	case r.URL.Path == "/user":
		answer(w, http.StatusOK, User{a.Account})
	case limit != nil:
		maps.Copy(w.Header(), limit)
		refuse(w, http.StatusForbidden, "You have exceeded a secondary rate limit")
	case !known:
		refuse(w, http.StatusNotFound, "Not Found")
	case r.Method != http.MethodGet && a.Forbidden:
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
	default:
		a.serve(w, r, rest)
	}
}

// serve answers for NUMBER/labels, NUMBER/comments and comments/ID.
func (a *API) serve(w http.ResponseWriter, r *http.Request, rest string) {
	if number, ok := strings.CutSuffix(rest, "/labels"); ok {
		pull, _ := strconv.Atoi(number)
		list := []map[string]string{}
		for _, name := range a.Labels[pull] {
			list = append(list, map[string]string{"name": name})
		}
		answer(w, http.StatusOK, list)
		return
	}
	if number, ok := strings.CutSuffix(rest, "/comments"); ok {
		pull, err := strconv.Atoi(number)
		switch {
		case err != nil:
			refuse(w, http.StatusNotFound, "Not Found")
		case r.Method == http.MethodGet:
			a.list(w, r, pull)
		default:
			a.create(w, r, pull)
		}
		return
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(rest, "comments/"), 10, 64)
	if err != nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	a.change(w, r, id)
}

func (a *API) list(w http.ResponseWriter, r *http.Request, pull int) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	page, size = max(page, 1), min(max(size, 1), 100)
	all := a.Comments(pull)
	from := min((page-1)*size, len(all))
	to := min(from+size, len(all))
	if to < len(all) && !a.NoLinks {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, page+1))
	} else if page > 1 && !a.NoLinks {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=1>; rel="first"`, r.Host, r.URL.Path))
	}
	answer(w, http.StatusOK, append([]Comment{}, all[from:to]...))
}

func (a *API) create(w http.ResponseWriter, r *http.Request, pull int) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if a.BeforeCreate != nil {
		a.BeforeCreate()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	answer(w, http.StatusCreated, a.add(pull, a.Account, body))
}

// change updates or deletes a comment. A token that may write may change all comments.
func (a *API) change(w http.ResponseWriter, r *http.Request, id int64) {
	var body string
	if r.Method != http.MethodDelete {
		var ok bool
		if body, ok = read(w, r); !ok {
			return
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for pull, all := range a.comments {
		i := slices.IndexFunc(all, func(c Comment) bool { return c.ID == id })
		switch {
		case i < 0:
		case r.Method == http.MethodDelete:
			a.comments[pull] = slices.Delete(all, i, i+1)
			w.WriteHeader(http.StatusNoContent)
			return
		default:
			all[i].Body = body
			answer(w, http.StatusOK, all[i])
			return
		}
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

// read reads a comment's text, up to 65,536 characters.
func read(w http.ResponseWriter, r *http.Request) (string, bool) {
	var sent struct {
		Body string `json:"body"`
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return "", false
	}
	if sent.Body == "" {
		refuse(w, http.StatusUnprocessableEntity, `Invalid request. "body" wasn't supplied.`)
		return "", false
	}
	if utf8.RuneCountInString(sent.Body) > 65_536 {
		refuse(w, http.StatusUnprocessableEntity, "Body is too long (maximum is 65536 characters)")
		return "", false
	}
	return sent.Body, true
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
