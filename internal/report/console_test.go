package report

import (
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
		out := write(t, Console, incomplete(), Options{Width: width, Verbose: true, VerdictLine: true})
		for line := range strings.Lines(out) {
			toCopy := strings.HasPrefix(line, "    exclude: ")
			if n := text.Width(strings.TrimSuffix(line, "\n")); n > width && !toCopy {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

func TestLineToExcludeIsShownWhole(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		Console: "\n    exclude: " + redisLine + "\n", "markdown": "\n\n    " + redisLine + "\n",
		"html": "<code>" + html.EscapeString(redisLine) + "</code>", JSON: `"exclude": ` + strconv.Quote(redisLine),
	} {
		if out := write(t, format, incomplete(), Options{Width: 40}); !strings.Contains(out, want) {
			t.Errorf("%s: no %s in\n%s", format, want, out)
		}
	}
}

func TestConsoleWithoutFindings(t *testing.T) {
	t.Parallel()
	r := shop()
	r.Findings = nil
	if out := write(t, Console, r, Options{}); !strings.HasPrefix(out, "No findings.\n") {
		t.Errorf("got %q", out)
	}
	r.Verdict.Failed = 1
	if out := write(t, Console, r, Options{}); !strings.HasPrefix(out, "No findings in the targets that were answered.\n") {
		t.Errorf("got %q", out)
	}
	r.Verdict.Answered = 0
	if out := write(t, Console, r, Options{}); !strings.HasPrefix(out, "No findings, because no target was answered.\n") {
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

func TestCountRepeated(t *testing.T) {
	t.Parallel()
	got := countRepeated([]string{"b", "a", "b", "c", "b"})
	if want := []string{"b (3 times)", "a", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
