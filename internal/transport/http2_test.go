package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/transport/transporttest"
)

// identify returns a certificate for svc.example, and what has a client trust it.
func identify(t *testing.T) (config *tls.Config, trust func(*Config)) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"svc.example"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust = func(c *Config) {
		c.RootCAs = x509.NewCertPool()
		c.RootCAs.AddCert(leaf)
		c.Base = &url.URL{Scheme: "https", Host: "svc.example", Path: "/base"}
	}
	// A server writes tickets before it reads, and so does a client: a pipe has no room for both.
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, SessionTicketsDisabled: true,
	}, trust
}

// serveTLS returns a client of a server with the protocols.
func serveTLS(t *testing.T, h http.Handler, protocols ...string) *Client {
	t.Helper()
	config, trust := identify(t)
	config.NextProtos = protocols
	return newClient(t, transporttest.ServeTLS(t, h, config).Dial, trust)
}

// The kinds of HTTP/2 frames, and codes of errors (RFC 9113, 6 and 7).
const (
	dataFrame, headersFrame, resetFrame, settingsFrame = 0, 1, 3, 4
	pingFrame, goAwayFrame, windowFrame                = 6, 7, 8

	endStream, ack, endHeaders = 1, 1, 4

	noError, protocolError, internalError, refusedStream = 0, 1, 2, 7
)

// frame is one of HTTP/2.
type frame struct {
	kind, flags byte
	stream      uint32
	payload     []byte
}

// frames is a connection of a service that does nothing by itself.
type frames struct {
	net.Conn
	out      chan frame
	requests *atomic.Int64 // of all connections
}

// next reads a frame; false at the end of the connection. It gives the client room for what it
// sends.
func (f frames) next() (frame, bool) {
	var head [9]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return frame{}, false
	}
	got := frame{head[3], head[4], binary.BigEndian.Uint32(head[5:]), make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))}
	_, err := io.ReadFull(f, got.payload)
	if got.kind == headersFrame {
		f.requests.Add(1)
	}
	if got.kind == dataFrame && len(got.payload) > 0 {
		size := binary.BigEndian.AppendUint32(nil, uint32(len(got.payload)))
		f.out <- frame{kind: windowFrame, payload: size}
		f.out <- frame{kind: windowFrame, stream: got.stream, payload: size}
	}
	return got, err == nil
}

// until reads frames up to one of the kind.
func (f frames) until(kind byte) (frame, bool) {
	for {
		if got, ok := f.next(); !ok || got.kind == kind {
			return got, ok
		}
	}
}

// answer answers requests with {}, those of the streams after one.
func (f frames) answer(after uint32) {
	for {
		got, ok := f.next()
		if !ok {
			return
		}
		if got.kind <= headersFrame && got.flags&endStream != 0 && got.stream > after {
			const status200 = "\x88"
			f.out <- frame{headersFrame, endHeaders, got.stream, []byte(status200)}
			f.out <- frame{dataFrame, endStream, got.stream, []byte("{}")}
		}
	}
}

func (f frames) reset(stream, code uint32) {
	f.out <- frame{kind: resetFrame, stream: stream, payload: binary.BigEndian.AppendUint32(nil, code)}
}

func (f frames) goAway(last, code uint32) {
	f.out <- frame{kind: goAwayFrame, payload: binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code)}
}

// send writes what is sent, beside what is read.
func (f frames) send() {
	for out := range f.out {
		n := len(out.payload)
		b := []byte{byte(n >> 16), byte(n >> 8), byte(n), out.kind, out.flags}
		_, _ = f.Write(append(binary.BigEndian.AppendUint32(b, out.stream), out.payload...))
	}
}

