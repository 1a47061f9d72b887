package report

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// A finding that the policy counts as another severity says so where it is listed.
func TestFindingsThatCountAsAnotherSeverity(t *testing.T) {
	t.Parallel()
	r := sample()
	f := &r.Findings[2]
	r.Policy.Sources[0].Rules = []result.RuleSeverity{{Rule: f.Rule, Severity: result.Low, Reason: "x"}}
	verdict, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{})
	r.SetVerdict(verdict.Record(), stamps)
	for format, want := range map[string]string{Console: "counts as low", Markdown: "counts as low", HTML: "<p>counts as low.</p>"} {
		if text := write(t, format, r, Options{Width: 100, Verbose: true}); strings.Count(text, want) != 1 {
			t.Errorf("%s: not once %q:\n%s", format, want, text)
		}
	}
}

// A limit of one kind leaves the other kinds without a limit: the tables list both.
func TestTablesListWhatALimitOfAnotherKindLeavesOut(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Policy = result.Policy{Sources: []result.LimitSource{
		{Strength: result.FromFlags, Max: []result.Limit{{Kind: result.KindImage, Severity: result.High, Max: 10, Origin: result.Origin{Setting: "--max"}}}},
	}}
	r.Findings[2].Severity = result.High // of a template
	verdict, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{})
	r.SetVerdict(verdict.Record(), stamps)
	for format, rows := range map[string][]string{
		Markdown: {"| high in image | 7 | 10 | kept | --max |", "| high | 1 | any | no limit |  |"},
		HTML: {
			`<tr><td class="high">high in image</td><td class="n">7</td><td class="n">10</td><td>kept</td><td class="soft">--max</td></tr>`,
			`<tr><td class="high">high</td><td class="n">1</td><td class="n">any</td><td>none</td><td class="soft"></td></tr>`,
		},
	} {
		text := write(t, format, r, Options{})
		for _, row := range rows {
			if !strings.Contains(text, row) {
				t.Errorf("%s lacks %q:\n%s", format, row, text)
			}
		}
	}
}
