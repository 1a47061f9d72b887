package alerts

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scangate/scangate/internal/transport"
)

// maxPage bounds the answer with one page: a thousand alerts with the remedy's
// whole HTML page in each.
const maxPage = 32 << 20

// environment reads a vendor's variables.
type environment struct {
	getenv func(string) string
	v      *vendor
}

// get returns a variable by the end of its name; "" where it isn't set.
func (e environment) get(suffix string) string {
	return strings.TrimSpace(e.getenv(e.full(suffix)))
}

func (e environment) full(suffix string) string {
	for _, v := range e.v.variables {
		if strings.HasSuffix(v.Name, "_"+suffix) {
			return v.Name
		}
	}
	return suffix
}

// need returns what is missing of the variables, as an error.
func (e environment) need(suffixes ...string) error {
	var none []string
	for _, s := range suffixes {
		if e.get(s) == "" {
			none = append(none, e.full(s))
		}
	}
	if len(none) == 0 {
		return nil
	}
	return &MissingError{
		Reason: "nothing to ask " + e.v.name + " with: " + strings.Join(none, " and ") + " not set",
		Fix:    "set " + strings.Join(none, " and ") + "; jobs of forks don't get secrets (see --on-no-credentials)",
	}
}

// address reads a URL of the environment, by the rules for endpoints.
func (e environment) address(suffix, byDefault string) (*url.URL, error) {
	raw := e.get(suffix)
	if raw == "" {
		raw = byDefault
	}
	u, err := transport.ParseEndpoint(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.full(suffix), err)
	}
	return u, nil
}

// secret reads a credential, which must be able to stand in a header.
func (e environment) secret(suffix string) (transport.Secret, error) {
	s := e.get(suffix)
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s holds a space, a line break or a character that no credential has: copy it again", e.full(suffix))
	}
	return transport.Secret(s), nil
}

// client makes a client like the others of the run, for one address and one set
// of credentials.
func (o *Options) client(base *url.URL, pace *pacer, authorize func(*http.Request), secrets ...transport.Secret) *transport.Client {
	c := o.Transport
	c.Base, c.Authorize, c.Secrets = base, pace.before(authorize), secrets
	return transport.New(c)
}

func header(name string, value transport.Secret) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value.Reveal()) }
}