// serveFrames runs a function for each connection, and closes it afterwards. It returns a client,
// and the number of requests.
func serveFrames(t *testing.T, handle func(n int, f frames)) (*Client, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	config, trust := identify(t)
	config.NextProtos = []string{"h2"}
	return newClient(t, serveRaw(t, func(n int, c net.Conn) {
		f := frames{tls.Server(c, config), make(chan frame, 1000), &requests}
		var sending, sent sync.WaitGroup
		sent.Go(f.send)
		if _, err := io.ReadFull(f, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err == nil {
			f.out <- frame{kind: settingsFrame}
			handle(n, f)
		}
		close(f.out)
		// A client may have to write before it reads.
		sending.Go(func() { _, _ = io.Copy(io.Discard, c) })
		sent.Wait()
		_ = c.Close()
		sending.Wait()
	}), trust), &requests
}

func TestProtocolOfTheService(t *testing.T) {
	t.Parallel()
	for want, protocols := range map[string][]string{"HTTP/2.0": {"h2", "http/1.1"}, "HTTP/1.1": {"http/1.1"}} {
		synctest.Test(t, func(t *testing.T) {
			h, n := counter(func(_ int, w http.ResponseWriter, r *http.Request) {
				got, err := io.ReadAll(r.Body)
				if r.Proto != want || r.ContentLength != 1<<20 || len(got) != 1<<20 || err != nil {
					t.Errorf("%s, length %d, %d bytes, want %s: %v", r.Proto, r.ContentLength, len(got), want, err)
				}
				if a := r.Header.Get("Authorization"); a != "ApiKey "+testKey {
					t.Errorf("Authorization %q", a)
				}
				fmt.Fprint(w, "{}")
			})
			c := serveTLS(t, h, protocols...)
			for range 3 {
				resp, err := c.Do(t.Context(), postRequest(strings.Repeat("x", 1<<20)))
				if err != nil || string(resp.Body) != "{}" {
					t.Fatal(err)
				}
			}
			if n.Load() != 3 {
				t.Errorf("%d requests", n.Load())
			}
		})
	}
}

// A request that was reset is sent again only if that does no harm: net/http does not say whether
// the service may have processed it.
func TestRequestThatIsReset(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(f frames, stream uint32){
		"refused":              func(f frames, stream uint32) { f.reset(stream, refusedStream) },
		"gone before it":       func(f frames, _ uint32) { f.goAway(0, noError) },
		"reset, protocol":      func(f frames, stream uint32) { f.reset(stream, protocolError) },
		"reset, internal":      func(f frames, stream uint32) { f.reset(stream, internalError) },
		"gone with it, closed": func(f frames, stream uint32) { f.goAway(stream, noError) },
	} {
		for _, repeatable := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, repeatable %v", name, repeatable), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, uploads := serveFrames(t, func(n int, f frames) {
						if n > 1 {
							f.answer(0)
							return
						}
						got, _ := f.until(dataFrame)
						end(f, got.stream)
						if !strings.HasSuffix(name, "closed") {
							f.answer(got.stream)
						}
					})
					r := postRequest(strings.Repeat("x", 200_000))
					r.Repeatable = repeatable
					_, err := c.Do(t.Context(), r)
					if repeatable {
						if err != nil || uploads.Load() != 2 {
							t.Errorf("%d uploads: %v", uploads.Load(), err)
						}
						return
					}
					const known = "the connection was lost: the service reset the request (POST https://svc.example/base/api/v1/thing), " +
						"not sent again because the service may have stored it"
					if asked := !strings.HasSuffix(name, "closed") && name != "reset, internal"; asked && err.Error() != known {
						t.Errorf("%v\nwant %s", err, known)
					}
					if e := fault(t, err, ClassReset); uploads.Load() != 1 || e.Attempts != 1 || !strings.Contains(err.Error(), "may have stored it") {
						t.Errorf("%d uploads: %v", uploads.Load(), err)
					}
				})
			})
		}
	}
}

// All requests share a connection: that it is dead must be known soon, also while the service may
// take its time.
func TestSilentConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c, requests := serveFrames(t, func(_ int, f frames) {
			if time.Since(start) == 0 {
				f.out = make(chan frame, 1000) // which is not sent
			}
			f.answer(0)
		})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				r := postRequest(strings.Repeat("x", 1000))
				r.Slow, r.Repeatable = true, true
				if _, err := c.Do(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
		}
		if all.Wait(); requests.Load() != 8 {
			t.Errorf("%d requests, want each of four twice", requests.Load())
		}
		within(t, "all requests", time.Since(start), pingAfter+pingTimeout, pingAfter+pingTimeout+5*time.Second)
	})
}

// A service that answers pings may take its time.
func TestSlowAnswerOverHTTP2(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(20 * time.Minute)
			fmt.Fprint(w, "{}")
		})
		r := postRequest("x")
		r.Slow, r.Repeatable = true, true
		if _, err := serveTLS(t, h, "h2").Do(t.Context(), r); err != nil || n.Load() != 1 {
			t.Errorf("%d requests: %v", n.Load(), err)
		}
	})
}

// An answer that comes while the upload goes on counts if it refuses. A success doesn't: it can't
// be about all that was to be sent.
func TestAnswerBeforeTheEndOfAnUpload(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"h2", "http/1.1"} {
		for status, class := range map[int]Class{http.StatusRequestEntityTooLarge: ClassStatus, http.StatusOK: ClassBody} {
			t.Run(fmt.Sprint(protocol, " ", status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h, n := counter(func(_ int, w http.ResponseWriter, r *http.Request) {
						_, _ = io.CopyN(io.Discard, r.Body, 100_000)
						w.WriteHeader(status)
						fmt.Fprint(w, "{}")
					})
					_, err := serveTLS(t, h, protocol).Do(t.Context(), postRequest(strings.Repeat("x", 8<<20)))
					if e := fault(t, err, class); e.Status != status || n.Load() != 1 {
						t.Errorf("%d requests: %v", n.Load(), err)
					}
					const early = "the answer can't be read: it came before the whole request was sent (POST https://svc.example/base/api/v1/thing)"
					if status == http.StatusOK && err.Error() != early {
						t.Errorf("%v\nwant %s", err, early)
					}
				})
			})
		}
	}
}

func TestLimitsOverHTTP2(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handle func(w http.ResponseWriter)
		class  Class
	}{
		"body":   {func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, 2<<20)) }, ClassTooLarge},
		"header": {func(w http.ResponseWriter) { w.Header().Set("X-Long", strings.Repeat("x", 300<<10)) }, ClassReset},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tc.handle(w) }), "h2")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := c.Do(ctx, getRequest())
			if fault(t, err, tc.class); err == nil {
				t.Error(name)
			}
		})
	}
}

func TestEndOfTheContextOverHTTP2(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupted := errors.New("interrupted")
		time.AfterFunc(time.Second, func() { cancel(interrupted) })
		start := time.Now()
		_, err := serveTLS(t, h, "h2").Do(ctx, postRequest(strings.Repeat("x", 8<<20)))
		if fault(t, err, ClassCanceled); !errors.Is(err, interrupted) || n.Load() != 1 || time.Since(start) != time.Second {
			t.Errorf("%d requests in %v: %v", n.Load(), time.Since(start), err)
		}
	})
}
