package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

// maxCovers is how many differences are looked at one by one. Each takes a verdict.
const maxCovers = 100

// supposed returns the policies that tell which findings stop counting by each thing that a change
// changes in the policy of its target, and by all of it; nil if it changes nothing that could. What
// takes another scan to know, such as the value of a variable, covers nothing here. rows are those
// of all shards.
func (in *inputs) supposed(p *planned, rows []result.Row) (*result.Supposed, error) {
	c, judge := in.change, &in.policy.Judge
	if c == nil || !slices.ContainsFunc(judge.Differences, func(d result.PolicyDifference) bool { return d.Effect != result.Tightens }) {
		return nil, nil //nolint:nilnil // there is nothing to tell
	}
	s := in.supposition(p)
	strict, err := s.of(in)
	if err != nil {
		return nil, err
	}
	out := &result.Supposed{}
	out.Strict = out.Take(strict.policy, nil)
	take := func(s supposition) *result.Supposition {
		loose, err := s.of(in)
		if err != nil {
			return nil // it would be no policy
		}
		taken := out.Take(loose.policy, loose.missed(rows))
		return &taken
	}
	all := s
	all.file, all.known, all.waivers = c.approved(c.own), c.approvedBaseline(s.known), slices.Concat(s.waivers, p.later.waivers)
	out.All = take(all)
	for i := range judge.Differences[:min(len(judge.Differences), maxCovers)] {
		var taken *result.Supposition
		if one, measured := in.alone(&judge.Differences[i], s, all, p); measured {
			taken = take(one)
		}
		out.Each = append(out.Each, taken)
	}
	return out, nil
}

// alone returns what a policy would be made of with one difference only; it is false for one that
// is not measured alone.
func (in *inputs) alone(d *result.PolicyDifference, s, all supposition, p *planned) (supposition, bool) {
	own, inline := in.change.alone(d), p.later.waiverOf(d)
	switch {
	case own != nil:
		s.file = in.change.approved(own)
	case inline != nil:
		s.waivers = append(slices.Clone(s.waivers), *inline)
	case d.Key == policy.BaselineKey && d.Effect == result.Loosens:
		s.known = all.known
	default:
		return s, false
	}
	return s, true
}

// setCovers notes in the judge of a result which findings the differences of the policy cover.
func setCovers(res *result.Result, s *result.Supposed) {
	if s == nil {
		return
	}
	strict := s.PolicyOf(&s.Strict)
	covers := func(o *result.Supposition) []string {
		if o == nil {
			return nil
		}
		missed := map[string]bool{}
		for _, id := range o.Missed {
			missed[id] = true
		}
		return fingerprintsOf(res.Findings, gate.Freed(res, strict, s.PolicyOf(o), func(f *result.Finding) bool { return missed[f.Target] }))
	}
	res.Judge.Covers = covers(s.All)
	for i, o := range s.Each {
		if o != nil {
			res.Judge.Differences[i].Covers = covers(o)
		}
	}
}

// supposition is what a policy would be made of, besides flags and variables.
type supposition struct {
	file    *config.File
	known   *result.Baseline
	waivers []result.Waiver // in comments
}

// supposition returns the policy of the target alone, whatever was approved.
func (in *inputs) supposition(p *planned) supposition {
	s := supposition{file: in.change.approved(in.change.base), known: in.change.targetKnown}
	if in.cfg.Baseline != "" && !in.isTargets() {
		s.known = in.cfg.Policy.Baseline
	}
	s.waivers = slices.DeleteFunc(slices.Clone(p.waivers), func(w result.Waiver) bool {
		return slices.ContainsFunc(p.later.waivers, func(o result.Waiver) bool { return o.ID() == w.ID() })
	})
	return s
}

// supposed is a policy, and what would be looked at by it.
type supposed struct {
	policy  result.Policy
	only    map[result.Kind]bool
	exclude discover.Exclusions
	alerts  alerts.Plan
}

// of settles a supposition.
func (s supposition) of(in *inputs) (supposed, error) {
	cfg, _, err := in.resolve(s.file)
	plan, wrong := readAlerts(cfg, in.started)
	if err := errors.Join(err, wrong); err != nil {
		return supposed{}, err
	}
	exclude, err := discover.CompileExclusions(cfg.Exclude, cfg.ExcludeImages, in.tree.Under)
	p := cfg.Policy
	p.Rows, p.Waivers = plan.Limits(), slices.Concat(p.Waivers, s.waivers)
	if s.known != nil {
		known := *s.known
		known.MaxAge = cfg.MaxAge
		in.setGone(&known)
		p.Baseline = &known
	}
	return supposed{p, cfg.Only, exclude, plan}, err
}

// missed returns the IDs of the targets that would not be asked for.
func (s supposed) missed(rows []result.Row) []string {
	var ids []string
	for i := range rows {
		if s.missesTarget(&rows[i].Target) {
			ids = append(ids, rows[i].Target.ID())
		}
	}
	return ids
}

func (s supposed) missesTarget(t *result.Target) bool {
	excluded := func(file string) bool { return s.exclude.File(file) != nil }
	switch t.Kind {
	case result.KindImage:
		every := len(t.Places) > 0 && !slices.ContainsFunc(t.Places, func(l result.Location) bool { return !excluded(l.Path) })
		return !s.only[t.Kind] && !t.FromDockerfile || every || s.exclude.Image(t.Name) != nil
	case result.KindAlerts, result.KindChecks:
		return !slices.ContainsFunc(s.alerts.Rows(), func(r result.Row) bool { return r.Target.ID() == t.ID() })
	}
	return !s.only[t.Kind] || excluded(t.File())
}

// alone returns the file of a change that makes one difference only; nil if the file does not make
// it.
func (c *policyChange) alone(d *result.PolicyDifference) *config.File {
	for i := range c.differences {
		if o := &c.differences[i]; o.Is(d) {
			return o.Alone
		}
	}
	return nil
}

// approvedBaseline is a baseline with all that the change changes.
func (c *policyChange) approvedBaseline(known *result.Baseline) *result.Baseline {
	return policy.MergeBaseline(known, c.baseKnown, c.ownKnown, true)
}

// waiverOf returns the waiver in a comment that is a difference, nil if it is something else.
func (l *later) waiverOf(d *result.PolicyDifference) *result.Waiver {
	for i := range l.differences {
		if l.differences[i].Is(d) {
			return &l.waivers[i]
		}
	}
	return nil
}

// fingerprintsOf returns those of some findings, each once.
func fingerprintsOf(findings []result.Finding, some []int) []string {
	var all []string
	for _, i := range some {
		all = append(all, findings[i].Fingerprint)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// maxCovered is how many covered findings a notice names.
const maxCovered = 3

// coveredText says after some words which findings are covered, for the end of a sentence; "" for
// none.
func coveredText(words string, fingerprints []string) string {
	n := len(fingerprints)
	if n == 0 {
		return ""
	}
	var names []string
	for _, f := range fingerprints[:min(n, maxCovered)] {
		names = append(names, result.ShortFingerprint(f))
	}
	text := strings.Join(names, ", ")
	if n > maxCovered {
		text += fmt.Sprintf(" and %d more", n-maxCovered)
	}
	if n == 1 {
		return words + " the finding " + text
	}
	return fmt.Sprintf("%s %d findings: %s", words, n, text)
}
