package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
)

// writeSARIFFull writes the SARIF 2.1.0 file that holds everything: a result for
// each finding, with or without a place, and a notification for each row without
// an answer. Nothing is merged, cut or left out but what --min-severity hides. It
// is for readers that have no limits, not for upload: its category is another, so
// that a folder with both files can be uploaded by mistake and do no harm.
func writeSARIFFull(w io.Writer, r *result.Result, o Options) error {
	shown, hidden := visibleOrOutside(r.Findings, o)
	slices.SortFunc(shown, compareFindings)
	rules, index := []*sarif.ReportingDescriptor{}, map[string]uint{}
	for _, f := range shown {
		id := ruleID(f)
		if _, ok := index[id]; !ok {
			index[id] = uint(len(rules))
			rules = append(rules, sarifRule(id, f))
		}
	}
	head := sarifHead{
		tool: sarif.Tool{Driver: sarifDriver(r.Tool, rules)}, category: cmp.Or(o.Category, sarifCategory) + "full/",
		invocation: fullInvocation(r, hidden), versions: sarifVersions(r.Repository), properties: runProperties(r),
	}
	asked := askedFor(r.Ledger)
	return writeSARIFLog(w, head, len(shown), func(i int) *sarif.Result {
		res := fullResult(shown[i], index[ruleID(shown[i])])
		if len(res.Locations) == 0 {
			res.Locations = configLines(asked[shown[i].Target])
		}
		return res
	})
}

// compareFindings sorts the most urgent first, then by place; two findings that
// differ in anything that is shown are never equal.
func compareFindings(a, b *result.Finding) int {
	var x, y result.Location
	if a.Placed() {
		x = a.Locations[0]
	}
	if b.Placed() {
		y = b.Locations[0]
	}
	return cmp.Or(
		cmp.Compare(urgency(a.Severity), urgency(b.Severity)), cmp.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Image, b.Image),
		cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Details, b.Details),
	)
}

// fullResult makes one result. What has no file has no location at all, rather
// than one without a physical location, on which several readers break.
func fullResult(f *result.Finding, rule uint) *sarif.Result {
	level, _ := sarifSeverity(f.Severity)
	res := &sarif.Result{
		RuleID: ref(ruleID(f)), RuleIndex: &rule, Kind: ref("fail"), Level: &level,
		Message: sarif.Message{Text: ref(plainMessage(tell(f), unlimited))},
	}
	for i := range f.Locations {
		if l := fullLocation(&f.Locations[i]); l != nil {
			if f.Resource != "" {
				l.LogicalLocations = []*sarif.LogicalLocation{{FullyQualifiedName: ref(f.Resource), Kind: ref("resource")}}
			}
			res.Locations = append(res.Locations, l)
		}
	}
	for i := range f.Candidates {
		if l := fullLocation(&f.Candidates[i]); l != nil {
			l.Id = ref(uint(i + 1)) // no two may be equal
			l.Message = sarif.NewTextMessage("One of the places that fit.")
			res.RelatedLocations = append(res.RelatedLocations, l)
		}
	}
	if f.Fingerprint != "" {
		res.PartialFingerprints = map[string]any{sarifPrint: f.Fingerprint}
	}
	if f.Count > 1 {
		res.OccurrenceCount = ref(uint(f.Count))
	}
	res.Properties = resultProperties(f)
	return res
}

// configLines are the places of what lies in the cloud: the config file's line
// that asked for it.
func configLines(asked []result.Location) []*sarif.Location {
	var all []*sarif.Location
	for i := range asked {
		if l := fullLocation(&asked[i]); l != nil {
			all = append(all, l)
		}
	}
	return all
}

// unlimited is a length that no text has.
const unlimited = 1 << 30

// fullLocation keeps the one line of the upload as the region, and has the block
// around it as the context, which must hold more than the region (SARIF 2.1.0,
// 3.29.5). It returns nil for a path that leads out of the repository.
func fullLocation(l *result.Location) *sarif.Location {
	uri := relativeURI(l.Path)
	if uri == "" {
		return nil
	}
	line := max(l.Line, 1)
	at := &sarif.PhysicalLocation{ArtifactLocation: sarif.NewSimpleArtifactLocation(uri), Region: sarif.NewSimpleRegion(line, line)}
	if s := l.Snippet; s != nil && line >= s.Start && line < s.Start+len(s.Lines) {
		at.Region.Snippet = &sarif.ArtifactContent{Text: ref(s.Lines[line-s.Start])}
	}
	if b := l.Block; b != nil && b.Start >= 1 && b.Start <= line && line <= b.End && b.Start < b.End {
		at.ContextRegion = sarif.NewSimpleRegion(b.Start, b.End)
	}
	return &sarif.Location{PhysicalLocation: at}
}

