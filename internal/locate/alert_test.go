package locate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// exported is an alert in the vendor's public sample.
type exported struct {
	Affected string `json:"affectedResources_s"`
	Summary  string `json:"alertSummary_s"`
}

func sentinel(t *testing.T, name string) exported {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var e exported
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestVendorSampleWithFiles(t *testing.T) {
	t.Parallel()
	const trail = "resource \"aws_cloudtrail\" \"avid_cloudtrail\" {\n}\n"
	r := repoOf(map[string]string{
		"aws/avid.tf":                         "\n\nresource \"aws_cloudtrail\" \"t\" {\n  name = \"TestCompany-CloudTrail\"\n}\n",
		"aws/terraform_v12/terraform/main.tf": "\n" + trail,
		"aws/terraform_v11/terraform/main.tf": trail,
	})
	e := sentinel(t, "sentinel_iac_alert_with_files.json")
	got := r.placeAll(t.Context(), alert(e.Summary, e.Affected))
	var have []at
	for _, f := range got {
		have = append(have, whereIs(f))
		if f.KindWord != "AWS_CLOUDTRAIL" || f.Target != "iac:"+f.File {
			t.Errorf("kind %q, target %q", f.KindWord, f.Target)
		}
	}
	want := []at{
		{"aws/avid.tf", 3, onResource},
		{"aws/terraform_v12/terraform/main.tf", 2, onResource},
		{"aws/terraform_v11/terraform/main.tf", 1, onResource},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestVendorSampleWithoutFile(t *testing.T) {
	t.Parallel()
	e := sentinel(t, "sentinel_iac_alert_no_file.json")
	r := repoOf(map[string]string{"main.tf": "resource \"aws_vpc\" \"a\" {}\n"})
	got := r.placeAll(t.Context(), alert(e.Summary, e.Affected))
	if len(got) != 1 || got[0].Placement != nowhere || got[0].Note == "" || got[0].Rule != result.RuleID(e.Summary) {
		t.Errorf("got %+v, want one unplaced finding with a note", got)
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	r.add("a/main.tf", "\nresource \"aws_vpc\" \"x\" {}\n")
	r.add("b/main.tf", "\n\nresource \"aws_vpc\" \"x\" {}\n")
	r.add("c/main.tf", "resource \"aws_subnet\" \"x\" {}\n")
	tests := []struct {
		details string
		want    []string
	}{
		{"(Ref: aws_vpc.x, File: main.tf)", []string{"a/main.tf:2", "b/main.tf:3"}},
		{"(Ref: aws_vpc.y, File: main.tf)", []string{"a/main.tf:1", "b/main.tf:1", "c/main.tf:1"}},
		{"File: main.tf", []string{"a/main.tf:1", "b/main.tf:1", "c/main.tf:1"}},
		{"(Ref: aws_vpc.x)", []string{"a/main.tf:2", "b/main.tf:3"}},
		{"AWS_VPC (Ref: x)", []string{"a/main.tf:2", "b/main.tf:3"}},
		{"Only a/main.tf is meant (Ref: aws_vpc.x)", nil},
		{"AWS_SUBNET (Ref: x, File: main.tf)", nil},
	}
	for _, tt := range tests {
		f := r.place(t, tt.details)[0]
		if diff := cmp.Diff(tt.want, lines(f.Candidates)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tt.details, diff)
		}
		if (f.Placement == ambiguous) != (tt.want != nil) || f.Placed() != (tt.want == nil) {
			t.Errorf("%q: placement %s, locations %v", tt.details, f.Placement, f.Locations)
		}
	}
}

// A name that is a path of the root and the base name of others means the file that
// defines the resource.
func TestRootFileAndBaseName(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	r.add("main.tf", "resource \"aws_vpc\" \"root\" {}\n")
	r.add("infra/main.tf", "\nresource \"aws_vpc\" \"infra\" {}\n")
	tests := []struct {
		ref  string
		want at
	}{
		{"aws_vpc.root", at{"main.tf", 1, onResource}},
		{"aws_vpc.infra", at{"infra/main.tf", 2, onResource}},
		{"aws_vpc.gone", at{"main.tf", 1, onFile}},
	}
	for _, tt := range tests {
		if got := whereIs(r.place(t, "(Ref: "+tt.ref+", File: main.tf)")[0]); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.ref, got, tt.want)
		}
	}
}

func TestLineChoosesAmongResources(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	for details, want := range map[string]int{
		"(Ref: web, File: infra/main.tf:42)":              41,
		"(Ref: web, File: infra/main.tf, Line: 27)":       25,
		"(Ref: web, File: infra/main.tf:13)":              1,
		"(Ref: aws_instance.web, File: infra/main.tf:43)": 41,
	} {
		if got := r.place(t, details)[0].Locations[0].Line; got != want {
			t.Errorf("%s: line %d, want %d", details, got, want)
		}
	}
}

func TestFilesThatCantBeRead(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"broken.tf": "resource \"a\" {\n", "notes.txt": "hello"})
	r.paths = append(r.paths, "gone.tf")
	for file, note := range map[string]string{
		"broken.tf": "can't be parsed", "gone.tf": "can't be read", "notes.txt": "no template",
	} {
		f := r.place(t, "(Ref: a.b, File: "+file+")")[0]
		if got := whereIs(f); got != (at{file, 1, onFile}) || !strings.Contains(f.Note, note) {
			t.Errorf("%s: %+v, note %q", file, got, f.Note)
		}
	}
}

