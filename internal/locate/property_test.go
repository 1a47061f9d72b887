package locate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// drawAlert draws an alert about the sample. noise is put into its text, and must
// not change the fingerprint.
func drawAlert(t *rapid.T, r *repo, noise string) result.Alert {
	ref := rapid.SampledFrom([]string{"aws_s3_bucket.logs", "aws_instance.web[0]", "web", "nothing", "UploadBucket"}).Draw(t, "ref")
	file := rapid.SampledFrom(r.paths).Draw(t, "file")
	text := rapid.SampledFrom([]string{"is public", "has 'acl' set", "allows '0.0.0.0/0'", "found %s of them"}).Draw(t, "text")
	text = strings.ReplaceAll(text, "%s", noise)
	return alert("Ensure that "+rapid.SampledFrom([]string{"a", "b"}).Draw(t, "summary"),
		fmt.Sprintf("It %s (Ref: %s, File: %s)", text, ref, file))
}

func prints(findings []result.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Fingerprint)
	}
	return out
}

func TestFingerprintsSurviveShiftsBranchesAndCounts(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	rapid.Check(t, func(rt *rapid.T) {
		alert := drawAlert(rt, r, "12")
		before := r.placeAll(t.Context(), alert)

		moved := &repo{files: map[string]string{}, paths: r.paths}
		shift := strings.Repeat("\n", rapid.IntRange(1, 9).Draw(rt, "shift"))
		for p, text := range r.files {
			moved.files[p] = shift + text
		}
		again := alert
		again.Details = strings.ReplaceAll(alert.Details, "12", "7")
		again.Details = "<b>" + strings.Replace(again.Details, "It ", "IT&nbsp; ", 1) + "</b> branch: feature/" +
			rapid.StringMatching(`[a-z0-9-]{1,9}`).Draw(rt, "branch")
		scan := moved.submission(again)
		scan.ID = "0a0b0c0d-1111-2222-3333-444455556666"
		after := mustPlace(t, []result.Submission{scan}, nil, moved.source())
		if diff := cmp.Diff(prints(before), prints(after)); diff != "" {
			rt.Errorf("%q and %q: (-before +after)\n%s", alert.Details, again.Details, diff)
		}
	})
}

func TestFingerprintsDontDependOnTheOrder(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	rapid.Check(t, func(rt *rapid.T) {
		var alerts []result.Alert
		for i := range rapid.IntRange(1, 12).Draw(rt, "n") {
			alerts = append(alerts, drawAlert(rt, r, fmt.Sprint(i)))
		}
		first := r.placeAll(t.Context(), alerts...)
		shuffled := slices.Clone(alerts)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		second := r.placeAll(t.Context(), shuffled...)

		byText := func(list []result.Finding) map[string][]string {
			out := map[string][]string{}
			for _, f := range list {
				key := f.Summary + "|" + f.Details
				out[key] = append(out[key], f.Fingerprint)
				slices.Sort(out[key])
			}
			return out
		}
		if diff := cmp.Diff(byText(first), byText(second)); diff != "" {
			rt.Errorf("(-first +second)\n%s", diff)
		}
		unique := prints(first)
		slices.Sort(unique)
		if len(slices.Compact(unique)) != len(first) {
			rt.Errorf("%d findings share fingerprints", len(first))
		}
	})
}

func TestEveryReferenceIsOneFinding(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(1, 8).Draw(rt, "references")
		sep := rapid.SampledFrom([]string{"\n", "<br>", " and ", ", ", ". Also ", "\n\n"}).Draw(rt, "separator")
		form := rapid.SampledFrom(forms()[:10]).Draw(rt, "form")
		var parts, want []string
		for i := range k {
			ref := fmt.Sprintf("aws_vpc.v%d", i)
			parts = append(parts, fmt.Sprintf(strings.TrimSpace(form), ref, "infra/main.tf"))
			want = append(want, ref)
		}
		details := strings.Join(parts, sep)
		var got []string
		for _, f := range r.place(t, details) {
			got = append(got, f.Ref)
			if len(f.Locations) != 1 || f.Locations[0].Path != "infra/main.tf" {
				rt.Errorf("%q: %+v", details, f)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("%q: (-want +got)\n%s", details, diff)
		}
	})
}

func TestOtherFindingsHaveOtherFingerprints(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	details := []string{
		"It is public (Ref: aws_s3_bucket.logs, File: infra/main.tf)",
		"It is readable (Ref: aws_s3_bucket.logs, File: infra/main.tf)",
		"It is public (Ref: aws_instance.web, File: infra/main.tf)",
		"It is public (Ref: gone, File: infra/main.tf)",
		"It is public (Ref: UploadBucket, File: cfn/stack.yaml)",
		"It is public",
	}
	seen := map[string]string{}
	for _, d := range details {
		for _, summary := range []string{"One", "Two"} {
			f := r.placeAll(t.Context(), alert(summary, d))[0]
			if other, known := seen[f.Fingerprint]; known {
				t.Errorf("%s/%s and %s share %s", summary, d, other, f.Fingerprint)
			}
			seen[f.Fingerprint] = summary + "/" + d
		}
	}
}
