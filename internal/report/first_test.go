package report

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestHeadline(t *testing.T) {
	t.Parallel()
	numbers := passed()
	numbers.Verdict.Outcome, numbers.Verdict.Numbers = result.OutcomeFail, []result.NumberCheck{{Number: result.NumberNotSent, Count: 3, Crossed: true}}
	both := unansweredSample()
	below := sample()
	below.Verdict.Limits = below.Verdict.Limits[2:]
	for i := range below.Findings {
		below.Findings[i].Stamp.Crosses = ""
	}
	compared := sample()
	compared.Delta = &result.Delta{Against: "old.json", New: map[result.Severity]int{result.Critical: 1}, Fixed: map[result.Severity]int{result.Low: 2}}
	for want, r := range map[string]*result.Result{
		"2 limits crossed by 2 problems": sample(),
		"1 limit is crossed":             numbers,
		"2 limits crossed by 2 problems, and 1 of 5 targets has no answer": both,
		"no limit is crossed; 3 problems are below the limits":             below,
		"No findings": passed(),
		"2 limits crossed by 2 problems: 1 new (critical 1), 0 known, 2 fixed (low 2) against old.json": compared,
	} {
		if got := New(r, result.Unknown).headline(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// fleet has an image over the limit in each of n files, one template over it, and one below.
func fleet(n int) *result.Result {
	r := sample()
	r.Findings = r.Findings[2:]
	for i := range n {
		image := sample().Findings[0]
		image.Image, image.Fingerprint = fmt.Sprintf("docker.io/acme/app%02d:1", i), fmt.Sprintf("%032x", i)
		image.Locations = at(fmt.Sprintf("app%02d/Dockerfile", i), 1)
		r.Findings = append(r.Findings, image)
	}
	return judged(r)
}

// Images are one group with one fix, not one for each.
func TestImagesAreOneGroup(t *testing.T) {
	t.Parallel()
	r := fleet(13)
	for _, format := range []string{Console, Markdown, HTML} {
		out := write(t, format, r, Options{Width: 200})
		first, _, _ := strings.Cut(out, `id="why"`)
		if countOf(strings.ToLower(first), "build from newer or smaller tags") != 1 || !strings.Contains(first, "13 images have vulnerabilities") {
			t.Errorf("%s: not one group in\n%s", format, first)
		}
		if !strings.Contains(first, "and 8 more images") {
			t.Errorf("%s: the other images are not counted", format)
		}
	}
	listed := write(t, Markdown, r, Options{}) + write(t, Console, r, Options{Verbose: true})
	for i := range 13 {
		if countOf(listed, fmt.Sprintf("app%02d:1", i)) < 2 {
			t.Errorf("image %d is lost", i)
		}
	}
}

// What blocks comes before every table, in each format that people read.
func TestProblemsComeFirst(t *testing.T) {
	t.Parallel()
	r := fleet(3)
	r.Ledger = append(r.Ledger, unansweredSample().Ledger[5])
	r.Verdict.Planned, r.Verdict.Failed = 5, 1
	for format, later := range map[string][]string{
		Markdown: {"| severity |", "1 of 5 targets has no answer\n", "| targets |", "**Verdict:**"},
		HTML:     {"<table", "<svg", "FAIL (exit 1)", "id=\"unanswered\"", "id=\"findings\""},
	} {
		out := write(t, format, r, Options{})
		first := strings.Index(out, "Ensure buckets are private")
		for _, what := range later {
			if at := strings.Index(out, what); at < first {
				t.Errorf("%s: %q at %d stands before the first problem at %d", format, what, at, first)
			}
		}
	}
	out := write(t, Console, r, Options{})
	if head, last := strings.Index(out, "2 limits crossed by 4 problems"), strings.Index(out, "Notice: "); head < last || last < 0 {
		t.Errorf("console: the problems are not last:\n%s", out)
	}
}

func TestExcludeTogether(t *testing.T) {
	t.Parallel()
	image := func(name string) string { return fmt.Sprintf("- {images: %q, reason: WHY}", name) }
	file := func(name string) string { return fmt.Sprintf("- {files: %q, reason: WHY}", name) }
	for _, tt := range []struct {
		lines []string
		want  string
	}{
		{[]string{image("redis:7"), image("nginx:1")}, `- {images: "{redis:7,nginx:1}", reason: WHY}`},
		{[]string{file("/a.tf"), file("/b/c.tf")}, `- {files: "/{a.tf,b/c.tf}", reason: WHY}`},
		{[]string{file("/a.tf"), file("b.tf")}, ""},
		{[]string{file("a.tf"), image("redis")}, ""},
		{[]string{file(`a\*.tf`), file("b.tf")}, ""},
		{[]string{file("a,b.tf"), file("b.tf")}, ""},
		{[]string{image("$BASE"), image("b")}, ""},
		{[]string{"- something", "- else"}, ""},
		{[]string{image("one")}, ""},
		{nil, ""},
	} {
		if got := excludeTogether(tt.lines); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.lines, got, tt.want)
		}
	}
}

// The targets of one cause share their reason, their fix and one line to paste.
func TestUnansweredTargetsHaveOneLineToPaste(t *testing.T) {
	t.Parallel()
	r := passed()
	for i := range 13 {
		name := fmt.Sprintf("docker.io/acme/app%02d:1", i)
		row := failedRow(result.KindImage, name, result.CauseNotAnswered, "the service could not pull "+name, "let the service in")
		row.Target.Places, row.Exclude = at("compose.yaml", i+1), fmt.Sprintf("- {images: %q, reason: WHY}", name)
		r.Ledger = append(r.Ledger, row)
	}
	r.Verdict.Planned, r.Verdict.Failed, r.Verdict.Outcome = 17, 13, result.OutcomeIncomplete
	for _, format := range []string{Console, Markdown, HTML} {
		out := html.UnescapeString(write(t, format, r, Options{}))
		if countOf(out, "- {images: ") != 1 || !strings.Contains(out, "{docker.io/acme/app00:1,docker.io/acme/app01:1,") {
			t.Errorf("%s: not one line to paste", format)
		}
		for i := range 13 {
			if !strings.Contains(out, fmt.Sprintf("compose.yaml:%d", i+1)) {
				t.Errorf("%s: no place %d", format, i+1)
			}
		}
	}
}

func TestDeltaWords(t *testing.T) {
	t.Parallel()
	of := func(states ...result.State) (all []*result.Finding) {
		for _, s := range states {
			all = append(all, &result.Finding{Delta: s})
		}
		return all
	}
	for _, tt := range []struct {
		findings []*result.Finding
		want     string
	}{
		{of("", ""), ""}, {of(result.StateNew, result.StateNew), "new"}, {of(result.StateKnown, result.StateNew, result.StateKnown), "1 new, 2 known"}, {of(result.StateWorse), "worse"},
	} {
		if got := deltaWords(tt.findings); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestShortFrame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		marks, want string
		n           int
	}{
		{"..x..", "34", 2}, {"x....", "12", 2}, {"x...x", "15", 2}, {"x.-.x", "125", 3}, {"..-x-", "4", 3}, {".....", "", 2}, {"", "", 2},
	} {
		var lines []frameLine
		for i, c := range tt.marks {
			l := frameLine{number: i + 1, text: "code"}
			switch c {
			case 'x':
				l.mark = markHere
			case '-':
				l.text = " "
			}
			lines = append(lines, l)
		}
		got := ""
		for _, l := range shortFrame(lines, tt.n) {
			got += fmt.Sprint(l.number)
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.marks, got, tt.want)
		}
	}
}