func TestTargetOnlyForRowsOfTheLedger(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	src := r.source(result.Target{Kind: result.KindIaC, Name: "infra/main.tf"})
	for file, want := range map[string]string{"infra/main.tf": "iac:infra/main.tf", "cfn/stack.yaml": ""} {
		f := mustPlace(t, []result.Submission{r.submission(alert("s", "File: "+file))}, nil, src)[0]
		if f.Target != want {
			t.Errorf("%s: target %q, want %q", file, f.Target, want)
		}
	}
}

func TestEachFileIsReadOnce(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	reads := map[string]int{}
	src := Checkout{Read: func(p string) ([]byte, error) {
		reads[p]++
		return r.read(p)
	}}
	var alerts []result.Alert
	for range 50 {
		alerts = append(alerts, alert("s", "(Ref: logs, File: infra/main.tf)"), alert("s", "Ref: aws_vpc.this"))
	}
	mustPlace(t, []result.Submission{r.submission(alerts[:1]...)}, nil, src)
	if len(reads) != 1 {
		t.Errorf("read %d files for one reference with a file, want 1", len(reads))
	}
	clear(reads)
	mustPlace(t, []result.Submission{r.submission(alerts...)}, nil, src)
	for p, n := range reads {
		if n != 1 {
			t.Errorf("read %s %d times, want once", p, n)
		}
	}
}

func TestFindingsAreKeptAfterAnInterruption(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("SIGTERM"))
	got := r.placeAll(ctx, alert("s", "(Ref: a, File: cfn/stack.yaml)\n(Ref: b, File: cfn/stack.yaml)"))
	const note = "the line is unknown: the file can't be read: the run was interrupted: SIGTERM"
	if len(got) != 2 || whereIs(got[0]) != (at{"cfn/stack.yaml", 1, onFile}) || got[0].Note != note {
		t.Errorf("got %+v", got)
	}
}

// Each finding refers to the alert of a submission that it was made of.
func TestFindingsReferToTheirAlerts(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": "resource \"aws_vpc\" \"x\" {}\n"})
	one, two := r.submission(alert("s", "(Ref: x, File: a.tf)\n(Ref: z, File: a.tf)"), alert("t", "u")), r.submission(alert("s", "v"))
	two.ID = "scan-2"
	image := result.ImageAnswer{Image: "i", Submission: "task-1", Counts: []result.SeverityCount{{Severity: result.Low, N: 2}}}
	var got []string
	for _, f := range mustPlace(t, []result.Submission{one, two}, []result.ImageAnswer{image}, r.source()) {
		got = append(got, fmt.Sprint(f.Submission, " ", f.Alert, " ", f.Ref))
	}
	if diff := cmp.Diff([]string{"scan-1 1 x", "scan-1 1 z", "scan-1 2 ", "scan-2 1 ", "task-1 0 "}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Each finding of an alert has its severity, in the service's own word if that is not a known one.
func TestFindingsKeepTheSeverityOfTheirAlert(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": "resource \"aws_vpc\" \"x\" {}\n"})
	unknown, medium := alert("s", "(Ref: x, File: a.tf)\n(Ref: z, File: a.tf)"), alert("t", "u")
	unknown.Severity, unknown.RawSeverity, medium.Severity = result.Unknown, "Grave", result.Medium
	var got []string
	for _, f := range mustPlace(t, []result.Submission{r.submission(unknown, medium)}, nil, r.source()) {
		got = append(got, fmt.Sprint(f.Severity, " ", f.RawSeverity, " ", f.Count))
	}
	if diff := cmp.Diff([]string{"unknown Grave 1", "unknown Grave 1", "medium  1"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A quoted name of the resource chooses no attribute, even if it is not an alias.
func TestQuotedNameIsNotAnAttribute(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": "resource \"aws_x\" \"y\" {\n  odd_name = \"shop-y\"\n  mode = \"open\"\n}\n"})
	for details, want := range map[string]int{
		"X 'shop-y' is wrong (Ref: aws_x.y, File: a.tf)":                   1,
		"X 'shop-y' has mode 'open' (Ref: aws_x.y, File: a.tf)":            3,
		"'mode' is 'open' (Ref: aws_x.y, File: a.tf)":                      3,
		"'mode' of 'odd_name' is wrong (Ref: aws_x.y, File: a.tf)":         1,
		"x 'mode' (Ref: aws_x.y, File: a.tf) has 'b' (Ref: b, File: a.tf)": 1,
	} {
		if got := r.place(t, details)[0].Locations[0].Line; got != want {
			t.Errorf("%s: line %d, want %d", details, got, want)
		}
	}
}
