package hook

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Name is the name of a hook of git.
type Name string

// The hooks.
const (
	PreCommit Name = "pre-commit"
	// PreMergeCommit runs in the place of PreCommit for a merge without conflicts.
	PreMergeCommit Name = "pre-merge-commit"
	PrePush        Name = "pre-push"
	PreReceive     Name = "pre-receive"
)

// Names returns all hooks.
func Names() []Name { return []Name{PreCommit, PreMergeCommit, PrePush, PreReceive} }

// Update is a ref that a push changes at the receiver.
type Update struct {
	// Ref is its full name there.
	Ref string
	// Old and New are full hashes, "" for none: a new ref has no Old, and a deleted one no New.
	Old, New string
}

// Short is the name of the branch or the tag, or the rest after refs/ of another ref.
func (u Update) Short() string {
	for _, prefix := range []string{"refs/heads/", "refs/tags/", "refs/"} {
		if short, ok := strings.CutPrefix(u.Ref, prefix); ok {
			return short
		}
	}
	return u.Ref
}

// maxUpdates bounds how many refs one push may change.
const maxUpdates = 10_000

// ReadUpdates reads the standard input of a hook, one line for each ref:
//
//	pre-push     LOCAL-REF NEW REMOTE-REF OLD
//	pre-receive  OLD NEW REF
//
// See https://git-scm.com/docs/githooks. A line of another form is an error.
func ReadUpdates(name Name, r io.Reader) ([]Update, error) {
	var all []Update
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		u, err := parseUpdate(name, lines.Text())
		if err != nil {
			return nil, fmt.Errorf("standard input, line %d: %w", len(all)+1, err)
		}
		if all = append(all, u); len(all) > maxUpdates {
			return nil, fmt.Errorf("standard input: more than %d refs; fix: push fewer at once", maxUpdates)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return all, nil
}

func parseUpdate(name Name, line string) (Update, error) {
	fields := strings.Split(line, " ")
	var u Update
	switch {
	case name == PrePush && len(fields) == 4:
		u = Update{Ref: fields[2], Old: fields[3], New: fields[1]}
	case name == PreReceive && len(fields) == 3:
		u = Update{Ref: fields[2], Old: fields[0], New: fields[1]}
	default:
		return u, fmt.Errorf("not what git tells %s: %q; fix: let git run the hook", name, line)
	}
	var oldErr, newErr error
	u.Old, oldErr = parseHash(u.Old)
	u.New, newErr = parseHash(u.New)
	if !strings.HasPrefix(u.Ref, "refs/") {
		return u, fmt.Errorf("not the full name of a ref: %q", u.Ref)
	}
	return u, errors.Join(oldErr, newErr)
}

// parseHash returns a full hash, "" for one of zeros.
func parseHash(text string) (string, error) {
	if len(text) != 40 && len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
		return "", fmt.Errorf("not a full hash: %q", text)
	}
	if strings.Trim(text, "0") == "" {
		return "", nil
	}
	return text, nil
}
