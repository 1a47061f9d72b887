package explain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// decided takes the verdict of a result.
func decided(r *result.Result) *result.Result {
	verdict, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.OptionsOf(r))
	r.SetVerdict(verdict.Record(), stamps)
	return r
}

func finding(id string, kind result.Kind, s result.Severity, count int) result.Finding {
	return result.Finding{Fingerprint: id, Kind: kind, Severity: s, Count: count, Target: "iac:main.tf"}
}

func limit(kind result.Kind, s result.Severity, n int) result.Limit {
	return result.Limit{Kind: kind, Severity: s, Max: n, Origin: result.Origin{Setting: "--max"}}
}

func policy(all ...result.Limit) result.Policy {
	return result.Policy{Sources: []result.LimitSource{{Strength: result.FromFlags, Max: all}}}
}

func row(name string, s result.Status) result.Row {
	row := result.Row{Target: result.Target{Kind: result.KindIaC, Name: name, Framework: "Terraform"}, Status: s}
	if s == result.Answered {
		row.Evidence = result.BySubmission
	}
	return row
}

// sample has 3 + 2 + 1 high findings in images, of which 4 are allowed, and a full limit of IaC.
func sample() *result.Result {
	return decided(&result.Result{
		Policy: policy(limit(result.KindImage, result.High, 4), limit(result.KindIaC, result.Critical, 1), limit(result.KindIaC, result.High, 30)),
		Ledger: []result.Row{row("main.tf", result.Answered), row("lost.tf", result.Failed)},
		Findings: []result.Finding{
			finding("aaaaaa01", result.KindImage, result.High, 1), finding("aaaaaa02", result.KindImage, result.High, 2),
			finding("bbbbbb03", result.KindImage, result.High, 3), finding("cccccc04", result.KindIaC, result.Critical, 1),
			finding("dddddd05", result.KindIaC, result.Low, 1),
		},
	})
}

func TestOf(t *testing.T) {
	t.Parallel()
	v := Of(sample())
	byID := map[result.LimitID]Limit{}
	for _, l := range v.Limits {
		byID[l.ID] = l
	}
	if l := byID["image:high"]; l.Over != 2 || l.Near || !slices.Equal(l.Findings, []string{"bbbbbb03", "aaaaaa02", "aaaaaa01"}) {
		t.Errorf("the crossed limit is %+v", l)
	}
	if l := byID["iac:critical"]; l.Over != 0 || !l.Near {
		t.Errorf("the full limit is %+v", l)
	}
	if l := byID["iac:high"]; l.Near || len(l.Findings) != 0 {
		t.Errorf("the limit that counts nothing is %+v", l)
	}
	want := Unblock{Findings: []string{"bbbbbb03"}, Targets: []string{"iac:lost.tf"}, Numbers: []result.Number{}}
	if diff := cmp.Diff(want, v.Unblock); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if v.Uncounted[result.Unlimited] != 1 || v.Line == "" || v.Exit != gate.ExitFail {
		t.Errorf("%+v", v)
	}
}

// A finding that a narrow limit needs is one that a wide limit counts, too.
func TestNarrowLimitsComeFirst(t *testing.T) {
	t.Parallel()
	r := decided(&result.Result{
		Ledger: []result.Row{row("main.tf", result.Answered)},
		Policy: result.Policy{Sources: []result.LimitSource{
			{Strength: result.FromFlags, Max: []result.Limit{limit("", result.High, 5)}},
			{Strength: result.FromFile, Max: []result.Limit{limit(result.KindImage, result.High, 1)}},
		}},
		Findings: []result.Finding{finding("iac", result.KindIaC, result.High, 4), finding("image", result.KindImage, result.High, 3)},
	})
	if got := Of(r).Unblock.Findings; !slices.Equal(got, []string{"image"}) {
		t.Errorf("the fewest are %v: %s", got, r.Verdict.Line)
	}
}

func TestOfAPass(t *testing.T) {
	t.Parallel()
	v := Of(decided(&result.Result{Ledger: []result.Row{row("main.tf", result.Answered)}}))
	if !v.Unblock.Nothing() {
		t.Errorf("%+v", v.Unblock)
	}
}

