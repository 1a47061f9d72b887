package gate_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	type limits = []result.Limit
	img := func(s result.Severity, n int) result.Finding { return finding(result.KindImage, s, n) }
	iac := func(s result.Severity, n int) result.Finding { return finding(result.KindIaC, s, n) }
	unknown := img(result.Unknown, 1)
	tests := []struct {
		name     string
		policy   result.Policy
		findings []result.Finding
		exit     int
		says     string
	}{
		{"fail-on counts at and above", high, []result.Finding{iac(result.Critical, 1), img(result.High, 2)}, 1, "critical 1 > 0, high 2 > 0"},
		{"fail-on leaves what is below", high, []result.Finding{img(result.Medium, 900), iac(result.Info, 1)}, 0, "medium 900, info 1"},
		{"fail-on none", none, []result.Finding{iac(result.Critical, 1)}, 0, "critical 1"},
		{"unknown fails by default", high, []result.Finding{unknown}, 1, "unknown 1 > 0"},
		{"unknown fails under none too", none, []result.Finding{unknown}, 1, "unknown 1 > 0"},
		{"a budget for unknown", flags(nil, limits{{Severity: result.Unknown, Max: 1}}), []result.Finding{unknown}, 0, "unknown 1 <= 1"},
		{"unknown counted as low", countingUnknownAs(result.Low, high), []result.Finding{unknown}, 0, "low 1"},
		{"unknown counted as critical", countingUnknownAs(result.Critical, high), []result.Finding{unknown}, 1, "critical 1 > 0"},
		{"a severity beyond the table is unknown", high, []result.Finding{img(result.Severity(200), 1)}, 1, "unknown 1 > 0"},
		{"a budget takes the place of fail-on", flags(sev(result.High), limits{{Severity: result.High, Max: 3}}), []result.Finding{img(result.High, 2), iac(result.High, 1)}, 0, "high 3 <= 3"},
		{"a budget below fail-on", flags(sev(result.High), limits{{Severity: result.Low, Max: 3}}), []result.Finding{img(result.Low, 4)}, 1, "low 4 > 3"},
		{"a kind's budget, the others under fail-on", flags(sev(result.High), limits{{Kind: "image", Severity: result.High, Max: 9}}), []result.Finding{img(result.High, 7), iac(result.High, 1)}, 1, "high 1 > 0, image:high 7 <= 9"},
		{"a kind's budget crossed", flags(sev(result.High), limits{{Kind: "image", Severity: result.High, Max: 5}}), []result.Finding{img(result.High, 7)}, 1, "image:high 7 > 5"},
		{"a kind's budget without fail-on", flags(nil, limits{{Kind: "image", Severity: result.High, Max: 5}}), []result.Finding{img(result.High, 2), iac(result.High, 4)}, 0, "image:high 2 <= 5, high 4"},
		{"both budgets", flags(nil, limits{{Kind: "image", Severity: result.High, Max: 5}, {Severity: result.High, Max: 6}}), []result.Finding{img(result.High, 5), iac(result.High, 2)}, 1, "high 7 > 6, image:high 5 <= 5"},
		{"the smaller of two", flags(nil, limits{{Severity: result.Low, Max: 9}, {Severity: result.Low, Max: 1}}), []result.Finding{img(result.Low, 2)}, 1, "low 2 > 1"},
		{"negative counts offset nothing", high, []result.Finding{img(result.High, 3), img(result.High, -3), img(result.High, 0)}, 1, "high 5 > 0"},
		{"sums don't wrap", high, []result.Finding{img(result.High, math.MaxInt), img(result.High, math.MaxInt), iac(result.High, 2)}, 1, "high 9223372036854775807 > 0"},
		{"a negative budget", flags(nil, limits{{Severity: result.Low, Max: -1}}), nil, 1, "low 0 > -1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := gate.Decide([]result.Row{answered}, tt.findings, tt.policy, gate.Options{})
			head := map[int]string{0: "PASS (exit 0): ", 1: "FAIL (exit 1): "}[tt.exit]
			if want := head + tt.says + "; 1/1 answered"; v.Line() != want || v.ExitCode() != tt.exit {
				t.Errorf("exit %d\ngot  %q\nwant %q", v.ExitCode(), v.Line(), want)
			}
		})
	}
}

