package alerts

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func mustCheck(t *testing.T, pairs ...string) Check {
	t.Helper()
	c, err := ParseCheck(entry(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A check always has a limit, of 0 hits unless it says more. A source has those that it gives.
func TestLimitsOfRows(t *testing.T) {
	t.Parallel()
	p := Plan{
		Sources: []Source{
			mustSource(t, "source", "cloud-optix"),
			mustSource(t, "source", "zscaler-zpc", "name", "prod", "max", "critical=0|High=3"),
		},
		Checks: []Check{
			mustCheck(t, "name", "a", "search", "AWS_S3"),
			mustCheck(t, "name", "b", "search", "AWS_S3", "severity", "low", "max", "5"),
		},
	}
	want := []result.RowLimits{
		{Target: "alerts:prod", Max: map[result.Severity]int{result.Critical: 0, result.High: 3}},
		{Target: "checks:a", Max: map[result.Severity]int{result.High: 0}},
		{Target: "checks:b", Max: map[result.Severity]int{result.Low: 5}},
	}
	if diff := cmp.Diff(want, p.Limits()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Rows stand in the order of the entries, and on their lines.
func TestRowsOfAPlan(t *testing.T) {
	t.Parallel()
	p := Plan{Sources: []Source{mustSource(t, "source", "netskope")}, Checks: []Check{mustCheck(t, "name", "a", "search", "AWS_S3")}}
	p.Sources[0].Origin, p.Checks[0].Origin = result.Origin{Path: ".scangate.yaml", Line: 3}, result.Origin{Path: ".scangate.yaml", Line: 7}
	want := []result.Row{
		{Target: result.Target{Kind: result.KindAlerts, Name: "netskope", Places: []result.Location{{Path: ".scangate.yaml", Line: 3}}}},
		{Target: result.Target{Kind: result.KindChecks, Name: "a", Places: []result.Location{{Path: ".scangate.yaml", Line: 7}}}},
	}
	if diff := cmp.Diff(want, p.Rows()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Names must differ among the sources and among the checks.
func TestDuplicateRows(t *testing.T) {
	t.Parallel()
	source := func(pairs ...string) Source {
		return mustSource(t, append([]string{"source", "netskope"}, pairs...)...)
	}
	check := func(name string) Check { return mustCheck(t, "name", name, "search", "AWS_S3") }
	for name, tt := range map[string]struct {
		p     Plan
		index int
		found bool
	}{
		"none":                   {Plan{}, 0, false},
		"different":              {Plan{Sources: []Source{source(), source("name", "a")}, Checks: []Check{check("b")}}, 0, false},
		"a check and a source":   {Plan{Sources: []Source{source("name", "a")}, Checks: []Check{check("a")}}, 0, false},
		"two sources":            {Plan{Sources: []Source{source(), source("name", "a"), source()}}, 2, true},
		"two checks and sources": {Plan{Sources: []Source{source(), source("name", "a")}, Checks: []Check{check("b"), check("c"), check("b")}}, 4, true},
	} {
		if index, found := tt.p.Duplicate(); index != tt.index || found != tt.found {
			t.Errorf("%s: %d, %v", name, index, found)
		}
	}
}

// A row asks the vendor's addresses, or the gate's, with the keys that choose. The token's address
// of Strata has a default.
func TestRequestsOfRows(t *testing.T) {
	t.Parallel()
	p := Plan{
		Sources: []Source{
			mustSource(t, "source", "zscaler-zpc", "risk_level", "HIGH|CRITICAL", "max", "critical=0", "older-than", "7d"),
			mustSource(t, "source", "palo-alto-iot"), mustSource(t, "source", "netskope"), mustSource(t, "source", "cloud-optix", "name", "c", "days", "3"),
		},
		Checks: []Check{mustCheck(t, "name", "a", "search", "AWS_S3", "term", "x:y", "max", "3")},
	}
	const gate, portal, auth = "https://optix.example", "https://iot.example/pub/v4.0", "https://auth.example"
	for name, tt := range map[string]struct {
		env map[string]string
		iot []string
	}{
		"a portal":            {map[string]string{iotURL: portal}, []string{portal}},
		"another token":       {map[string]string{iotURL: portal, iotAuthURL: auth}, []string{portal, auth}},
		"Strata":              {map[string]string{iotURL: portal, iotClientID: "x"}, []string{portal, strataAuth}},
		"Strata, a secret":    {map[string]string{iotURL: portal, iotClientSecret: "x"}, []string{portal, strataAuth}},
		"Strata, another one": {map[string]string{iotURL: portal, iotClientID: "x", iotAuthURL: auth}, []string{portal, auth}},
	} {
		tt.env[zpcURL], tt.env[netskopeURL] = "https://zpc.example", "ftp://n.example"
		var got []Request
		for _, row := range p.Rows() {
			got = append(got, p.Request(row.Target, func(name string) string { return tt.env[name] }, gate))
		}
		want := []Request{
			{[]string{"https://zpc.example"}, map[string][]string{"risk_level": {"HIGH", "CRITICAL"}, "older-than": {"7d"}}},
			{tt.iot, map[string][]string{}}, {nil, map[string][]string{}}, {[]string{gate}, map[string][]string{"days": {"3"}}},
			{[]string{gate}, map[string][]string{"search": {"AWS_S3"}, "term": {"x:y"}}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Each row that is done is reported, and nothing where there is no row.
func TestProgressOfRows(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]string{0: nil, 2: {"0/2", "1/2", "2/2"}} {
		var mu sync.Mutex // rows are done at the same time
		var got []string
		o := Options{Now: time.Now, Getenv: func(string) string { return "" }, Progress: func(done, total int) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%d/%d", done, total))
		}}
		var p Plan
		for i := range n {
			p.Sources = append(p.Sources, mustSource(t, "source", "netskope", "name", fmt.Sprint(i)))
		}
		synctest.Test(t, func(t *testing.T) { mustRun(t.Context(), t, o, p) })
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%d rows: %q, want %q", n, got, want)
		}
	}
}

// A credential is sent in a header: only visible ASCII characters are possible.
func TestCharactersOfACredential(t *testing.T) {
	t.Parallel()
	for value, ok := range map[string]bool{"a~!b": true, " ab ": true, "a b": false, "a\nb": false, "a\x7fb": false, "é": false} {
		e := &environment{getenv: func(string) string { return value }, vendor: zpcVendor()}
		if _, err := e.secret(zpcKey), e.err(); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
}
