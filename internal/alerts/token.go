package alerts

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// token is a credential that expires.
type token struct {
	value   secret.Value
	expires time.Time // zero where the service doesn't say
}

// tokenTimeout bounds one attempt to get a token. Services answer a corrupt request for a token
// with 500, which would be retried until the end of the run.
const tokenTimeout = time.Minute

// session makes requests with a token that it gets and renews.
type session struct {
	get func(ctx context.Context) (token, error)
	// client returns a client for a token. Each token has its own client, because the token is one
	// of the secrets that the client masks.
	client func(token) *transport.Client
	now    func() time.Time

	mu      sync.Mutex
	current *transport.Client
	expires time.Time
}

// do makes a request. Where the service refuses the token, it gets a new one and repeats the
// request once.
func (s *session) do(ctx context.Context, r transport.Request, opts jsonx.Options, read func(*jsonx.Object) error) error {
	c, err := s.open(ctx, nil)
	if err != nil {
		return err
	}
	if err = always(c)(ctx, r, opts, read); statusOf(err) != http.StatusUnauthorized {
		return err
	}
	if c, err = s.open(ctx, c); err != nil {
		return err
	}
	return always(c)(ctx, r, opts, read)
}

// open returns a client whose token has not expired and is not that of the refused client.
func (s *session) open(ctx context.Context, refused *transport.Client) (*transport.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	valid := s.expires.IsZero() || s.now().Before(s.expires)
	if s.current != nil && s.current != refused && valid {
		return s.current, nil
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	t, err := s.get(ctx)
	if err != nil {
		return nil, &tokenError{err}
	}
	if s.current != nil {
		s.current.Close()
	}
	s.current, s.expires = s.client(t), t.expires
	return s.current, nil
}

// requestToken asks for a token, which is at key in the answer.
func requestToken(ctx context.Context, client *transport.Client, r transport.Request, key string, now func() time.Time) (token, error) {
	var t token
	_, err := client.JSON(ctx, r, jsonx.Options{}, func(o *jsonx.Object) error {
		t = decodeToken(o, key, now())
		return o.Err()
	})
	return t, err
}

// decodeToken shortens the token's life by a tenth, at most by a minute, so that it doesn't expire
// on its way to the service.
func decodeToken(o *jsonx.Object, key string, now time.Time) token {
	// The documentation of Workflow Automation shows the token with its scheme.
	t := token{value: secret.Value(strings.TrimPrefix(o.Text(key), "Bearer "))}
	o.Documented("token_type")
	if life := o.OptCount("expires_in", 0); life > 0 {
		d := time.Duration(life) * time.Second
		t.expires = now.Add(d - min(d/10, time.Minute))
	}
	return t
}

func bearer(t token) func(*http.Request) {
	return setHeader("Authorization", "Bearer "+t.value)
}

// tokenError is the error of a request for a token: its status says nothing of a list.
type tokenError struct{ error }

func (e *tokenError) Unwrap() error { return e.error }

// statusOf returns the status of the answer about a list that an error is about, 0 without one.
func statusOf(err error) int {
	if _, ok := errors.AsType[*tokenError](err); ok {
		return 0
	}
	if e, ok := errors.AsType[*transport.Error](err); ok {
		return e.Status
	}
	return 0
}
