package git_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/git"
)

func TestStripUserInfo(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                                 "",
		"https://host/org/repo.git":        "https://host/org/repo.git",
		"https://host:8443/org/repo":       "https://host:8443/org/repo",
		"https://tok@host/r":               "https://host/r",
		"https://oauth2:glpat-x@host/r":    "https://host/r",
		"https://u:p@ss@host/r":            "https://host/r",
		"https://u:p/ss@host/r":            "https://host/r",
		"https://host/r/@scope/x":          "https://host/r/@scope/x",
		"https://u:p@[::1]:8443/r":         "https://[::1]:8443/r",
		"https://[::1]:8443/r/@x":          "https://[::1]:8443/r/@x",
		"https://tok@host?x=@y":            "https://host?x=@y",
		"ssh://git@host:22/org/repo":       "ssh://host:22/org/repo",
		"git@host:org/repo.git":            "host:org/repo.git",
		"host:org/repo@x":                  "host:org/repo@x",
		"/srv/git/@x/repo:1":               "/srv/git/@x/repo:1",
		"folder@x":                         "folder@x",
		"../u@x/y":                         "../u@x/y",
		`C:\repos\shop`:                    `C:\repos\shop`,
		"codecommit::us-east-1://prof@rep": "codecommit::us-east-1://rep",
	}
	for url, want := range tests {
		if got := git.StripUserInfo(url); got != want {
			t.Errorf("StripUserInfo(%q) = %q, want %q", url, got, want)
		}
	}
}

func FuzzStripUserInfo(f *testing.F) {
	f.Add("tok", "host/a@b")
	f.Fuzz(func(t *testing.T, user, rest string) {
		if user == "" || strings.ContainsAny(user, "@/?#:") || strings.ContainsAny(rest, "@") {
			return
		}
		url := "https://" + user + "@" + rest
		if got := git.StripUserInfo(url); got != "https://"+rest {
			t.Errorf("StripUserInfo(%q) = %q", url, got)
		}
	})
}
