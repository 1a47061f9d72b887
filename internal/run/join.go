package run

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
)

// shard is one share of a run, and the file that it was read from.
type shard struct {
	saved
	path string
}

// readWhole reads a saved result, or joins the results of all shards of a run.
func readWhole(sys System, paths []string, key seal.Key) (saved, error) {
	var shards []shard
	for _, path := range paths {
		s, err := readResult(sys, path, key)
		if err != nil {
			return saved{}, err
		}
		if s.Shard == nil {
			if len(paths) > 1 {
				return saved{}, usagef("%s: is the result of a whole run, and no shard; fix: give one whole result, or the results of all shards", path)
			}
			return s, nil
		}
		shards = append(shards, shard{s, path})
	}
	if err := checkShards(shards); err != nil {
		return saved{}, &UsageError{err}
	}
	slices.SortFunc(shards, func(a, b shard) int { return cmp.Compare(a.Shard.Index, b.Shard.Index) })
	return join(sys, shards)
}

// requireWhole returns an error for a share of a run.
func (s saved) requireWhole(path string) error {
	if s.Shard == nil {
		return nil
	}
	return usagef("%s: is shard %s of a run; fix: scangate verdict RESULT… -o json=whole.json joins the results of all shards", path, s.Shard)
}

// checkShards returns why shards do not belong together.
func checkShards(shards []shard) error {
	first := shards[0]
	byIndex := map[int]string{}
	for _, s := range shards {
		if s.Shard.Plan == "" {
			return fmt.Errorf("%s: shard %s ended before its plan was known; fix: run it again", s.path, s.Shard)
		}
		if what, fix := s.differsFrom(first.Result); what != "" {
			return fmt.Errorf("%s: does not belong to %s: %s; fix: %s", s.path, first.path, what, fix)
		}
		if other, twice := byIndex[s.Shard.Index]; twice {
			return fmt.Errorf("%s: is shard %s, and so is %s; fix: give each shard once", s.path, s.Shard, other)
		}
		byIndex[s.Shard.Index] = s.path
	}
	var missing []string
	for i := range first.Shard.Total {
		if byIndex[i+1] == "" {
			missing = append(missing, fmt.Sprintf("%d/%d", i+1, first.Shard.Total))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no verdict: missing shards: %s; fix: give the results of all %d shards to scangate verdict",
			enumerate(missing), first.Shard.Total)
	}
	return nil
}

// enumerate joins the first words of a list.
func enumerate(words []string) string {
	const most = 10
	if n := len(words) - most; n > 0 {
		words = append(slices.Clone(words[:most]), fmt.Sprintf("and %d more", n))
	}
	return strings.Join(words, ", ")
}

// differsFrom says in what the run of a shard is not that of another one, "" if in nothing, and
// what to do about it.
func (s shard) differsFrom(o *result.Result) (what, fix string) {
	const oneRun = "give the results of the shards of one run"
	hasOtherPlan := s.Shard.Plan != o.Shard.Plan || s.Shard.Targets != o.Shard.Targets || s.Shard.Planned != o.Shard.Planned || s.Narrowed != o.Narrowed
	switch {
	case s.Tool != o.Tool:
		return fmt.Sprintf("%s %s wrote it, and not %s", s.Tool.Name, s.Tool.Version, o.Tool.Version), "run all shards with one version"
	case s.Shard.Total != o.Shard.Total:
		return fmt.Sprintf("it is shard %s, and not one of %d", s.Shard, o.Shard.Total), oneRun
	case s.Endpoint != o.Endpoint:
		return fmt.Sprintf("it was scanned by %s, and not by %s", s.Endpoint, o.Endpoint), oneRun
	case s.Repository != o.Repository:
		return fmt.Sprintf("it is of another commit, branch or repository: %s, and not %s", describe(s.Repository), describe(o.Repository)), oneRun
	case !slices.Equal(s.Shard.MergeBases, o.Shard.MergeBases):
		return comparedApart(s.Shard.MergeBases, o.Shard.MergeBases)
	case !judgedAlike(s.Result, o), hasOtherPlan && movedOn(s.Judge, o.Judge):
		return judgedApart(s.Judge, o.Judge)
	case hasOtherPlan:
		return "it has another plan", "run all shards again with the same files, flags and variables; --dry-run lists what a shard would send"
	case s.Shard.SavedAs != o.Shard.SavedAs:
		return "only one of them saves its results", "run all shards again with the same flags and variables"
	}
	return "", ""
}