func TestNumbersAndEnds(t *testing.T) {
	t.Parallel()
	r := &result.Result{Ledger: []result.Row{row("main.tf", result.Answered)}, NotSent: []result.NotSent{{Path: "x", What: "Helm chart", Why: "y"}}, Interrupted: 130}
	r.Policy.Sources = []result.LimitSource{{Numbers: []result.NumberLimit{{Number: result.NumberNotSent}}}}
	u := Of(decided(r)).Unblock
	if !u.Ended || !slices.Equal(u.Numbers, []result.Number{result.NumberNotSent}) || u.Nothing() {
		t.Errorf("%+v", u)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	r := sample()
	r.NotSent = []result.NotSent{{Path: "chart", What: "Helm chart", Why: "the service does not take it"}}
	for name, want := range map[string]string{
		"bbbbbb03": "finding bbbbbb03 [image:high] alone", "BBBBBB": "finding bbbbbb03 [image:high] alone",
		"aaaaaa02": "finding aaaaaa02 [image:high] alone", "aaaaaa01": "finding aaaaaa01 [image:high]",
		"dddddd05": "finding dddddd05 []", "main.tf": "targets iac:main.tf 5 3", "iac:lost.tf": "targets iac:lost.tf 0 0", "chart": "targets chart 0 0",
		"aaaaaa0": `2 findings have a fingerprint that begins with "aaaaaa0"; fix: give more digits, as in aaaaaa01`, "bbbbb": "no finding", "gone": "no finding",
	} {
		n, err := Find(r, name)
		if got := describe(n, err); !strings.HasPrefix(got, want) || err == nil && got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func describe(n Named, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case n.Finding != nil:
		ids := []result.LimitID{}
		for _, l := range n.Finding.CountedBy {
			ids = append(ids, l.ID)
		}
		text := fmt.Sprintf("finding %s %s", n.Finding.Fingerprint, ids)
		if n.Finding.Alone {
			text += " alone"
		}
		return text
	}
	text := "targets"
	for _, t := range n.Targets {
		if t.NotSent != nil {
			text += " " + t.NotSent.Path
		} else {
			text += " " + t.Row.Target.ID()
		}
		text += fmt.Sprintf(" %d %d", len(t.Findings), t.Blocking)
	}
	return text
}

func TestWhy(t *testing.T) {
	t.Parallel()
	at := []result.Location{{Path: "compose.yaml", Line: 3}}
	for want, target := range map[string]result.Target{
		"its content is a template of Terraform":                              {Kind: result.KindIaC, Name: "a", Framework: "Terraform"},
		"chart/a renders it":                                                  {Kind: result.KindIaC, Name: "a", Framework: "Kubernetes", RenderedFrom: "chart/a"},
		"it is a Dockerfile by its name or its content":                       {Kind: result.KindDockerfile, Name: "a"},
		"compose.yaml:3 names it":                                             {Kind: result.KindImage, Name: "a", Places: at},
		"a flag or a variable asks for it":                                    {Kind: result.KindImage, Name: "a", Named: true},
		"compose.yaml:3 asks for it":                                          {Kind: result.KindAlerts, Name: "a", Places: at},
		"compose.yaml:3 names it; an image of this name is built from b/c":    {Kind: result.KindImage, Name: "a", Places: at, BuiltFrom: "b/c"},
		"compose.yaml:3 names it; the service reads it out of the Dockerfile": {Kind: result.KindImage, Name: "a", Places: at, FromDockerfile: true},
	} {
		if got := strings.Join(why(&result.Row{Target: target}), "; "); got != want {
			t.Errorf("why is %q, want %q", got, want)
		}
	}
	left := result.Row{Target: result.Target{Kind: result.KindDockerfile, Name: "a"}, Exclusion: &result.Exclusion{Pattern: "a/**", Reason: "old"}}
	if got := why(&left); len(got) != 2 || got[1] != "it is left out by a/**: old" {
		t.Errorf("why is %q", got)
	}
}

// What is said to be the fewest turns the gate green, and no smaller set does.
func TestFewestIsEnoughAndTheFewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]result.Kind{result.KindImage, result.KindIaC})
		severity := rapid.SampledFrom([]result.Severity{result.High, result.Low, result.Unknown})
		r := &result.Result{Ledger: []result.Row{row("main.tf", result.Answered)}}
		for i := range rapid.IntRange(0, 7).Draw(rt, "findings") {
			r.Findings = append(r.Findings, finding(fmt.Sprint(i), kind.Draw(rt, "kind"), severity.Draw(rt, "severity"), rapid.IntRange(1, 4).Draw(rt, "count")))
		}
		for range rapid.IntRange(1, 2).Draw(rt, "sources") {
			limits := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) result.Limit {
				return limit(rapid.SampledFrom([]result.Kind{"", result.KindImage, result.KindIaC}).Draw(t, "of"), severity.Draw(t, "at"), rapid.IntRange(0, 5).Draw(t, "max"))
			}), 0, 4, func(l result.Limit) string { return string(l.Kind) + l.Severity.String() })
			s := result.LimitSource{Strength: result.FromFlags, Max: limits.Draw(rt, "limits")}
			r.Policy.Sources = append(r.Policy.Sources, s)
		}
		decided(r)
		fix := Of(r).Unblock.Findings
		if !green(r, func(f *result.Finding) bool { return slices.Contains(fix, f.Fingerprint) }) {
			rt.Fatalf("without %v a limit is still crossed: %s", fix, r.Verdict.Line)
		}
		for set := range 1 << len(r.Findings) {
			in := func(f *result.Finding) bool { return set>>index(r, f)&1 == 1 }
			n := 0
			for i := range r.Findings {
				n += set >> i & 1
			}
			if n < len(fix) && green(r, in) {
				rt.Fatalf("%d findings are enough, and not %v: %s", n, fix, r.Verdict.Line)
			}
		}
	})
}

func index(r *result.Result, f *result.Finding) int {
	return slices.IndexFunc(r.Findings, func(o result.Finding) bool { return o.Fingerprint == f.Fingerprint })
}

// green reports whether the gate passes without some findings.
func green(r *result.Result, without func(*result.Finding) bool) bool {
	left := slices.DeleteFunc(slices.Clone(r.Findings), func(f result.Finding) bool { return without(&f) })
	v, _ := gate.Decide(r.Ledger, left, r.Policy, gate.OptionsOf(r))
	return v.ExitCode() == gate.ExitPass
}
