package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

// baselineOf parses a file of lines, nil for none.
func baselineOf(t *testing.T, lines ...string) *result.Baseline {
	t.Helper()
	if len(lines) == 0 {
		return nil
	}
	b, err := policy.ParseBaseline("b.json", []byte(fileOf(lines...)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edited returns an entry with another field.
func edited(line, from, to string) string { return strings.Replace(line, from, to, 1) }

func TestBaselineDifferences(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after []string
		want          string
	}{
		"none":              {nil, nil, ""},
		"the same":          {[]string{node, bucket}, []string{bucket, node}, ""},
		"an entry":          {[]string{node}, []string{node, bucket}, "loosens: 1 entries added, or cover more"},
		"a first file":      {nil, []string{node, bucket}, "loosens: 2 entries added, or cover more"},
		"one less":          {[]string{node, bucket}, []string{bucket}, "tightens: 1 entries removed, or cover less"},
		"a deleted file":    {[]string{node, bucket}, nil, "tightens: 2 entries removed, or cover less"},
		"one for another":   {[]string{node}, []string{bucket}, "loosens: 1 entries added, or cover more; tightens: 1 entries removed, or cover less"},
		"more of one":       {[]string{node}, []string{edited(node, ":7", ":8")}, "loosens: 1 entries added, or cover more"},
		"fewer of one":      {[]string{node}, []string{edited(node, ":7", ":6")}, "tightens: 1 entries removed, or cover less"},
		"a higher severity": {[]string{bucket}, []string{edited(bucket, "high", "critical")}, "loosens: 1 entries added, or cover more"},
		"a lower severity":  {[]string{bucket}, []string{edited(bucket, "high", "low")}, "tightens: 1 entries removed, or cover less"},
		"unknown severity":  {[]string{bucket}, []string{edited(bucket, "high", "unknown")}, "loosens: 1 entries added, or cover more"},
		"a later day":       {[]string{bucket}, []string{edited(bucket, "2026-01-31", "2026-02-28")}, "loosens: 1 entries added, or cover more"},
		"an earlier day":    {[]string{bucket}, []string{edited(bucket, "2026-01-31", "2026-01-01")}, "tightens: 1 entries removed, or cover less"},
		"another path":      {[]string{bucket}, []string{edited(bucket, "infra", "other")}, "loosens: 1 entries added, or cover more"},
		"other lines":       {[]string{bucket}, []string{edited(bucket, "b1", "b2")}, "unordered: 1 entries are of other lines"},
		"less and others":   {[]string{bucket}, []string{edited(edited(bucket, "b1", "b2"), "high", "low")}, "tightens: 1 entries removed, or cover less"},
	}
	for name, tt := range tests {
		var got []string
		for _, d := range policy.BaselineDifferences(baselineOf(t, tt.before...), baselineOf(t, tt.after...)) {
			got = append(got, string(d.Effect)+": "+d.Text)
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	added := policy.BaselineDifferences(nil, baselineOf(t, node))
	other := policy.BaselineDifferences(nil, baselineOf(t, bucket))
	if len(added) != 1 || len(other) != 1 || added[0].Detail == other[0].Detail {
		t.Errorf("the entries are not part of the difference: %+v, %+v", added, other)
	}
}

func TestMergeBaseline(t *testing.T) {
	t.Parallel()
	fewer, more := edited(node, ":7", ":6"), edited(node, ":7", ":8")
	tests := map[string]struct {
		target, base, own, want, approved []string
	}{
		"nothing":                {nil, nil, nil, nil, nil},
		"unchanged":              {[]string{node, bucket}, []string{node, bucket}, []string{node, bucket}, []string{node, bucket}, []string{node, bucket}},
		"removed":                {[]string{node, bucket}, []string{node, bucket}, []string{node}, []string{node}, []string{node}},
		"removed by others":      {[]string{node}, []string{node, bucket}, []string{node, bucket}, []string{node}, []string{node}},
		"added by others":        {[]string{node, bucket}, []string{node}, []string{node}, []string{node, bucket}, []string{node, bucket}},
		"added":                  {[]string{node}, []string{node}, []string{node, bucket}, []string{node}, []string{node, bucket}},
		"lowered":                {[]string{node}, []string{node}, []string{fewer}, []string{fewer}, []string{fewer}},
		"raised":                 {[]string{node}, []string{node}, []string{more}, []string{node}, []string{more}},
		"raised, others lowered": {[]string{fewer}, []string{node}, []string{more}, []string{fewer}, []string{more}},
		"of other lines":         {[]string{bucket}, []string{bucket}, []string{edited(bucket, "b1", "b2")}, []string{bucket}, []string{edited(bucket, "b1", "b2")}},
		"a first baseline":       {nil, nil, []string{node}, nil, []string{node}},
		"a deleted baseline":     {[]string{node}, []string{node}, nil, []string{}, []string{}},
	}
	for name, tt := range tests {
		for approved, want := range map[bool][]string{false: tt.want, true: tt.approved} {
			got := policy.MergeBaseline(baselineOf(t, tt.target...), baselineOf(t, tt.base...), baselineOf(t, tt.own...), approved)
			if diff := cmp.Diff(entriesOf(baselineOf(t, want...)), entriesOf(got)); diff != "" {
				t.Errorf("%s, approved %v (-want +got):\n%s", name, approved, diff)
			}
		}
	}
}

func entriesOf(b *result.Baseline) []result.BaselineEntry {
	if b == nil || len(b.Entries) == 0 {
		return nil
	}
	return b.Entries
}

// No change makes an entry of the target cover more, and none covers anything that the target's
// does not.
func TestMergedBaselineIsNeverLooser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			node, bucket, edited(node, ":7", ":6"), edited(node, ":7", ":8"), edited(bucket, "high", "low"), edited(bucket, "high", "critical"),
			edited(bucket, "f1", "f2"), edited(bucket, "2026-01-31", "2026-05-31"), edited(bucket, "high", "unknown"),
		}), 0, 3, func(line string) result.BaselineKey { return baselineOf(t, line).Entries[0].Key() })
		target := baselineOf(t, some.Draw(rt, "target")...)
		merged := policy.MergeBaseline(target, baselineOf(t, some.Draw(rt, "base")...), baselineOf(t, some.Draw(rt, "own")...), false)
		for _, e := range entriesOf(merged) {
			within := func(o result.BaselineEntry) bool {
				lower := e.Severity == o.Severity || e.Severity < o.Severity && e.Severity != result.Unknown
				return o.Key() == e.Key() && lower && e.Count <= o.Count && e.Since <= o.Since
			}
			if !slices.ContainsFunc(entriesOf(target), within) {
				rt.Fatalf("%+v covers more than the target's %+v", e, target)
			}
		}
	})
}
