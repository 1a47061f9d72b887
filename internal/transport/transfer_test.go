package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

func TestUploadIsNeverChunked(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"empty": "", "small": "hello", "large": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, _ := counter(func(n int, w http.ResponseWriter, r *http.Request) {
					got, _ := io.ReadAll(r.Body)
					if string(got) != body || r.ContentLength != int64(len(body)) || len(r.TransferEncoding) != 0 {
						t.Errorf("got %d bytes, Content-Length %d, encoding %v", len(got), r.ContentLength, r.TransferEncoding)
					}
					if a := r.Header.Get("Authorization"); a != "ApiKey "+testKey {
						t.Errorf("Authorization %q", a)
					}
					if n < 3 {
						w.WriteHeader(http.StatusServiceUnavailable)
					}
				})
				if _, err := newClient(t, serve(t, h)).Do(t.Context(), postRequest(body)); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestResetWhileUploading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := strings.Repeat("0123456789", 50_000)
		dial := serveRaw(t, func(n int, c net.Conn) {
			if n < 3 {
				_, _ = io.CopyN(io.Discard, c, 10_000)
				return
			}
			all, _ := io.ReadAll(io.LimitReader(c, int64(len(body))))
			if !bytes.Contains(all, []byte("Content-Length: 500000")) {
				t.Error("no exact length")
			}
			go func() { _, _ = io.Copy(io.Discard, c) }()
			answer(c, "Content-Length: 2\r\n", "ok")
		})
		resp, err := newClient(t, dial).Do(t.Context(), postRequest(body))
		if err != nil || string(resp.Body) != "ok" {
			t.Errorf("%v", err)
		}
	})
}

func TestStalledUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dial := serveRaw(t, func(_ int, c net.Conn) {
			_, _ = io.CopyN(io.Discard, c, 1000)
			time.Sleep(time.Hour)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		_, err := newClient(t, dial).Do(ctx, postRequest(strings.Repeat("x", 1<<20)))
		if e := fault(t, err, ClassTimeout); e.Attempts < 2 {
			t.Error("no second attempt")
		} else if want := "no answer in time: the transfer made no progress (POST "; !strings.HasPrefix(e.Error(), want) {
			t.Errorf("error %v, want %s", e, want)
		}
	})
}

// A slow upload that makes progress is not a fault, however long it takes.
func TestSlowUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, n := counter(func(_ int, _ http.ResponseWriter, r *http.Request) {
			for {
				_, err := io.CopyN(io.Discard, r.Body, 100_000)
				if err != nil {
					return
				}
				time.Sleep(time.Minute)
			}
		})
		_, err := newClient(t, serve(t, h)).Do(t.Context(), postRequest(strings.Repeat("x", 1<<20)))
		if err != nil || n.Load() != 1 {
			t.Errorf("%d requests: %v", n.Load(), err)
		}
		within(t, "the upload", time.Since(start), 10*time.Minute, 12*time.Minute)
	})
}

type brokenFile struct{ after int }

var errDisk = errors.New("input/output error")

func (b *brokenFile) Read(p []byte) (int, error) {
	if b.after == 0 {
		return 0, errDisk
	}
	n := min(len(p), b.after)
	b.after -= n
	return n, nil
}

func (b *brokenFile) Close() error { return nil }

func TestBodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func() (io.ReadCloser, error){
		"open":           func() (io.ReadCloser, error) { return nil, errDisk },
		"at once":        func() (io.ReadCloser, error) { return &brokenFile{}, nil },
		"in the middle":  func() (io.ReadCloser, error) { return &brokenFile{after: 300_000}, nil },
		"shorter, clean": func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, _ := counter(func(_ int, w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
				r := postRequest(strings.Repeat("x", 500_000))
				r.Body = body
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := newClient(t, serve(t, h)).Do(ctx, r)
				if name == "shorter, clean" {
					if err == nil {
						t.Error("a body of another length was accepted")
					}
					return
				}
				if e := fault(t, err, ClassInput); !errors.Is(err, errDisk) || e.Attempts != 1 {
					t.Errorf("%v after %d attempts", err, e.Attempts)
				}
			})
		})
	}
}

