package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/explain"
	"github.com/scangate/scangate/internal/result"
)

// WriteExplanation writes what package explain says, or a part of it, as indented JSON.
func WriteExplanation(w io.Writer, of any) error {
	enc := json.NewEncoder(console.NewJSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(of)
}

// Explainer writes explanations of one result for people.
type Explainer struct {
	p        *console.Printer
	findings map[string]*result.Finding // by fingerprint
}

// maxExplained bounds the findings and targets of a list. JSON has them all.
const maxExplained = 20

// NewExplainer writes to w, in lines of a width.
func NewExplainer(w io.Writer, width int, r *result.Result) *Explainer {
	e := &Explainer{p: console.NewPrinter(w, false, width), findings: map[string]*result.Finding{}}
	for i := range r.Findings {
		e.findings[r.Findings[i].Fingerprint] = &r.Findings[i]
	}
	return e
}

// Verdict writes the explanation of a verdict.
func (e *Explainer) Verdict(v explain.Verdict) error {
	e.p.Hang(nil, console.Text(v.Line))
	e.p.Line()
	e.p.Line(console.Text("limits"))
	for i := range v.Limits {
		e.limit(v.Limits[i].LimitCheck, limitState(&v.Limits[i]))
	}
	for _, n := range v.Numbers {
		words := fmt.Sprintf("%d of %d allowed by %s", n.Count, n.Max, n.Origin)
		if n.Unknown != "" {
			words = fmt.Sprintf("can't be evaluated: %s; %d allowed by %s", n.Unknown, n.Max, n.Origin)
		}
		e.hang(strings.ReplaceAll(string(n.Number), "-", " "), words)
	}
	if len(v.Limits)+len(v.Numbers) == 0 {
		e.p.Line(console.Text("  none"))
	}
	for _, effect := range slices.Sorted(maps.Keys(v.Uncounted)) {
		e.hang(string(effect), fmt.Sprintf("%d findings, which no limit counts", v.Uncounted[effect]))
	}
	e.waivers(v.Waivers)
	e.judge(v.Judge)
	e.unblock(&v.Unblock)
	return e.p.Err()
}

// waivers lists the waivers, and what became of each.
func (e *Explainer) waivers(all []explain.Waiver) {
	if len(all) == 0 {
		return
	}
	e.p.Line()
	e.p.Line(console.Text("waivers"))
	for i := range all[:min(len(all), maxExplained)] {
		w := &all[i]
		e.hang(string(w.ID()), fmt.Sprintf("%s; %s; %s", w.Check.Text(), w.Selection(), w.String()))
	}
	e.more(len(all))
}

// judge says whose policy judged, and lists what the change changes in it.
func (e *Explainer) judge(j *result.Judge) {
	if j == nil || j.Name == "" && j.Setting == "" {
		return
	}
	e.p.Line()
	e.p.Line(console.Text("policy: " + j.String()))
	for i := range j.Differences[:min(len(j.Differences), maxExplained)] {
		d := &j.Differences[i]
		e.hang(string(d.Effect), d.Key+": "+d.Text)
		e.covers(d.Covers)
	}
	e.more(len(j.Differences))
	switch {
	case j.Approved:
		e.hang("approved", j.Approval)
	case j.Approval != "":
		e.hang("approval", j.Approval+" would let all of this count")
	}
	if len(j.Covers) > 0 {
		e.p.Line(console.Text("  all of it together"))
		e.covers(j.Covers)
	}
}

// covers names findings by their fingerprints: most of them are listed elsewhere.
func (e *Explainer) covers(prints []string) {
	if len(prints) == 0 {
		return
	}
	var names []string
	for _, p := range prints[:min(len(prints), maxExplained)] {
		names = append(names, result.ShortFingerprint(p))
	}
	text := strings.Join(names, ", ")
	if more := len(prints) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more; --json lists them all", more)
	}
	e.hang("  covers", text)
}

func limitState(l *explain.Limit) string {
	switch {
	case l.Crossed:
		return fmt.Sprintf("; crossed by %d", l.Over)
	case l.Near:
		return fmt.Sprintf("; %d left", l.Max-l.Count)
	}
	return ""
}

func (e *Explainer) limit(l result.LimitCheck, state string) {
	e.hang(limitName(l), fmt.Sprintf("%d of %d allowed by %s%s", l.Count, l.Max, l.Origin, state))
}

// hang writes a line with a head in a column of its own.
func (e *Explainer) hang(head, words string) {
	e.p.Hang([]console.Span{console.Text(fmt.Sprintf("  %-14s  ", head))}, console.Text(words))
}

