package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

// token is a credential that ends.
type token struct {
	value transport.Secret
	ends  time.Time
}

// tokenTime bounds one attempt to get a token: services answer a corrupt
// request for one with a 500, which would be repeated until the end of the run.
const tokenTime = time.Minute

// session makes requests with a token that it gets and renews.
type session struct {
	// get asks for a token.
	get func(ctx context.Context) (token, error)
	// client returns a client for a token. Each token has a client of its own,
	// because the token is one of the secrets that it keeps out of every text.
	client func(token) *transport.Client
	now    func() time.Time

	mu      sync.Mutex
	current *transport.Client
	ends    time.Time
}

// do makes a request. Where the service refuses the token, a new one is got,
// once, and the request is made again.
func (s *session) do(ctx context.Context, r transport.Request) (*transport.Response, *transport.Client, error) {
	c, err := s.open(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := c.Do(ctx, r)
	if statusOf(err) != http.StatusUnauthorized {
		return resp, c, err
	}
	if c, err = s.open(ctx, c); err != nil {
		return nil, nil, err
	}
	resp, err = c.Do(ctx, r)
	return resp, c, err
}

// open returns a client whose token is fresh: not refused's, and not at its end.
func (s *session) open(ctx context.Context, refused *transport.Client) (*transport.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := s.ends.IsZero() || s.now().Before(s.ends)
	if s.current != nil && s.current != refused && fresh {
		return s.current, nil
	}
	short, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	t, err := s.get(short)
	if err != nil {
		return nil, err
	}
	if s.current != nil {
		s.current.Close()
	}
	s.current, s.ends = s.client(t), t.ends
	return s.current, nil
}

// readToken reads the answer to a request for a token. seconds of life are cut
// by a tenth, at most by a minute, so that a token does not end on its way.
func readToken(body []byte, key string, now time.Time) (token, error) {
	o, err := readObject("", body)
	if err != nil {
		return token{}, err
	}
	value := o.text(key)
	if value == "" {
		return token{}, &bodyError{key, "a token", sortOf(o[key])}
	}
	life, err := o.number("expires_in")
	if err != nil {
		return token{}, err
	}
	t := token{value: transport.Secret(trimScheme(value))}
	if life > 0 {
		d := time.Duration(life) * time.Second
		t.ends = now.Add(d - min(d/10, time.Minute))
	}
	return t, nil
}

// trimScheme takes off a scheme that stands before the token already: the text
// of Workflow Automation calls the token "Bearer <access_token>".
func trimScheme(s string) string {
	const scheme = "Bearer "
	if len(s) > len(scheme) && s[:len(scheme)] == scheme {
		return s[len(scheme):]
	}
	return s
}

func bearer(t token) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+t.value.Reveal()) }
}

func statusOf(err error) int {
	if e, ok := errors.AsType[*transport.Error](err); ok {
		return e.Status
	}
	return 0
}

// refusedError is a service that answered well and refuses what was asked.
type refusedError struct {
	where        string
	said         string
	unauthorized bool
}

func (e *refusedError) Error() string {
	if e.said == "" {
		return e.where + ": the service refuses"
	}
	return fmt.Sprintf("%s: the service refuses: %s", e.where, e.said)
}
