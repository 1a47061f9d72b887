package run

import (
	"fmt"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// shardOf returns the share of --shard, the zero Shard without it. A share is of use only as a
// saved result, and has nothing for what needs all of them.
func shardOf(sys System, cfg *config.Config) (config.Shard, error) {
	shard := cfg.Shard
	if shard == (config.Shard{}) {
		return shard, nil
	}
	if shard.Auto {
		index, total, err := ci.NodeOf(sys.Getenv)
		if err == nil && total > result.MaxShards {
			err = fmt.Errorf("it starts %d jobs, and a run has at most %d shards", total, result.MaxShards)
		}
		if err != nil {
			return shard, usagef("%s auto: the CI host (%s) does not number this job: %w; fix: --shard I/N, for example --shard 2/8",
				cfg.Origin("shard"), ci.Detect(sys.Getenv).Name, err)
		}
		shard = config.Shard{Index: index, Total: total}
	}
	for _, name := range []string{"write-baseline", "compare", "comment"} {
		if cfg.Origin(name).Given() && asksFor(cfg, name) {
			return shard, usagef("%s: one shard does not know all findings; fix: give it to scangate verdict with the results of all %d shards",
				cfg.Origin(name), shard.Total)
		}
	}
	if !cfg.DryRun && !slices.ContainsFunc(cfg.Outputs, func(o config.Output) bool { return o.Format == jsonFormat }) {
		return shard, usagef("%s %d/%d: nothing saves the result, which scangate verdict needs; fix: add -o json=shard-%[2]d.json",
			cfg.Origin("shard"), shard.Index, shard.Total)
	}
	return shard, nil
}

func asksFor(cfg *config.Config, name string) bool { return name != "comment" || cfg.Comment }

// shareOf returns the IDs of the rows that this shard asks for, nil without --shard. Alert sources
// and checks are asked once, by shard 1.
func (in inputs) shareOf(p planned) map[string]bool {
	if in.shard.Total == 0 {
		return nil
	}
	share := map[string]bool{}
	for i, owner := range scan.Split(&p.plan, in.shard.Total) {
		share[p.plan.Rows[i].Target.ID()] = owner == in.shard.Index
	}
	for _, row := range in.alerts.Rows() {
		share[row.Target.ID()] = in.shard.Index == 1
	}
	return share
}

// shareDocument leaves in a plan what this shard would send and ask.
func (in inputs) shareDocument(d *result.PlanDocument, p planned) {
	if p.share == nil {
		return
	}
	d.Ledger = slices.DeleteFunc(d.Ledger, func(row result.PlannedRow) bool { return !p.share[row.Target.ID()] })
	folders := map[string]bool{}
	for _, row := range d.Ledger {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			folders[path.Dir(row.Target.Name)] = true
		}
	}
	d.Helpers = slices.DeleteFunc(d.Helpers, func(h result.PlannedHelper) bool { return !folders[path.Dir(h.Path)] })
	if in.shard.Index > 1 {
		d.NotSent = nil
	}
}

// sharing is the share as [scan.Options] have it.
func (p planned) sharing() func(id string) bool {
	if p.share == nil {
		return nil
	}
	return func(id string) bool { return p.share[id] }
}

// mine returns those of some rows that this shard asks for.
func (p planned) mine(rows []result.Row) []result.Row {
	if p.share == nil {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row result.Row) bool { return !p.share[row.Target.ID()] })
}

// allRows returns the rows of all shards, of which some are those that were asked for.
func (p planned) allRows(in inputs, asked []result.Row) []result.Row {
	if p.share == nil {
		return asked
	}
	return p.rows(in)
}

// asked are the alert sources and checks that this shard asks.
func (in inputs) asked() alerts.Plan {
	if in.shard.Index > 1 {
		return alerts.Plan{}
	}
	return in.alerts
}

// shardRecord is what joins the result with those of the other shards, nil without --shard. shared
// is the number of its first notices, which all shards have.
func (in inputs) shardRecord(p planned, a answers, shared int, supposed *result.Supposed) *result.Shard {
	if in.shard.Total == 0 {
		return nil
	}
	all := p.rows(in)
	s := &result.Shard{
		Index: in.shard.Index, Total: in.shard.Total, Planned: len(all), Targets: result.TargetsSum(all), Plan: p.shardDigest,
		MergeBases: p.mergeBases, Notices: result.Range{Start: shared, End: shared + a.scanned},
	}
	if in.shard.Index == 1 {
		s.Supposed = supposed
	}
	if in.cfg.SaveResults {
		s.SavedAs = p.repo.URL
	}
	places := make(map[string]int, len(all))
	for i := range all {
		places[all[i].Target.ID()] = i
	}
	for i := range a.rows {
		s.Rows = append(s.Rows, places[a.rows[i].Target.ID()])
	}
	for i := range a.submissions {
		sub := &a.submissions[i]
		s.Scans = append(s.Scans, result.ShardScan{ID: sub.ID, First: sub.Paths[0]})
	}
	return s
}
