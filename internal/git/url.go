package git

import "strings"

// StripUserInfo removes user name, password and token from a repository's address:
// https://oauth2:tok@host/a.git becomes https://host/a.git, and the short form
// git@host:a.git becomes host:a.git. Local paths stay as they are.
//
// If an unescaped password hides where the user info ends, it removes too much
// rather than too little.
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

// brokenPort reports whether an authority without user info has something else
// than a port after its colon: it may be half of a password.
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
