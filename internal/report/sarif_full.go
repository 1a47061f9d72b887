package report

import (
	"cmp"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
)

// writeSARIFFull writes the SARIF 2.1.0 file that holds everything: a result for each finding, with
// or without a place, and a notification for each row without an answer. Only --min-severity leaves
// anything out. It is for readers without limits, not for upload: it has its own category, so that
// uploading a folder with both files by mistake does no harm.
func writeSARIFFull(w io.Writer, m *Model, o Options) error {
	all := m.withOutside()
	sortFindings(all)
	rules, refs := sarifRules(slices.Values(all))
	head := sarifHead{
		tool: sarif.Tool{Driver: sarifDriver(m.result.Tool, rules)}, category: cmp.Or(o.Category, sarifCategory) + "full/",
		invocation: fullInvocation(m), versions: sarifVersions(m.result.Repository), properties: runProperties(m.result),
	}
	asked := configLocations(m.result.Ledger)
	var memory sarifMemory
	return writeSARIFLog(w, head, func(yield func(*sarif.Result) bool) {
		for i, f := range all {
			res := fullResult(&memory, f, refs[ruleKeyOf(f)])
			res.Suppressions = m.suppressions(f)
			res.BaselineState = m.baselineState(slices.Values([]entry{{all[i : i+1]}}))
			if len(res.Locations) == 0 {
				res.Locations = fullLocations(&memory, asked[f.Target])
			}
			if !yield(res) {
				return
			}
		}
	})
}

// withOutside returns the shown findings and those outside the change.
func (m *Model) withOutside() []*result.Finding {
	all := make([]*result.Finding, 0, len(m.result.Findings))
	for i := range m.result.Findings {
		if f := &m.result.Findings[i]; !m.hides(f) {
			all = append(all, f)
		}
	}
	return all
}

// fullResult makes one result. A finding without a file has no location at all: several readers
// break on one without a physical location.
func fullResult(m *sarifMemory, f *result.Finding, rule *ruleRef) *sarif.Result {
	res := m.next()
	res.RuleID, res.RuleIndex, res.Kind, res.Level = &rule.id, &rule.index, &rule.kind, &rule.level
	m.text(plainMessage(message(f), anyLength))
	for i := range f.Locations {
		if at := fullLocation(m, &f.Locations[i]); at != nil {
			at.showNames(f)
			res.Locations = append(res.Locations, &at.location)
		}
	}
	if len(res.Locations) > 0 {
		at := res.Locations[0].PhysicalLocation
		res.Fixes = sarifFixes(m, f, *at.ArtifactLocation.URI, *at.Region.StartLine)
	}
	res.RelatedLocations = fullLocations(m, f.Candidates)
	for i, l := range res.RelatedLocations {
		l.Id = ref(uint(i + 1)) // no two may be equal
		l.Message = sarif.NewTextMessage("One of the places that fit.")
	}
	if at := likelyLine(f); at != nil {
		res.RelatedLocations, _ = sarifAlso(m, []result.Location{*at}, sarifLikely, "", "")
	}
	m.print(f.Fingerprint)
	if f.Count > 1 {
		res.OccurrenceCount = ref(uint(f.Count))
	}
	res.Properties = m.properties()
	setProperties(res.Properties, f)
	return res
}

// fullLocations leaves out what leads out of the repository.
func fullLocations(m *sarifMemory, locations []result.Location) []*sarif.Location {
	var all []*sarif.Location
	for i := range locations {
		if at := fullLocation(m, &locations[i]); at != nil {
			all = append(all, &at.location)
		}
	}
	return all
}

// anyLength is a length that no text has.
const anyLength = 1 << 30

// fullLocation has the one line of the upload as its region and the block around it as its context,
// which must hold more than the region (SARIF 2.1.0, 3.29.5). It returns nil for a path that leads
// out of the repository.
func fullLocation(m *sarifMemory, l *result.Location) *locationMemory {
	uri := relativeURI(l.Path)
	if uri == "" {
		return nil
	}
	line := max(l.Line, 1)
	at := m.location().at(uri, line)
	at.showLine(l, line)
	if b := l.Block; b != nil && b.Start >= 1 && b.Contains(line) && b.Start < b.End {
		at.physical.ContextRegion = at.context.lines(b.Start, b.End)
	}
	return at
}

