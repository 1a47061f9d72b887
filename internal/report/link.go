package report

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// link is the page on which the repository's host shows a location at the scanned commit, "" if it
// is not known.
func (m *Model) link(l *result.Location) string {
	repo := m.result.Repository
	return blobURL(l.Path, l.Line, repo.Commit, repo.URL)
}

// blobURL is the page of a file's line at a commit. A line below 1 is left out. It returns "" for a
// host that is not known, and for a path that leads out of the repository.
func blobURL(file string, line int, commit, repository string) string {
	repo, file := webURL(repository), relativeURI(file)
	if repo == nil || file == "" || !isCommit(commit) {
		return ""
	}
	page, fragment := pageOf(repo, commit, file)
	if page == "" || line < 1 {
		return page
	}
	return page + fmt.Sprintf(fragment, line)
}

// pageOf is the page of a file, and the format of what adds a line to it. The forms are those of
// the hosts' own links.
func pageOf(repo *url.URL, commit, file string) (page, line string) {
	base, host := strings.TrimSuffix(repo.String(), "/"), repo.Hostname()
	switch {
	case isHost(host, "github"):
		return base + "/blob/" + commit + "/" + file, "#L%d"
	case isHost(host, "gitlab"):
		return base + "/-/blob/" + commit + "/" + file, "#L%d"
	case isHost(host, "gitea"), isHost(host, "forgejo"), isHost(host, "codeberg"):
		return base + "/src/commit/" + commit + "/" + file, "#L%d"
	case host == "dev.azure.com", strings.HasSuffix(host, ".visualstudio.com"):
		file = strings.NewReplacer("&", "%26", "+", "%2B").Replace(file) // it stands in the query
		return base + "?_a=contents&version=GC" + commit + "&path=/" + file, "&line=%[1]d&lineEnd=%[1]d&lineStartColumn=1&lineEndColumn=200"
	case host == "bitbucket.org":
		return base + "/src/" + commit + "/" + file, "#lines-%d"
	case isHost(host, "bitbucket"):
		return dataCenterPage(repo, commit, file), "#%d"
	}
	return "", ""
}

// dataCenterPage is the page of a file in a Bitbucket Data Center, whose clones are at
// [/CONTEXT]/scm/PROJECT/REPO over https, and at /PROJECT/REPO over ssh.
func dataCenterPage(repo *url.URL, commit, file string) string {
	folder, name := path.Split(repo.Path)
	before, project, ok := strings.Cut(strings.TrimSuffix(folder, "/"), "/scm/")
	if !ok {
		before, project = "", strings.Trim(folder, "/")
	}
	owner := "/projects/" + project
	if user, ok := strings.CutPrefix(project, "~"); ok {
		owner = "/users/" + user
	}
	if project == "" || strings.Contains(project, "/") {
		return ""
	}
	page := url.URL{Scheme: repo.Scheme, Host: repo.Host, Path: before + owner + "/repos/" + name + "/browse/"}
	return page.String() + file + "?at=" + commit
}

// isHost reports whether a host is an installation of a product: github.com, github.acme.example.
func isHost(host, product string) bool {
	first, rest, _ := strings.Cut(host, ".")
	return rest != "" && first == product
}

// webURL is the page of a repository, nil if its address names no host. Of a clone over ssh, the
// page is that over https.
func webURL(repository string) *url.URL {
	u, err := url.Parse(repositoryURI(repository))
	if err != nil || u.Hostname() == "" || strings.HasSuffix(u.Hostname(), ".invalid") || u.RawQuery != "" || u.Fragment != "" {
		return nil
	}
	page := &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")}
	switch u.Scheme {
	case "https", "http":
	case "ssh", "git+ssh", "git":
		page.Scheme, page.Host = "https", strings.ToLower(u.Hostname())
	default:
		return nil
	}
	if parts := strings.Split(page.Path, "/"); page.Host == "ssh.dev.azure.com" && len(parts) == 5 && parts[1] == "v3" {
		page.Host, page.Path = "dev.azure.com", "/"+parts[2]+"/"+parts[3]+"/_git/"+parts[4]
	}
	if strings.Count(page.Path, "/") < 2 {
		return nil
	}
	return page
}

// repositoryURI writes git's short form of an address over ssh, user@host:path, as a URI.
func repositoryURI(repository string) string {
	host, file, ok := strings.Cut(repository, ":")
	if !ok || strings.Contains(host, "/") || strings.HasPrefix(file, "//") {
		return repository
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	return (&url.URL{Scheme: "ssh", Host: host, Path: "/" + strings.TrimPrefix(file, "/")}).String()
}

// isCommit reports whether text is the whole hash of a commit, SHA-1 or SHA-256.
func isCommit(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}

// fileURL is the address of a file below root, an absolute folder with slashes. Terminals that open
// lines take the fragment for the number.
func fileURL(root string, at *result.Location) string {
	u := url.URL{Scheme: "file", Path: path.Join("/", root, at.Path)}
	if at.Line > 0 {
		u.Fragment = fmt.Sprint(at.Line)
	}
	return u.String()
}
