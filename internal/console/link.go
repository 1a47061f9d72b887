package console

import (
	"strconv"
	"strings"
)

// linkCodes returns the sequences that begin and end a link (OSC 8,
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). They are empty for a URL
// that holds anything but the characters of one: it could end the sequence.
func linkCodes(url string) (open, shut string) {
	if url == "" || strings.Trim(url, urlCharacters) != "" {
		return "", ""
	}
	return "\x1b]8;;" + url + "\x1b\\", "\x1b]8;;\x1b\\"
}

// urlCharacters are those of a URL (RFC 3986, 2) without brackets and parentheses.
const urlCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&'*+,;=%"

// TakesLinks reports whether a terminal shows links, by the variables that terminals set. Others
// may print the address. FORCE_HYPERLINK decides for the user: 0 is no.
func TakesLinks(getenv func(string) string) bool {
	if force := getenv("FORCE_HYPERLINK"); force != "" {
		return force != "0"
	}
	if getenv("TERM") == "dumb" || getenv("CI") != "" {
		return false
	}
	if vte, err := strconv.Atoi(getenv("VTE_VERSION")); err == nil {
		return vte >= 5000 // before 0.50.0 some crash
	}
	for _, name := range []string{"WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE", "KITTY_WINDOW_ID"} {
		if getenv(name) != "" {
			return true
		}
	}
	switch getenv("TERM_PROGRAM") {
	case "iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "zed":
		return true
	}
	switch getenv("TERM") {
	case "xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra":
		return true
	}
	return false
}
