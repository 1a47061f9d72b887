package result

import (
	"slices"
	"strings"
	"testing"
)

// share is the rich result as a shard.
func share() *Result {
	r := rich()
	places := []int{0, 2, 5, 7}
	r.Judge = &Judge{Name: "main", Differences: []PolicyDifference{{Effect: Loosens, Key: "k", Text: "t"}}}
	r.Shard = &Shard{
		Index: 2, Total: 3, Rows: places, Planned: 9, Targets: strings.Repeat("0a", 32),
		Scans: []ShardScan{{ID: "s-1", First: "infra/main.tf"}}, Notices: Range{Start: 0, End: 1}, SavedAs: "https://git.example/x",
		Supposed: &Supposed{
			Strict: Supposition{Policy: Policy{Sources: []LimitSource{}}, Known: 1}, All: &Supposition{Policy: Policy{Sources: []LimitSource{}}, Missed: []string{"iac:a.tf"}},
			Each: []*Supposition{nil}, Known: []*Baseline{{File: "b.json", Entries: []BaselineEntry{}}},
		},
	}
	r.Policy.Rows[0].Target = "alerts:of-shard-1"
	return r
}

func TestShardIsCheckedWhenItIsRead(t *testing.T) {
	t.Parallel()
	if err := validate(t, share()); err != nil {
		t.Errorf("the schema refuses a shard: %v", err)
	}
	if _, err := Decode(encoded(t, share())); err != nil {
		t.Fatalf("the unchanged shard: %v", err)
	}
	for want, change := range map[string]func(*Result){
		"shard.total: must be from 1 to 1000, got 0":              func(r *Result) { r.Shard.Total = 0 },
		"shard.total: must be from 1 to 1000, got 1001":           func(r *Result) { r.Shard.Total = 1001 },
		"shard.index: must be from 1 to total, which is 3, got 4": func(r *Result) { r.Shard.Index = 4 },
		"shard.index: must be from 1 to total, which is 3, got 0": func(r *Result) { r.Shard.Index = 0 },
		"shard.targetsSHA256: must be 64 hexadecimal digits":      func(r *Result) { r.Shard.Targets = "0a" },
		"shard.rows: must have one for each row of the ledger":    func(r *Result) { r.Shard.Rows = r.Shard.Rows[1:] },
		"shard.rows[1]: must be > the one before":                 func(r *Result) { r.Shard.Rows[1] = 0 },
		"shard.rows[0]: must be > the one before":                 func(r *Result) { r.Shard.Rows[0] = -1 },
		"shard.rows[3]: must be > the one before, and < planned":  func(r *Result) { r.Shard.Planned = 7 },
		"shard.notices: must be places in notices":                func(r *Result) { r.Shard.Notices.End = 2 },
		"shard.notices: must be places":                           func(r *Result) { r.Shard.Notices = Range{Start: 1} },
		"shard.supposed.strict: must be missing without a judge":  func(r *Result) { r.Judge = nil },
		"shard.supposed.each: must have at most one for each":     func(r *Result) { r.Shard.Supposed.Each = []*Supposition{nil, nil} },
		"shard.supposed.known: must be a place in known":          func(r *Result) { r.Shard.Supposed.Strict.Known = 2 },
		"shard.supposed.known: must be a place":                   func(r *Result) { r.Shard.Supposed.All.Known = -1 },
		"shard.supposed.known: must not be empty":                 func(r *Result) { r.Shard.Supposed.Known = []*Baseline{nil} },
		"policy.rows[0].target: \"alerts:of-shard-1\"":            func(r *Result) { r.Shard = nil },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := share()
			change(r)
			if _, err := Decode(encoded(t, r)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The sum of targets changes with each target and its place.
func TestTargetsSum(t *testing.T) {
	t.Parallel()
	rows := []Row{{Target: Target{Kind: KindIaC, Name: "a"}}, {Target: Target{Kind: KindIaC, Name: "b\niac:c"}}}
	sum := TargetsSum(rows)
	swapped := slices.Clone(rows)
	slices.Reverse(swapped)
	split := []Row{rows[0], {Target: Target{Kind: KindIaC, Name: "b"}}, {Target: Target{Kind: KindIaC, Name: "c"}}}
	for name, other := range map[string][]Row{"a row less": rows[:1], "another order": swapped, "a name that looks like two": split} {
		if TargetsSum(other) == sum {
			t.Errorf("%s has the same sum", name)
		}
	}
	rows[0].Status = Answered
	if TargetsSum(rows) != sum {
		t.Error("the sum changes with the status")
	}
}

// Each baseline is kept once, and each policy gets its own back.
func TestSuppositionsShareBaselines(t *testing.T) {
	t.Parallel()
	var s Supposed
	known := func(file string) *Baseline { return &Baseline{File: file} }
	var taken []Supposition
	for _, b := range []*Baseline{known("a"), nil, known("b"), known("a")} {
		taken = append(taken, s.Take(Policy{Baseline: b}, nil))
	}
	if len(s.Known) != 2 {
		t.Errorf("%d baselines", len(s.Known))
	}
	for i, want := range []string{"a", "", "b", "a"} {
		if b := s.PolicyOf(&taken[i]).Baseline; (b == nil) != (want == "") || b != nil && b.File != want {
			t.Errorf("policy %d has the baseline %+v, want %q", i, b, want)
		}
		if taken[i].Policy.Baseline != nil {
			t.Errorf("policy %d holds its baseline", i)
		}
	}
}
