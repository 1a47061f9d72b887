package scan

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const atDigest = "@sha256:aaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccdddd"

func TestImagesAreMatchedByNormalisedName(t *testing.T) {
	t.Parallel()
	index := newImageIndex(planOf(
		"image:"+nginx, "image:docker.io/library/app:1"+atDigest, "image:docker.io/library/pin"+atDigest,
		"image:registry-1.docker.io/acme/web:2", "image:gcr.io/acme/api:3", "image:localhost:5000/tool:4",
		"image:docker.io/docker/api:3", "image:docker.io/library/both:1", "image:docker.io/library/both:1"+atDigest,
	).Rows)
	cases := []struct{ tag, registry, want string }{
		{nginx, "", nginx},
		{"nginx:1.19", "", nginx},
		{"library/nginx:1.19", "docker.io", nginx},
		{"nginx:1.19", "index.docker.io", nginx},
		{"nginx:1.19", "https://index.docker.io/v1/", nginx},
		{"nginx:1.19", "https://registry-1.docker.io/v2/", nginx},
		{"nginx:1.19", "Docker Hub", nginx},
		{"index.docker.io/library/nginx:1.19", "docker.io", nginx},
		{" nginx:1.19\n", "", nginx},
		{"nginx:1.19" + atDigest, "", nginx},
		{"nginx:1.20", "", ""},
		{"nginx:1.19", "quay.io", ""},
		{"nginx:1.19", "ECR", ""},
		{"app:1" + atDigest, "", "docker.io/library/app:1" + atDigest},
		{"app" + atDigest, "", "docker.io/library/app:1" + atDigest},
		{"app:1", "", ""},
		{"pin:7" + atDigest, "", "docker.io/library/pin" + atDigest},
		{"pin" + strings.ReplaceAll(atDigest, "a", "b"), "", ""},
		{"acme/web:2", "docker.io", "registry-1.docker.io/acme/web:2"},
		{"acme/api:3", "gcr.io", "gcr.io/acme/api:3"},
		{"api:3", "gcr.io/acme", "gcr.io/acme/api:3"},
		{"acme/api:3", "", ""},
		{"docker/api:3", "", "docker.io/docker/api:3"},
		{"tool:4", "localhost:5000", "localhost:5000/tool:4"},
		{"both:1" + atDigest, "", "docker.io/library/both:1" + atDigest},
		{"both:1", "", "docker.io/library/both:1"},
		{"not a reference", "", ""},
	}
	for _, tc := range cases {
		rows := index.match(optix.Image{FullTag: tc.tag, Registry: tc.registry}).rows
		if got := strings.TrimPrefix(strings.Join(rows, " "), "image:"); got != tc.want {
			t.Errorf("%q of %q: matched %q, want %q", tc.tag, tc.registry, got, tc.want)
		}
	}
}

// Two rows may be about one image under two names. It is excluded if either row is.
func TestImageOfTwoSkippedRowsIsExcludedIfOneIs(t *testing.T) {
	t.Parallel()
	rows := planOf("from:registry-1.docker.io/acme/web:2", "from:docker.io/acme/web:2").Rows
	for i := range rows {
		rows[i].Status = result.Skipped
	}
	for i := range rows {
		rows[i].Cause, rows[1-i].Cause = result.CauseExcluded, result.CauseBuiltHere
		if m := newImageIndex(rows).match(optix.Image{FullTag: "acme/web:2"}); !m.excluded {
			t.Errorf("row %d is excluded, and the image is not", i)
		}
	}
}

func TestTwoTagsOfOneDigestAreAnsweredAndCountOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := "docker.io/library/app:1"+atDigest, "docker.io/library/app:2"+atDigest
		f := &fake{extra: func(*work) []map[string]any {
			return []map[string]any{{"fullTag": "app" + atDigest, "vulnerabilities": map[string]int{"high": 1}}}
		}}
		plan := planOf("image:"+a, "image:"+b)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "image:"+a, result.ByName)
		wantAnswered(t, o, "image:"+b, result.ByName)
		if len(o.Images) != 1 {
			t.Errorf("%d image answers", len(o.Images))
		}
	})
}

