package locate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestFoldWithoutABlock(t *testing.T) {
	t.Parallel()
	const hex = "0123456789abcdef"
	tests := []struct {
		a, b string
		same bool
	}{
		{"12 buckets on line 7", "3 Buckets  on line 1234", true},
		{"scan 999999a9-9999-999a-9a9a-99999a99a9a9a9 says", "scan 0a0b0c0d-1111-2222-3333-444455556666 says", true},
		{"at deadbeefdeadbeef0", "at 0123456789abcdef01", true},
		{"at " + hex, "at fedcba9876543210", true},
		{"at " + hex[1:], "at fedcba987654321", false}, // 15 digits may be a name
		{"group a1b2", "group c3d4", false},
		{"at " + hex + "g", "at fedcba9876543210h", false},
		{"of feedfacedeadbeef", "of deadbeeffeedface", false}, // words without a digit
		{"id 0000000a-bbbb-cccc-dddd-eeeeeee1", "id 1111111b-cccc-dddd-eeee-fffffff2", true},
		{"id 0000000a-bbbb-cccc-dddd-eeeeee1", "id 1111111b-cccc-dddd-eeee-ffffff2", false},
		{"id 000000000a-bbbb-ccc-dddd-eeeeee1x", "id 111111111b-cccc-ddd-eeee-ffffff2x", false},
		{"id 000000a-bbbb-cccc-dddd-eeee-fffff1", "id 111111b-cccc-dddd-eeee-ffff-ccccc2", false},
		{"port open", "disk open", false},
		{"v1.2-rc3", "v10.22-rc33", true},
		{"a1b", "a1c", false},
		{"a1b", "ab", false},
		{"a\t\nb", " A  b ", true},
	}
	for _, tt := range tests {
		var none *block
		if a, b := foldText(tt.a, none.has), foldText(tt.b, none.has); (a == b) != tt.same {
			t.Errorf("%q and %q: the same %v: %q, %q", tt.a, tt.b, a == b, a, b)
		}
	}
}

// printsOf returns the fingerprints of submissions, by what describes their findings.
func printsOf(t *testing.T, r *repo, describe func(result.Finding) string, submissions ...result.Submission) map[string]string {
	t.Helper()
	prints := map[string]string{}
	for _, f := range mustPlace(t, submissions, nil, r.source()) {
		prints[describe(f)] = f.Fingerprint
	}
	return prints
}

// Findings that differ in something that is not part of the fingerprint get an ordinal. Which of
// them gets it does not depend on the order of the report.
func TestOrdinalsDontDependOnTheOrder(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"infra/main.tf": "resource \"aws_s3_bucket\" \"logs\" {}\n"})
	severe := func(a result.Alert, s result.Severity, raw string) result.Alert {
		a.Severity, a.RawSeverity = s, raw
		return a
	}
	one := func(a result.Alert) result.Submission { return r.submission(a) }
	named := func(id string) result.Submission {
		s := r.submission(alert("s", "open (Ref: logs, File: infra/main.tf)"))
		s.ID = id
		return s
	}
	at := "(Ref: logs, File: infra/main.tf)"
	for name, tt := range map[string]struct {
		describe func(result.Finding) string
		list     []result.Submission
	}{
		"details": {
			func(f result.Finding) string { return f.Details },
			[]result.Submission{one(alert("s", "open 1 "+at)), one(alert("s", "open 2 "+at)), one(alert("s", "open 30 "+at))},
		},
		"reference": {
			func(f result.Finding) string { return f.Ref + " " + f.File },
			[]result.Submission{
				one(alert("s", "open (Ref: logs, File: infra/main.tf)")), one(alert("s", "open (Ref: aws_s3_bucket.logs, File: infra/main.tf)")),
				one(alert("s", "open (Ref: logs, File: main.tf)")),
			},
		},
		"severity": {
			func(f result.Finding) string { return f.Severity.String() },
			[]result.Submission{one(severe(alert("s", at), result.Low, "")), one(severe(alert("s", at), result.High, "")), one(severe(alert("s", at), result.Info, ""))},
		},
		"word": {
			func(f result.Finding) string { return f.RawSeverity },
			[]result.Submission{one(severe(alert("s", at), result.Unknown, "odd")), one(severe(alert("s", at), result.Unknown, "weird")), one(severe(alert("s", at), result.Unknown, "b"))},
		},
		"submission": {
			func(f result.Finding) string { return f.Submission },
			[]result.Submission{named("b"), named("a"), named("c")},
		},
	} {
		want := printsOf(t, r, tt.describe, tt.list...)
		if len(want) != len(tt.list) {
			t.Fatalf("%s: %v", name, want)
		}
		for _, order := range [][]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			var list []result.Submission
			for _, i := range order {
				list = append(list, tt.list[i])
			}
			if diff := cmp.Diff(want, printsOf(t, r, tt.describe, list...)); diff != "" {
				t.Errorf("%s: in the order %v (-want +got)\n%s", name, order, diff)
			}
		}
	}
}

