package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// apiKey reads the key from where the flags say, else from SCANGATE_API_KEY.
func apiKey(sys System, cfg *config.Config) (secret.Value, error) {
	text, place, err := readKey(sys, cfg)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" || isReference(text) {
		reason := "there is no API key"
		switch {
		case text != "":
			reason += ": it is the name of a variable that is not set in this job"
		case place != config.APIKeyVariable:
			reason += ": " + place + " is empty"
		}
		return "", badKey(result.CauseNoCredentials, reason, howToGetKey+", and jobs of forks don't get it (see --on-no-credentials)")
	}
	if mark := byteOrderMark(text); mark != "" {
		return "", badKey(result.CauseUnauthorized, fmt.Sprintf("the API key begins with a byte order mark: %s is %s", place, mark),
			"save it as UTF-8 without a byte order mark, or as ASCII")
	}
	if lines := strings.Count(text, "\n") + 1; lines > 1 {
		return "", badKey(result.CauseUnauthorized, fmt.Sprintf("%s has %d lines, and an API key is one line", place, lines), "keep only the key")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", badKey(result.CauseUnauthorized,
			"the API key in "+place+" contains a space or a character that is not printable ASCII", copyAgain)
	}
	if size := len(text); size < minKeySize {
		unit := "characters"
		if size == 1 {
			unit = "character"
		}
		return "", badKey(result.CauseUnauthorized,
			fmt.Sprintf("the API key in %s has %d %s, and a key has at least %d", place, size, unit, minKeySize), copyAgain)
	}
	return secret.Value(text), nil
}

// isReference reports whether a text refers to a variable, as $(NAME), ${NAME} or $NAME. Hosts
// pass it as it is where the variable is not set: Azure for a secret of a fork's job, GitLab for a
// protected variable.
func isReference(text string) bool {
	name, ok := strings.CutPrefix(text, "$")
	switch {
	case strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")"), strings.HasPrefix(name, "{") && strings.HasSuffix(name, "}"):
		name = name[1 : len(name)-1]
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' }
	return ok && name != "" && strings.TrimFunc(name, word) == ""
}

// byteOrderMark names the encoding whose mark a text begins with, "" for none.
func byteOrderMark(text string) string {
	switch {
	case strings.HasPrefix(text, "\uFEFF"):
		return "UTF-8 with a mark"
	case strings.HasPrefix(text, "\xFF\xFE"), strings.HasPrefix(text, "\xFE\xFF"):
		return "UTF-16"
	}
	return ""
}

const howToGetKey = "set SCANGATE_API_KEY, or use --api-key-file or --api-key-stdin; the key comes from the Cloud Optix console " +
	"under Settings > Integrations > Sophos Cloud Optix API"

const copyAgain = "copy the whole key again from the Cloud Optix console"

func badKey(cause result.Cause, reason, fix string) error {
	return &result.FaultError{Fault: result.Fault{Cause: cause, Reason: reason, Fix: fix}}
}

// readKey reads what should be a key, and says where it stands.
func readKey(sys System, cfg *config.Config) (text, place string, err error) {
	switch {
	case cfg.APIKeyFile != "" && cfg.APIKeyStdin:
		return "", "", usagef("--api-key-file and --api-key-stdin can't be combined; fix: leave one of them out")
	case cfg.APIKeyStdin:
		text, err = readAtMost(sys.Stdin, "--api-key-stdin")
		return text, "standard input", err
	case cfg.APIKeyFile != "":
		name := cfg.Origin("api-key-file").String() + ": " + strconv.Quote(cfg.APIKeyFile)
		f, err := os.Open(cfg.APIKeyFile)
		if errors.Is(err, fs.ErrNotExist) && config.LooksLikeKey(cfg.APIKeyFile) {
			return "", "", usagef("%s: the value looks like a key, not like a file; "+
				"fix: give the path of a file that holds the key, and replace this key: others may have seen it", cfg.Origin("api-key-file"))
		}
		if err != nil {
			return "", "", usagef("%s: %w; fix: write the key to this file, or name another one", name, plainCause(err))
		}
		defer f.Close()
		text, err = readAtMost(f, name)
		return text, "the file " + strconv.Quote(cfg.APIKeyFile), err
	}
	return sys.Getenv(config.APIKeyVariable), config.APIKeyVariable, nil
}

func readAtMost(r io.Reader, name string) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeySize+1))
	if err != nil {
		return "", usagef("%s: %w; fix: give a file that holds only the key", name, plainCause(err))
	}
	if len(b) > maxKeySize {
		return "", usagef("%s: longer than %d bytes, so it is not an API key; fix: give a file that holds only the key", name, maxKeySize)
	}
	return string(b), nil
}
