package run

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
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
	// date is the service's clock as of its last answer, nil if it told none.
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
	}
	pace := transport.PerSecond(in.sys.Now, in.cfg.Pace)
	svc := &service{base: in.address.String(), key: key, pace: pace, emulated: new(atomic.Bool), close: func() {}}
	tc := in.traced(withKey(in.transport, key))
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
	tc := in.traced(withKey(in.transport, key))
	tc.Dial = nil
	if tc.Base, err = transport.ParseEndpoint("http://" + addr); err != nil {
		stop()
		return nil, err
	}
	return &service{client: optix.New(transport.New(tc)), emulated: new(atomic.Bool), close: stop}, nil
}

// address reads where the service is, nil for the embedded one.
func address(cfg *config.Config) (*url.URL, error) {
	if cfg.Embedded() {
		return nil, nil //nolint:nilnil // it has no address yet
	}
	base, err := transport.ParseEndpoint(cfg.Endpoint)
	if err != nil {
		if !strings.ContainsAny(cfg.Endpoint, ":/@") { // an address may hold a secret
			err = choice.Unknown("endpoint", cfg.Endpoint, []string{config.Embedded, "https://HOST"})
		}
		return nil, usagef("%s: %w", cfg.Origin("endpoint"), err)
	}
	return base, nil
}

// apiKey reads the key from where the flags say, else from SCANGATE_API_KEY.
func apiKey(sys System, cfg *config.Config) (secret.Value, error) {
	text, err := readKey(sys, cfg)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" || isReference(text) {
		reason := "there is no API key"
		if text != "" {
			reason += ": it is the name of a variable that is not set in this job"
		}
		return "", badKey(result.CauseNoCredentials, reason, howToGetKey+", and jobs of forks don't get it (see --on-no-credentials)")
	}
	if mark := byteOrderMark(text); mark != "" {
		return "", badKey(result.CauseUnauthorized, "the API key begins with a byte order mark: the file is "+mark,
			"save it as UTF-8 without a byte order mark, or as ASCII")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", badKey(result.CauseUnauthorized,
			"the API key contains a space, a line break or a character that is not printable ASCII", copyAgain)
	}
	if len(text) < minKeySize {
		return "", badKey(result.CauseUnauthorized,
			fmt.Sprintf("the API key has %d characters, and a key has at least %d", len(text), minKeySize), copyAgain)
	}
	return secret.Value(text), nil
}

// isReference reports whether a text refers to a variable, as $(NAME), ${NAME} or $NAME. Hosts
// pass it as it is where the variable is not set: Azure for a secret of a fork's job, GitLab for a
// protected variable.
func isReference(text string) bool {
	name, ok := strings.CutPrefix(text, "$")
	switch {
	case strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")"), strings.HasPrefix(name, "{") && strings.HasSuffix(name, "}"):
		name = name[1 : len(name)-1]
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' }
	return ok && name != "" && strings.TrimFunc(name, word) == ""
}

// byteOrderMark names the encoding whose mark a text begins with, "" for none.
func byteOrderMark(text string) string {
	switch {
	case strings.HasPrefix(text, "\uFEFF"):
		return "UTF-8 with a mark"
	case strings.HasPrefix(text, "\xFF\xFE"), strings.HasPrefix(text, "\xFE\xFF"):
		return "UTF-16"
	}
	return ""
}

const howToGetKey = "set SCANGATE_API_KEY, or use --api-key-file or --api-key-stdin; the key comes from the Cloud Optix console " +
	"under Settings > Integrations > Sophos Cloud Optix API"

const copyAgain = "copy the whole key again from the Cloud Optix console"

func badKey(cause result.Cause, reason, fix string) error {
	return &result.FaultError{Fault: result.Fault{Cause: cause, Reason: reason, Fix: fix}}
}

// withKey returns tc with the key, which no answer may show.
func withKey(tc transport.Config, key secret.Value) transport.Config {
	tc.Authorize, tc.Secrets = optix.Authorize(key), []secret.Value{key, "ApiKey " + key}
	return tc
}

func readKey(sys System, cfg *config.Config) (string, error) {
	switch {
	case cfg.APIKeyFile != "" && cfg.APIKeyStdin:
		return "", usagef("--api-key-file and --api-key-stdin can't be combined; fix: leave one of them out")
	case cfg.APIKeyStdin:
		return readAtMost(sys.Stdin, "standard input")
	case cfg.APIKeyFile != "":
		f, err := os.Open(cfg.APIKeyFile)
		if err != nil {
			return "", usagef("--api-key-file: %w", err)
		}
		defer f.Close()
		return readAtMost(f, cfg.APIKeyFile)
	}
	return sys.Getenv("SCANGATE_API_KEY"), nil
}

func readAtMost(r io.Reader, name string) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeySize+1))
	if err != nil {
		return "", usagef("can't read the API key from %s: %w", name, err)
	}
	if len(b) > maxKeySize {
		return "", usagef("%s does not hold an API key: it is longer than %d bytes", name, maxKeySize)
	}
	return string(b), nil
}