// A row with its own limits is judged by them alone. Severities above the lowest one that is named
// are limited to 0 unless named, and so is unknown.
func TestRowsAreJudgedAlone(t *testing.T) {
	t.Parallel()
	found := func(target string, sev result.Severity, n int) result.Finding {
		return result.Finding{Kind: result.KindAlerts, Target: target, Severity: sev, Count: n}
	}
	type limits = map[result.Severity]int
	long := "alerts:" + strings.Repeat("n", 60)
	policy := flags(sev(result.High), []result.Limit{{Severity: result.Medium, Max: 3}})
	policy.Rows = []result.RowLimits{
		rowLimits("alerts:zpc", limits{result.Critical: 2}), rowLimits("alerts:zpc", limits{result.Critical: 1}), rowLimits("alerts:zpc", limits{result.Critical: 3}),
		rowLimits(long, limits{result.High: 0}),
		rowLimits("alerts:floor", limits{result.Medium: 4, result.Unknown: 9}),
		rowLimits("alerts:no floor", limits{result.Unknown: 9}),
		rowLimits("checks:no public buckets", limits{result.High: 0}),
	}
	tests := []struct {
		name     string
		findings []result.Finding
		exit     int
		line     string
	}{
		{"within", []result.Finding{found("alerts:zpc", result.Critical, 1)}, 0, "PASS (exit 0): zpc critical 1 <= 1; 1/1 answered"},
		{"the smaller of two limits", []result.Finding{found("alerts:zpc", result.Critical, 2)}, 1, "FAIL (exit 1): zpc critical 2 > 1; 1/1 answered"},
		{"below what is named", []result.Finding{found("alerts:zpc", result.High, 9), found("alerts:zpc", result.Medium, 9)}, 0,
			"PASS (exit 0): zpc high 9, zpc medium 9; 1/1 answered"},
		{"above what is named", []result.Finding{found("alerts:floor", result.Critical, 1), found("alerts:floor", result.Medium, 4)}, 1,
			"FAIL (exit 1): floor critical 1 > 0, floor medium 4 <= 4; 1/1 answered"},
		{"unknown is not the lowest", []result.Finding{found("alerts:no floor", result.Critical, 1)}, 0, "PASS (exit 0): no floor critical 1; 1/1 answered"},
		{"unknown", []result.Finding{found("alerts:zpc", result.Unknown, 1)}, 1, "FAIL (exit 1): zpc unknown 1 > 0; 1/1 answered"},
		{"no limits of its own", []result.Finding{found("alerts:other", result.High, 1), found("alerts:other", result.Medium, 3)}, 1,
			"FAIL (exit 1): high 1 > 0, medium 3 <= 3; 1/1 answered"},
		{"a long name", []result.Finding{found(long, result.High, 1)}, 1, "FAIL (exit 1): " + strings.Repeat("n", 39) + "… high 1 > 0; 1/1 answered"},
		{"a check", []result.Finding{found("checks:no public buckets", result.High, 1)}, 1, "FAIL (exit 1): no public buckets high 1 > 0; 1/1 answered"},
		{"a finding of another kind than its row", []result.Finding{{Kind: result.KindIaC, Target: "alerts:zpc", Severity: result.Critical, Count: 2}}, 1,
			"FAIL (exit 1): zpc critical 2 > 1; 1/1 answered"},
	}
	rows := []result.Row{{Target: result.Target{Kind: result.KindAlerts, Name: "zpc"}, Status: result.Answered, Evidence: result.ByName}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := gate.Decide(rows, tt.findings, policy, gate.Options{})
			if v.ExitCode() != tt.exit || v.Line() != tt.line {
				t.Errorf("exit %d, %q; want %d, %q", v.ExitCode(), v.Line(), tt.exit, tt.line)
			}
		})
	}
}

// inFile is a policy of a flag and of a config file.
func inFile(failOn *result.Severity, limits []result.Limit, rules []result.RuleSeverity) result.Policy {
	at := result.Origin{Setting: "limits.max", Place: "c.yaml:3:5"}
	for i := range limits {
		limits[i].Origin = at
	}
	for i := range rules {
		rules[i].Origin = result.Origin{Setting: "limits.rules", Place: "c.yaml:9:5"}
	}
	p := flags(failOn, nil)
	p.Sources = append(p.Sources, result.LimitSource{
		Strength: result.FromFile, Max: limits, Rules: rules, FailOn: &result.FailOn{Severity: sev(result.High), Origin: at},
	})
	return p
}

