package alerts

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// world is a network in memory, for use within synctest bubbles: each port of 127.0.0.1 has a
// server, or refuses connections.
type world struct {
	mu    sync.Mutex
	hosts map[string]*transporttest.Network
	calls map[string][]time.Time // when requests came, by port and path
}

func newWorld() *world {
	return &world{hosts: map[string]*transporttest.Network{}, calls: map[string][]time.Time{}}
}

// bubble runs a test in a synctest bubble with a world in which all vendors are set up.
func bubble(t *testing.T, run func(t *testing.T, w *world, o Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		run(t, w, w.options(t, variables()))
	})
}

func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	host := w.hosts[addr]
	w.mu.Unlock()
	if host == nil {
		return nil, errors.New("connection refused")
	}
	return host.Dial(ctx, network, addr)
}

// serve puts a server at a port.
func (w *world) serve(t *testing.T, port string, h http.Handler) {
	t.Helper()
	network := transporttest.Serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.calls[port+r.URL.Path] = append(w.calls[port+r.URL.Path], time.Now())
		w.mu.Unlock()
		h.ServeHTTP(rw, r)
	}))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts["127.0.0.1:"+port] = network
}

// slow answers each request after d.
func slow(d time.Duration, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(d)
		next.ServeHTTP(w, r)
	}
}

// serveAll serves a few alerts of every vendor.
func (w *world) serveAll(t *testing.T) {
	t.Helper()
	for _, f := range fakes() {
		w.serve(t, f.port, f.serve(list{n: 12, age: time.Hour}))
	}
}

// requests returns the number of requests to a port and path.
func (w *world) requests(at string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls[at])
}

// busiest returns the largest number of requests to paths with a prefix within any period of a
// length.
func (w *world) busiest(prefix string, period time.Duration) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []time.Time
	for at, times := range w.calls {
		if strings.HasPrefix(at, prefix) {
			all = append(all, times...)
		}
	}
	most := 0
	for _, from := range all {
		n := 0
		for _, at := range all {
			if !at.Before(from) && at.Before(from.Add(period)) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// variables is an environment in which all vendors are set up.
func variables() map[string]string {
	env := map[string]string{}
	for _, f := range fakes() {
		maps.Copy(env, f.env)
	}
	return env
}

// options are those of an environment. There is a client of Cloud Optix where it has a key.
func (w *world) options(t *testing.T, env map[string]string) Options {
	t.Helper()
	o := Options{
		Getenv: func(name string) string { return env[name] },
		Transport: transport.Config{
			Dial: w.dial, Now: time.Now, UserAgent: "scangate/test",
			Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
		},
		Names:  result.Names{Address: "OPTIX-ADDRESS", Key: "OPTIX-KEY", Timeout: "TIMEOUT", CAFile: "CA-FILE", Tolerate: "TOLERATE"},
		Policy: result.Policy{Sources: []result.LimitSource{{FailOn: &result.FailOn{Severity: new(result.High)}}}},
		Now:    time.Now,
	}
	if key := secret.Value(env["SCANGATE_API_KEY"]); key != "" {
		o.Optix = w.optixClient(t, o.Transport, key)
	}
	return o
}

func (w *world) optixClient(t *testing.T, c transport.Config, key secret.Value) *optix.Client {
	t.Helper()
	c.Base = mustEndpoint(t, "http://127.0.0.1:5")
	c.Authorize, c.Secrets = optix.Authorize(key), []secret.Value{key}
	client := transport.New(c)
	t.Cleanup(client.Close)
	return optix.New(client)
}

// emulate serves Cloud Optix.
func (w *world) emulate(t *testing.T, o emulator.Options) {
	t.Helper()
	o.Now, o.Key = time.Now, optixSecret
	w.serve(t, "5", emulator.New(o))
}

// entry is a config entry: key, value, key, value; a value with | is a list.
func entry(pairs ...string) []Field {
	var fields []Field
	for i := 0; i+1 < len(pairs); i += 2 {
		fields = append(fields, Field{pairs[i], strings.Split(pairs[i+1], "|")})
	}
	return fields
}

func mustSource(t *testing.T, pairs ...string) Source {
	t.Helper()
	s, err := ParseSource(entry(pairs...), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustRun runs a plan.
func mustRun(ctx context.Context, t *testing.T, o Options, p Plan) Outcome {
	t.Helper()
	o.Policy.Rows = p.Limits()
	j, err := Prepare(p, o)
	if err != nil {
		t.Fatal(err)
	}
	out, err := j.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// read runs one source and returns its row and findings.
func read(ctx context.Context, t *testing.T, o Options, pairs ...string) (result.Row, []result.Finding) {
	t.Helper()
	out := mustRun(ctx, t, o, Plan{Sources: []Source{mustSource(t, pairs...)}})
	return out.Rows[0], out.Findings
}

// readAll runs every vendor.
func readAll(ctx context.Context, t *testing.T, o Options) Outcome {
	t.Helper()
	var p Plan
	for _, v := range Vendors() {
		p.Sources = append(p.Sources, mustSource(t, "source", v.Name))
	}
	return mustRun(ctx, t, o, p)
}

func mustEndpoint(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := transport.ParseEndpoint(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
