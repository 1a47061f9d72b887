package result

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// Shard says that a result is one share of a run that is divided among several jobs (--shard). It
// has the rows of its share and their findings. A verdict needs all shards.
type Shard struct {
	// Index counts from 1 to Total.
	Index int `json:"index"`
	Total int `json:"total"`
	// Rows are the places of the ledger's rows among the rows of all shards, from 0, ascending.
	Rows []int `json:"rows,omitempty"`
	// Planned is the number of rows of all shards, and Targets is [TargetsSum] of them.
	Planned int    `json:"planned"`
	Targets string `json:"targetsSHA256"`
	// Plan is that of the result, without the revision by which the base of the change was found;
	// "" where the run ended before its plan was complete.
	Plan string `json:"planSHA256,omitempty"`
	// MergeBases are the full hashes of the commits at which the change began; none without one.
	MergeBases []string `json:"mergeBases,omitempty"`
	// Scans are the scans of templates that have findings, in the order of their first files.
	Scans []ShardScan `json:"scans,omitempty"`
	// Notices are the places of the notices about submissions; Start counts from 0, and End is the
	// first one after them.
	Notices Range `json:"notices"`
	// Supposed tells what the change changes in the policy, so that what it covers can be listed
	// for the findings of all shards. Shard 1 has it, if there is anything to tell.
	Supposed *Supposed `json:"supposed,omitempty"`
	// SavedAs is the URL of the repository under which the service saves the findings of
	// templates, "" if it saves none.
	SavedAs string `json:"savedAs,omitempty"`
}

// ShardScan is a scan of templates that has findings.
type ShardScan struct {
	// ID is the service's id, and First the first file of the scan, which no other scan has.
	ID    string `json:"id"`
	First string `json:"first"`
}

// String returns 2/8.
func (s *Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Total) }

// TargetsSum returns the SHA-256 of the IDs of all rows' targets in their order, in hexadecimal. So
// no row can be left out or replaced unseen.
func TargetsSum(rows []Row) string {
	h := sha256.New()
	for i := range rows {
		fmt.Fprintf(h, "%q\n", rows[i].Target.ID())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// MaxShards bounds the number of shards.
const MaxShards = 1000

// fault returns the first wrong field of the shard of a result, and what is wrong with it.
func (s *Shard) fault(r *Result) (field, text string) {
	switch {
	case s == nil:
		return "", ""
	case s.Total < 1 || s.Total > MaxShards:
		return "total", fmt.Sprintf("must be from 1 to %d, got %d", MaxShards, s.Total)
	case s.Index < 1 || s.Index > s.Total:
		return "index", fmt.Sprintf("must be from 1 to total, which is %d, got %d", s.Total, s.Index)
	case !isSHA256(s.Targets):
		return "targetsSHA256", notASum
	case s.Plan != "" && !isSHA256(s.Plan):
		return "planSHA256", notASum
	case len(s.Rows) != len(r.Ledger):
		return "rows", fmt.Sprintf("must have one for each row of the ledger, which has %d, got %d", len(r.Ledger), len(s.Rows))
	case s.Notices.Start < 0 || s.Notices.End < s.Notices.Start || s.Notices.End > len(r.Notices):
		return "notices", "must be places in notices"
	}
	if field, text = s.Supposed.fault(r.Judge); text != "" {
		return "supposed." + field, text
	}
	last := -1
	for i, row := range s.Rows {
		if row <= last || row >= s.Planned {
			return "rows[" + strconv.Itoa(i) + "]", fmt.Sprintf("must be > the one before, and < planned, which is %d, got %d", s.Planned, row)
		}
		last = row
	}
	return "", ""
}

// Supposed are the policies that a change of the policy is measured by.
type Supposed struct {
	// Strict is the policy without the change. Its baseline is in Known, as that of all others.
	Strict Supposition `json:"strict"`
	// All has every difference, and Each one of them, in the order of [Judge].Differences; nil for
	// one that is not measured alone.
	All  *Supposition   `json:"all,omitempty"`
	Each []*Supposition `json:"each,omitempty"`
	// Known are the baselines of the policies, each once.
	Known []*Baseline `json:"known,omitempty"`
}

// Supposition is a policy, and what would not be asked by it.
type Supposition struct {
	Policy Policy `json:"policy"`
	// Known is the place of its baseline in [Supposed].Known, from 1; 0 without one.
	Known int `json:"known,omitempty"`
	// Missed are the IDs of targets.
	Missed []string `json:"missed,omitempty"`
}

// Take takes a policy as a supposition: its baseline is kept once.
func (s *Supposed) Take(p Policy, missed []string) Supposition {
	known := p.Baseline
	p.Baseline = nil
	if known == nil {
		return Supposition{Policy: p, Missed: missed}
	}
	for i, b := range s.Known {
		if reflect.DeepEqual(b, known) {
			return Supposition{Policy: p, Known: i + 1, Missed: missed}
		}
	}
	s.Known = append(s.Known, known)
	return Supposition{Policy: p, Known: len(s.Known), Missed: missed}
}

// PolicyOf returns the policy of a supposition, with its baseline.
func (s *Supposed) PolicyOf(o *Supposition) Policy {
	p := o.Policy
	if o.Known > 0 {
		p.Baseline = s.Known[o.Known-1]
	}
	return p
}

// fault returns the first wrong field, and what is wrong with it.
func (s *Supposed) fault(j *Judge) (field, text string) {
	switch {
	case s == nil:
		return "", ""
	case j == nil:
		return "strict", "must be missing without a judge"
	case len(s.Each) > len(j.Differences):
		return "each", "must have at most one for each difference of the policy"
	}
	for _, o := range append([]*Supposition{&s.Strict, s.All}, s.Each...) {
		if o != nil && (o.Known < 0 || o.Known > len(s.Known)) {
			return "known", "must be a place in known"
		}
	}
	if slices.Contains(s.Known, nil) {
		return "known", mustBeSet
	}
	return "", ""
}
