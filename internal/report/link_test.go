package report

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const someCommit = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"

func TestBlobURL(t *testing.T) {
	t.Parallel()
	for repository, want := range map[string]string{
		"https://github.com/acme/shop":                     "https://github.com/acme/shop/blob/COMMIT/infra/a%20b%23.tf#L7",
		"https://github.com/acme/shop.git":                 "https://github.com/acme/shop/blob/COMMIT/infra/a%20b%23.tf#L7",
		"https://GitHub.com/acme/shop/":                    "https://github.com/acme/shop/blob/COMMIT/infra/a%20b%23.tf#L7",
		"git@github.com:acme/shop.git":                     "https://github.com/acme/shop/blob/COMMIT/infra/a%20b%23.tf#L7",
		"ssh://git@github.acme.example:2222/acme/shop.git": "https://github.acme.example/acme/shop/blob/COMMIT/infra/a%20b%23.tf#L7",
		"https://gitlab.com/acme/team/shop":                "https://gitlab.com/acme/team/shop/-/blob/COMMIT/infra/a%20b%23.tf#L7",
		"http://gitlab.acme.example:8080/acme/shop":        "http://gitlab.acme.example:8080/acme/shop/-/blob/COMMIT/infra/a%20b%23.tf#L7",
		"https://dev.azure.com/acme/my%20project/_git/shop": "https://dev.azure.com/acme/my%20project/_git/shop?_a=contents&version=GCCOMMIT&path=/infra/a%20b%23.tf" +
			"&line=7&lineEnd=7&lineStartColumn=1&lineEndColumn=200",
		"git@ssh.dev.azure.com:v3/acme/project/shop": "https://dev.azure.com/acme/project/_git/shop?_a=contents&version=GCCOMMIT&path=/infra/a%20b%23.tf" +
			"&line=7&lineEnd=7&lineStartColumn=1&lineEndColumn=200",
		"https://bitbucket.org/acme/shop.git":             "https://bitbucket.org/acme/shop/src/COMMIT/infra/a%20b%23.tf#lines-7",
		"https://bitbucket.acme.example/ctx/scm/SHOP/web": "https://bitbucket.acme.example/ctx/projects/SHOP/repos/web/browse/infra/a%20b%23.tf?at=COMMIT#7",
		"ssh://git@bitbucket.acme.example:7999/~kim/web":  "https://bitbucket.acme.example/users/kim/repos/web/browse/infra/a%20b%23.tf?at=COMMIT#7",
		"https://codeberg.org/acme/shop":                  "https://codeberg.org/acme/shop/src/commit/COMMIT/infra/a%20b%23.tf#L7",
		"https://gitea.acme.example/acme/shop":            "https://gitea.acme.example/acme/shop/src/commit/COMMIT/infra/a%20b%23.tf#L7",
		"https://git.acme.example/acme/shop":              "",
		"https://github.com/acme":                         "",
		"https://evilgithub.com/acme/shop":                "",
		"https://scangate.invalid/local/shop":             "",
		"javascript://github.com/acme/shop":               "",
		"/srv/git/shop.git":                               "",
		"C:/work/shop":                                    "",
		"":                                                "",
	} {
		want = strings.ReplaceAll(want, "COMMIT", someCommit)
		if got := blobURL("infra/a b#.tf", 7, someCommit, repository); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", repository, got, want)
		}
	}
}

func TestBlobURLNeedsAFileAndACommit(t *testing.T) {
	t.Parallel()
	const repo = "https://github.com/acme/shop"
	if got, want := blobURL("a.tf", 0, someCommit, repo), repo+"/blob/"+someCommit+"/a.tf"; got != want {
		t.Errorf("without a line: got %s, want %s", got, want)
	}
	for _, c := range [][2]string{{"a.tf", ""}, {"a.tf", "main"}, {"a.tf", someCommit[:12]}, {"../a.tf", someCommit}, {"", someCommit}} {
		if got := blobURL(c[0], 1, c[1], repo); got != "" {
			t.Errorf("%q at %q: %s", c[0], c[1], got)
		}
	}
}

// Whatever the file is called, the link leads to the host of the repository.
func TestBlobURLStaysOnItsHost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"//evil.example/x", "?x", "#x", "a\nb", `"><script>`, "%2e%2e/x"})).Draw(t, "file")
		for _, repo := range []string{"https://github.com/acme/shop", "https://dev.azure.com/acme/p/_git/shop", "https://bitbucket.acme.example/scm/SHOP/web"} {
			link := blobURL(file, 3, someCommit, repo)
			if link == "" {
				continue
			}
			u, err := url.Parse(link)
			if err != nil || !strings.HasPrefix(repo, "https://"+u.Host+"/") || strings.ContainsAny(link, "\"<> \n") {
				t.Fatalf("%q: %s, %v", file, link, err)
			}
		}
	})
}

func TestPlacesAreLinks(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Repository.URL = "git@github.com:acme/shop.git"
	const page = "https://github.com/acme/shop/blob/" + someCommit + "/infra/main.tf#L3"
	for format, want := range map[string]string{
		Markdown: "[<code>infra/main.tf:3</code>](<" + page + ">)",
		HTML:     `<a class="path" href="` + page + `">infra/main.tf:3</a>`,
		SARIF:    `"repositoryUri": "ssh://github.com/acme/shop.git"`,
	} {
		if got := write(t, format, r, Options{}); !strings.Contains(got, want) {
			t.Errorf("%s: no %s", format, want)
		}
	}
}
