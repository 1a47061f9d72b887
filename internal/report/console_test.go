package report

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// redisLine is what leaves out an image of incomplete.
const redisLine = `- {images: "docker.io/library/redis:7", reason: WHY}`

// incomplete is the shop with rows that have no answer.
func incomplete() *result.Result {
	r := shop()
	for i, name := range []string{"nginx:1", "redis:7", "a", "b", "c", "d", "e"} {
		row := result.Row{
			Target: result.Target{Kind: result.KindImage, Name: "docker.io/library/" + name}, Status: result.Failed,
			Fault: result.Fault{Cause: result.CauseTimeout, Reason: "not done by the deadline", Fix: "raise --timeout, or run again later"}, Submissions: []string{"task-17"},
		}
		if i == 1 {
			row.Cause, row.Reason, row.Fix = result.CauseNotAnswered, "the service can't pull the image", "exclude it, or let the service in"
			row.Exclude = redisLine
		}
		r.Ledger = append(r.Ledger, row)
	}
	r.Ledger = append(r.Ledger, result.Row{Target: result.Target{Kind: result.KindIaC, Name: "late.tf"}})
	r.Verdict.Planned, r.Verdict.Failed = 15, 8
	return r
}

func TestConsoleGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		r    *result.Result
		o    Options
		min  result.Severity
	}{
		{"shop.txt", shop(), Options{}, result.Unknown},
		{"shop-color.txt", shop(), Options{Color: true}, result.High},
		{"incomplete.txt", incomplete(), Options{VerdictLine: true}, result.Unknown},
		{"verbose.txt", incomplete(), Options{Verbose: true, Width: 60}, result.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tt.name, write(t, Console, tt.r, tt.o, tt.min))
		})
	}
}

func TestConsoleFits(t *testing.T) {
	t.Parallel()
	for _, width := range []int{48, 80, 120} {
		out := write(t, Console, incomplete(), Options{Width: width, VerdictLine: true})
		for line := range strings.Lines(out) {
			toCopy := strings.Contains(line, "exclude: ") || strings.Contains(line, "waive: ")
			if n := text.Width(strings.TrimSuffix(line, "\n")); n > width && !toCopy {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

// A screen of 24 lines shows the headline and the first problem whole, and names the others.
func TestConsoleFitsTheScreen(t *testing.T) {
	t.Parallel()
	for _, height := range []int{24, 30, 50} {
		r := shop()
		r.NotSent, r.Notices = nil, nil
		out := write(t, Console, r, Options{Height: height})
		_, last, found := strings.Cut(out, "8 problems")
		if n := strings.Count(last, "\n"); !found || n > height-2 {
			t.Errorf("%d lines of %d in\n%s", n, height, out)
		}
		for _, want := range []string{" --> infra/aws/storage.tf:31", "Ensure no security group allows SSH", "Ensure S3 bucket has versioning"} {
			if !strings.Contains(last, want) {
				t.Errorf("%d lines: no %q in\n%s", height, want, last)
			}
		}
	}
}

// With -v each finding, each row and what was not sent is a line of its own that grep finds.
func TestVerboseLinesStandAlone(t *testing.T) {
	t.Parallel()
	r := incomplete()
	lines := strings.Split(write(t, Console, r, Options{Verbose: true, Width: 60}), "\n")
	has := func(parts ...string) bool {
		return slices.ContainsFunc(lines, func(line string) bool {
			return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) })
		})
	}
	for _, f := range r.Findings {
		if !has(placeText(&f)+": ", f.Severity.String(), title(&f), f.Resource) && f.Image == "" {
			t.Errorf("no line of %s", title(&f))
		}
	}
	for _, row := range r.Ledger {
		if !has(row.Status.String()+" ", string(row.Target.Kind), row.Target.Name) {
			t.Errorf("no line of %s", row.Target.Name)
		}
	}
}

func TestACleanRunIsOneLine(t *testing.T) {
	t.Parallel()
	if out := write(t, Console, passed(), Options{}); out != "" {
		t.Errorf("got %q", out)
	}
	if out := write(t, Console, passed(), Options{VerdictLine: true}); strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "scangate: PASS") {
		t.Errorf("got %q", out)
	}
}

