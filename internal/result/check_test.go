package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// rich is a result that uses every part of the format that a run writes.
func rich() *Result {
	r := sample()
	high := High
	r.Tolerated = []Contradiction{SummaryMismatch, AlertCount}
	r.Change = &Change{From: "main", MergeBase: "0a1b", Touched: 2, Existing: 3}
	r.Policy.UnknownAs = &high
	r.Policy.Sources[1].Numbers = []NumberLimit{{Number: NumberNotSent, Max: 2, Origin: Origin{Setting: "limits.max"}}}
	r.Policy.Sources[1].Rules = []RuleSeverity{{Rule: RuleID("a"), Severity: Low, Reason: "r", Origin: Origin{Setting: "limits.rules"}}}
	r.Policy.Rows = []RowLimits{{Target: "alerts:cloud-optix", Max: map[Severity]int{Critical: 0}, Origin: Origin{Setting: "alerts", Path: ".scangate.yaml", Line: 3}}}
	five := 5
	r.Policy.Waivers = []Waiver{
		{
			Rule: "r-1f3a5b7c9d1e", Path: "infra/**", Resource: "a.*", Image: "redis", Fingerprint: strings.Repeat("0a", 16), Severity: &high, Block: "b", Max: &five,
			Reason: "r", Owner: "o", Expires: "2027-01-31", Origin: Origin{Setting: "waivers", Place: "c.yaml:3:5", Path: "c.yaml", Line: 3},
		},
		{
			Rule: "r-1f3a5b7c9d1e", Path: "a.tf", Lines: &Range{Start: 2, End: 4}, Above: "a.b", Reason: "r", Owner: "o", Expires: "2027-01-31",
			Origin: Origin{Setting: "scangate:waive", Place: "a.tf:1:1", Path: "a.tf", Line: 1},
		},
	}
	r.Verdict.Waivers = []WaiverCheck{{ID: "c.yaml:3:5", State: WaiverUsed, Waived: 1, Beyond: 1, Changed: 1, ExpiresSoon: true}, {ID: "a.tf:1:1", State: WaiverUnused}}
	r.Verdict.Waived, r.Verdict.Decided = 1, r.Finished
	r.Ledger = append(r.Ledger,
		Row{Target: Target{Kind: KindAlerts, Name: "cloud-optix", Places: []Location{{Path: ".scangate.yaml", Line: 3}}}, Status: Answered, Evidence: ByName},
		Row{Target: Target{Kind: KindIaC, Name: "b.tf"}, Status: Skipped, Fault: Fault{Cause: CauseExcluded, Reason: "r"}},
	)
	f := &r.Findings[0]
	f.Target, f.Alert, f.Submission, f.Outside = "iac:infra/main.tf", 1, "s-1", true
	f.Stamp = Stamp{Effect: Counted, Severity: High, Count: 1, Limits: []LimitID{"high"}, Crosses: "high"}
	f.Locations[0].Snippet = &Snippet{Start: 3, Lines: LinesOf("x")}
	f.Candidates = []Location{{Path: "a.tf", Line: 1}}
	r.NotSent = []NotSent{{Path: "Chart.yaml", What: "Helm chart", Why: "w"}}
	r.Notices = []Notice{{Text: "n", Path: "p", Line: 1}}
	r.Verdict.Limits = []LimitCheck{{ID: "high", Severity: High, Count: 1, Crossed: true, Origin: Origin{Setting: "--fail-on"}}}
	r.Verdict.Numbers = []NumberCheck{{Number: NumberNotSent, Count: 1, Max: 2, Origin: Origin{Setting: "limits.max"}}}
	r.Verdict.Ignored = []Ignored{{Value: "high=3", Origin: Origin{Setting: "limits.max"}, By: "--fail-on high"}}
	return r
}

// tree returns r as plain maps, lists and scalars.
func tree(t *testing.T, r *Result) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, r); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// mutants calls try once for each small change to doc, which it undoes afterwards.
func mutants(doc any, path string, try func(what string)) {
	replace := func(at string, set func(any), old any) {
		for _, v := range []any{nil, "unheard-of", -1.0, 1.5, true, []any{}, map[string]any{}, map[string]any{"x": 1.0}, []any{nil}} {
			set(v)
			try(fmt.Sprintf("%s = %v", at, v))
		}
		set(old)
		mutants(old, at, try)
	}
	switch v := doc.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			old := v[key]
			delete(v, key)
			try(path + " without " + key)
			v[strings.ToUpper(key)] = old
			try(path + " with " + strings.ToUpper(key))
			delete(v, strings.ToUpper(key))
			replace(path+"."+key, func(x any) { v[key] = x }, old)
		}
	case []any:
		for i, old := range v {
			replace(fmt.Sprintf("%s[%d]", path, i), func(x any) { v[i] = x }, old)
		}
	}
}

