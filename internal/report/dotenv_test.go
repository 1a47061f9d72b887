package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// dotenvLine is all that a line may be: GitLab refuses the file for anything else.
var dotenvLine = regexp.MustCompile(`^SCANGATE_[A-Z_]+=(-?[0-9]+|[a-z-]+)$`)

// readDotenv reads the file as GitLab does.
func readDotenv(doc []byte, r *result.Result) error {
	names := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if !dotenvLine.MatchString(strings.TrimSuffix(line, "\n")) {
			return fmt.Errorf("line %q", line)
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if names[name] {
			return fmt.Errorf("duplicate %s", name)
		}
		names[name] = true
		if value == "pass" && r.Verdict.Outcome != result.OutcomePass {
			return fmt.Errorf("outcome %q is reported as a pass", r.Verdict.Outcome)
		}
	}
	want := DotenvVariables()
	if len(names) != len(want) || len(want) > 20 || len(doc) > 5<<10 {
		return fmt.Errorf("%d variables in %d bytes, %d are declared", len(names), len(doc), len(want))
	}
	for _, name := range want {
		if !names[name] {
			return fmt.Errorf("%s is missing", name)
		}
	}
	return nil
}

func TestDotenv(t *testing.T) {
	t.Parallel()
	soft := sample()
	soft.Verdict.Soft, soft.Verdict.Exit = true, 0
	strange := sample()
	strange.Verdict.Outcome = "pass\nEVIL=1"
	strange.Verdict.Counts = map[result.Severity]int{result.Unknown: 2, 99: 3}
	tests := map[string]struct {
		r    *result.Result
		want map[string]string
	}{
		"failed":        {sample(), map[string]string{"VERDICT": "fail", "EXIT_CODE": "1", "CRITICAL": "1", "HIGH": "7", "MEDIUM": "12", "LOW": "1", "INFO": "0", "UNKNOWN": "0", "PLANNED": "4", "ANSWERED": "4"}},
		"softly":        {soft, map[string]string{"VERDICT": "fail", "EXIT_CODE": "0"}},
		"passed":        {passed(), map[string]string{"VERDICT": "pass", "EXIT_CODE": "0", "CRITICAL": "0"}},
		"without words": {strange, map[string]string{"VERDICT": "incomplete", "UNKNOWN": "5", "CRITICAL": "0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := write(t, Dotenv, tt.r, Options{}, result.Critical)
			if err := readDotenv([]byte(doc), tt.r); err != nil {
				t.Errorf("%v in\n%s", err, doc)
			}
			got := map[string]string{}
			for line := range strings.Lines(doc) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				if name = strings.TrimPrefix(name, "SCANGATE_"); tt.want[name] != "" {
					got[name] = value
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every outcome of a verdict has its own word.
func TestDotenvKnowsEveryOutcome(t *testing.T) {
	t.Parallel()
	var words []result.Outcome
	for _, o := range []result.Outcome{
		result.OutcomePass, result.OutcomeFail, result.OutcomeIncomplete, result.OutcomeEmpty, result.OutcomeTimeout, result.OutcomeInterrupted, result.OutcomeUnverified,
	} {
		words = append(words, knownOutcome(o))
	}
	if slices.Contains(words[:2], result.OutcomeIncomplete) || len(slices.Compact(words)) != 7 {
		t.Errorf("words = %s", strconv.Quote(fmt.Sprint(words)))
	}
}
