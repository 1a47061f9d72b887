package git

import (
	"context"
	"strings"
)

// Branch returns the short name of the branch that is checked out, "" for a detached HEAD. For a
// commit in the place of HEAD, it is the branch that the user named, else the one that is checked
// out and ends in this commit, else "".
func (r *Repo) Branch(ctx context.Context) (string, error) {
	const what = "name the branch"
	if r.judged == "" {
		return r.query(ctx, what, "symbolic-ref", "--quiet", "--short", "HEAD")
	}
	name, _ := r.query(ctx, what, "rev-parse", "--symbolic-full-name", r.named, "--")
	name, _, _ = strings.Cut(name, "\n")
	if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
		return branch, nil
	}
	if tracked, ok := strings.CutPrefix(name, "refs/remotes/"); ok {
		_, branch, _ := strings.Cut(tracked, "/")
		return branch, nil
	}
	tip, err := r.query(ctx, what, "rev-parse", "--quiet", "--verify", "HEAD")
	if err != nil || tip != r.judged {
		return "", err
	}
	return r.query(ctx, what, "symbolic-ref", "--quiet", "--short", "HEAD")
}

// Commit returns the full hash of HEAD, or of the commit in its place, "" if there is no commit
// yet.
func (r *Repo) Commit(ctx context.Context) (string, error) {
	if r.judged != "" {
		return r.judged, nil
	}
	return r.query(ctx, "name the commit", "rev-parse", "--quiet", "--verify", "HEAD")
}

// Tip is a commit and its author.
type Tip struct{ Commit, Name, Email string }

// Tip returns the full hash of HEAD, or of the commit in its place, and the name and the email
// address of its author; nothing if there is no commit yet. The author of a commit that can't be
// read is "".
func (r *Repo) Tip(ctx context.Context) (Tip, error) {
	out, err := r.query(ctx, "name the author", "log", "-1", "--no-show-signature", "--format=%H%x00%an%x00%ae", r.head(), "--")
	fields := strings.Split(out, "\x00")
	if err != nil || len(fields) != 3 {
		commit, err := r.Commit(ctx)
		return Tip{Commit: commit}, err
	}
	return Tip{fields[0], fields[1], fields[2]}, nil
}

// RemoteURL returns the address of the remote that a branch follows, else of origin, else of the
// only remote there is; "" otherwise. It is the address in the config, without url.*.insteadOf
// rules, which may add credentials. Use [StripUserInfo] before it is shown or sent.
func (r *Repo) RemoteURL(ctx context.Context, branch string) (string, error) {
	out, err := r.query(ctx, "name the remote", "config", "-z", "--get-regexp", `^(remote\..*\.url|branch\..*\.remote)$`)
	if err != nil || out == "" {
		return "", err
	}
	return chooseRemote(parseConfig(out), branch), nil
}

// parseConfig reads the output of git config -z: entries "key\nvalue", each ended
// by NUL. The first value of a key counts, as it does for git fetch.
func parseConfig(out string) map[string]string {
	config := map[string]string{}
	for entry := range strings.SplitSeq(out, "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		if _, seen := config[key]; !seen && key != "" {
			config[key] = value
		}
	}
	return config
}

func chooseRemote(config map[string]string, branch string) string {
	for _, name := range []string{config["branch."+branch+".remote"], "origin"} {
		if url := config["remote."+name+".url"]; url != "" {
			return url
		}
	}
	only, count := "", 0
	for key, value := range config {
		if strings.HasPrefix(key, "remote.") {
			only, count = value, count+1
		}
	}
	if count == 1 {
		return only
	}
	return ""
}
