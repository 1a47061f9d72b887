package alerts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// hang never answers. It reads the request first: only then does net/http notice that the client is
// gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// The row of a vendor that does not answer is failed, and the others are answered.
func TestOneVendorDoesNotAnswer(t *testing.T) {
	t.Parallel()
	faults := map[string]http.HandlerFunc{
		"no answer": hang,
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html><title>Sign in</title></html>"))
		},
		"empty":     func(http.ResponseWriter, *http.Request) {},
		"null":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("null")) },
		"array":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) },
		"no fields": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
		"nulls": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"alerts":null,"items":null,"incidents":null,"result":null,"data":null,"ok":1,"token":null}`))
		},
		"truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write([]byte(`{"alerts":[],"items":[],`))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusFound)
		},
	}
	for fault, handler := range faults {
		for _, f := range fakes() {
			t.Run(f.vendor+" "+fault, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					w.serveAll(t)
					w.serve(t, f.port, handler)
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
					defer cancel()
					out := readAll(ctx, t, o)
					failed := checkOneFailed(t, out, f.vendor)
					if failed.Cause == result.CauseTimeout && fault != "no answer" {
						t.Errorf("(%s) %q; %q", failed.Cause, failed.Reason, failed.Fix)
					}
				})
			})
		}
	}
}

// checkOneFailed returns the row of a vendor, which must be the only failed row.
func checkOneFailed(t *testing.T, out Outcome, vendor string) result.Row {
	t.Helper()
	var failed result.Row
	for _, row := range out.Rows {
		want := result.Answered
		if row.Target.Name == vendor {
			want, failed = result.Failed, row
		}
		if row.Status != want {
			t.Errorf("%s: %s, want %s: %s", row.Target.Name, row.Status, want, row.Reason)
		}
	}
	if failed.Reason == "" || failed.Fix == "" || failed.Cause == "" {
		t.Errorf("%s: (%s) %q; %q", vendor, failed.Cause, failed.Reason, failed.Fix)
	}
	for _, f := range out.Findings {
		if f.Target == "alerts:"+vendor {
			t.Errorf("a failed row has findings: %+v", f)
		}
	}
	return failed
}

// A host that refuses connections is given up after a minute.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		bubble(t, func(t *testing.T, w *world, o Options) {
			start := time.Now()
			row, _ := read(t.Context(), t, o, "source", f.vendor)
			addresses, _ := settingsOf(f)
			checkNamed(t, row.Fix, addresses, true)
			if row.Status != result.Failed || row.Cause != result.CauseNetwork {
				t.Errorf("%s: %s (%s): %s; %s", f.vendor, row.Status, row.Cause, row.Reason, row.Fix)
			}
			if took := time.Since(start); took > 2*time.Minute+5*time.Second {
				t.Errorf("%s: given up after %s", f.vendor, took)
			}
		})
	}
}

// After a temporary fault the request is repeated, and no alert is missing.
func TestTemporaryFaults(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusTooManyRequests, 0} {
			t.Run(fmt.Sprint(f.vendor, status), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					w.serveAll(t)
					next, n := f.serve(list{n: 12, age: time.Hour}), 0
					w.serve(t, f.port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						if n++; n%2 == 1 {
							rw.Header().Set("Retry-After", "3")
							if status > 0 {
								rw.WriteHeader(status)
								return
							}
							panic(http.ErrAbortHandler) // the connection breaks
						}
						next.ServeHTTP(rw, r)
					}))
					row, found := read(t.Context(), t, o, "source", f.vendor)
					if row.Status != result.Answered || len(found) == 0 {
						t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
					}
				})
			})
		}
	}
}

func TestInterruption(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, f.port, http.HandlerFunc(hang))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			time.AfterFunc(time.Second, func() { cancel(errors.New("SIGTERM")) })
			row, _ := read(ctx, t, o, "source", f.vendor)
			synctest.Wait()
			if row.Cause != result.CauseInterrupted || !strings.Contains(row.Reason, "SIGTERM") {
				t.Errorf("%s: %s: %s", f.vendor, row.Cause, row.Reason)
			}
		})
	}
}

// A missing variable is named in its row. An invalid one is an error before anything is sent.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		source string
		env    map[string]string
		row    string // part of the row's reason
		err    string // part of the error
	}{
		"nothing":            {"zscaler-zpc", nil, "SCANGATE_ZSCALER_ZPC_URL and SCANGATE_ZSCALER_ZPC_API_KEY not set", ""},
		"no key":             {"zscaler-zpc", map[string]string{"SCANGATE_ZSCALER_ZPC_URL": "https://x.example"}, "SCANGATE_ZSCALER_ZPC_API_KEY not set", ""},
		"http":               {"zscaler-zpc", map[string]string{"SCANGATE_ZSCALER_ZPC_URL": "http://x.example", "SCANGATE_ZSCALER_ZPC_API_KEY": "k"}, "", "SCANGATE_ZSCALER_ZPC_URL: http is allowed for loopback"},
		"no URL":             {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "acme.goskope.com", "SCANGATE_NETSKOPE_TOKEN": "t"}, "", "the scheme must be https"},
		"a line break":       {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "https://acme.goskope.com", "SCANGATE_NETSKOPE_TOKEN": "a\nb"}, "", "SCANGATE_NETSKOPE_TOKEN: contains"},
		"version":            {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "https://a.example", "SCANGATE_NETSKOPE_TOKEN": "t", "SCANGATE_NETSKOPE_API": "v3"}, "", `must be v1 or v2, got "v3"`},
		"half of standalone": {"palo-alto-iot", map[string]string{"SCANGATE_PALO_ALTO_IOT_URL": "https://a.example", "SCANGATE_PALO_ALTO_IOT_KEY_ID": "t"}, "CUSTOMER_ID and SCANGATE_PALO_ALTO_IOT_ACCESS_KEY not set", ""},
		"half of Strata":     {"palo-alto-iot", map[string]string{"SCANGATE_PALO_ALTO_IOT_URL": "https://a.example", "SCANGATE_PALO_ALTO_IOT_CLIENT_ID": "t"}, "CLIENT_SECRET and SCANGATE_PALO_ALTO_IOT_TSG_ID not set", ""},
		"no Cloud Optix":     {"cloud-optix", nil, "there is no API key", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := Prepare(Plan{Sources: []Source{mustSource(t, "source", tt.source)}}, newWorld().options(t, tt.env))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			out, err := j.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			row := out.Rows[0]
			if row.Status != result.Failed || row.Cause != result.CauseNoCredentials || !strings.Contains(row.Reason, tt.row) || row.Fix == "" {
				t.Errorf("%s (%s): %s; want %q", row.Status, row.Cause, row.Reason, tt.row)
			}
		})
	}
}

// Advice names the variables of the vendor that failed, and its address only where the status says
// something about it.
func TestAdviceNamesTheVendorsVariables(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		for status, tt := range map[int]struct{ address, credentials bool }{
			http.StatusUnauthorized: {credentials: true},
			http.StatusForbidden:    {credentials: true},
			http.StatusNotFound:     {address: true},
			http.StatusGone:         {},
			http.StatusBadRequest:   {},
		} {
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, f.port, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) }))
				row, _ := read(t.Context(), t, o, "source", f.vendor)
				if row.Status != result.Failed || row.Fix == "" {
					t.Errorf("%s %d: %s: %q", f.vendor, status, row.Status, row.Fix)
				}
				addresses, credentials := settingsOf(f)
				checkNamed(t, row.Fix, addresses, tt.address)
				checkNamed(t, row.Fix, credentials, tt.credentials)
				// These are not set.
				checkNamed(t, row.Fix, []string{iotClientID, iotClientSecret, iotTSGID, iotAuthURL}, false)
				if aboutFilters := row.Fix == checkFilters; aboutFilters != (status == http.StatusBadRequest && f.vendor != "cloud-optix") {
					t.Errorf("%s %d: %q", f.vendor, status, row.Fix)
				}
			})
		}
	}
}

// settingsOf returns what messages call the address and the credentials of a service.
func settingsOf(f fake) (addresses, credentials []string) {
	if f.vendor == "cloud-optix" {
		return []string{"OPTIX-ADDRESS"}, []string{"OPTIX-KEY"}
	}
	for name := range f.env {
		if strings.HasSuffix(name, "_URL") {
			addresses = append(addresses, name)
		} else {
			credentials = append(credentials, name)
		}
	}
	return addresses, credentials
}

func checkNamed(t *testing.T, fix string, names []string, want bool) {
	t.Helper()
	for _, name := range names {
		if strings.Contains(fix, name) != want {
			t.Errorf("%q names %s: %v, want %v", fix, name, !want, want)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, f.port, http.HandlerFunc(hang))
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			row, _ := read(ctx, t, o, "source", f.vendor)
			if row.Cause != result.CauseTimeout || !strings.Contains(row.Fix, "TIMEOUT, or narrow the list with ") {
				t.Errorf("%s: %s: %s; %s", f.vendor, row.Cause, row.Reason, row.Fix)
			}
		})
	}
}

// A panic is an error of the run, which also fails the row.
func TestPanic(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *world, o Options) {
		o.Now = func() time.Time { panic("no clock") }
		j, err := Prepare(Plan{Sources: []Source{mustSource(t, "source", "zscaler-zpc")}}, o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := j.Run(t.Context())
		if _, ok := errors.AsType[*safe.PanicError](err); !ok {
			t.Errorf("error %v, want the panic", err)
		}
		if row := out.Rows[0]; row.Target.Name != "zscaler-zpc" || row.Status != result.Pending {
			t.Errorf("row %+v, want it pending: the run knows the reason", row)
		}
	})
}
