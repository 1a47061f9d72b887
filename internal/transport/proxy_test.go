package transport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/transport"
)

func TestCheckProxy(t *testing.T) {
	t.Parallel()
	const (
		port   = "must be a URL whose port, if it has one, is from 1 to 65535"
		scheme = "must be a URL that begins with http://, https:// or socks5://"
		host   = "must be a URL with a host"
	)
	for address, want := range map[string]string{
		"": "", "proxy.corp": "", "proxy.corp:3128": "", "http://proxy.corp": "", "https://user:pw@proxy.corp:443/": "", "user:pw@127.0.0.1:1": "", "socks5://[::1]:1080": "", "socks5h://p:1": "",
		"http://:0": port, "proxy:port": port, "https://user:pw@host:notaport": port, "http://p:65536": port, "proxy corp:80": port, "://x": port,
		"ftp://p:21": scheme, "http://": host, "http://:3128": host, "//p:80": host, "http://user:pw@": host,
	} {
		err := transport.CheckProxy(address)
		if got := strings.TrimPrefix(fmt.Sprint(err), "<nil>"); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