// resultProperties are the fields of result.json that SARIF has no place for.
func resultProperties(f *result.Finding) sarif.Properties {
	p := sarif.Properties{"kind": string(f.Kind), "severity": f.Severity.String(), "placement": string(f.Placement)}
	for name, text := range map[string]string{
		"resource": f.Resource, "image": f.Image, "target": f.Target, "details": f.Details, "note": f.Note,
		"rawSeverity": f.RawSeverity, "ref": f.Ref, "file": f.File, "kindWord": f.KindWord, "submission": f.Submission,
		"account": f.Account, "region": f.Region, "link": f.Link, "alertId": f.AlertID, "firstSeen": day(f.FirstSeen), "lastSeen": day(f.LastSeen),
	} {
		if text != "" {
			p[name] = text
		}
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
		p["stamp"] = f.Stamp
	}
	return p
}

// runProperties are the verdict's arithmetic and what it rests on.
func runProperties(r *result.Result) sarif.Properties {
	p := sarif.Properties{
		"verdict": r.Verdict, "policy": r.Policy, "endpoint": r.Endpoint, "embedded": r.Embedded,
	}
	if r.Change != nil {
		p["change"] = r.Change
	}
	if len(r.NotSent) > 0 {
		p["notSent"] = r.NotSent
	}
	return p
}

// fullInvocation says of the run what no result can: each row without an answer,
// with its reason and how to fix it. The run was not successful where there is one.
func fullInvocation(r *result.Result, hidden counts) *sarif.Invocation {
	inv := sarifInvocation(r, []string{"Verdict: " + r.Verdict.Line})
	inv.ExitCode, inv.ExitCodeDescription = ref(r.Verdict.Exit), ref(string(r.Verdict.Outcome))
	add := func(level, text, path string, line int) *sarif.Notification {
		n := sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(plainMessage(text, unlimited)))
		if l := fullLocation(&result.Location{Path: path, Line: line}); l != nil {
			n.Locations = []*sarif.Location{l}
		}
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications, n)
		return n
	}
	if !hidden.empty() {
		add("note", fmt.Sprintf("Findings below the smallest severity to show are not in this report: %s.", hidden), "", 0)
	}
	for i := range r.Ledger {
		row := &r.Ledger[i]
		if row.Status == result.Answered || row.Status == result.Skipped {
			continue
		}
		inv.ExecutionSuccessful = ref(false)
		at := placeOfRow(row)
		n := add("error", unansweredText(row), at.Path, at.Line)
		n.Properties = sarif.Properties{"target": row.Target.ID(), "cause": string(row.Cause)}
	}
	for _, n := range r.Notices {
		add("warning", n.Text, n.Path, n.Line)
	}
	return inv
}

// placeOfRow is where a row's target stands in the repository, if it does.
func placeOfRow(row *result.Row) result.Location {
	switch {
	case len(row.Target.Places) > 0:
		return row.Target.Places[0]
	case row.Target.Kind == result.KindDockerfile || row.Target.Kind == result.KindIaC:
		return result.Location{Path: row.Target.Name, Line: 1}
	}
	return result.Location{}
}

// unansweredText is a row's reason and how to fix it, in sentences.
func unansweredText(row *result.Row) string {
	reason := cmp.Or(row.Reason, string(row.Cause), "the run ended before it was asked for")
	text := fmt.Sprintf("No answer for %s %s: %s", row.Target.Kind, row.Target.Name, sentence(reason))
	if row.Fix != "" {
		text += " To fix it: " + sentence(row.Fix)
	}
	if len(row.Submissions) > 0 {
		text += " Submissions: " + strings.Join(row.Submissions, ", ") + "."
	}
	return text
}

// sarifVersions names the commit. The repository's address must be a URI there,
// which git's scp form is not.
func sarifVersions(repo result.Repository) []*sarif.VersionControlDetails {
	u, err := url.Parse(repo.URL)
	if err != nil || u.Scheme == "" || u.Host == "" {
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
