package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func failedRow(kind result.Kind, name string, c result.Cause, reason, fix string) result.Row {
	return result.Row{Target: target(kind, name), Status: result.Failed, Fault: result.Fault{Cause: c, Reason: reason, Fix: fix}}
}

// summaryOf writes each group as its reason, its fix, and its rows with their own reasons.
func summaryOf(groups []unanswered) (all []string) {
	for _, u := range groups {
		s := u.reason + " | " + u.fix + " |"
		for _, row := range u.rows {
			s += " " + row.Target.Name
			if row.own != "" {
				s += " (" + row.own + ")"
			}
		}
		all = append(all, s)
	}
	return all
}

func TestUnansweredIsGroupedByCauseAndFix(t *testing.T) {
	t.Parallel()
	image := func(name string) result.Row {
		return failedRow(result.KindImage, name, result.CauseNotAnswered,
			"the service's answer does not name it: it could not pull it, or calls "+name+" by another name", "make sure that Cloud Optix can pull it")
	}
	tests := map[string]struct {
		rows []result.Row
		want []string
	}{
		"names in reasons": {
			[]result.Row{image("a:1"), image("b:1"), image("c:1")},
			[]string{"the service's answer does not name it: it could not pull it, or calls the image by another name | make sure that Cloud Optix can pull it | a:1 b:1 c:1"},
		},
		"a row alone keeps its text": {
			[]result.Row{failedRow(result.KindIaC, "a.tf", result.CauseUnparsable, "a.tf:3:1: no brace", "fix it")},
			[]string{"a.tf:3:1: no brace | fix it | a.tf"},
		},
		"places in the file": {
			[]result.Row{
				failedRow(result.KindIaC, "a.tf", result.CauseUnparsable, "a.tf:3:1: no brace", "fix it"),
				failedRow(result.KindIaC, "b.tf", result.CauseUnparsable, "b.tf:9:2: no brace", "fix it"),
			},
			[]string{"no brace | fix it | a.tf b.tf"},
		},
		"no two reasons agree": {
			[]result.Row{
				failedRow(result.KindIaC, "a.tf", result.CauseUnparsable, "a.tf:3:1: no brace", "fix it"),
				failedRow(result.KindIaC, "b.tf", result.CauseUnparsable, "b.tf:9:2: no quote", "fix it"),
			},
			[]string{"the file can't be parsed | fix it | a.tf (a.tf:3:1: no brace) b.tf (b.tf:9:2: no quote)"},
		},
		"the commonest reason": {
			[]result.Row{
				failedRow(result.KindIaC, "a.tf", result.CauseNetwork, "reset", "retry"), failedRow(result.KindIaC, "b.tf", result.CauseNetwork, "refused", "retry"),
				failedRow(result.KindIaC, "c.tf", result.CauseNetwork, "refused", "retry"),
			},
			[]string{"refused | retry | a.tf (reset) b.tf c.tf"},
		},
		"names in fixes": {
			[]result.Row{
				failedRow(result.KindIaC, "a.tf", result.CauseTooLarge, "too large", "--exclude a.tf"),
				failedRow(result.KindIaC, "b.tf", result.CauseTooLarge, "too large", "--exclude b.tf"),
			},
			[]string{"too large | --exclude the file | a.tf b.tf"},
		},
		"other causes and fixes": {
			[]result.Row{
				failedRow(result.KindIaC, "a.tf", result.CauseNetwork, "reset", "retry"), failedRow(result.KindIaC, "b.tf", result.CauseService, "reset", "retry"),
				failedRow(result.KindIaC, "c.tf", result.CauseNetwork, "reset", "wait"),
			},
			[]string{"reset | retry | a.tf", "reset | retry | b.tf", "reset | wait | c.tf"},
		},
		"no reason": {
			[]result.Row{{Target: target(result.KindIaC, "a.tf")}, failedRow(result.KindIaC, "b.tf", result.CauseTimeout, "", ""), failedRow(result.KindIaC, "c.tf", "odd", "", "")},
			[]string{"the run ended before the target was scanned |  | a.tf", "the service was not done by the deadline |  | b.tf", "odd |  | c.tf"},
		},
		"answered and skipped": {[]result.Row{{Status: result.Answered}, {Status: result.Skipped}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, summaryOf(groupUnanswered(tt.rows))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			slices.Reverse(tt.rows)
			if diff := cmp.Diff(tt.want, summaryOf(groupUnanswered(tt.rows))); diff != "" {
				t.Errorf("in another order (-want +got):\n%s", diff)
			}
		})
	}
}

// 24 images that can't be pulled are one group, with 24 names and where each is named.
func TestManyImagesAreOneGroup(t *testing.T) {
	t.Parallel()
	r := &result.Result{Verdict: result.Verdict{Planned: 24, Failed: 24}}
	for i := range 24 {
		name := fmt.Sprintf("docker.io/library/app%02d:1", i)
		row := failedRow(result.KindImage, name, result.CauseNotAnswered, "the service could not pull "+name, "let the service in")
		row.Target.Places = at("compose.yaml", i+1)
		r.Ledger = append(r.Ledger, row)
	}
	for _, format := range []string{Console, Markdown, HTML, Annotations} {
		text, _, _ := strings.Cut(write(t, format, r, Options{Width: 200}), `id="ledger"`)
		if n := countOf(text, "could not pull"); n != 1 {
			t.Errorf("%s: the reason occurs %d times", format, n)
		}
		if format == Annotations {
			continue // names three of them
		}
		for i := range 24 {
			if countOf(text, fmt.Sprintf("app%02d:1", i)) != 1 || len(regexp.MustCompile(fmt.Sprintf(`compose\.yaml:%d\b`, i+1)).FindAllString(text, -1)) != 1 {
				t.Errorf("%s: image %d is not named once with its place", format, i)
			}
		}
	}
}
