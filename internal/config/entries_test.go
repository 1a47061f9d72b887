package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	f, err := ParseFile(".scangate.yaml", "deploy/.scangate.yaml", []byte(`version: 1
alerts:
  - source: cloud-optix
    days: 30
    max: {critical: 0, high: 5}
    accountIds: ["111122223333", "444455556666"]
  - source: zscaler-zpc
    created[start]: 1683306261
checks:
  - name: no public buckets
    search: AWS_S3
    term: isPublic:true
    max: 0
`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Resolve(Settings(Scan), nil, func(string) string { return "" }, f)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, e := range append(c.Alerts, c.Checks...) {
		for _, field := range e.Fields {
			got = append(got, append([]string{field.Key, field.Origin.String()}, field.Texts...))
		}
	}
	want := [][]string{
		{"source", ".scangate.yaml:3:5: alerts", "cloud-optix"}, {"days", ".scangate.yaml:4:5: alerts", "30"},
		{"max", ".scangate.yaml:5:5: alerts", "critical=0", "high=5"},
		{"accountIds", ".scangate.yaml:6:5: alerts", "111122223333", "444455556666"},
		{"source", ".scangate.yaml:7:5: alerts", "zscaler-zpc"}, {"created[start]", ".scangate.yaml:8:5: alerts", "1683306261"},
		{"name", ".scangate.yaml:10:5: checks", "no public buckets"}, {"search", ".scangate.yaml:11:5: checks", "AWS_S3"},
		{"term", ".scangate.yaml:12:5: checks", "isPublic:true"}, {"max", ".scangate.yaml:13:5: checks", "0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if l := c.Alerts[1].Origin.Plain().Location(); l == nil || l.Path != "deploy/.scangate.yaml" || l.Line != 7 {
		t.Errorf("the second source lies at %+v", l)
	}
	if got := c.Alerts[0].Error(1, "x").Error(); got != ".scangate.yaml:4:5: alerts: x" {
		t.Error(got)
	}
}

func TestEntryErrors(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"alerts: {source: x}":                        "c.yaml:2:9: alerts: must be a list",
		"alerts: [x]":                                "c.yaml:2:10: alerts: every item must be a mapping",
		"alerts: [{source: }]":                       "alerts: source must have a value",
		"alerts: [{source: []}]":                     "alerts: source must have a value",
		"alerts: [{source: a, source: b}]":           `c.yaml:2:22: duplicate key "alerts.source"`,
		"alerts: [{source: a, max: {high: [1]}}]":    "alerts: max.high must have a value",
		"alerts: [{source: a, region: [x, {a: b}]}]": "alerts: region must have a value",
		"checks: [{name: &n a, term: *n}]":           "checks: term must have a value",
		"alerts: [{source: a}]\nchecks: 3":           "c.yaml:3:9: checks: must be a list",
	} {
		_, err := ParseFile("c.yaml", "", []byte("version: 1\n"+yaml+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, err, want)
		}
	}
}
