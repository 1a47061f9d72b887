package ci

import (
	"net/url"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/git"
)

// CanonicalURL returns the one form of a repository's address, because two spellings are two
// repositories to the service: https, without user info, query and .git, with the host in lower
// case. It also reads ssh://, git:// and the short form user@host:path, whose port is not that of
// https and is dropped. A path on this machine stays as it is, and so does what can't be parsed.
func CanonicalURL(address string) string {
	address = strings.TrimSpace(git.StripUserInfo(strings.TrimSpace(address)))
	host, folder, ok := splitAddress(address)
	if !ok {
		return address
	}
	folder = strings.TrimPrefix(path.Clean("/"+folder), "/")
	for strings.HasSuffix(folder, ".git") {
		folder = strings.TrimSuffix(strings.TrimSuffix(folder, ".git"), "/")
	}
	host, folder = overHTTPS(host, folder)
	if folder == "" {
		return "https://" + host
	}
	return "https://" + host + "/" + folder
}

// splitAddress returns the host, with the port of https if it has one, and the escaped path of an
// address. ok is false for what names no host.
func splitAddress(address string) (host, folder string, ok bool) {
	if !strings.Contains(address, "://") {
		return splitShort(address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "", "", false
	}
	host = strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch port := u.Port(); u.Scheme {
	case "https", "http":
		if port != "" && port != "443" && port != "80" {
			host += ":" + port
		}
	case "ssh", "git", "git+ssh", "ssh+git":
	default:
		return "", "", false
	}
	return host, u.EscapedPath(), isHostName(host)
}

// splitShort reads host:path, as git does: a slash before the colon makes it a folder. One letter
// is a drive of Windows.
func splitShort(address string) (host, folder string, ok bool) {
	host, folder, ok = strings.Cut(address, ":")
	if rest, isIPv6 := strings.CutPrefix(address, "["); isIPv6 {
		host, folder, ok = strings.Cut(rest, "]:")
		host = "[" + host + "]"
	}
	if !ok || len(host) < 2 || folder == "" || !isHostName(host) {
		return "", "", false
	}
	return strings.ToLower(host), (&url.URL{Path: folder}).EscapedPath(), true
}

// isHostName reports whether a host has no character that would end it in a URL.
func isHostName(host string) bool {
	return !strings.ContainsAny(host, "/\\?#@% \"<>^`{|}") && usableText(host) == host
}

// overHTTPS returns what serves the repository by https, where that is another host or path than by
// ssh, and the newer of two addresses of Azure Repos
// (https://docs.github.com/authentication, "Using SSH over the HTTPS port";
// https://learn.microsoft.com/azure/devops/repos/git/use-ssh-keys-to-authenticate).
func overHTTPS(host, folder string) (string, string) {
	switch host {
	case "ssh.github.com":
		return "github.com", folder
	case "altssh.gitlab.com":
		return "gitlab.com", folder
	case "altssh.bitbucket.org":
		return "bitbucket.org", folder
	case "ssh.dev.azure.com", "vs-ssh.visualstudio.com":
		if parts := strings.Split(folder, "/"); len(parts) == 4 && parts[0] == "v3" {
			return "dev.azure.com", path.Join(parts[1], parts[2], "_git", parts[3])
		}
		return host, folder
	}
	if organization, ok := strings.CutSuffix(host, ".visualstudio.com"); ok {
		return "dev.azure.com", path.Join(organization, strings.TrimPrefix(folder, "DefaultCollection/"))
	}
	return host, folder
}

// repositoryPath returns the path of a repository at its host, such as acme/shop.
func repositoryPath(address string) string {
	_, folder, ok := splitAddress(CanonicalURL(address))
	if !ok {
		return ""
	}
	return strings.Trim(folder, "/")
}
