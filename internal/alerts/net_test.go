package alerts

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// world is a network in memory, for use within synctest bubbles: one server for
// each host, all else refuses connections.
type world struct {
	mu    sync.Mutex
	hosts map[string]*transporttest.Network
	calls map[string][]time.Time // when requests came, by host and path
}

func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	p := w.hosts[addr]
	w.mu.Unlock()
	if p == nil {
		return nil, errors.New("connection refused")
	}
	return p.Dial(ctx, network, addr)
}

func newWorld() *world {
	return &world{hosts: map[string]*transporttest.Network{}, calls: map[string][]time.Time{}}
}

// serve puts a server at http://127.0.0.1:port.
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

// requests returns how many requests came to a path.
func (w *world) requests(at string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls[at])
}

// busiest returns the most requests that came to paths with a prefix within any
// period of a length.
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

// The credentials of the tests.
const (
	zpcKey     = "zpc-key-7f31aa"
	iotKeyID   = "iot-key-id-19"
	iotKey     = "iot-access-2b77"
	iotSecret  = "strata-secret-51c9"
	wfSecret   = "workflow-secret-88e0"
	nsToken    = "f32a973eddd7bc1602fc0f48dc0a"
	optixKey   = "0ptix-k3y-1234"
	customerID = "acmecorp"
)

// variables is an environment in which all four are set up.
func variables() map[string]string {
	return map[string]string{
		"SCANGATE_ZSCALER_ZPC_URL": "http://127.0.0.1:1", "SCANGATE_ZSCALER_ZPC_API_KEY": zpcKey,
		"SCANGATE_PALO_ALTO_IOT_URL": "http://127.0.0.1:2/pub/v4.0", "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID": customerID,
		"SCANGATE_PALO_ALTO_IOT_KEY_ID": iotKeyID, "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY": iotKey,
		"SCANGATE_ZSCALER_WORKFLOW_URL": "http://127.0.0.1:3", "SCANGATE_ZSCALER_WORKFLOW_KEY_ID": "wf-id-1",
		"SCANGATE_ZSCALER_WORKFLOW_KEY_SECRET": wfSecret,
		"SCANGATE_NETSKOPE_URL":                "http://127.0.0.1:4", "SCANGATE_NETSKOPE_TOKEN": nsToken,
	}
}

func (w *world) options(env map[string]string) Options {
	tc := transport.Config{
		Dial: w.dial, Now: time.Now, UserAgent: "scangate/test",
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
	}
	return Options{
		Getenv: func(name string) string { return env[name] }, Transport: tc, Now: time.Now,
		Policy: result.Policy{FailOn: new(result.High)},
	}
}

// withOptix serves the emulator and gives the options a client of it.
func (w *world) withOptix(t *testing.T, o *Options, eo emulator.Options) {
	t.Helper()
	eo.Now, eo.Key = time.Now, optixKey
	w.serve(t, "5", emulator.New(eo))
	base, err := transport.ParseEndpoint("http://127.0.0.1:5")
	if err != nil {
		t.Fatal(err)
	}
	tc := o.Transport
	tc.Base, tc.Authorize, tc.Secrets = base, optix.Authorize(optixKey), []transport.Secret{optixKey}
	client := transport.New(tc)
	t.Cleanup(client.Close)
	o.Optix = optix.New(client)
}

// entry is a config entry: key, value, key, value; a value with | is a list.
func entry(pairs ...string) []Field {
	var fields []Field
	for i := 0; i+1 < len(pairs); i += 2 {
		fields = append(fields, Field{pairs[i], strings.Split(pairs[i+1], "|")})
	}
	return fields
}

func mustSource(t *testing.T, pairs ...string) Spec {
	t.Helper()
	s, err := ParseSource(entry(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask runs one source and returns its row and findings.
func (w *world) ask(ctx context.Context, t *testing.T, o Options, s Spec) (result.Row, []result.Finding) {
	t.Helper()
	j, err := Prepare(Plan{Sources: []Spec{s}}, o)
	if err != nil {
		t.Fatal(err)
	}
	out := j.Run(ctx)
	return out.Rows[0], out.Findings
}

func mustEndpoint(t *testing.T) *url.URL {
	t.Helper()
	u, err := transport.ParseEndpoint("https://vendor.example")
	if err != nil {
		t.Fatal(err)
	}
	return u
}
