package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

func fuzzSeeds(f *testing.F) {
	for _, seed := range []string{
		"AWS_S3 (Ref: logs, File: infra/main.tf) branch: master\n",
		"Ref: a.b[\"x,y\"], File: infra (old)/main.tf:12\nResource: `c`",
		"[File: 'x.tf' Ref=\"y\"] {ref: (a), file: )}",
		"<br>Ref:<p>&amp;</p>File:&#39;&#39;",
		"'0.0.0.0/0' in aws_s3_bucket.logs of infra/main.tf (Ref: module.a.b",
		"Ref: \u2028 File: \xff\xfe “quoted”",
	} {
		f.Add(seed)
	}
}

func FuzzReferences(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, details string) {
		plain := text.WithoutHTML(details)
		end := 0
		for _, r := range newParser(plain).references() {
			if r.start < end || r.end <= r.start || r.end > len(plain) {
				t.Fatalf("%q: reference at %d:%d after %d of %d", plain, r.start, r.end, end, len(plain))
			}
			end = r.end
			for _, v := range []value{r.ref, r.file} {
				if !strings.Contains(plain, v.text) {
					t.Fatalf("%q: invented %q", plain, v.text)
				}
			}
		}
	})
}

func FuzzPlace(f *testing.F) {
	fuzzSeeds(f)
	r := newRepo(f, "sample.txtar")
	f.Fuzz(func(t *testing.T, details string) {
		alerts := []result.Alert{alert("Ensure", details)}
		got := r.placeAll(t.Context(), alerts...)
		if want := max(1, len(segments(details))); len(got) != want {
			t.Fatalf("%d findings, want %d", len(got), want)
		}
		for _, finding := range got {
			checkPlaced(t, r, finding)
		}
		if diff := cmp.Diff(got, r.placeAll(t.Context(), alerts...)); diff != "" {
			t.Fatalf("not deterministic:\n%s", diff)
		}
	})
}

// checkPlaced checks what holds for every finding.
func checkPlaced(t *testing.T, r *repo, f result.Finding) {
	t.Helper()
	if len(f.Fingerprint) != 32 || f.Rule == "" || f.Placement == "" {
		t.Fatalf("incomplete: %+v", f)
	}
	if f.Placed() == (f.Placement == nowhere || f.Placement == ambiguous) {
		t.Fatalf("placement %s with locations %v", f.Placement, f.Locations)
	}
	if (f.Placement == ambiguous) != (len(f.Candidates) > 1) {
		t.Fatalf("placement %s with candidates %v", f.Placement, f.Candidates)
	}
	if (f.Placement == onFile || !f.Placed()) && f.Note == "" {
		t.Fatalf("placement %s without a note", f.Placement)
	}
	for _, l := range append(f.Locations, f.Candidates...) {
		n := strings.Count(r.files[l.Path], "\n") + 1
		if l.Line < 1 || l.Line > n || l.Block != nil && (l.Line < l.Block.Start || l.Line > l.Block.End) {
			t.Fatalf("line %d, block %v of %d lines in %s", l.Line, l.Block, n, l.Path)
		}
	}
}
