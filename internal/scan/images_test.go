package scan

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const digest = "@sha256:aaaa"

func TestImagesAreMatchedByNormalisedName(t *testing.T) {
	t.Parallel()
	book := newImageBook(planOf(
		"image:"+nginx, "image:docker.io/library/app:1"+digest, "image:docker.io/library/pin"+digest,
		"image:registry-1.docker.io/acme/web:2", "image:gcr.io/acme/api:3", "image:localhost:5000/tool:4",
		"image:docker.io/library/both:1", "image:docker.io/library/both:1"+digest,
	).Rows, normalizeForTest)
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
		{"nginx:1.19" + digest, "", nginx},
		{"nginx:1.20", "", ""},
		{"nginx:1.19", "quay.io", ""},
		{"nginx:1.19", "ECR", ""},
		{"app:1" + digest, "", "docker.io/library/app:1" + digest},
		{"app" + digest, "", "docker.io/library/app:1" + digest},
		{"app:1", "", ""},
		{"pin:7" + digest, "", "docker.io/library/pin" + digest},
		{"pin@sha256:bbbb", "", ""},
		{"acme/web:2", "docker.io", "registry-1.docker.io/acme/web:2"},
		{"acme/api:3", "gcr.io", "gcr.io/acme/api:3"},
		{"api:3", "gcr.io/acme", "gcr.io/acme/api:3"},
		{"acme/api:3", "", ""},
		{"tool:4", "localhost:5000", "localhost:5000/tool:4"},
		{"both:1" + digest, "", "docker.io/library/both:1" + digest},
		{"both:1", "", "docker.io/library/both:1"},
		{"not a reference", "", ""},
	}
	for _, tc := range cases {
		a := book.match(optix.Image{FullTag: tc.tag, Registry: tc.registry})
		if got := strings.TrimPrefix(a.target, "image:"); got != tc.want {
			t.Errorf("%q of %q: matched %q, want %q", tc.tag, tc.registry, got, tc.want)
		}
	}
}

func TestTwoTagsOfOneDigestAreAnsweredAndCountOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := "docker.io/library/app:1"+digest, "docker.io/library/app:2"+digest
		f := &fake{extra: func(*work) []map[string]any {
			return []map[string]any{{"fullTag": "app" + digest, "vulnerabilities": map[string]int{"high": 1}}}
		}}
		plan := planOf("image:"+a, "image:"+b)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "image:"+a, result.ByName)
		wantAnswered(t, o, "image:"+b, result.ByName)
		if len(o.Findings) != 1 {
			t.Errorf("%d findings", len(o.Findings))
		}
	})
}

// Tasks run side by side: the verdict must not hang on which of two ends first.
func TestImageOfTwoTasksIsTakenAtItsWorst(t *testing.T) {
	t.Parallel()
	same := func(s []string) []string { return s }
	for _, counts := range [][]int{{5, 3}, {3, 5}} {
		book := newImageBook(planOf("image:"+nginx).Rows, normalizeForTest)
		for i, n := range counts {
			book.keep(book.sort(optix.Task{ID: fmt.Sprint("t", i), Images: []optix.Image{
				{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "high", N: n}}, Files: []string{fmt.Sprint(i)}},
			}}, same)[0])
		}
		broken := book.sort(optix.Task{ID: "t2", Images: []optix.Image{{FullTag: nginx, Err: errors.New("broken")}}}, same)
		book.keep(broken[0])
		got := book.findings()
		if len(got) != 1 || got[0].Count != 5 || got[0].Submission != "t1" {
			t.Fatalf("%v: findings %+v, want the worst of the answers that can be read", counts, got)
		}
		if diff := cmp.Diff([]string{"0", "1"}, got[0].Files); diff != "" {
			t.Errorf("%v: files (-want +got):\n%s", counts, diff)
		}
	}
}

func TestImageThatStandsTwiceInOneAnswerIsTakenAtItsWorst(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	book := newImageBook(planOf("image:"+nginx).Rows, normalizeForTest)
	sorted := book.sort(optix.Task{ID: "t", Images: []optix.Image{
		{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "High", N: 5}}, Secure: &no},
		{FullTag: "nginx:1.19", Vulnerabilities: []optix.Count{{Severity: "high", N: 2}, {Severity: "low", N: 4}}, Secure: &yes},
	}}, func(s []string) []string { return s })
	if len(sorted) != 1 {
		t.Fatalf("%d images", len(sorted))
	}
	want := optix.Image{FullTag: nginx, Vulnerabilities: []optix.Count{{Severity: "high", N: 5}, {Severity: "low", N: 4}}, Secure: &no}
	if diff := cmp.Diff(want, sorted[0].image); diff != "" {
		t.Errorf("image (-want +got):\n%s", diff)
	}
}

func TestImageFindingsPerSeverity(t *testing.T) {
	t.Parallel()
	no := false
	type row struct {
		Severity result.Severity
		Raw      string
		Count    int
		Summary  string
	}
	cases := map[string]struct {
		image optix.Image
		want  []row
	}{
		"known words": {
			optix.Image{Vulnerabilities: []optix.Count{{Severity: "negligible", N: 1}, {Severity: "LOW", N: 2}, {Severity: "critical", N: 3}, {Severity: "medium", N: 0}}},
			[]row{
				{result.Critical, "", 3, "critical vulnerabilities in x"},
				{result.Low, "", 2, "low vulnerabilities in x"},
				{result.Info, "", 1, "info vulnerabilities in x"},
			},
		},
		"unknown words": {
			optix.Image{Vulnerabilities: []optix.Count{{Severity: "weird", N: 2}, {Severity: "unknown", N: 1}}},
			[]row{
				{result.Unknown, "unknown", 1, "unknown vulnerabilities in x"},
				{result.Unknown, "weird", 2, "weird vulnerabilities in x"},
			},
		},
		"same word in two cases": {
			optix.Image{Vulnerabilities: []optix.Count{{Severity: "high", N: 2}, {Severity: "High", N: 1}}},
			[]row{{result.High, "", 3, "high vulnerabilities in x"}},
		},
		"nothing": {optix.Image{}, nil},
		"not secure, nothing counted": {
			optix.Image{Secure: &no, Vulnerabilities: []optix.Count{{Severity: "high", N: 0}}},
			[]row{{result.Unknown, "", 1, "x is marked not secure by the service's policy without a counted vulnerability"}},
		},
		"not secure, counted": {
			optix.Image{Secure: &no, Vulnerabilities: []optix.Count{{Severity: "low", N: 1}}},
			[]row{{result.Low, "", 1, "low vulnerabilities in x"}},
		},
	}
	for name, tc := range cases {
		var got []row
		for _, f := range imageFindings(imageAnswer{name: "x", image: tc.image}) {
			got = append(got, row{f.Severity, f.RawSeverity, f.Count, f.Summary})
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAlertSeverities(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]result.Severity{
		"CRITICAL": result.Critical, "high": result.High, " Medium ": result.Medium, "LOW": result.Low,
		"INFO": result.Info, "Informational": result.Info, "negligible": result.Unknown, "SEVERE": result.Unknown, "": result.Unknown,
	} {
		f := alertFinding(optix.IaCAlert{Severity: word}, "s", nil)
		raw := ""
		if want == result.Unknown {
			raw = strings.TrimSpace(word)
		}
		if f.Severity != want || f.RawSeverity != raw {
			t.Errorf("%q: %s, raw %q", word, f.Severity, f.RawSeverity)
		}
	}
}

func TestNamesStayShortEnoughForAURL(t *testing.T) {
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
