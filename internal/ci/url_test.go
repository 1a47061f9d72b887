package ci_test

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
)

func TestCanonicalURL(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                             "",
		"https://github.com/acme/shop": "https://github.com/acme/shop",
		"https://user:token@GitHub.com/acme/Shop.git/":            "https://github.com/acme/Shop",
		"https://github.com:443//acme/./shop?x=y#z":               "https://github.com/acme/shop",
		"http://git.acme.example:8080/a/b.git":                    "https://git.acme.example:8080/a/b",
		"http://bitbucket.org/acme/shop":                          "https://bitbucket.org/acme/shop",
		"https://[2001:DB8::1]:8443/a":                            "https://[2001:db8::1]:8443/a",
		"git@github.com:acme/shop.git":                            "https://github.com/acme/shop",
		"GitHub.com:acme/shop":                                    "https://github.com/acme/shop",
		"git@[::1]:a/b.git":                                       "https://[::1]/a/b",
		"ssh://git@github.com/acme/shop.git":                      "https://github.com/acme/shop",
		"ssh://git@gitlab.acme.example:2222/a/b/c.git":            "https://gitlab.acme.example/a/b/c",
		"git+ssh://git@github.com/acme/shop.git":                  "https://github.com/acme/shop",
		"git://github.com/acme/shop.git":                          "https://github.com/acme/shop",
		"ssh://git@ssh.github.com:443/acme/shop.git":              "https://github.com/acme/shop",
		"git@altssh.bitbucket.org:acme/shop.git":                  "https://bitbucket.org/acme/shop",
		"git@ssh.dev.azure.com:v3/org/My Project/shop":            "https://dev.azure.com/org/My%20Project/_git/shop",
		"https://org@dev.azure.com/org/p%20q/_git/shop":           "https://dev.azure.com/org/p%20q/_git/shop",
		"org@vs-ssh.visualstudio.com:v3/org/p/shop":               "https://dev.azure.com/org/p/_git/shop",
		"https://Org.visualstudio.com/DefaultCollection/p/_git/s": "https://dev.azure.com/org/p/_git/s",
		"https://github.com":                                      "https://github.com",
		"https://host/a/.git":                                     "https://host/a",
		"https://host/a.git.git":                                  "https://host/a",
		// What is on this machine, or something else, stays.
		"/srv/git/shop.git":                "/srv/git/shop.git",
		"../shop":                          "../shop",
		"./a:b":                            "./a:b",
		`C:\repos\shop`:                    `C:\repos\shop`,
		"C:/repos/shop":                    "C:/repos/shop",
		"file:///srv/git/shop.git":         "file:///srv/git/shop.git",
		"codecommit::us-east-1://prof@rep": "codecommit::us-east-1://rep",
		"https://":                         "https://",
		"https://a b/c":                    "https://a b/c",
		"shop":                             "shop",
	}
	for address, want := range tests {
		if got := ci.CanonicalURL(address); got != want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", address, got, want)
		}
	}
}

// Every spelling of one repository has one form.
func TestOneFormOfARepository(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.StringMatching(`[a-z][a-z0-9-]{1,10}(\.[a-z]{2,5}){1,2}`).Draw(t, "host")
		folder := rapid.StringMatching(`[A-Za-z0-9_-]{1,8}(/[A-Za-z0-9_-]{1,8}){1,3}`).Draw(t, "folder")
		user := rapid.SampledFrom([]string{"", "git@", "user:token@", "x-token-auth:a:b@"}).Draw(t, "user")
		end := rapid.SampledFrom([]string{"", "/", ".git", ".git/"}).Draw(t, "end")
		if rapid.Bool().Draw(t, "upper case") {
			host = strings.ToUpper(host)
		}
		want := "https://" + strings.ToLower(host) + "/" + folder
		spellings := []string{
			"https://" + user + host + "/" + folder + end, "http://" + user + host + ":80/" + folder + end,
			"ssh://" + user + host + ":7999/" + folder + end, "git://" + host + "/" + folder + end,
			"git@" + host + ":" + folder + end, host + ":/" + folder + end,
		}
		for _, address := range spellings {
			if got := ci.CanonicalURL(address); got != want {
				t.Fatalf("CanonicalURL(%q) = %q, want %q", address, got, want)
			}
		}
	})
}

func FuzzCanonicalURL(f *testing.F) {
	for _, seed := range []string{"git@github.com:acme/shop.git", "https://u:p@h:8443/a.git", "ssh://git@h:22/a", "a:b", "[::1]:a", "https://h/%2e%2e/a", "h:a%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got := ci.CanonicalURL(address)
		if again := ci.CanonicalURL(got); again != got {
			t.Errorf("%q: %q, and from that %q", address, got, again)
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || got == git.StripUserInfo(strings.TrimSpace(address)) {
			return // it names no host, or needs no change
		}
		if u.User != nil || u.Host != strings.ToLower(u.Host) || strings.HasSuffix(u.EscapedPath(), ".git") || u.RawQuery != "" {
			t.Errorf("%q: %q", address, got)
		}
	})
}