func describe(r result.Repository) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", r.URL, r.Branch, r.Commit))
}

// judgedAlike reports whether two shards have one policy. Its branch may have moved on between them
// without changing it.
func judgedAlike(a, b *result.Result) bool {
	first, second := uncovered(a.Judge), uncovered(b.Judge)
	if first != nil && second != nil {
		first.Commit = second.Commit
	}
	return a.Policy.SHA256() == b.Policy.SHA256() && reflect.DeepEqual(first, second) && slices.Equal(a.Tolerated, b.Tolerated)
}

// judgedApart says by what two shards are judged that have no policy in common.
func judgedApart(a, b *result.Judge) (what, fix string) {
	switch {
	case a != nil && b != nil && a.Approved != b.Approved:
		return "what the change loosens is approved for only one of them", "run the shards again that were not approved"
	case movedOn(a, b):
		return fmt.Sprintf("%s judges it as of %s, and the other as of %s", a.Name, a.Commit, b.Commit),
			"run all shards again with one policy, for example " + policyFromFlag + " " + b.Commit
	}
	return "it was judged by another policy", "run all shards again with the same flags, variables and config file"
}

// movedOn reports whether two policies are those of two commits.
func movedOn(a, b *result.Judge) bool {
	return a != nil && b != nil && a.Commit != b.Commit && a.Commit != "" && b.Commit != ""
}

// comparedApart says with what two shards are compared that judge no common change. The target
// branch may move between the jobs.
func comparedApart(a, b []string) (what, fix string) {
	base := cmp.Or(strings.Join(a, " and "), "nothing")
	other := cmp.Or(strings.Join(b, " and "), "nothing")
	return fmt.Sprintf("it is compared with %s, and the other with %s", base, other),
		fmt.Sprintf("run all shards again with one base, for example --new-from %s; with --new-only, %s=%[1]s", slices.Concat(a, b)[0], ci.BaseVariable)
}

// uncovered is a judge without the findings that differences cover: each shard knows its own.
func uncovered(j *result.Judge) *result.Judge {
	if j == nil {
		return nil
	}
	plain := *j
	plain.Covers, plain.Differences = nil, slices.Clone(j.Differences)
	for i := range plain.Differences {
		plain.Differences[i].Covers = nil
	}
	return &plain
}

// join makes the result of a run of its shards, sorted by their index. Its verdict is not taken.
func join(sys System, shards []shard) (saved, error) {
	first := shards[0].Result
	whole := *first
	whole.Shard, whole.Delta, whole.Seal, whole.Verdict = nil, nil, "", result.Verdict{}
	failSharedScans(shards)
	rows, err := joinRows(shards)
	if err != nil {
		return saved{}, &UsageError{err}
	}
	whole.Ledger = rows
	whole.Findings = joinFindings(shards)
	whole.Judge = uncovered(first.Judge)
	setCovers(&whole, first.Shard.Supposed)
	whole.Notices = joinNotices(sys, shards, whole.Judge)
	sealed := true
	for _, s := range shards {
		sealed = sealed && s.sealed
		whole.Embedded = whole.Embedded || s.Embedded
		whole.Interrupted, whole.Panic = cmp.Or(whole.Interrupted, s.Interrupted), cmp.Or(whole.Panic, s.Panic)
		if s.Started.Before(whole.Started) {
			whole.Started = s.Started
		}
		if s.Finished.After(whole.Finished) {
			whole.Finished = s.Finished
		}
		if s.Category != first.Category {
			whole.Category = "" // as if none stated it
		}
	}
	return saved{&whole, sealed}, nil
}

