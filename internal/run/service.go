package run

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// The sizes of an API key in bytes. Real ones have 36. A shorter value than the least could
// not be masked: it may be a part of any word.
const (
	minKeySize = 16
	maxKeySize = 4096
)

// service is the Cloud Optix that a run speaks to.
type service struct {
	client *optix.Client
	base   string
	key    secret.Value
	// pace is that of all requests, nil for the embedded service.
	pace *transport.Pacer
	// emulated is set by the first answer that comes from the emulator, wherever
	// it runs.
	emulated *atomic.Bool
	// date is the service's clock as of its last answer, nil if it had none.
	date  atomic.Pointer[time.Time]
	close func()
}

// connect makes a client for the endpoint, and starts the emulator where that is
// the endpoint. A [*result.FaultError] says that there is no key: an incomplete
// run and no usage error, because a fork's pull request is set up rightly and has
// none.
func connect(ctx context.Context, in inputs) (*service, error) {
	if in.cfg.Embedded() {
		return embedded(ctx, in)
	}
	key, err := in.apiKey()
	if err != nil {
		return nil, err
	}
	// A key from a variable is masked from the start.
	if in.cfg.APIKeyFile != "" || in.cfg.APIKeyStdin {
		in.sys.Publisher.mask(key.Reveal())
		in.sys.secrets.add(key)
	}
	pace := transport.PerSecond(in.sys.Now, in.cfg.Pace)
	svc := &service{base: in.address.String(), key: key, pace: pace, emulated: new(atomic.Bool), close: func() {}}
	tc := in.traced(in.withKey(key))
	tc.Base, tc.Pace = in.address, pace
	tc.Seen = svc.seen
	svc.client = optix.New(transport.New(tc))
	return svc, nil
}

// seen notes whether an answer comes from the emulator, and the time at the service.
func (s *service) seen(h http.Header) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		s.date.Store(&date)
	}
	if h.Get(emulator.Header) != "" {
		s.emulated.Store(true)
	}
}

// embedded starts the emulator on loopback, with a random key, and
// a client for it. The client goes the same way as to the service.
func embedded(ctx context.Context, in inputs) (*service, error) {
	key := secret.Value(rand.Text())
	addr, stop, err := emulator.Listen(ctx, "127.0.0.1:0", emulator.New(emulator.Options{Key: key.Reveal(), Now: in.sys.Now}))
	if err != nil {
		return nil, err
	}
	tc := in.traced(in.withKey(key))
	tc.Dial = nil
	if tc.Base, err = transport.ParseEndpoint("http://" + addr); err != nil {
		stop()
		return nil, err
	}
	return &service{client: optix.New(transport.New(tc)), emulated: new(atomic.Bool), close: stop}, nil
}

// address reads where the service is, nil for the embedded one, and checks the way to it.
func address(sys System, cfg *config.Config) (*url.URL, error) {
	if cfg.Embedded() {
		return nil, nil //nolint:nilnil // it has no address yet
	}
	base, err := transport.ParseEndpoint(cfg.Endpoint)
	if err != nil {
		if !strings.ContainsAny(cfg.Endpoint, ":/@") { // an address may hold a secret
			err = choice.Unknown("endpoint", cfg.Endpoint, []string{config.Embedded, "https://" + hostOr(cfg.Endpoint, "HOST")})
		}
		return nil, usagef("%s: %w", cfg.Origin("endpoint"), err)
	}
	if base.Scheme == "https" { // all else is on this machine
		return base, checkProxy(sys)
	}
	return base, nil
}

// checkProxy refuses an address of a proxy that net/http would ignore, or misread. It does not
// repeat the address, which may have a password.
func checkProxy(sys System) error {
	name := names().Proxy
	if sys.Getenv(name) == "" {
		name = strings.ToLower(name)
	}
	if err := transport.CheckProxy(sys.Getenv(name)); err != nil {
		return usagef("%s: %w; fix: set it to the address of the proxy, as in http://proxy.example:3128, or unset it", name, err)
	}
	return nil
}

// hostOr returns a text that looks like the name of a host, which only lacks a scheme, or other.
func hostOr(text, other string) string {
	if strings.Contains(strings.Trim(text, "."), ".") {
		return text
	}
	return other
}

// withKey returns the transport with the key. No answer may show it, or another credential: the
// texts of answers repeat what stands in files.
func (in inputs) withKey(key secret.Value) transport.Config {
	tc := in.transport
	tc.Authorize, tc.Secrets = optix.Authorize(key), append(in.sys.secrets.all(), key, "ApiKey "+key)
	return tc
}