// collected merges the answers of several tasks.
func collected(plan *result.Plan, tasks ...optix.Task) []result.ImageAnswer {
	index, answers := newImageIndex(plan.Rows), imageAnswers{}
	for _, task := range tasks {
		for _, a := range index.read(task, slices.Clone) {
			answers.add(a)
		}
	}
	return answers.sorted()
}

// Tasks run concurrently: the verdict must not depend on which of two ends first.
func TestImageOfTwoTasksIsTakenAtItsWorst(t *testing.T) {
	t.Parallel()
	for _, counts := range [][]int{{5, 3}, {3, 5}} {
		var tasks []optix.Task
		for i, n := range counts {
			tasks = append(tasks, optix.Task{ID: fmt.Sprint("t", i), Images: []optix.Image{
				{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "high", N: n}}, Files: []string{fmt.Sprint(i)}},
			}})
		}
		tasks = append(tasks, optix.Task{ID: "t2", Images: []optix.Image{{FullTag: nginx, Err: errors.New("broken")}}})
		want := []result.ImageAnswer{{
			Image: nginx, Target: "image:" + nginx, Submission: "t1", Paths: []string{"0", "1"},
			Counts: []result.SeverityCount{{Severity: result.High, N: 5}},
		}}
		if diff := cmp.Diff(want, collected(planOf("image:"+nginx), tasks...)); diff != "" {
			t.Errorf("%v: the worst of the readable answers (-want +got):\n%s", counts, diff)
		}
	}
}

func TestImageThatIsTwiceInOneAnswerIsTakenAtItsWorst(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	images := []optix.Image{
		{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "High", N: 5}}, Secure: &no},
		{FullTag: "nginx:1.19", Vulnerabilities: []optix.Count{{Severity: "high", N: 2}, {Severity: "low", N: 4}}, Secure: &yes},
	}
	want := []result.ImageAnswer{{
		Image: nginx, Target: "image:" + nginx, Submission: "t",
		Counts: []result.SeverityCount{{Severity: result.High, N: 5}, {Severity: result.Low, N: 4}}, Insecure: true,
	}}
	for range images {
		slices.Reverse(images)
		got := collected(planOf("image:"+nginx), optix.Task{ID: "t", Images: images})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s first (-want +got):\n%s", images[0].FullTag, diff)
		}
	}
}

// The order of an answer must not matter: one result that can't be read makes the image unread.
func TestImageThatIsTwiceInOneAnswerIsReadableTwice(t *testing.T) {
	t.Parallel()
	good, bad := map[string]any{"high": 1}, map[string]any{"high": -1}
	for _, counts := range [][]map[string]any{{good, bad}, {bad, good}} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{extra: func(*work) []map[string]any {
				return []map[string]any{{"fullTag": nginx, "vulnerabilities": counts[0]}, {"fullTag": nginx, "vulnerabilities": counts[1]}}
			}}
			plan := planOf("image:" + nginx)
			o := f.scanWith(t.Context(), t, plan, options(plan))
			wantFailed(t, o, "image:"+nginx, result.CauseProtocol, nginx)
			if len(o.Images) != 1 || len(o.Images[0].Counts) != 1 {
				t.Errorf("images %+v, want one with the counts that were read", o.Images)
			}
		})
	}
}

// What was read of an image counts even where none of its answers is whole.
func TestCountsBesideAnUnreadableAnswerAreKept(t *testing.T) {
	t.Parallel()
	broken := optix.Image{FullTag: nginx, Err: errors.New("broken")}
	readable := optix.Image{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "high", N: 5}}}
	got := collected(planOf("image:"+nginx),
		optix.Task{ID: "t1", Images: []optix.Image{broken}},
		optix.Task{ID: "t2", Images: []optix.Image{readable, broken}})
	if len(got) != 1 || len(got[0].Counts) != 1 || got[0].Counts[0].N != 5 {
		t.Errorf("%+v, want 5 high", got)
	}
}

