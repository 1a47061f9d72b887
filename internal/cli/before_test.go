package cli_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// manyThings is a tree whose scan makes many requests, of all sorts.
func manyThings(t *testing.T) string {
	t.Helper()
	files := map[string]string{"k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: redis:7}]}\n"}
	for i := range 60 {
		files[fmt.Sprintf("d%02d/main.tf", i)] = strings.Repeat("# "+strings.Repeat("x", 998)+"\n", 300) + bucketTF
		files[fmt.Sprintf("d%02d/Dockerfile", i)] = fmt.Sprintf("FROM registry.example/team/%s:%d\n", strings.Repeat("a", 100), i) +
			strings.Repeat("# "+strings.Repeat("x", 998)+"\n", 300)
	}
	return treeOf(t, files)
}

// Faults before there is a server: each is exit 3 with what, where and what to
// do, and a host that is not there costs a minute in all.
func TestNoWayToTheService(t *testing.T) {
	t.Parallel()
	fail := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	hole := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, tc := range map[string]struct {
		dial func(context.Context, string, string) (net.Conn, error)
		most time.Duration
		says []string
	}{
		"no such host":    {fail(&net.DNSError{Err: "no such host", Name: "optix.example", IsNotFound: true}), time.Second, []string{"can't be resolved", "https://optix.example/", "check the host in --endpoint"}},
		"DNS has trouble": {fail(&net.DNSError{Err: "server misbehaving", Name: "optix.example", IsTemporary: true}), 75 * time.Second, []string{"can't be resolved", "HTTPS_PROXY"}},
		"refused":         {fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}), 75 * time.Second, []string{"connection refused", "https://optix.example/", "HTTPS_PROXY"}},
		"no route":        {fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}), 75 * time.Second, []string{"no route to host", "firewall"}},
		"swallowed":       {hole, 75 * time.Second, []string{"no answer in time", "https://optix.example/"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := manyThings(t)
			synctest.Test(t, func(t *testing.T) {
				r := scanOf(t, dir, "https://optix.example", func(s *cli.System) { s.Dial = tc.dial })
				r.wants(t, 3, append(tc.says, "INCOMPLETE (exit 3)")...)
				if r.took > tc.most {
					t.Errorf("it took %v, want at most %v", r.took, tc.most)
				}
			})
		})
	}
}

// What goes wrong on the way for a while is ridden out; what goes on for ever
// is exit 3 at the deadline, with the fault and not the deadline as its reason.
func TestTheWayBreaks(t *testing.T) {
	t.Parallel()
	on := func(path string) func(*http.Request) bool {
		return func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, path) }
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"alerts": [`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	reset := func(w http.ResponseWriter, r *http.Request) { severed(w, r, 0) }
	for name, tc := range map[string]struct {
		where func(*http.Request) bool
		fault http.HandlerFunc
		says  []string
	}{
		"reset while a template is uploaded":   {on("/iac/scan"), func(w http.ResponseWriter, r *http.Request) { severed(w, r, 50_000) }, []string{"connection was lost", "/api/v1/iac/scan"}},
		"reset while Dockerfiles are uploaded": {on("/submit-for-scan"), func(w http.ResponseWriter, r *http.Request) { severed(w, r, 50_000) }, []string{"connection was lost", "submit-for-scan"}},
		"reset while polling a scan":           {on("/scan/status"), reset, []string{"connection was lost", "/scan/status"}},
		"reset while polling a task":           {on("/get-scan-result"), reset, []string{"connection was lost", "/get-scan-result"}},
		"slow headers":                         {on("/scan/status"), hang, []string{"no answer in time", "/scan/status"}},
		"report cut half-way":                  {on("/detailedReport"), cut, []string{"connection was lost", "/detailedReport"}},
		"task cut half-way":                    {on("/get-scan-result"), cut, []string{"connection was lost", "/get-scan-result"}},
	} {
		files := map[string]string{
			"main.tf":    strings.Repeat("# "+strings.Repeat("x", 998)+"\n", 200) + bucketTF,
			"Dockerfile": "FROM alpine:3.20\n" + strings.Repeat("# "+strings.Repeat("x", 998)+"\n", 200),
		}
		for _, times := range []int64{3, 1 << 40} {
			t.Run(fmt.Sprintf("%s %d times", name, times), func(t *testing.T) {
				t.Parallel()
				dir := treeOf(t, files)
				synctest.Test(t, func(t *testing.T) {
					var n atomic.Int64
					next := optixInMemory(nil)
					net := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if tc.where(r) && n.Add(1) <= times {
							tc.fault(w, r)
							return
						}
						next.ServeHTTP(w, r)
					}))
					r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = net.Dial }, "--fail-on", "none", "--timeout", "20m")
					if times == 3 {
						r.wants(t, 0, "PASS (exit 0)")
						return
					}
					r.wants(t, 3, append(tc.says, "INCOMPLETE (exit 3)")...)
					if r.took > 20*time.Minute+time.Second {
						t.Errorf("it took %v with --timeout 20m", r.took)
					}
				})
			})
		}
	}
}

// certificate makes a self-signed one for a host, and its PEM.
func certificate(t *testing.T, host string, from, to time.Time) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// A certificate that can't be trusted ends the run at once, without the key
// having been sent, and the message says what may fix it.
func TestTLS(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for name, tc := range map[string]struct {
		host     string
		from, to time.Duration // from now
		trusted  bool
		plain    bool // what listens there speaks no TLS
		code     int
		says     []string
	}{
		"unknown authority":  {host: "optix.example", from: -year, to: year, code: 3, says: []string{"--ca-file", "https://optix.example/", "unknown authority"}},
		"known by --ca-file": {host: "optix.example", from: -year, to: year, trusted: true, says: []string{"PASS (exit 0)"}},
		"expired":            {host: "optix.example", from: -2 * year, to: -year, trusted: true, code: 3, says: []string{"expired", "clock", "https://optix.example/"}},
		"not yet valid":      {host: "optix.example", from: year, to: 2 * year, trusted: true, code: 3, says: []string{"clock"}},
		"of another host":    {host: "other.example", from: -year, to: year, trusted: true, code: 3, says: []string{"other.example", "--endpoint"}},
		"no TLS":             {plain: true, code: 3, says: []string{"does not speak TLS", "port"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, keys := treeOf(t, map[string]string{"main.tf": bucketTF}), t.TempDir()
			cert, pemText := certificate(t, tc.host, time.Now().Add(tc.from), time.Now().Add(tc.to))
			args := []string{"--fail-on", "none"}
			if tc.trusted {
				file := filepath.Join(keys, "ca.pem")
				if err := os.WriteFile(file, pemText, 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--ca-file", file)
			}
			var asked atomic.Int64
			next := optixInMemory(func(o *emulator.Options) { o.Timing.Scan = -1 })
			// A socket and not the network in memory, which has no buffer: there
			// both sides of a handshake that fails may wait for each other.
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				next.ServeHTTP(w, r)
			}))
			defer srv.Close()
			srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			if srv.TLS = (&tls.Config{Certificates: []tls.Certificate{cert}}); tc.plain {
				srv.Start()
			} else {
				srv.StartTLS()
			}
			r := scanOf(t, dir, "https://optix.example", func(s *cli.System) {
				s.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
				}
			}, args...)
			r.wants(t, tc.code, tc.says...)
			if tc.code == 3 && (asked.Load() > 0 || r.took > 15*time.Second) {
				t.Errorf("%d requests came through, after %v", asked.Load(), r.took)
			}
		})
	}
}