// What a report leaves out is said, and stands in the report where its format has a place for it.
func TestTruncationIsLoud(t *testing.T) {
	t.Parallel()
	r := sample()
	for format, inFile := range map[string]bool{SARIF: true, GitLabSAST: true, GitLabCodeQuality: false} {
		var said []string
		out := write(t, format, r, Options{LeftOut: func(s string) { said = append(said, s) }})
		const what = "Findings without a place in a file of this repository, not in this report: 1."
		if len(said) != 1 || said[0] != format+": "+what || strings.Contains(out, what) != inFile {
			t.Errorf("%s: said %q", format, said)
		}
	}
	said := ""
	out := write(t, SARIF, many(6_000), Options{Profile: profileGitLab, LeftOut: func(s string) { said = s }})
	if !strings.HasPrefix(said, "sarif: GitLab takes at most 5000 results") || !strings.Contains(out, strings.TrimPrefix(said, "sarif: ")) {
		t.Errorf("said %q", said)
	}
	if out := write(t, JUnit, r, Options{}, result.High); !strings.Contains(out, "Not shown, below high: medium 12 · low 1.") {
		t.Errorf("junit does not say what it hides:\n%s", out)
	}
}

func TestVerdictHasTheColourOfItsOutcome(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"PASS (exit 0): no findings":    "scangate: \x1b[1;32mPASS (exit 0)\x1b[0m: no findings\n",
		"FAIL (exit 1): high 1 > 0":     "scangate: \x1b[1;31mFAIL (exit 1)\x1b[0m: high 1 > 0\n",
		"TIMEOUT (exit 5): 1/2":         "scangate: \x1b[33mTIMEOUT (exit 5)\x1b[0m: 1/2\n",
		"a line of its own":             "scangate: a line of its own\n",
		"FAIL (exit 1): \x1b[2J::error": "scangate: \x1b[1;31mFAIL (exit 1)\x1b[0m: \\x1b[2J::error\n",
	} {
		var b strings.Builder
		WriteVerdict(&b, line, true)
		if b.String() != want {
			t.Errorf("%q: got %q, want %q", line, b.String(), want)
		}
	}
}