// net/http reads bodies in goroutines of its own, where a panic would end the
// process.
func TestBodyThatPanics(t *testing.T) {
	t.Parallel()
	for _, onRead := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := postRequest("x")
			r.Body = func() (io.ReadCloser, error) { return panicking{onRead}, nil }
			h, _ := counter(func(_ int, _ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
			_, err := newClient(t, serve(t, h)).Do(t.Context(), r)
			// The request may have been answered before its body is closed.
			if _, ok := errors.AsType[*safe.PanicError](err); !ok && (onRead || err != nil) {
				t.Errorf("on read %v: %v", onRead, err)
			}
			if f := Explain(err, result.Names{}); onRead && (f.Cause != result.CauseInternal || f.Fix != safe.Fix || !strings.Contains(f.Reason, "internal error: panic in")) {
				t.Errorf("fault %+v, want a bug of scangate", f)
			}
		})
	}
}

type panicking struct{ onRead bool }

func (p panicking) Read(b []byte) (int, error) {
	if p.onRead {
		panic("read")
	}
	b[0] = 'x'
	return 1, io.EOF
}

func (p panicking) Close() error {
	if !p.onRead {
		panic("close")
	}
	return nil
}

func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(n int, _ http.ResponseWriter, r *http.Request) {
			if n == 1 {
				<-r.Context().Done()
			}
		})
		start := time.Now()
		if _, err := newClient(t, serve(t, h)).Do(t.Context(), getRequest()); err != nil || n.Load() != 2 {
			t.Errorf("%d requests: %v", n.Load(), err)
		}
		within(t, "both attempts", time.Since(start), headerTimeout, headerTimeout+2*time.Second)
	})
}

// A service that works before it answers must not get the request again meanwhile.
func TestSlowAnswerToAnUpload(t *testing.T) {
	t.Parallel()
	const work = 20 * time.Minute
	slow := postRequest("x")
	slow.Repeatable, slow.Slow = true, true
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(work)
			_, _ = io.WriteString(w, "{}")
		})
		start := time.Now()
		resp, err := newClient(t, serve(t, h)).Do(t.Context(), slow)
		if err != nil || string(resp.Body) != "{}" || n.Load() != 1 {
			t.Errorf("%d requests: %q, %v", n.Load(), resp.Body, err)
		}
		within(t, "the answer", time.Since(start), work, work+time.Second)
	})
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(_ int, _ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		ctx, cancel := context.WithTimeout(t.Context(), work)
		defer cancel()
		if _, err := newClient(t, serve(t, h)).Do(ctx, slow); !errors.Is(err, context.DeadlineExceeded) || n.Load() != 1 {
			t.Errorf("%d requests: %v", n.Load(), err)
		}
	})
}

// Only the wait for the answer is without a bound of its own.
func TestSlowAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	slow := postRequest("x")
	slow.Repeatable, slow.Slow = true, true
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(n int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, "{")
			if n == 1 {
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
			_, _ = io.WriteString(w, "}")
		})
		start := time.Now()
		if _, err := newClient(t, serve(t, h)).Do(t.Context(), slow); err != nil || n.Load() != 2 {
			t.Errorf("%d requests: %v", n.Load(), err)
		}
		within(t, "both attempts", time.Since(start), readTimeout, readTimeout+2*time.Second)
	})
}

func TestBodyCutHalfWay(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]string{
		"length":  "Content-Length: 100\r\n\r\n{\"a\":",
		"chunked": "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
		"gzip":    "Content-Length: 12\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x00\x00",
		"headers": "Content-Le",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dial := serveRaw(t, func(n int, c net.Conn) {
					_, _ = c.Read(make([]byte, 4096))
					if n < 3 {
						_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+cut)
						return
					}
					answer(c, "Content-Length: 2\r\n", "{}")
				})
				resp, err := newClient(t, dial).Do(t.Context(), getRequest())
				if err != nil || string(resp.Body) != "{}" {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

func TestEveryPollIsReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dial := serveRaw(t, func(_ int, c net.Conn) { _, _ = c.Read(make([]byte, 4096)) })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		_, err := newClient(t, dial).Do(ctx, getRequest())
		fault(t, err, ClassReset)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is not the deadline", err)
		}
	})
}

func TestEndlessAnswers(t *testing.T) {
	t.Parallel()
	flood := func(w http.ResponseWriter) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}
	for name, tc := range map[string]struct {
		handle func(w http.ResponseWriter, r *http.Request)
		class  Class
	}{
		"flood": {func(w http.ResponseWriter, _ *http.Request) { flood(w) }, ClassTooLarge},
		"announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999")
			flood(w)
		}, ClassTooLarge},
		"bomb": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Error("no gzip asked for")
			}
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 8<<20))
			_ = z.Close()
		}, ClassTooLarge},
		"drip": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second)
			}
		}, ClassTimeout},
		"flood of an error": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			flood(w)
		}, ClassStatus},
		"drip of an error": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second)
			}
		}, ClassStatus},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
				defer cancel()
				_, err := newClient(t, serve(t, http.HandlerFunc(tc.handle))).Do(ctx, getRequest())
				e := fault(t, err, tc.class)
				if name == "drip" && e.Attempts != 3 {
					t.Errorf("%d attempts in three minutes, want one a minute", e.Attempts)
				}
			})
		})
	}
}

