package git

import "strings"

// StripUserInfo takes user names, passwords and tokens out of a repository's
// address, and nothing else: https://oauth2:tok@host/a.git is
// https://host/a.git, and the short form git@host:a.git is host:a.git. Paths of
// the local file system stay as they are.
//
// Where an unescaped password makes it doubtful where the user info ends, more
// is taken away rather than less.
func StripUserInfo(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return stripShort(url)
	}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	if !strings.Contains(authority, "@") && !brokenPort(authority) {
		return url
	}
	if brokenPort(authority) {
		// https://user:pa/ss@host: the password itself holds a slash.
		authority = rest
	}
	return scheme + "://" + rest[strings.LastIndexByte(authority, '@')+1:]
}

// brokenPort reports whether what follows the last colon of an authority
// without user info is no port, so that it may be half of a password.
func brokenPort(authority string) bool {
	if strings.ContainsAny(authority, "@]") {
		return false
	}
	_, port, _ := strings.Cut(authority, ":")
	return strings.Trim(port, "0123456789") != ""
}

// stripShort handles user@host:path. A name with an @ and no colon after it is
// a folder.
func stripShort(url string) string {
	head, _, _ := strings.Cut(url, "/")
	at := strings.LastIndexByte(head, '@')
	if at < 0 || !strings.Contains(head[at:], ":") {
		return url
	}
	return url[at+1:]
}
