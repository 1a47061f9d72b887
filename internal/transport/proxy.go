package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// proxyError is a proxy that refused the connection, or whose address is invalid.
// It never contains the user info of the proxy.
type proxyError struct {
	status int
	text   string
}

func (e *proxyError) Error() string { return e.text }

// proxyOf replaces errors of choose, which contain the URL of the proxy and perhaps
// its password.
func proxyOf(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if choose == nil {
		choose = http.ProxyFromEnvironment
	}
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if err != nil {
			return nil, &proxyError{text: "the address of the proxy in the environment is not a URL"}
		}
		return u, nil
	}
}

// CheckProxy returns why a text is not the address of a proxy, as variables name it: a URL whose
// scheme may be missing, or nothing. The error does not repeat the text.
func CheckProxy(address string) error {
	if address == "" {
		return nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	port := 1
	if err == nil && u.Port() != "" {
		port, err = strconv.Atoi(u.Port())
	}
	switch {
	case err != nil || port < 1 || port > 65535:
		return errors.New("must be a URL whose port, if it has one, is from 1 to 65535")
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return errors.New("must be a URL that begins with http://, https:// or socks5://")
	case u.Hostname() == "":
		return errors.New("must be a URL with a host")
	}
	return nil
}

// onProxyConnect gives the refusal of a CONNECT a type. The error of net/http has
// only a text.
func onProxyConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{
		status: resp.StatusCode,
		text:   fmt.Sprintf("%s answers %d %s", proxy.Host, resp.StatusCode, http.StatusText(resp.StatusCode)),
	}
}

// viaProxy reports whether err happened on the way to the proxy.
func viaProxy(err error) bool {
	var p *proxyError
	var op *net.OpError
	return errors.As(err, &p) || errors.As(err, &op) && op.Op == "proxyconnect"
}