func TestCapIsExact(t *testing.T) {
	t.Parallel()
	for size, fits := range map[int]bool{99: true, 100: true, 101: false} {
		synctest.Test(t, func(t *testing.T) {
			h, _ := counter(func(_ int, w http.ResponseWriter, _ *http.Request) {
				_ = http.NewResponseController(w).Flush() // no Content-Length
				_, _ = w.Write(make([]byte, size))
			})
			r := getRequest()
			r.MaxBody = 100
			resp, err := newClient(t, serve(t, h)).Do(t.Context(), r)
			if (err == nil) != fits || fits && len(resp.Body) != size {
				t.Errorf("%d bytes under a cap of 100: %v", size, err)
			}
			if want := "the answer is too large: more than 100 bytes (GET "; !fits && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	t.Run("begins anew after a cut", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			dial := serveRaw(t, func(n int, c net.Conn) {
				_, _ = c.Read(make([]byte, 4096))
				answer(c, "Content-Length: 6\r\n", "abcdef"[:min(6, 3*n)])
			})
			var reads []string
			err := newClient(t, dial).Stream(t.Context(), getRequest(), jsonx.Options{}, func(r io.Reader, _ jsonx.Options) error {
				b, err := io.ReadAll(r)
				reads = append(reads, string(b))
				if err != nil {
					return errors.New("wrapped beyond recognition")
				}
				return nil
			})
			if err != nil || strings.Join(reads, " ") != "abc abcdef" {
				t.Errorf("read %q: %v", reads, err)
			}
		})
	})
	t.Run("a reader's error is final", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h, n := counter(func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("body")) })
			err := newClient(t, serve(t, h)).Stream(t.Context(), getRequest(), jsonx.Options{}, func(io.Reader, jsonx.Options) error { return errDisk })
			if err != errDisk || n.Load() != 1 {
				t.Errorf("%d requests: %v", n.Load(), err)
			}
		})
	})
	t.Run("may be slow but not silent", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h, n := counter(func(n int, w http.ResponseWriter, r *http.Request) {
				for range 10 {
					_, _ = w.Write([]byte("x"))
					_ = http.NewResponseController(w).Flush()
					time.Sleep(50 * time.Second)
				}
				if n == 1 {
					<-r.Context().Done()
				}
			})
			var got []byte
			err := newClient(t, serve(t, h)).Stream(t.Context(), getRequest(), jsonx.Options{}, func(r io.Reader, _ jsonx.Options) (err error) {
				got, err = io.ReadAll(r)
				return err
			})
			if err != nil || len(got) != 10 || n.Load() != 2 {
				t.Errorf("%d bytes in %d requests: %v", len(got), n.Load(), err)
			}
		})
	})
}

// A reused connection that the server closes is not a fault, even if the next
// request was already written: a request that may arrive only once is sent again
// on another connection too, because nothing of it was read.
func TestReusedConnection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kept, pause time.Duration
		conns       int
	}{
		"is used again":     {time.Hour, time.Second, 1},
		"closed meanwhile":  {time.Second, 5 * time.Second, 3},
		"closed under us":   {5 * time.Second, time.Second, 3},
		"not kept too long": {time.Hour, 2 * idleTimeout, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var conns atomic.Int64
				dial := serveRaw(t, func(_ int, c net.Conn) {
					conns.Add(1)
					br := bufio.NewReader(c)
					for {
						req, err := http.ReadRequest(br)
						if err != nil {
							return
						}
						_, _ = io.Copy(io.Discard, req.Body)
						answer(c, "Content-Length: 2\r\n", "{}")
						if tc.kept < time.Hour {
							time.Sleep(tc.kept)
							return
						}
					}
				})
				c := newClient(t, dial)
				for range 3 {
					r := postRequest("body")
					r.Repeatable = false
					if _, err := c.Do(t.Context(), r); err != nil {
						t.Fatal(err)
					}
					time.Sleep(tc.pause)
				}
				if n := conns.Load(); n != int64(tc.conns) {
					t.Errorf("%d connections, want %d", n, tc.conns)
				}
			})
		})
	}
}
