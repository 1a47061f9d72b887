package run

import (
	"context"
	"regexp"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
	"github.com/scangate/scangate/internal/text"
)

// maxRevisions bounds the revisions that a shell offers.
const maxRevisions = 200

// Revisions returns HEAD, branches and tags of the repository at dir for completion, those with the
// newest commits first; nil outside of a repository. Names that a shell could take for more than a
// word are left out: whoever may push chooses them.
func Revisions(ctx context.Context, sys System, dir string) []string {
	repo, err := git.Open(ctx, dir, sys.Environ)
	if err != nil {
		return nil
	}
	refs, err := repo.Refs(ctx, maxRevisions)
	if err != nil {
		return nil
	}
	plain := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/@+-]*$`)
	revisions := []string{"HEAD"}
	for _, ref := range refs {
		if plain.MatchString(ref) {
			revisions = append(revisions, ref)
		}
	}
	return revisions
}

// SourceNames returns the names of the alert sources.
func SourceNames() []string {
	var names []string
	for _, v := range alerts.Vendors() {
		names = append(names, v.Name)
	}
	return names
}

// Finding is a finding as completion offers it.
type Finding struct{ Fingerprint, Summary string }

// Findings returns the findings of a saved result with the worst first, nil if it can't be read.
// Summaries are one line without control characters.
func Findings(sys System, path string) []Finding {
	saved, err := readResult(sys, path, seal.Key{})
	if err != nil {
		return nil
	}
	var all []Finding
	for _, severity := range result.Severities() {
		for _, f := range saved.Findings {
			if f.Severity.Known() == severity {
				all = append(all, Finding{result.ShortFingerprint(f.Fingerprint), text.OneLine(severity.String() + ": " + f.Summary)})
			}
		}
	}
	return all
}
