package result

import (
	"math"
	"testing"
)

// Sums saturate: a wrapped one would be below every limit.
func TestAddCounts(t *testing.T) {
	t.Parallel()
	const most = math.MaxInt
	for _, tt := range []struct{ a, b, want int }{
		{0, 0, 0}, {2, 3, 5}, {most, 0, most}, {0, most, most}, {most - 1, 1, most}, {most - 1, 2, most}, {1, most, most}, {most, most, most},
	} {
		if got := AddCounts(tt.a, tt.b); got != tt.want {
			t.Errorf("%d + %d is %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// Only counts of a known severity say no more than their severity.
func TestCountsVulnerabilities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		finding Finding
		want    bool
	}{
		{Finding{Kind: KindImage, Image: "a", Severity: Low, Rule: RuleImageVulnerabilities}, true},
		{Finding{Kind: KindImage, Image: "a", Severity: Unknown, Rule: RuleImageVulnerabilities}, false},
		{Finding{Kind: KindImage, Image: "a", Severity: High, Rule: RuleImageNotSecure}, false},
		{Finding{Kind: KindIaC, Severity: High, Rule: "r"}, false},
	} {
		if got := tt.finding.CountsVulnerabilities(); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.finding, got, tt.want)
		}
	}
}

func TestParseCount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		n   int
		err string
	}{
		"0":                    {0, ""},
		"10":                   {10, ""},
		"2147483647":           {2147483647, ""},
		"2147483648":           {0, "must be an integer <= 2147483647, got 2147483648"},
		"99999999999999999999": {0, "must be an integer <= 2147483647, got 99999999999999999999"},
		"-1":                   {0, "must be an integer >= 0, got -1"},
		"1.5":                  {0, "must be an integer >= 0, got 1.5"},
		"ten":                  {0, "must be an integer >= 0, got ten"},
		"":                     {0, "must be an integer >= 0, got "},
	} {
		n, err := ParseCount(text)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if n != want.n || message != want.err {
			t.Errorf("%q: %d, %q; want %d, %q", text, n, message, want.n, want.err)
		}
	}
}