func TestCountsPerSeverity(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		given []optix.Count
		want  []result.SeverityCount
	}{
		"known words": {
			[]optix.Count{{Severity: "negligible", N: 1}, {Severity: "LOW", N: 2}, {Severity: "critical", N: 3}, {Severity: "medium", N: 0}},
			[]result.SeverityCount{{Severity: result.Critical, N: 3}, {Severity: result.Low, N: 2}, {Severity: result.Info, N: 1}},
		},
		"unknown words": {
			[]optix.Count{{Severity: "weird", N: 2}, {Severity: "unknown", N: 1}},
			[]result.SeverityCount{{Severity: result.Unknown, RawSeverity: "unknown", N: 1}, {Severity: result.Unknown, RawSeverity: "weird", N: 2}},
		},
		"same word in two cases": {
			[]optix.Count{{Severity: "high", N: 2}, {Severity: "High", N: 1}},
			[]result.SeverityCount{{Severity: result.High, N: 3}},
		},
		"sums that are too large": {
			[]optix.Count{{Severity: "critical", N: math.MaxInt}, {Severity: "Critical", N: math.MaxInt}, {Severity: "moderate", N: math.MaxInt}, {Severity: "moderate", N: 1}},
			[]result.SeverityCount{{Severity: result.Critical, N: math.MaxInt}, {Severity: result.Unknown, RawSeverity: "moderate", N: math.MaxInt}},
		},
		"nothing": {nil, nil},
		"zero":    {[]optix.Count{{Severity: "high", N: 0}}, nil},
	}
	for name, tc := range cases {
		if diff := cmp.Diff(tc.want, sortCounts(countSeverities(tc.given))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// An answer that says nothing about security does not mark an image as insecure.
func TestInsecure(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	for secure, want := range map[*bool]bool{nil: false, &no: true, &yes: false} {
		got := collected(planOf(), optix.Task{Images: []optix.Image{{FullTag: "x", Secure: secure}}})
		if len(got) != 1 || got[0].Insecure != want {
			t.Errorf("%+v, want insecure %v", got, want)
		}
	}
}

func TestAlertSeverities(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]result.Severity{
		"CRITICAL": result.Critical, "high": result.High, " Medium ": result.Medium, "LOW": result.Low,
		"INFO": result.Info, "Informational": result.Info, "negligible": result.Unknown, "SEVERE": result.Unknown, "": result.Unknown,
	} {
		f := newAlert(optix.IaCAlert{Severity: word})
		raw := ""
		if want == result.Unknown {
			raw = strings.TrimSpace(word)
		}
		if f.Severity != want || f.RawSeverity != raw {
			t.Errorf("%q: %s, raw %q", word, f.Severity, f.RawSeverity)
		}
	}
}

func TestNameBatchOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	const comma = 3 // %2C
	for last, want := range map[int]int{maxNames/2 - comma: 1, maxNames/2 - comma + 1: 2} {
		images := []result.Target{{Name: strings.Repeat("x", maxNames/2)}, {Name: strings.Repeat("y", last)}}
		if got := len(nameBatches(images)); got != want {
			t.Errorf("names of %d and %d bytes: %d batches, want %d", maxNames/2, last, got, want)
		}
	}
}

func TestNameBatchesFitIntoAURL(t *testing.T) {
	t.Parallel()
	var images []result.Target
	for i := range 300 {
		images = append(images, result.Target{Name: fmt.Sprintf("registry.example:5000/team/app-%d:v1@sha256:%064d", i, i)})
	}
	images = append(images, result.Target{Name: strings.Repeat("x", 5000)})
	batches := nameBatches(images)
	var all []string
	for i, b := range batches {
		all = append(all, names(b)...)
		length := len(url.QueryEscape(strings.Join(names(b), ",")))
		if length > maxNames && len(b) > 1 {
			t.Errorf("batch %d has %d bytes", i, length)
		}
	}
	if diff := cmp.Diff(names(images), all); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	if want := 11; len(batches) != want {
		t.Errorf("%d batches, want %d", len(batches), want)
	}
}