// What the service writes differently about the same thing makes no other fingerprint.
func TestSameFindingWrittenDifferently(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"infra/main.tf": "resource \"aws_s3_bucket\" \"logs\" {}\n"})
	var prints []string
	for id, details := range map[string]string{
		"nightly":  "Scan nightly: it is open (Ref: logs, File: infra/main.tf)",
		"weekly":   "Scan weekly: it is open (Ref: logs, File: main.tf)",
		"biweekly": "SCAN biweekly: it is <b>open</b> (Ref: aws_s3_bucket.logs, File: /tmp/u/infra/main.tf) branch: b",
	} {
		s := r.submission(alert("s", details))
		s.ID = id
		prints = append(prints, mustPlace(t, []result.Submission{s}, nil, r.source())[0].Fingerprint)
	}
	slices.Sort(prints)
	if len(slices.Compact(prints)) != 1 {
		t.Errorf("fingerprints %v, want one", prints)
	}
}

// Findings without a place differ by what the service calls the resource and the file, and the
// parts of a fingerprint don't run into each other.
func TestUnplacedFindingsDiffer(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"main.tf": ""})
	seen := map[string]string{}
	for _, details := range []string{
		"open (Ref: a, File: gone.tf)", "open (Ref: b, File: gone.tf)", "open (Ref: a, File: lost.tf)",
		"c (Ref: ab, File: gone.tf)", "bc (Ref: a, File: gone.tf)",
	} {
		f := r.place(t, details)[0]
		if f.Placed() {
			t.Fatalf("%s is placed", details)
		}
		if other, ok := seen[f.Fingerprint]; ok {
			t.Errorf("%q and %q share a fingerprint", details, other)
		}
		seen[f.Fingerprint] = details
	}
}

// The first of equal findings has the fingerprint that it would have alone, and all differ.
func TestOrdinals(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"main.tf": ""})
	f := r.place(t, "open")[0]
	alone := f.Fingerprint
	if base := baseFingerprint(&f, "open", nil).String(); base != alone {
		t.Errorf("the fingerprint of one alone is %s, want %s without an ordinal", alone, base)
	}
	var prints []string
	for _, f := range r.placeAll(t.Context(), slices.Repeat([]result.Alert{alert("Ensure that it is right", "open")}, 4)...) {
		prints = append(prints, f.Fingerprint)
	}
	slices.Sort(prints)
	if len(slices.Compact(slices.Clone(prints))) != 4 || !slices.Contains(prints, alone) {
		t.Errorf("fingerprints %v, that of one alone is %s", prints, alone)
	}
}

// A fingerprint is half a SHA-256 in hexadecimal digits, in every case.
func TestFormOfFingerprints(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"main.tf": ""})
	for _, f := range r.placeAll(t.Context(), alert("s", "x"), alert("s", "x"), alert("s", "x")) {
		if len(f.Fingerprint) != 32 || strings.Trim(f.Fingerprint, "0123456789abcdef") != "" {
			t.Errorf("fingerprint %q", f.Fingerprint)
		}
	}
}
