package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

func countOf(s, part string) int { return strings.Count(s, part) }

func joined(lines []placeLine) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.String())
	}
	return strings.Join(all, ", ")
}

func TestProblems(t *testing.T) {
	t.Parallel()
	iac := func(rule string, s result.Severity, line int, crosses result.LimitID) result.Finding {
		return result.Finding{Kind: result.KindIaC, Rule: rule, Summary: rule, Severity: s, Count: 1, Locations: at("m.tf", line), Stamp: result.Stamp{Crosses: crosses}}
	}
	image := func(name string, s result.Severity, n int) result.Finding {
		return result.Finding{Kind: result.KindImage, Rule: "image", Image: name, Severity: s, Count: n, Locations: at("Dockerfile", 1)}
	}
	r := &result.Result{Findings: []result.Finding{
		iac("port", result.High, 9, ""), iac("port", result.High, 2, ""), iac("tags", result.Low, 1, ""), iac("budget", result.Medium, 5, "medium"),
		image("a:1", result.Low, 900), image("a:1", result.High, 7), image("b:1", result.High, 90), image("b:1", result.Critical, 1),
		iac("policy", result.High, 1, ""), iac("policy", result.Low, 7, ""),
	}}
	var got []string
	for _, p := range New(r, result.Unknown).problems() {
		name := p.worst().Rule
		if p.isImage() {
			name = p.worst().Image
		}
		got = append(got, fmt.Sprintf("%s %s: %s", name, p.counts, joined(p.placeLines())))
	}
	want := []string{
		"budget medium 1: m.tf:5",
		"b:1 critical 1 · high 90: Dockerfile:1",
		"port high 2: m.tf:2, m.tf:9", "a:1 high 7 · low 900: Dockerfile:1", "policy high 1 · low 1: m.tf:1, m.tf:7",
		"tags low 1: m.tf:1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every shown finding belongs to one problem and one entry, problems that block come first, and the
// order of the findings does not matter.
func TestProblemsHoldEveryFinding(t *testing.T) {
	t.Parallel()
	finding := rapid.Custom(func(t *rapid.T) result.Finding {
		return result.Finding{
			Kind:     rapid.SampledFrom([]result.Kind{result.KindIaC, result.KindImage, result.KindAlerts}).Draw(t, "kind"),
			Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"), Count: rapid.IntRange(1, 3).Draw(t, "count"),
			Rule: rapid.StringMatching(`[a-c]`).Draw(t, "rule"), Image: rapid.StringMatching(`[x-y]?`).Draw(t, "image"),
			Locations: at(rapid.StringMatching(`[m-n]`).Draw(t, "path"), rapid.IntRange(1, 4).Draw(t, "line")),
			Stamp:     result.Stamp{Crosses: result.LimitID(rapid.SampledFrom([]string{"", "", "high"}).Draw(t, "crosses"))},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		findings := rapid.SliceOfN(finding, 0, 12).Draw(t, "findings")
		for i := range findings {
			findings[i].Fingerprint = fmt.Sprint(i)
		}
		m := New(&result.Result{Findings: findings}, result.Unknown)
		n, sum := 0, counts{}
		for i, p := range m.problems() {
			n += len(p.findings)
			sum.addAll(p.counts)
			if i > 0 && compareUrgency(m.problems()[i-1].worst(), p.worst()) > 0 {
				t.Fatalf("%+v comes after less urgent problems", p.worst())
			}
		}
		if n != len(findings) || sum != countsOf(m.shown) || entryCounts(m.entries()) != sum {
			t.Fatalf("%d findings in problems, %d in all; %s, entries %s", n, len(findings), sum, entryCounts(m.entries()))
		}
		other := rapid.Permutation(findings).Draw(t, "other order")
		if diff := cmp.Diff(orderOf(m), orderOf(New(&result.Result{Findings: other}, result.Unknown))); diff != "" {
			t.Fatalf("another order, other problems (-want +got):\n%s", diff)
		}
	})
}

// orderOf is the order in which a model shows its findings.
func orderOf(m *Model) (all []string) {
	for _, p := range m.problems() {
		for _, f := range p.findings {
			all = append(all, f.Fingerprint)
		}
	}
	for _, e := range m.entries() {
		all = append(all, e.worst().Fingerprint)
	}
	return all
}

func TestCrossedPart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		r    *result.Result
		want string
	}{
		"two":            {sample(), "2 limits crossed by 2 problems"},
		"none":           {passed(), ""},
		"not by finding": {&result.Result{Verdict: result.Verdict{Limits: []result.LimitCheck{{Crossed: true, Max: -1}}}}, "1 limit is crossed"},
	} {
		if got := New(tt.r, result.Unknown).crossedPart(); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