// A limit of a path replaces the other limits of its source for what certainly lies there, and
// those of no other source.
func TestLimitsOfPaths(t *testing.T) {
	t.Parallel()
	at := func(paths ...string) result.Finding {
		f := finding(result.KindIaC, result.High, 1)
		for _, p := range paths {
			f.Locations = append(f.Locations, result.Location{Path: p, Line: 1})
		}
		return f
	}
	uncertain := at("legacy/a.tf")
	uncertain.Uncertain = "x"
	type limits = []result.Limit
	legacy := result.Limit{Path: "legacy/**", Severity: result.High, Max: 1}
	for name, tt := range map[string]struct {
		policy   result.Policy
		findings []result.Finding
		line     string
	}{
		"within":             {inFile(nil, limits{legacy}, nil), []result.Finding{at("legacy/a.tf")}, "PASS (exit 0): legacy/** high 1 <= 1 (c.yaml:3:5); 1/1 answered"},
		"beyond":             {inFile(nil, limits{legacy}, nil), []result.Finding{at("legacy/a.tf"), at("legacy/b/c.tf", "legacy/a.tf")}, "FAIL (exit 1): legacy/** high 2 > 1 (c.yaml:3:5); 1/1 answered"},
		"elsewhere":          {inFile(nil, limits{legacy}, nil), []result.Finding{at("new/a.tf")}, "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered"},
		"elsewhere, too":     {inFile(nil, limits{legacy}, nil), []result.Finding{at("legacy/a.tf", "a.tf")}, "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered"},
		"uncertain":          {inFile(nil, limits{legacy}, nil), []result.Finding{uncertain}, "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered"},
		"without a place":    {inFile(nil, limits{legacy}, nil), []result.Finding{at()}, "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered"},
		"replaces max":       {inFile(nil, limits{legacy, {Severity: result.High, Max: 0}}, nil), []result.Finding{at("legacy/a.tf")}, "PASS (exit 0): legacy/** high 1 <= 1 (c.yaml:3:5); 1/1 answered"},
		"not that of a flag": {inFile(sev(result.High), limits{legacy}, nil), []result.Finding{at("legacy/a.tf")}, "FAIL (exit 1): high 1 > 0; 1/1 answered"},
		"an invalid glob":    {inFile(nil, limits{{Path: "a[", Severity: result.High, Max: 9}}, nil), []result.Finding{at("a[")}, "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v, _ := gate.Decide([]result.Row{answered}, tt.findings, tt.policy, gate.Options{}); v.Line() != tt.line {
				t.Errorf("got  %s\nwant %s", v.Line(), tt.line)
			}
		})
	}
	v, _ := gate.Decide([]result.Row{answered}, nil, inFile(sev(result.High), limits{legacy}, nil), gate.Options{})
	if got := v.Record().Ignored; len(got) != 1 || got[0].Value != "high in legacy/**=1" || got[0].By != "--fail-on high" {
		t.Errorf("ignored: %+v", got)
	}
}

