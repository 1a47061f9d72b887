package campaign

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxyHost is the proxy of the environment. It stands before every host but directHost.
const (
	proxyHost   = "proxy.example:3128"
	proxiedHost = "inside.example"
	directHost  = "optix.example"
)

// TestMain sets the proxy of the environment, which net/http reads once in a process.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"HTTPS_PROXY": "http://" + proxyHost, "NO_PROXY": directHost, "HTTP_PROXY": ""} {
		_ = os.Setenv(name, value)
		_ = os.Unsetenv(strings.ToLower(name))
	}
	os.Exit(m.Run())
}

// front is what a client meets before the service.
type front string

const (
	plain   front = "plain"   // HTTP on loopback
	secured front = "secured" // TLS
	proxied front = "proxied" // TLS through a proxy
)

// endpoint is the address that the command is given.
func (f front) endpoint() string {
	switch f {
	case secured:
		return "https://" + directHost + "/gateway"
	case proxied:
		return "https://" + proxiedHost + "/gateway"
	}
	return "http://" + host + "/gateway"
}

// address is what the client may connect to.
func (f front) address() string {
	switch f {
	case secured:
		return directHost + ":443"
	case proxied:
		return proxyHost
	}
	return host
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// the simulated clock starts in the year 2000.
var (
	longAgo = time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC)
	inTime  = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
)

// newCertificate makes a certificate for hosts, or an authority without hosts.
func newCertificate(parent *authority, until time.Time, hosts ...string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: fmt.Sprint("campaign", hosts)}, DNSNames: hosts,
		NotBefore: longAgo, NotAfter: until, IsCA: len(hosts) == 0, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if parent == nil {
		parent = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, &key.PublicKey, parent.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

// identities are the certificates of all runs: that of the service, and those that a
// client must not accept, by the outage that shows them.
type identities struct {
	authority []byte // in PEM, for --ca-file
	good      tls.Certificate
	bad       map[string]tls.Certificate
}

var newIdentities = sync.OnceValues(func() (*identities, error) {
	ours, err := newCertificate(nil, inTime)
	if err != nil {
		return nil, err
	}
	stranger, err := newCertificate(nil, inTime)
	if err != nil {
		return nil, err
	}
	hosts, ids := []string{directHost, proxiedHost}, &identities{bad: map[string]tls.Certificate{}}
	ids.authority = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.cert.Raw})
	for name, issue := range map[string]func() (*authority, error){
		"good":              func() (*authority, error) { return newCertificate(ours, inTime, hosts...) },
		"unknown-authority": func() (*authority, error) { return newCertificate(stranger, inTime, hosts...) },
		"intercepted":       func() (*authority, error) { return newCertificate(stranger, inTime, hosts...) },
		"expired":           func() (*authority, error) { return newCertificate(ours, longAgo.AddDate(1, 0, 0), hosts...) },
		"other-host":        func() (*authority, error) { return newCertificate(ours, inTime, elsewhere) },
		"self-signed":       func() (*authority, error) { return newCertificate(nil, inTime, hosts...) },
	} {
		made, err := issue()
		if err != nil {
			return nil, err
		}
		ids.bad[name] = tls.Certificate{Certificate: [][]byte{made.cert.Raw}, PrivateKey: made.key}
	}
	ids.good = ids.bad["good"]
	delete(ids.bad, "good")
	return ids, nil
})

// handshake is the server's side of a connection in an outage of TLS: what comes of it must
// not be an answer.
func (n *network) handshake(how string, conn *serverConn) {
	defer conn.Close()
	switch how {
	case "tls-hang":
		<-n.closed
	case "tls-reset":
		_, _ = io.ReadFull(conn, make([]byte, 40))
		conn.reset()
	case "no-tls":
		first := make([]byte, 1)
		if _, err := io.ReadFull(conn, first); err == nil && first[0] != 22 {
			n.wrong("the client sends %q without TLS", first)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	case "old-tls":
		n.deceive(how, conn, &tls.Config{Certificates: []tls.Certificate{n.ids.good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	default:
		n.deceive(how, conn, &tls.Config{Certificates: []tls.Certificate{n.ids.bad[how]}})
	}
}

// deceive offers a connection that a client must refuse.
func (n *network) deceive(how string, conn net.Conn, cfg *tls.Config) {
	if tls.Server(conn, cfg).Handshake() == nil {
		n.wrong("the client trusts a connection with %s", how)
	}
}

// proxy is the proxy's side of a connection.
func (n *network) proxy(how string, conn *serverConn) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		_ = conn.Close()
		return
	}
	var asked bytes.Buffer
	_ = r.Write(&asked)
	if r.Method != http.MethodConnect || r.Host != proxiedHost+":443" || strings.Contains(asked.String(), n.key) {
		n.wrong("the proxy was asked for %q", asked.String())
	}
	status := map[string]int{"proxy-403": 403, "proxy-407": 407, "proxy-502": 502, "proxy-503": 503}[how]
	switch {
	case status > 0:
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status))
		_ = conn.Close()
	case how == "proxy-reset":
		conn.reset()
	case how == "proxy-garbage":
		_, _ = io.WriteString(conn, "200 OK\r\n\r\n")
		_ = conn.Close()
	case how == "proxy-hang":
		<-n.closed
		_ = conn.Close()
	default:
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		n.connect(how, conn)
	}
}
