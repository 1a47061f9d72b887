package transport

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// ParseEndpoint parses the base URL of a service: https, or http for loopback hosts
// (127.0.0.0/8, ::1, localhost), without user info, query or fragment. A path is
// the prefix of every request; its last slash is cut. An error never contains the
// user info or the query of the address.
func ParseEndpoint(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errors.New("not a URL; fix: write https://HOST")
	}
	if reason := endpointFault(u); reason != "" {
		return nil, errors.New(reason)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, nil
}

func endpointFault(u *url.URL) string {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "the scheme must be https; fix: write https://HOST"
	case u.Hostname() == "" || u.Opaque != "":
		return "the host is missing; fix: write https://HOST"
	case u.User != nil:
		return "user info is not allowed; fix: remove it, and set the key in the environment"
	case u.RawQuery != "" || u.ForceQuery:
		return "a query is not allowed; fix: write https://HOST/PATH"
	case u.Fragment != "" || strings.HasSuffix(u.String(), "#"):
		return "a fragment is not allowed; fix: write https://HOST/PATH"
	case !validPort(u):
		return "the port must be an integer from 1 to 65535; fix: write https://HOST:PORT"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "http is allowed for loopback addresses only, because it does not encrypt the key; fix: use https"
	default:
		return ""
	}
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// isLoopback accepts addresses as they are written, and no name but localhost: any
// other name may resolve to any address.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "http") {
		return "80"
	}
	return "443"
}