// A severity of a rule that is higher than the finding's counts for all sources, a lower one for
// the limits of its own source.
func TestSeveritiesOfRules(t *testing.T) {
	t.Parallel()
	of := func(s result.Severity) result.Finding {
		f := finding(result.KindIaC, s, 1)
		f.Rule = result.RuleID("tags")
		return f
	}
	to := func(s result.Severity) []result.RuleSeverity {
		return []result.RuleSeverity{{Rule: result.RuleID("tags"), Severity: s, Reason: "r"}}
	}
	type limits = []result.Limit
	for name, tt := range map[string]struct {
		policy  result.Policy
		finding result.Finding
		line    string
		ignored int
	}{
		"lowered":             {inFile(nil, nil, to(result.Low)), of(result.High), "PASS (exit 0): low 1; 1/1 answered; 1 lowered (c.yaml:9:5)", 0},
		"lowered to a limit":  {inFile(nil, limits{{Severity: result.Low}}, to(result.Low)), of(result.High), "FAIL (exit 1): low 1 > 0 (c.yaml:3:5); 1/1 answered; 1 lowered (c.yaml:9:5)", 0},
		"under a flag":        {inFile(sev(result.High), nil, to(result.Low)), of(result.High), "FAIL (exit 1): high 1 > 0; 1/1 answered", 1},
		"below a flag":        {inFile(sev(result.Critical), nil, to(result.Low)), of(result.High), "PASS (exit 0): low 1; 1/1 answered; 1 lowered (c.yaml:9:5)", 0},
		"raised":              {inFile(nil, nil, to(result.Critical)), of(result.Low), "FAIL (exit 1): critical 1 > 0 (c.yaml:3:5); 1/1 answered", 0},
		"raised for a flag":   {inFile(sev(result.Critical), nil, to(result.Critical)), of(result.Low), "FAIL (exit 1): critical 1 > 0 (c.yaml:3:5); 1/1 answered", 0},
		"another rule":        {inFile(nil, nil, to(result.Low)), finding(result.KindIaC, result.High, 1), "FAIL (exit 1): high 1 > 0 (c.yaml:3:5); 1/1 answered", 0},
		"an unknown severity": {inFile(nil, nil, to(result.Low)), of(result.Unknown), "PASS (exit 0): low 1; 1/1 answered; 1 lowered (c.yaml:9:5)", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := gate.Decide([]result.Row{answered}, []result.Finding{tt.finding}, tt.policy, gate.Options{})
			if got := v.Record().Ignored; v.Line() != tt.line || len(got) != tt.ignored {
				t.Errorf("got  %s\nwant %s\nignored: %+v", v.Line(), tt.line, got)
			}
		})
	}
}

// A limit of a weaker source is said to have no effect if it allows more, and only then.
func TestIgnoredLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		flag, file []result.Limit
		want       []string
	}{
		"more":            {[]result.Limit{{Severity: result.Critical, Max: 5}}, []result.Limit{{Severity: result.Critical, Max: 6}}, []string{"critical=6 by --max critical=5"}},
		"the same":        {[]result.Limit{{Severity: result.Critical, Max: 5}}, []result.Limit{{Severity: result.Critical, Max: 5}}, nil},
		"less":            {[]result.Limit{{Severity: result.Critical, Max: 5}}, []result.Limit{{Severity: result.Critical, Max: 4}}, nil},
		"more of a kind":  {[]result.Limit{{Severity: result.High, Max: 1}}, []result.Limit{{Kind: "image", Severity: result.High, Max: 2}}, []string{"image:high=2 by --max high=1"}},
		"all, of one":     {[]result.Limit{{Kind: "image", Severity: result.High, Max: 1}}, []result.Limit{{Severity: result.High, Max: 2}}, nil},
		"of one source":   {[]result.Limit{{Severity: result.High, Max: 1}, {Kind: "image", Severity: result.High, Max: 2}}, nil, nil},
		"another":         {[]result.Limit{{Severity: result.High, Max: 1}}, []result.Limit{{Severity: result.Low, Max: 2}}, nil},
		"the first of it": {[]result.Limit{{Severity: result.High, Max: 0}, {Kind: "image", Severity: result.High, Max: 0}}, []result.Limit{{Kind: "image", Severity: result.High, Max: 1}}, []string{"image:high=1 by --max high=0"}},
	} {
		policy := flags(nil, tt.flag)
		policy.Sources = append(policy.Sources, inFile(nil, tt.file, nil).Sources...)
		v, _ := gate.Decide([]result.Row{answered}, nil, policy, gate.Options{})
		var got []string
		for _, i := range v.Record().Ignored {
			got = append(got, i.Value+" by "+i.By)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: ignored %q, want %q", name, got, tt.want)
		}
	}
}

func TestOfTwoEqualLimitsTheStrongerSourceStays(t *testing.T) {
	t.Parallel()
	equal := []result.Limit{{Severity: result.Critical, Max: 5}}
	policy := flags(nil, equal)
	policy.Sources = append(policy.Sources, inFile(nil, equal, nil).Sources...)
	v, _ := gate.Decide([]result.Row{answered}, nil, policy, gate.Options{})
	if all := v.Record().Limits; len(all) == 0 || all[0].Severity != result.Critical || all[0].Origin.Setting != "--max" {
		t.Errorf("limits %+v, want that of --max", all)
	}
}
