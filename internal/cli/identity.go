package cli

import (
	"context"
	"strings"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// identity is what the service associates a scan with.
type identity struct {
	URL, Branch, Commit, Name, Email string
}

// committer writes who committed, in words that follow others; "" if nobody is
// known.
func (i identity) committer() string {
	who := i.Name
	if i.Email != "" {
		who = strings.TrimSpace(who + " <" + i.Email + ">")
	}
	if who == "" {
		return ""
	}
	return ", committer " + who
}

// identify finds the repository, branch and committer: flags, then the CI's
// variables, then git. Image submissions and --save-results can't do without
// the first two.
func (r *scanRun) identify(ctx context.Context) error {
	if r.cfg.Embedded() {
		r.repo = identity{URL: "https://embedded.invalid/repository", Branch: "embedded", Name: "embedded", Email: "embedded@embedded.invalid"}
	}
	meta := r.metadata()
	r.repo = identity{
		URL:    git.StripUserInfo(first(r.cfg.RepoURL, meta.RepoURL, r.repo.URL)),
		Branch: first(r.cfg.Branch, meta.Branch, r.repo.Branch),
		Commit: meta.Commit,
		Name:   first(r.cfg.CommitterName, meta.CommitterName, r.repo.Name),
		Email:  first(r.cfg.CommitterEmail, meta.CommitterEmail, r.repo.Email),
	}
	if !r.needsIdentity() {
		return nil
	}
	var missing []string
	if r.repo.URL == "" {
		missing = append(missing, "--repo-url")
	}
	if r.repo.Branch == "" {
		missing = append(missing, "--branch")
	}
	if len(missing) == 0 {
		return nil
	}
	if stopped, ok := stoppedBy(ctx); ok {
		return stopped // git was stopped before it could say them
	}
	return usagef("Cloud Optix needs the repository and the branch for images and --save-results, and neither CI variables nor git say them; give %s",
		strings.Join(missing, " and "))
}

// askMetadata has git say what the CI's variables leave open, beside discovery:
// five processes, for which a hook would have to wait.
func (r *scanRun) askMetadata(ctx context.Context) func() ci.Metadata {
	answer := make(chan ci.Metadata, 1)
	go func() { answer <- ci.Detect(r.sys.Getenv).Metadata(ctx, r.tree.Repo) }()
	return func() ci.Metadata { return <-answer }
}

// needsIdentity reports whether a planned call has repository and branch as
// mandatory parameters.
func (r *scanRun) needsIdentity() bool {
	for _, row := range r.plan.Rows {
		if row.Status != result.Pending {
			continue
		}
		if row.Target.Kind != result.KindIaC || r.cfg.SaveResults {
			return true
		}
	}
	return false
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