func (e *Explainer) unblock(u *explain.Unblock) {
	e.p.Line()
	if u.Nothing() {
		e.p.Line(console.Text("nothing has to be fixed"))
		return
	}
	if n := len(u.Findings); n > 0 {
		e.p.Line(console.Text(fmt.Sprintf("fewest findings to fix: %d", n)))
		e.list(u.Findings)
	}
	if n := len(u.Targets); n > 0 {
		e.p.Line(console.Text(fmt.Sprintf("targets that need an answer: %d", n)))
		for _, id := range u.Targets[:min(n, maxExplained)] {
			e.p.Hang([]console.Span{console.Text("  ")}, console.Text(id))
		}
		e.more(n)
	}
	for _, n := range u.Numbers {
		e.p.Line(console.Text("too many, or not known: " + strings.ReplaceAll(string(n), "-", " ")))
	}
	if u.Ended {
		e.p.Line(console.Text("the run ended early: run it again"))
	}
}

// list lists findings by their fingerprints, the worst first.
func (e *Explainer) list(prints []string) {
	var some []*result.Finding
	for _, p := range prints {
		some = append(some, e.findings[p])
	}
	sortFindings(some)
	for _, f := range some[:min(len(some), maxExplained)] {
		e.p.Hang([]console.Span{console.Text(fmt.Sprintf("  %-8s  ", f.Stamp.Severity))}, console.Text(placeText(f)+": "+statement(f)+" "+result.ShortFingerprint(f.Fingerprint)))
	}
	e.more(len(prints))
}

func (e *Explainer) more(n int) {
	if n > maxExplained {
		e.p.Line(console.Text(fmt.Sprintf("  and %d more; --json lists them all", n-maxExplained)))
	}
}

// Named writes the explanation of a finding or of targets.
func (e *Explainer) Named(n explain.Named) error {
	if n.Finding != nil {
		e.finding(n.Finding)
	}
	for i := range n.Targets {
		if i > 0 {
			e.p.Line()
		}
		e.target(&n.Targets[i])
	}
	return e.p.Err()
}

func (e *Explainer) finding(f *explain.Finding) {
	e.p.Hang(nil, console.Text(fmt.Sprintf("%s: %s", f.Severity, statement(f.Finding))))
	for _, line := range [][2]string{
		{"place", placeText(f.Finding)}, {"rule", f.Rule}, {"fingerprint", f.Fingerprint}, {"came with", f.Target},
		{"uncertain", f.Uncertain}, {"verdict", effectText(f)},
	} {
		if line[1] != "" {
			e.hang(line[0], line[1])
		}
	}
	for i := range f.WaivedBy {
		w := &f.WaivedBy[i]
		e.hang("waived by", fmt.Sprintf("%s; %s", w.ID(), w.String()))
	}
	for i := range f.Baseline {
		e.hang("baseline", fmt.Sprintf("since %s: %s", f.Baseline[i].Since, entryText(&f.Baseline[i])))
	}
	if note := knownNote([]*result.Finding{f.Finding}); note != "" && len(f.Baseline) > 0 {
		e.hang("", note)
	}
	for _, d := range f.LoosenedBy {
		e.hang(string(d.Effect), d.Key+": "+d.Text+", which covers it")
	}
	for _, l := range f.CountedBy {
		state := ""
		if l.Crossed {
			state = "; crossed"
		}
		e.limit(l, state)
	}
	if f.Alone {
		e.p.Line(console.Text("if only this is fixed, no limit is crossed"))
	}
}

// effectText says what the verdict made of a finding.
func effectText(f *explain.Finding) string {
	switch f.Stamp.Effect {
	case result.Counted:
		return fmt.Sprintf("counts %d as %s", f.Stamp.Count, f.Stamp.Severity)
	case result.Unlimited:
		return "no limit counts it"
	case result.OutsideChange:
		return "outside of the change: no limit counts it"
	case result.Waived:
		return "waived: no limit counts it"
	case result.Known:
		return "known, in the baseline: no limit counts it"
	}
	return string(f.Stamp.Effect)
}

func (e *Explainer) target(t *explain.Target) {
	if t.NotSent != nil {
		e.p.Line(console.Text("not sent: " + t.NotSent.Path))
	} else {
		e.p.Line(console.Text(fmt.Sprintf("%s: %s", t.Row.Status, t.Row.Target.ID())))
	}
	for _, line := range t.Why {
		e.hang("why", line)
	}
	if t.Row == nil {
		return
	}
	if t.Row.Reason != "" {
		e.hang("reason", reasonOf(t.Row))
	}
	if t.Row.Fix != "" {
		e.hang("fix", t.Row.Fix)
	}
	if len(t.Row.Submissions) > 0 {
		e.hang("submissions", strings.Join(t.Row.Submissions, ", "))
	}
	e.hang("findings", fmt.Sprintf("%d, of which %d cross a limit", len(t.Findings), t.Blocking))
	e.list(t.Findings)
}
