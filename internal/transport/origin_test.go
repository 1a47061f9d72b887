package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, to string
		status     int
		follow     bool
	}{
		"same host":            {"GET", "/base/there?token=abc", 302, true},
		"same host, absolute":  {"GET", "http://svc.example:80/base/there", 307, true},
		"other host":           {"GET", "http://evil.example/?token=abc", 302, false},
		"subdomain":            {"GET", "http://a.svc.example/", 301, false},
		"other port":           {"GET", "http://svc.example:8080/", 302, false},
		"other scheme":         {"GET", "https://svc.example/", 302, false},
		"user info, same name": {"GET", "http://svc.example@evil.example/", 302, false},
		"post":                 {"POST", "/base/there", 302, false},
		"post again":           {"POST", "/base/there", 307, false},
		"no location":          {"GET", "", 302, false},
		"not modified":         {"GET", "", 304, false},
		"for ever":             {"GET", "/base/api/v1/thing", 302, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var dialed []string
				h, n := counter(func(_ int, w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/base/there" {
						if r.Header.Get("Authorization") == "" {
							t.Error("the key is missing on the same origin")
						}
						return
					}
					if tc.to != "" {
						w.Header().Set("Location", tc.to)
					}
					w.WriteHeader(tc.status)
				})
				up := serve(t, h)
				dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
					mu.Lock()
					defer mu.Unlock()
					dialed = append(dialed, addr)
					return up(ctx, network, addr)
				}
				r := getRequest()
				if tc.method == "POST" {
					r = postRequest("body")
				}
				_, err := newClient(t, dial).Do(t.Context(), r)
				if tc.follow {
					if err != nil {
						t.Error(err)
					}
					return
				}
				e := fault(t, err, ClassRedirect)
				if e.Attempts != 1 || n.Load() > 1+maxRedirects || strings.Contains(e.Error(), "token") {
					t.Errorf("%d requests: %v", n.Load(), e)
				}
				for _, addr := range dialed {
					if addr != "svc.example:80" {
						t.Errorf("dialed %s", addr)
					}
				}
			})
		})
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := func(*http.Request) (*url.URL, error) { return url.Parse("http://user:pr0xy-pass@proxy.example:3128") }
	connect := func(t *testing.T, status string) func(context.Context, string, string) (net.Conn, error) {
		return serveRaw(t, func(_ int, c net.Conn) {
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			if req.Method != http.MethodConnect || req.Header.Get("Authorization") != "" {
				t.Errorf("the proxy got %s with Authorization %q", req.Method, req.Header.Get("Authorization"))
			}
			_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
		})
	}
	for name, tc := range map[string]struct {
		dial   func(*testing.T) func(context.Context, string, string) (net.Conn, error)
		scheme string
		proxy  func(*http.Request) (*url.URL, error)
		says   string
		once   bool
	}{
		"asks for credentials": {func(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
			return connect(t, "407 Proxy Authentication Required")
		}, "https", proxy, "proxy.example:3128 answers 407", true},
		"forbids": {func(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
			return connect(t, "403 Forbidden")
		}, "https", proxy, "403", true},
		"has trouble": {func(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
			return connect(t, "502 Bad Gateway")
		}, "https", proxy, "502", false},
		"is not there": {func(*testing.T) func(context.Context, string, string) (net.Conn, error) {
			return failingDial(syscall.ECONNREFUSED)
		}, "https", proxy, "refused", false},
		"has no name": {func(*testing.T) func(context.Context, string, string) (net.Conn, error) {
			return failingDial(&net.DNSError{Err: "no such host", Name: "proxy.example", IsNotFound: true})
		}, "https", proxy, "proxy.example", true},
		"plain http, credentials": {func(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
			return serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(407) }))
		}, "http", proxy, "407", true},
		"is not a URL": {func(*testing.T) func(context.Context, string, string) (net.Conn, error) {
			return failingDial(errors.New("never dialed"))
		}, "https", func(*http.Request) (*url.URL, error) { return nil, errors.New("bad http://u:pr0xy-pass@h") }, "not a URL", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, tc.dial(t), func(c *Config) {
					c.Proxy = tc.proxy
					c.Base = &url.URL{Scheme: tc.scheme, Host: "svc.example", Path: "/base"}
				})
				_, err := c.Do(t.Context(), getRequest())
				e := fault(t, err, ClassProxy)
				if !strings.Contains(e.Error(), tc.says) || !strings.Contains(fixOf(e), "HTTPS_PROXY") {
					t.Errorf("no %q or no advice in: %v", tc.says, e)
				}
				if (e.Attempts == 1) != tc.once {
					t.Errorf("%d attempts", e.Attempts)
				}
			})
		})
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	pemText := pemOf(srv.Certificate().Raw)

	t.Run("unknown authority", func(t *testing.T) {
		t.Parallel()
		_, err := newClient(t, nil, base(t, srv.URL)).Do(t.Context(), getRequest())
		if e := fault(t, err, ClassTLS); !strings.Contains(fixOf(e), "--ca-file") || e.Attempts != 1 {
			t.Errorf("%d attempts: %v", e.Attempts, e)
		}
	})
	t.Run("known authority", func(t *testing.T) {
		t.Parallel()
		pool, err := LoadCAs(pemText)
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, nil, base(t, srv.URL), func(c *Config) { c.RootCAs = pool })
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Error(err)
		}
	})
	t.Run("other name", func(t *testing.T) {
		t.Parallel()
		pool, _ := LoadCAs(pemText)
		dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		}
		c := newClient(t, dial, base(t, "https://other.test"), func(c *Config) { c.RootCAs = pool })
		_, err := c.Do(t.Context(), getRequest())
		if e := fault(t, err, ClassTLS); !strings.Contains(fixOf(e), "--endpoint") {
			t.Errorf("advice: %v", e)
		}
	})
	t.Run("no TLS there", func(t *testing.T) {
		t.Parallel()
		_, err := newClient(t, nil, base(t, strings.Replace(plain.URL, "http", "https", 1))).Do(t.Context(), getRequest())
		if e := fault(t, err, ClassTLS); !strings.Contains(fixOf(e), "port") || e.Attempts != 1 {
			t.Errorf("advice: %v", e)
		}
	})
	t.Run("no certificate in the file", func(t *testing.T) {
		t.Parallel()
		if _, err := LoadCAs([]byte("not pem")); err == nil {
			t.Error("no error")
		}
	})
}

func TestKeyWithControlCharacters(t *testing.T) {
	t.Parallel()
	c := newClient(t, failingDial(errors.New("never dialed")), func(c *Config) {
		c.Authorize = func(r *http.Request) { r.Header.Set("Authorization", "ApiKey "+testKey+"\nX: y") }
	})
	_, err := c.Do(t.Context(), getRequest())
	if e := fault(t, err, ClassInput); e.Attempts != 1 || !strings.Contains(fixOf(e), "copy SCANGATE_API_KEY again") {
		t.Errorf("%v", e)
	}
}

func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		h, _ := counter(func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				http.Error(w, r.Header.Get("Authorization")+r.URL.RawQuery, http.StatusServiceUnavailable)
			}
		})
		c := newClient(t, serve(t, h), func(c *Config) {
			c.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		if _, err := c.Do(t.Context(), postRequest("body-text")); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"method=POST", "url=http://svc.example/base/api/v1/thing", "status=503", "status=200", "attempt=2", "ms="} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in %s", want, out.String())
			}
		}
		for _, never := range []string{testKey, "Authorization", "acme", "plan", "body-text"} {
			if strings.Contains(out.String(), never) {
				t.Errorf("the log shows %q: %s", never, out.String())
			}
		}
	})
}
