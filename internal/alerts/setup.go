package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// setup is what the reader of one entry is made from.
type setup struct {
	Source
	opts *Options
	env  *environment
	// pace is shared by all entries of the vendor: they share its rate limit.
	pace *transport.Pacer
	// narrowing lists the filters that shorten the list, for advice.
	narrowing string
}

// client makes a paced client for one address and one set of credentials.
func (s setup) client(base *url.URL, authorize func(*http.Request), secrets ...secret.Value) *transport.Client {
	return s.pacedClient(s.pace, base, authorize, secrets...)
}

// pacedClient makes a client with another pace than the vendor's; nil means no pace.
func (s setup) pacedClient(pace *transport.Pacer, base *url.URL, authorize func(*http.Request), secrets ...secret.Value) *transport.Client {
	c := s.opts.Transport
	c.Base, c.Authorize, c.Secrets, c.Pace, c.Service = base, authorize, secrets, pace, s.env.addressOf(base)
	return transport.New(c)
}

// pager reads a list with up to parallel requests at the same time.
func (s setup) pager(parallel int, fetch func(ctx context.Context, n, items int) (page, error)) pager {
	return pager{fetch: fetch, parallel: parallel, pace: s.pace, now: s.opts.Now, narrowing: s.narrowing, names: s.opts.Names}
}

// environment reads a vendor's variables and collects what is wrong with them.
type environment struct {
	getenv func(string) string
	vendor *Vendor
	tenant string
	// noCredentials is the setting that decides about a missing credential.
	noCredentials string

	missing []string
	errs    []error
}

// name is the name that a variable of the vendor has for the tenant.
func (e *environment) name(variable string) string { return e.vendor.variable(variable, e.tenant) }

// get returns a variable, "" where it is not set.
func (e *environment) get(name string) string { return strings.TrimSpace(e.getenv(e.name(name))) }

// required returns a variable that must be set.
func (e *environment) required(name string) string {
	value := e.get(name)
	if value == "" {
		e.missing = append(e.missing, e.name(name))
	}
	return value
}

// secret returns a credential that must be set and is sent in a header.
func (e *environment) secret(name string) secret.Value {
	value := e.required(name)
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		e.fail(name, errors.New("contains a space, a line break or a character that no credential has; fix: copy it again"))
	}
	return secret.Value(value)
}

// url returns an address by the rules for endpoints. Without a fallback it must be set.
func (e *environment) url(name, fallback string) *url.URL {
	value := cmp.Or(e.get(name), fallback)
	if value == "" {
		e.missing = append(e.missing, e.name(name))
		return nil
	}
	u, err := transport.ParseEndpoint(value)
	if err != nil {
		e.fail(name, err)
	}
	return u
}

func (e *environment) fail(name string, err error) {
	e.errs = append(e.errs, fmt.Errorf("%s: %w", e.name(name), err))
}

// err returns what is missing, as a fault, or else what is wrong.
func (e *environment) err() error {
	if len(e.missing) == 0 {
		return errors.Join(e.errs...)
	}
	names := strings.Join(e.missing, " and ")
	return &result.FaultError{Fault: result.Fault{
		Cause:  result.CauseNoCredentials,
		Reason: names + " not set",
		Fix:    fmt.Sprintf("set %s; jobs of forks don't get secrets (see %s)", names, e.noCredentials),
	}}
}

// named lists the variables of a role that are set, for advice.
func (e *environment) named(r role) string {
	var names []string
	for _, v := range e.vendor.Variables {
		if v.role == r && e.get(v.Name) != "" {
			names = append(names, e.name(v.Name))
		}
	}
	return strings.Join(names, ", ")
}

// addressOf is the variable that holds an address of the vendor.
func (e *environment) addressOf(base *url.URL) string {
	first := ""
	for _, v := range e.vendor.Variables {
		if v.role != roleAddress {
			continue
		}
		first = cmp.Or(first, e.name(v.Name))
		if u, err := transport.ParseEndpoint(cmp.Or(e.get(v.Name), v.fallback)); err == nil && u.String() == base.String() {
			return e.name(v.Name)
		}
	}
	return first
}

// doer makes a request and has read read the answer, as [transport.Client.JSON] does.
type doer func(ctx context.Context, r transport.Request, opts jsonx.Options, read func(*jsonx.Object) error) error

func always(client *transport.Client) doer {
	return func(ctx context.Context, r transport.Request, opts jsonx.Options, read func(*jsonx.Object) error) error {
		_, err := client.JSON(ctx, r, opts, read)
		return err
	}
}

// page requests a page and decodes it.
func (do doer) page(ctx context.Context, r transport.Request, opts jsonx.Options, decode func(*jsonx.Object) (page, error)) (p page, err error) {
	r.Repeatable, r.MaxBody = true, maxPage
	err = do(ctx, r, opts, func(o *jsonx.Object) (err error) {
		if p, err = decode(o); err == nil && reportsError(o) {
			err = cmp.Or(o.Err(), result.Contradicts("the answer reports success and an error"))
		}
		return err
	})
	if err != nil {
		return page{}, err
	}
	return p, nil
}

// reportsError reports whether an answer of status 200 says that the request failed.
func reportsError(o *jsonx.Object) bool {
	success := o.OptBool("success")
	return success != nil && !*success || strings.EqualFold(o.Words("status"), "error") || slices.ContainsFunc(
		[]string{"error", "errors", "errorCode", "error_code"},
		func(key string) bool { return strings.Trim(o.Any(key), "[]{} \t\r\n") != "" },
	)
}

// maxPage bounds the answer with one page: room for a thousand alerts that hold the HTML page of a
// remedy each.
const maxPage = 32 << 20

func setHeader(name string, value secret.Value) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value.Reveal()) }
}

// post is a request with a body.
func post(path, contentType, body string) transport.Request {
	return transport.Request{
		Method: http.MethodPost, Path: path, ContentType: contentType, Length: int64(len(body)), Repeatable: true,
		Body: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
}
