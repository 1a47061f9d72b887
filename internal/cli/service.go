package cli

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/transport"
)

// maxKeySize bounds what is read as an API key. Real ones have 36 characters.
const maxKeySize = 4096

// noKeyError means that there is no API key to ask with. It is an incomplete
// run, not a usage error: a fork's pull request is set up rightly and has none.
type noKeyError struct{ reason, fix string }

func (e *noKeyError) Error() string { return e.reason + "; " + e.fix }

// service is the Cloud Optix that a run speaks to.
type service struct {
	client *optix.Client
	base   string
	key    transport.Secret
	close  func()
	// emulated is set by the first answer that comes from the emulator, wherever
	// it runs.
	emulated atomic.Bool
}

// watch notes where answers come from.
func (s *service) watch(h http.Header) {
	if h.Get(emulator.Header) != "" {
		s.emulated.Store(true)
	}
}

// connect makes a client for the endpoint, and starts the emulator where that
// is what was asked for.
func (a *app) connect(cfg *config.Config) (*service, error) {
	if cfg.Embedded() {
		return a.embedded(cfg)
	}
	base, roots, err := address(cfg)
	if err != nil {
		return nil, err
	}
	key, err := a.apiKey(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.APIKeyFile != "" || cfg.APIKeyStdin { // those of variables are masked from the start
		a.mask(key.Reveal())
	}
	tc := a.transportConfig(cfg, key)
	svc := &service{base: base.String(), key: key, close: func() {}}
	tc.Base, tc.RootCAs, tc.Seen = base, roots, svc.watch
	svc.client = optix.New(transport.New(tc))
	return svc, nil
}

// address reads what says where the service is and by whom it is vouched for;
// both are nil for the embedded one.
func address(cfg *config.Config) (*url.URL, *x509.CertPool, error) {
	if cfg.Embedded() {
		return nil, nil, nil
	}
	base, err := transport.ParseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, nil, usagef("%s: %w", cfg.Origin("endpoint"), err)
	}
	roots, err := loadCAs(cfg)
	return base, roots, err
}

func (a *app) transportConfig(cfg *config.Config, key transport.Secret) transport.Config {
	return transport.Config{
		Authorize: optix.Authorize(key),
		Secrets:   []transport.Secret{key},
		UserAgent: "scangate/" + a.sys.version(),
		Dial:      a.sys.Dial,
		Log:       a.logger(cfg),
		Now:       a.sys.Now,
	}
}

// logger writes requests to standard error with --debug, and nothing otherwise.
func (a *app) logger(cfg *config.Config) *slog.Logger {
	if !cfg.Debug {
		return slog.New(slog.DiscardHandler)
	}
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.err, opts))
	}
	return slog.New(slog.NewTextHandler(a.err, opts))
}

// apiKey reads the key from where the flags say, else from SCANGATE_API_KEY.
func (a *app) apiKey(cfg *config.Config) (transport.Secret, error) {
	text, err := a.readKey(cfg)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", &noKeyError{
			reason: "there is no API key",
			fix: "set SCANGATE_API_KEY, or use --api-key-file or --api-key-stdin; the key comes from the Cloud Optix console under " +
				"Settings > Integrations > Sophos Cloud Optix API, and jobs of forks don't get it (see --on-no-credentials)",
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &noKeyError{reason: "the API key holds a space, a line break or a character that no key has", fix: "copy it again from the Cloud Optix console"}
	}
	return transport.Secret(text), nil
}

func (a *app) readKey(cfg *config.Config) (string, error) {
	switch {
	case cfg.APIKeyFile != "" && cfg.APIKeyStdin:
		return "", usagef("--api-key-file and --api-key-stdin exclude each other")
	case cfg.APIKeyStdin:
		return readAtMost(a.sys.Stdin, "standard input")
	case cfg.APIKeyFile != "":
		f, err := os.Open(cfg.APIKeyFile)
		if err != nil {
			return "", usagef("--api-key-file: %w", err)
		}
		defer f.Close()
		return readAtMost(f, cfg.APIKeyFile)
	}
	return a.sys.Getenv("SCANGATE_API_KEY"), nil
}

func readAtMost(r io.Reader, name string) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeySize+1))
	if err != nil {
		return "", usagef("can't read the API key from %s: %w", name, err)
	}
	if len(b) > maxKeySize {
		return "", usagef("%s holds no API key: it is longer than %d bytes", name, maxKeySize)
	}
	return string(b), nil
}

// loadCAs returns nil, the system's authorities, without --ca-file.
func loadCAs(cfg *config.Config) (*x509.CertPool, error) {
	if cfg.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(cfg.CAFile)
	if err != nil {
		return nil, usagef("--ca-file: %w", err)
	}
	pool, err := transport.LoadCAs(pem)
	if err != nil {
		return nil, usagef("--ca-file: %s: %w", cfg.CAFile, err)
	}
	return pool, nil
}

// embedded starts the emulator on loopback, with a key that nobody else knows,
// and a client for it. The client goes the same way as to the service.
func (a *app) embedded(cfg *config.Config) (*service, error) {
	key := transport.Secret(rand.Text())
	base, stop, err := a.serve("127.0.0.1:0", emulator.New(emulator.Options{Key: key.Reveal(), Now: a.sys.Now}))
	if err != nil {
		return nil, incompleteError{err}
	}
	tc := a.transportConfig(cfg, key)
	tc.Dial = nil
	if tc.Base, err = transport.ParseEndpoint("http://" + base); err != nil {
		stop()
		return nil, incompleteError{err}
	}
	return &service{client: optix.New(transport.New(tc)), close: stop}, nil
}

// serve starts an HTTP server and returns its address and what stops it.
func (a *app) serve(addr string, handler http.Handler) (string, func(), error) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("can't listen on %s: %w", addr, errors.Unwrap(err))
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	go func() { _ = srv.Serve(l) }() // ends with Close
	return l.Addr().String(), func() { _ = srv.Close() }, nil
}