// Places are links for terminals that take them: to the file, or else to the host's page.
func TestConsoleLinks(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Repository.URL = "https://github.com/acme/shop"
	for want, o := range map[string]Options{
		"\x1b]8;;file:///src/my%20shop/infra/main.tf#3\x1b\\infra/main.tf:3\x1b]8;;\x1b\\":             {Links: true, Root: "/src/my shop"},
		"\x1b]8;;https://github.com/acme/shop/blob/" + r.Repository.Commit + "/infra/main.tf#L3\x1b\\": {Links: true},
		"--> infra/main.tf:3 · ": {Root: "/src"},
	} {
		if out := write(t, Console, r, o); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%q", want, out)
		}
	}
}

func TestLineToExcludeIsShownWhole(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		Console: "\n    exclude: " + redisLine + "\n", "markdown": "\n\n    " + redisLine + "\n",
		"html": `<code class="copy">` + html.EscapeString(redisLine) + "</code>", JSON: `"exclude": ` + strconv.Quote(redisLine),
	} {
		if out := write(t, format, incomplete(), Options{Width: 40}); !strings.Contains(out, want) {
			t.Errorf("%s: no %s in\n%s", format, want, out)
		}
	}
}

// Of many targets, the line to paste leaves out those that are named above it.
func TestLineToExcludeHasTheNamedTargets(t *testing.T) {
	t.Parallel()
	r := incomplete()
	for i := range 3 * maxRows {
		name := fmt.Sprintf("m%03d.tf", i)
		r.Ledger = append(r.Ledger, result.Row{
			Target: result.Target{Kind: result.KindIaC, Name: name}, Status: result.Failed,
			Fault: result.Fault{Cause: result.CauseUnparsable, Reason: "unclosed block"}, Exclude: fmt.Sprintf("- {files: %q, reason: WHY}", name),
		})
	}
	for verbose, want := range map[bool]int{false: maxRows, true: 3 * maxRows} {
		for line := range strings.Lines(write(t, Console, r, Options{Verbose: verbose})) {
			if strings.Contains(line, "exclude: - {files: ") && strings.Count(line, ".tf") != want {
				t.Errorf("verbose %t: not %d files in %s", verbose, want, line)
			}
		}
	}
}

func TestConsoleWithoutFindings(t *testing.T) {
	t.Parallel()
	r := shop()
	r.Findings = nil
	if out := write(t, Console, r, Options{}); !strings.HasSuffix(out, "\nNo findings.\n\n") {
		t.Errorf("got %q", out)
	}
	r.Verdict.Failed = 1
	if out := write(t, Console, r, Options{}); !strings.HasSuffix(out, "\nNo findings in the targets that were answered.\n\n1 of 7 targets has no answer.\n\n") {
		t.Errorf("got %q", out)
	}
	r.Verdict.Answered = 0
	if out := write(t, Console, r, Options{}); !strings.Contains(out, "\nNo findings, because no target was answered.\n") {
		t.Errorf("got %q", out)
	}
}

// TestConsoleLosesNothing looks for every finding and every row without an answer.
func TestConsoleLosesNothing(t *testing.T) {
	t.Parallel()
	r := incomplete()
	out := strings.Join(strings.Fields(write(t, Console, r, Options{Verbose: true, Width: 300})), " ")
	for _, f := range r.Findings {
		for _, text := range []string{f.Image, f.Resource} {
			if !strings.Contains(out, text) {
				t.Errorf("no %q", text)
			}
		}
	}
	for _, row := range r.Ledger {
		if row.Status == result.Failed && !strings.Contains(out, row.Target.Name) {
			t.Errorf("no row %q", row.Target.Name)
		}
	}
}