// failSharedScans fails the templates whose scan has the id of a scan of another shard, as one run
// does that gets one id twice.
func failSharedScans(shards []shard) {
	shared := sharedScans(shards)
	for _, s := range shards {
		for row := range s.templates() {
			at := slices.IndexFunc(row.Submissions, func(id string) bool { return shared[id] })
			if at >= 0 && row.Status == result.Answered {
				row.Status, row.Evidence, row.Fault = result.Failed, "", result.SharedID("scan", row.Submissions[at])
			}
		}
	}
}

// sharedScans are the ids of the scans that more than one shard has.
func sharedScans(shards []shard) map[string]bool {
	holder, shared := map[string]int{}, map[string]bool{}
	for i, s := range shards {
		for row := range s.templates() {
			for _, id := range row.Submissions {
				if first, known := holder[id]; known && first != i {
					shared[id] = true
				}
				holder[id] = i
			}
		}
	}
	return shared
}

// templates yields the rows of templates.
func (s shard) templates() iter.Seq[*result.Row] {
	return func(yield func(*result.Row) bool) {
		for i := range s.Ledger {
			if row := &s.Ledger[i]; row.Target.Kind == result.KindIaC && !yield(row) {
				return
			}
		}
	}
}

// joinRows returns the rows of all shards in the order of the plan. Each must be in one shard.
func joinRows(shards []shard) ([]result.Row, error) {
	planned := shards[0].Shard.Planned
	total := 0
	for _, s := range shards {
		total += len(s.Ledger)
	}
	wrong := errors.New("the shards are not all rows of one plan; fix: use the files as scan wrote them, or scan again")
	if total != planned {
		return nil, wrong
	}
	rows := make([]result.Row, planned)
	for _, s := range shards {
		for i, at := range s.Shard.Rows {
			if rows[at].Target.Kind != "" {
				return nil, wrong
			}
			rows[at] = s.Ledger[i]
		}
	}
	if result.TargetsSum(rows) != shards[0].Shard.Targets {
		return nil, wrong
	}
	return rows, nil
}

// joinFindings returns the findings in the order of one run: those of templates by the first file
// of their scan, then the others, which shard 1 has.
func joinFindings(shards []shard) []result.Finding {
	type placed struct {
		first   string
		finding *result.Finding
	}
	var scanned []placed
	var others []result.Finding
	raised := map[string]bool{}
	parts := make([][]*result.Finding, len(shards))
	for i, s := range shards {
		first := map[string]string{}
		for _, scan := range s.Shard.Scans {
			first[scan.ID] = scan.First
		}
		for j := range s.Findings {
			f := &s.Findings[j]
			parts[i] = append(parts[i], f)
			if f.Kind == result.KindIaC {
				raised[f.Rule] = true
				scanned = append(scanned, placed{first[f.Submission], f})
			}
		}
	}
	locate.Renumber(parts)
	slices.SortStableFunc(scanned, func(a, b placed) int { return cmp.Compare(a.first, b.first) })
	for _, part := range parts {
		for _, f := range part {
			if f.Kind != result.KindIaC {
				others = append(others, *f)
			}
		}
	}
	all := make([]result.Finding, 0, len(scanned)+len(others))
	for _, p := range scanned {
		all = append(all, *p.finding)
	}
	return append(all, locate.DropRaised(others, raised, shards[0].Shard.SavedAs)...)
}

// joinNotices returns the notices of all shards in the order of one run. Those about the policy
// name the findings of all shards.
func joinNotices(sys System, shards []shard, judge *result.Judge) []result.Notice {
	first := shards[0].Result
	start, end := first.Shard.Notices.Start, first.Shard.Notices.End
	head, tail := slices.Clone(first.Notices[:start]), slices.Clone(first.Notices[end:])
	if judge != nil && !reflect.DeepEqual(judge, first.Judge) {
		said := judgeNotices(judge, approvingOf(judge, sys))
		copy(head, said)
	}
	var scanned []result.Notice
	for _, s := range shards {
		span := s.Shard.Notices
		scanned = append(scanned, s.Notices[span.Start:span.End]...)
		for _, n := range s.Notices[span.End:] {
			if !slices.Contains(tail, n) {
				tail = append(tail, n)
			}
		}
	}
	slices.SortFunc(scanned, result.CompareNotices)
	return slices.Concat(head, slices.Compact(scanned), tail)
}
