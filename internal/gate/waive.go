package gate

import (
	"cmp"
	"slices"
	"time"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// waiver is a waiver with its compiled patterns.
type waiver struct {
	*result.Waiver
	path, resource glob.Pattern
	images         image.Pattern
	// share: the fingerprint of a finding without a file may be another one among all shards.
	share bool
	// valid is false if a pattern can't be compiled. Such a waiver covers nothing.
	valid bool
}

func compileWaiver(w *result.Waiver) waiver {
	c := waiver{Waiver: w, valid: true}
	for _, p := range []struct {
		raw string
		to  *glob.Pattern
	}{{w.Path, &c.path}, {w.Resource, &c.resource}} {
		if p.raw != "" {
			var ok bool
			*p.to, ok = glob.Compile(p.raw, "")
			c.valid = c.valid && ok
		}
	}
	if w.Image != "" {
		var ok bool
		c.images, ok = image.ParsePattern(w.Image)
		c.valid = c.valid && ok
	}
	return c
}

// names reports whether everything that the waiver says of a finding fits, besides its severity.
// Each location of the finding must fit: an image is accepted in one folder and not in another. So
// must each resource of an alert.
func (w waiver) names(f *result.Finding) bool {
	switch {
	case !w.valid || f.Rule != w.Rule:
		return false
	case w.Fingerprint != "" && f.Fingerprint != w.Fingerprint && (!w.share || f.Placed()):
		return false
	case w.Fingerprint == "" && f.Uncertain != "":
		return false
	case w.Image != "" && (f.Image == "" || !w.images.Matches(f.Image)):
		return false
	case w.Resource != "" && slices.ContainsFunc(resourcesOf(f), func(r string) bool { return r == "" || !w.resource.Matches(r) }):
		return false
	case w.Path != "":
		return len(f.Locations) > 0 && !slices.ContainsFunc(f.Locations, func(l result.Location) bool { return !w.holds(l) })
	}
	return true
}

func (w waiver) holds(l result.Location) bool {
	return w.path.Covers(l.Path) && (w.Lines == nil || w.Lines.Contains(l.Line))
}

// covers reports whether a severity is not worse than the one that the waiver states. An unknown
// one is only like itself.
func (w waiver) covers(s result.Severity) bool {
	switch {
	case w.Severity == nil || s == *w.Severity:
		return true
	case s == result.Unknown || *w.Severity == result.Unknown:
		return false
	}
	return s < *w.Severity
}

// isExact reports whether the waiver names the finding by no pattern: a glob, or a folder.
func (w waiver) isExact(f *result.Finding) bool {
	return !w.IsPattern() && (w.Path == "" || !slices.ContainsFunc(f.Locations, func(l result.Location) bool { return !w.path.Matches(l.Path) }))
}

// specificity puts the waivers that name one finding first, and patterns last, so that these
// cover what is left.
func (w waiver) specificity() int {
	switch {
	case w.Fingerprint != "":
		return 0
	case !w.IsPattern():
		return 1
	}
	return 2
}

// rank orders severities: unknown is the worst.
func rank(s result.Severity) int {
	if s == result.Unknown {
		return int(result.Critical) + 1
	}
	return int(s)
}

// resourcesOf are all resources of a finding, "" for none.
func resourcesOf(f *result.Finding) []string {
	if len(f.Resources) > 0 {
		return f.Resources
	}
	return []string{resourceOf(f)}
}

// resourceOf is the address of a finding's resource, or for alerts and checks, which lie in no
// file, the vendor's name for it.
func resourceOf(f *result.Finding) string {
	if f.Kind == result.KindAlerts || f.Kind == result.KindChecks {
		return cmp.Or(f.Resource, f.Ref)
	}
	return f.Resource
}

// claim is a finding that waivers may cover, and how much of it none covers yet.
type claim struct {
	*result.Finding
	index, left int
	severity    result.Severity // that the gate counts it as
}

// waiving applies the waivers of a policy.
type waiving struct {
	// claims are those of each rule, in the order in which waivers cover them.
	claims map[string][]*claim
	stamps []result.Stamp
}

// waive applies the waivers to the findings whose stamps count anything, and changes these stamps.
// It returns what became of each waiver.
//
// The waivers take turns, the most specific first. Of more findings than one may cover, the
// least severe are waived and the worst count. So a waiver less never waives more, and neither
// does a finding more.
//
// In a share of a run, a fingerprint may mean any finding of its rule without a file.
func waive(findings []result.Finding, stamps []result.Stamp, ws []result.Waiver, now time.Time, share bool) []result.WaiverCheck {
	if len(ws) == 0 {
		return nil
	}
	w := waiving{claims: claimsOf(findings, stamps), stamps: stamps}
	compiled := make([]waiver, len(ws))
	turns := make([]int, len(ws))
	for i := range ws {
		compiled[i], turns[i] = compileWaiver(&ws[i]), i
		compiled[i].share = share
	}
	slices.SortStableFunc(turns, func(a, b int) int { return cmp.Compare(compiled[a].specificity(), compiled[b].specificity()) })
	checks := make([]result.WaiverCheck, len(ws))
	for _, i := range turns {
		checks[i] = w.apply(compiled[i], now)
	}
	for i := range checks {
		checks[i].Beyond = w.left(compiled[i])
	}
	return checks
}

// markUnseen tells waivers that cover nothing in a part of the repository from unused ones.
func markUnseen(checks []result.WaiverCheck) {
	for i := range checks {
		if checks[i].State == result.WaiverUnused {
			checks[i].State = result.WaiverUnseen
		}
	}
}

// cover adds a part to the stamp of a finding.
func (w waiving) cover(i int, part result.Covered) {
	s := &w.stamps[i]
	s.Cover().Waived = append(s.Cover().Waived, part)
	if s.Count -= part.Count; s.Count == 0 {
		s.Effect, s.Limits = result.Waived, nil
	}
}

// claimsOf returns the findings that count for something, least severe first. Equal ones are in
// the order of their fingerprints.
func claimsOf(findings []result.Finding, stamps []result.Stamp) map[string][]*claim {
	claims := map[string][]*claim{}
	for i := range findings {
		if stamps[i].Count > 0 {
			f := &findings[i]
			claims[f.Rule] = append(claims[f.Rule], &claim{Finding: f, index: i, left: stamps[i].Count, severity: stamps[i].Severity})
		}
	}
	for _, list := range claims {
		slices.SortStableFunc(list, func(a, b *claim) int {
			return cmp.Or(cmp.Compare(rank(a.severity), rank(b.severity)), cmp.Compare(a.Fingerprint, b.Fingerprint))
		})
	}
	return claims
}

// apply lets a waiver cover what it names.
func (w waiving) apply(by waiver, now time.Time) result.WaiverCheck {
	check := result.WaiverCheck{ID: by.ID(), State: result.WaiverUnused, ExpiresSoon: by.ExpiresSoon(now)}
	if by.Expired(now) {
		check.State = result.WaiverExpired
		return check
	}
	allowed := 1 // by a pattern
	for _, c := range w.claims[by.Rule] {
		if !by.names(c.Finding) || !by.covers(c.Severity.Known()) {
			continue
		}
		n := c.left
		switch {
		case by.Max != nil:
			n = min(n, *by.Max-check.Waived)
		case !by.isExact(c.Finding):
			n = min(n, allowed)
			allowed -= n
		}
		if n > 0 {
			c.left -= n
			check.Waived, check.State = result.AddCounts(check.Waived, n), result.WaiverUsed
			if by.Block != "" && by.Block != c.Block {
				check.Changed = result.AddCounts(check.Changed, n)
			}
			w.cover(c.index, result.Covered{By: by.ID(), Count: n})
		}
	}
	return check
}

// left counts what a waiver names and no waiver covers.
func (w waiving) left(by waiver) int {
	n := 0
	for _, c := range w.claims[by.Rule] {
		if by.names(c.Finding) {
			n = result.AddCounts(n, c.left)
		}
	}
	return n
}