// setProperties sets the fields of a finding that SARIF has no place for. The bag points to texts,
// which takes no memory.
func setProperties(p sarif.Properties, f *result.Finding) {
	p["kind"], p["severity"], p["placement"] = &f.Kind, f.Severity, &f.Placement
	set := func(name string, text *string) {
		if *text != "" {
			p[name] = text
		}
	}
	set("resource", &f.Resource)
	set("image", &f.Image)
	set("target", &f.Target)
	set("details", &f.Details)
	set("note", &f.Note)
	set("block", &f.Block)
	set("uncertain", &f.Uncertain)
	set("rawSeverity", &f.RawSeverity)
	set("ref", &f.Ref)
	set("file", &f.File)
	set("kindWord", &f.KindWord)
	set("submission", &f.Submission)
	if c := f.Cloud; c != nil {
		first, last := day(c.FirstSeen), day(c.LastSeen)
		set("account", &c.Account)
		set("region", &c.Region)
		set("link", &c.Link)
		set("alertId", &c.AlertID)
		set("firstSeen", &first)
		set("lastSeen", &last)
	}
	if f.Kind == result.KindImage {
		p["vulnerabilities"] = f.Count
	}
	if f.Unplanned {
		p["unplanned"] = true
	}
	if f.Outside {
		p["outside"] = true
	}
	if f.Stamp.Effect != "" {
		p["stamp"] = &f.Stamp
	}
}

// runProperties are the verdict and what it was taken by.
func runProperties(r *result.Result) sarif.Properties {
	p := sarif.Properties{
		"verdict": r.Verdict, "policy": r.Policy, "endpoint": r.Endpoint, "embedded": r.Embedded,
	}
	if r.Change != nil {
		p["change"] = r.Change
	}
	if r.Delta != nil {
		p["delta"] = r.Delta
	}
	if len(r.NotSent) > 0 {
		p["notSent"] = r.NotSent
	}
	return p
}

// fullInvocation holds what is not a result: each row without an answer, with its reason and fix,
// and the notices. The run was not successful if there is such a row, or if it ended early.
func fullInvocation(m *Model) *sarif.Invocation {
	r := m.result
	inv := sarifInvocation(r, []string{"Verdict: " + r.Verdict.Line})
	inv.ExitCode, inv.ExitCodeDescription = ref(r.Verdict.Exit), ref(string(r.Verdict.Outcome))
	add := func(level, text string, at result.Location) *sarif.Notification {
		n := sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(plainMessage(text, anyLength)))
		n.Locations = fullLocations(&sarifMemory{}, []result.Location{at})
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications, n)
		return n
	}
	if !m.hidden.empty() {
		add("note", sarifHidden(m), result.Location{})
	}
	if r.EndedEarly() || r.Shard != nil {
		inv.ExecutionSuccessful = ref(false)
	}
	for i := range r.Ledger {
		row := &r.Ledger[i]
		if row.Unanswered() {
			inv.ExecutionSuccessful = ref(false)
			n := add("error", unansweredText(row), placeOf(row))
			n.Properties = sarif.Properties{"target": row.Target.ID(), "cause": string(row.Cause)}
		}
	}
	for _, n := range m.notices {
		add("warning", n.Text, result.Location{Path: n.Path, Line: n.Line})
	}
	return inv
}

// sarifVersions names the commit. A repository without an address at a host has none.
func sarifVersions(repo result.Repository) []*sarif.VersionControlDetails {
	u, err := url.Parse(repositoryURI(repo.URL))
	if err != nil || u.Scheme == "" || u.Host == "" || strings.HasSuffix(u.Hostname(), ".invalid") {
		return nil
	}
	v := &sarif.VersionControlDetails{RepositoryURI: ref(u.String())}
	if repo.Branch != "" {
		v.Branch = &repo.Branch
	}
	if repo.Commit != "" {
		v.RevisionID = &repo.Commit
	}
	return []*sarif.VersionControlDetails{v}
}