// Whatever the schema refuses, Decode refuses too: a missing or unknown key, null, a word
// or a number that no result holds. Words of other packages are left to these: gate checks
// stamps and limits, template knows the frameworks.
func TestDecodeIsAsStrictAsTheSchema(t *testing.T) {
	t.Parallel()
	doc := tree(t, rich())
	schema := compiled(t, "result.schema.json")
	refused := 0
	mutants(doc, "", func(what string) {
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(plain) == nil {
			return
		}
		refused++
		_, err = Decode(bytes.NewReader(text))
		others := []string{".stamp.effect", ".stamp.count", ".verdict.numbers[0].number", ".target.framework"}
		elsewhere := slices.ContainsFunc(others, func(field string) bool { return strings.Contains(what, field) })
		if err == nil && !elsewhere {
			t.Errorf("%s: accepted, but the schema refuses it", what)
		}
	})
	if refused < 1000 {
		t.Errorf("only %d changes were refused: the test changes too little", refused)
	}
}

func TestDecodeNamesTheContradiction(t *testing.T) {
	t.Parallel()
	if _, err := Decode(encoded(t, rich())); err != nil {
		t.Fatalf("the unchanged result: %v", err)
	}
	for want, change := range map[string]func(*Result){
		"it has format 2, and this scangate reads":     func(r *Result) { r.Format = 2 },
		"endpoint: must not be empty":                  func(r *Result) { r.Endpoint = "" },
		"interrupted: must be the exit code":           func(r *Result) { r.Interrupted = 256 },
		"tolerated[0]: must be a contradiction":        func(r *Result) { r.Tolerated[0] = "all" },
		"tolerated[1]: must be a contradiction":        func(r *Result) { r.Tolerated[1] = r.Tolerated[0] },
		"panic.cause: must be \"internal\"":            func(r *Result) { r.Panic = &Fault{Cause: CauseService, Reason: "x"} },
		"panic.reason: must not be empty":              func(r *Result) { r.Panic = &Fault{Cause: CauseInternal} },
		"change.touched: must be >= 0":                 func(r *Result) { r.Change.Touched = -1 },
		"change.existing: must be >= touched":          func(r *Result) { r.Change.Existing = 1 },
		"policy.sources[0].strength: unknown word":     func(r *Result) { r.Policy.Sources[0].Strength = "law" },
		"policy.sources[1].max[0].max: must be >= 0":   func(r *Result) { r.Policy.Sources[1].Max[0].Max = -1 },
		"policy.sources[1].max[0].kind: unknown word":  func(r *Result) { r.Policy.Sources[1].Max[0].Kind = "tf" },
		"policy.sources[1].rules[0].rule: ":            func(r *Result) { r.Policy.Sources[1].Rules[0].Rule = "a" },
		"policy.sources[1].rules[0].severity: must be": func(r *Result) { r.Policy.Sources[1].Rules[0].Severity = Unknown },
		"policy.sources[1].rules[0].reason: must not":  func(r *Result) { r.Policy.Sources[1].Rules[0].Reason = "" },
		"policy.sources[1].numbers[0].max: must be":    func(r *Result) { r.Policy.Sources[1].Numbers[0].Max = -1 },
		"policy.sources[1].numbers[0].number: unknown": func(r *Result) { r.Policy.Sources[1].Numbers[0].Number = "sent" },
		"policy.waivers[0].rule: must be a whole":      func(r *Result) { r.Policy.Waivers[0].Rule = "r-1f3a" },
		"policy.waivers[0].fingerprint: must be a":     func(r *Result) { r.Policy.Waivers[0].Fingerprint = "0a" },
		"policy.waivers[0].max: must be >= 1":          func(r *Result) { *r.Policy.Waivers[0].Max = 0 },
		"policy.waivers[0].expires: must be a day":     func(r *Result) { r.Policy.Waivers[0].Expires = "2027-02-30" },
		"policy.waivers[0].owner: must not be empty":   func(r *Result) { r.Policy.Waivers[0].Owner = "" },
		"policy.waivers[1].lines: must be lines":       func(r *Result) { r.Policy.Waivers[1].Lines.End = 1 },
		"policy.waivers[1].origin.place: must be set":  func(r *Result) { r.Policy.Waivers[1].Origin.Place = "c.yaml:3:5" },
		"verdict.waivers: must have one for each":      func(r *Result) { r.Verdict.Waivers = r.Verdict.Waivers[1:] },
		"verdict.decided: must not be empty":           func(r *Result) { r.Verdict.Decided = time.Time{} },
		"policy.rows[0].target: \"alerts:x\"":          func(r *Result) { r.Policy.Rows[0].Target = "alerts:x" },
		"policy.rows[0].max.critical: must be":         func(r *Result) { r.Policy.Rows[0].Max[Critical] = -1 },
		"ledger[0].target.kind: unknown word":          func(r *Result) { r.Ledger[0].Target.Kind = "tf" },
		"ledger[0].target.name: must not be empty":     func(r *Result) { r.Ledger[0].Target.Name = "" },
		"ledger[0].target.size: must be >= 0":          func(r *Result) { r.Ledger[0].Target.Size = -1 },
		"ledger[2].target.places[0].line: must be":     func(r *Result) { r.Ledger[2].Target.Places[0].Line = 0 },
		"ledger[1].target: duplicate":                  func(r *Result) { r.Ledger[1].Target = r.Ledger[0].Target },
		"ledger[0].evidence: must say how":             func(r *Result) { r.Ledger[0].Evidence = "" },
		"ledger[1].evidence: must be empty":            func(r *Result) { r.Ledger[1].Evidence = ByName },
		"ledger[0].cause: must be empty":               func(r *Result) { r.Ledger[0].Cause = CauseQuota },
		"ledger[0].cause: must be empty, because the ": func(r *Result) { r.Ledger[0].Reason = "r" },
		"ledger[1].cause: must be a cause of a fai":    func(r *Result) { r.Ledger[1].Cause = CauseExcluded },
		"ledger[3].cause: must be a cause of a ski":    func(r *Result) { r.Ledger[3].Cause = CauseQuota },
		"findings[0].fingerprint: must not be":         func(r *Result) { r.Findings[0].Fingerprint = "" },
		"findings[0].kind: unknown word":               func(r *Result) { r.Findings[0].Kind = "tf" },
		"findings[0].rule: must not be empty":          func(r *Result) { r.Findings[0].Rule = "" },
		"findings[0].rule: must be a whole rule id":    func(r *Result) { r.Findings[0].Rule = "r-1f3a" },
		"findings[0].block: must be 32 hexadecimal":    func(r *Result) { r.Findings[0].Block = "0123" },
		"findings[0].uncertain: must not be empty":     func(r *Result) { r.Findings[0].Placement = PlacedAmbiguous },
		"findings[0].count: must be >= 1":              func(r *Result) { r.Findings[0].Count = 0 },
		"findings[0].image: must not be empty":         func(r *Result) { r.Findings[0].Kind = KindImage },
		"findings[0].alert: must be >= 0":              func(r *Result) { r.Findings[0].Alert = -1 },
		"findings[0].placement: unknown word":          func(r *Result) { r.Findings[0].Placement = "near" },
		"findings[0].target: \"iac:c.tf\" is not a ta": func(r *Result) { r.Findings[0].Target = "iac:c.tf" },
		"findings[0].outside: must be false":           func(r *Result) { r.Change = nil },
		"findings[0].locations[0].path: must not":      func(r *Result) { r.Findings[0].Locations[0].Path = "" },
		"findings[0].locations[0].block.end: must":     func(r *Result) { r.Findings[0].Locations[0].Block.End = 1 },
		"findings[0].locations[0].likely: must be":     func(r *Result) { r.Findings[0].Locations[0].Likely = 99 },
		"findings[0].locations[0].block.start: mu":     func(r *Result) { r.Findings[0].Locations[0].Block.Start = 0 },
		"findings[0].locations[0].snippet.start:":      func(r *Result) { r.Findings[0].Locations[0].Snippet.Start = 0 },
		"findings[0].candidates[0].line: must be":      func(r *Result) { r.Findings[0].Candidates[0].Line = -3 },
		"verdict.outcome: unknown word \"\"":           func(r *Result) { r.Verdict.Outcome = "" },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := rich()
			change(r)
			if _, err := Decode(encoded(t, r)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

// Values at the border of what a run writes are accepted.
func TestDecodeAcceptsBorders(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Result){
		"SIGHUP":              func(r *Result) { r.Interrupted = 129 },
		"SIGINT":              func(r *Result) { r.Interrupted = 130 },
		"SIGTERM":             func(r *Result) { r.Interrupted = 143 },
		"nothing is touched":  func(r *Result) { r.Change.Touched = 0 },
		"all is touched":      func(r *Result) { r.Change.Touched = r.Change.Existing },
		"nothing exists":      func(r *Result) { r.Change.Touched, r.Change.Existing = 0, 0 },
		"a block of one line": func(r *Result) { r.Findings[0].Locations[0].Block = &Range{Start: 1, End: 1} },
		"a finding of no row": func(r *Result) { r.Findings[0].Target = "" },
		"limits of 0":         func(r *Result) { r.Policy.Sources[1].Max[0].Max = 0 },
	} {
		r := rich()
		change(r)
		if _, err := Decode(encoded(t, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func encoded(t *testing.T, r *Result) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, r); err != nil {
		t.Fatal(err)
	}
	return &b
}

// The lists of words have every constant: a word that is missing in its list would make
// results unreadable.
func TestListsHaveEveryWord(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, c := range slices.Concat(failedCauses(), skippedCauses()) {
		listed[string(c)] = true
	}
	for _, o := range outcomes() {
		listed[string(o)] = true
	}
	for _, p := range []Placement{PlacedAttribute, PlacedResource, PlacedFile, PlacedAmbiguous, Unplaced} {
		listed[string(p)] = isPlacement(p)
	}
	for _, file := range []string{"fault.go", "verdict.go", "finding.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Type == nil || len(spec.Values) != 1 {
				return true
			}
			if word := strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`); !listed[word] {
				t.Errorf("%s: %q is in no list", file, word)
			}
			return true
		})
	}
}
