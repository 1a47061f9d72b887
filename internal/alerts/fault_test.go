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

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

// The port and the first path of each vendor's service.
func services() map[string]string {
	return map[string]string{"zscaler-zpc": "1", "palo-alto-iot": "2", "zscaler-workflow": "3", "netskope": "4", "cloud-optix": "5"}
}

// hang never answers. It reads the request first, as net/http notices only then
// that the client went away.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// One of five does not answer: its row is failed and the other four are not.
func TestOneOfFiveDoesNotAnswer(t *testing.T) {
	t.Parallel()
	dead := map[string]http.HandlerFunc{
		"hangs": hang,
		"500":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
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
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write([]byte(`{"alerts":[],"items":[],`))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusFound)
		},
	}
	for fault, handler := range dead {
		for name, port := range services() {
			t.Run(name+" "+fault, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					serveAll(t, w)
					w.withOptix(t, &o, emulator.Options{})
					w.serve(t, port, handler)
					var p Plan
					for _, name := range vendorNames() {
						p.Sources = append(p.Sources, mustSource(t, "source", name))
					}
					j, err := Prepare(p, o)
					if err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
					defer cancel()
					out := j.Run(ctx)
					for _, row := range out.Rows {
						want := result.Answered
						if row.Target.Name == name {
							want = result.Failed
						}
						if row.Status != want {
							t.Errorf("%s: %s, want %s: %s", row.Target.Name, row.Status, want, row.Reason)
						}
						if row.Status == result.Failed && (row.Reason == "" || row.Fix == "" || row.Cause == "" || row.Cause == result.CauseTimeout && fault != "hangs") {
							t.Errorf("%s: (%s) %q; %q", row.Target.Name, row.Cause, row.Reason, row.Fix)
						}
					}
					for _, f := range out.Findings {
						if f.Target == "alerts:"+name {
							t.Errorf("a failed row has findings: %+v", f)
						}
					}
				})
			})
		}
	}
}

// A host that nobody answers for is given up after a minute.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"zscaler-zpc", "palo-alto-iot", "zscaler-workflow", "netskope"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			start := time.Now()
			row, _ := w.ask(t.Context(), t, o, mustSource(t, "source", name))
			if row.Status != result.Failed || row.Cause != result.CauseNetwork || !strings.Contains(row.Fix, "_URL") {
				t.Errorf("%s: %s (%s): %s; %s", name, row.Status, row.Cause, row.Reason, row.Fix)
			}
			if took := time.Since(start); took > 2*time.Minute+5*time.Second {
				t.Errorf("%s: given up after %s", name, took)
			}
		})
	}
}

// A fault that passes leaves no trace: what broke off is read again.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	for name, port := range services() {
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusTooManyRequests, 0} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					serveAll(t, w)
					w.withOptix(t, &o, emulator.Options{})
					next, n := handlerOf(port), 0
					w.serve(t, port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
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
					row, found := w.ask(t.Context(), t, o, mustSource(t, "source", name))
					if row.Status != result.Answered || len(found) == 0 {
						t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
					}
				})
			})
		}
	}
}

func handlerOf(port string) http.Handler {
	switch port {
	case "1":
		return &fakeZPC{shelf: shelf{n: 12}, age: time.Hour}
	case "2":
		return &fakeIoT{shelf: shelf{n: 12}}
	case "3":
		return &fakeWorkflow{shelf: shelf{n: 12}, life: time.Hour, age: time.Hour}
	case "4":
		return &fakeNetskope{shelf: shelf{n: 12}, age: time.Hour}
	}
	return emulator.New(emulator.Options{Now: time.Now, Key: optixKey})
}

func TestInterruption(t *testing.T) {
	t.Parallel()
	for name, port := range services() {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.withOptix(t, &o, emulator.Options{})
			w.serve(t, port, http.HandlerFunc(hang))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			time.AfterFunc(time.Second, func() { cancel(errors.New("SIGTERM")) })
			row, _ := w.ask(ctx, t, o, mustSource(t, "source", name))
			synctest.Wait()
			if row.Cause != result.CauseInterrupted || !strings.Contains(row.Reason, "SIGTERM") {
				t.Errorf("%s: %s: %s", name, row.Cause, row.Reason)
			}
		})
	}
}

// Without variables, a row says which; an address that is none is a mistake of
// the environment, found before anything is sent.
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
		"http":               {"zscaler-zpc", map[string]string{"SCANGATE_ZSCALER_ZPC_URL": "http://x.example", "SCANGATE_ZSCALER_ZPC_API_KEY": "k"}, "", "SCANGATE_ZSCALER_ZPC_URL: endpoint: http is for loopback"},
		"no URL":             {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "acme.goskope.com", "SCANGATE_NETSKOPE_TOKEN": "t"}, "", "the scheme must be https"},
		"a line break":       {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "https://acme.goskope.com", "SCANGATE_NETSKOPE_TOKEN": "a\nb"}, "", "SCANGATE_NETSKOPE_TOKEN holds"},
		"version":            {"netskope", map[string]string{"SCANGATE_NETSKOPE_URL": "https://a.example", "SCANGATE_NETSKOPE_TOKEN": "t", "SCANGATE_NETSKOPE_API": "v3"}, "", `"v3" is neither v2 nor v1`},
		"half of standalone": {"palo-alto-iot", map[string]string{"SCANGATE_PALO_ALTO_IOT_URL": "https://a.example", "SCANGATE_PALO_ALTO_IOT_KEY_ID": "t"}, "CUSTOMER_ID and SCANGATE_PALO_ALTO_IOT_ACCESS_KEY not set", ""},
		"half of Strata":     {"palo-alto-iot", map[string]string{"SCANGATE_PALO_ALTO_IOT_URL": "https://a.example", "SCANGATE_PALO_ALTO_IOT_CLIENT_ID": "t"}, "CLIENT_SECRET and SCANGATE_PALO_ALTO_IOT_TSG_ID not set", ""},
		"no Cloud Optix":     {"cloud-optix", nil, "there is no API key", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := Prepare(Plan{Sources: []Spec{mustSource(t, "source", tt.source)}}, newWorld().options(tt.env))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			row := j.Run(t.Context()).Rows[0]
			if row.Status != result.Failed || row.Cause != result.CauseNoCredentials || !strings.Contains(row.Reason, tt.row) || row.Fix == "" {
				t.Errorf("%s (%s): %s; want %q", row.Status, row.Cause, row.Reason, tt.row)
			}
		})
	}
}
