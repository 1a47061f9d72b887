package git

import (
	"context"
	"strings"
)

// Expand returns the full hash of the one commit of the clone whose hash begins with some digits,
// "" for none or several. No name is looked up: a branch or a tag can be named like the digits.
func (r *Repo) Expand(ctx context.Context, digits string) (string, error) {
	if len(digits) < 4 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", nil
	}
	out, err := r.query(ctx, "find commit "+digits, "rev-parse", "--disambiguate="+digits)
	if err != nil {
		return "", err
	}
	var commits []string
	for id := range strings.FieldsSeq(out) {
		kind, err := r.query(ctx, "find commit "+id, "cat-file", "-t", id)
		if err != nil {
			return "", err
		}
		if kind == "commit" {
			commits = append(commits, id)
		}
	}
	if len(commits) != 1 {
		return "", nil
	}
	return commits[0], nil
}

// Ref returns the full hash that a ref points to, "" if there is no such ref. name is the ref in
// full, and nothing else that is named like it is found.
func (r *Repo) Ref(ctx context.Context, name string) (string, error) {
	out, err := r.query(ctx, "find "+name, "for-each-ref", "--format=%(objectname) %(refname)", name)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		if id, found, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " "); found == name && IsHash(id) {
			return id, nil
		}
	}
	return "", nil
}
