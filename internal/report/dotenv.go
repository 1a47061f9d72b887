package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// dotenvPrefix begins each name. No name is that of a setting, which has the same prefix: the
// output of one run must not configure the next.
const dotenvPrefix = "SCANGATE_"

// writeDotenv writes the verdict as variables for later jobs, for GitLab's artifacts:reports:dotenv
// (https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv). The file has one
// NAME=value per line, without quotes, comments and empty lines, at most 20 lines and 5 KB. All
// values are numbers or words of a fixed list: no text from a file or a service can add a variable.
func writeDotenv(w io.Writer, m *Model, _ Options) error {
	out := bufio.NewWriter(w)
	for _, v := range dotenvOf(m.result.Verdict) {
		fmt.Fprintf(out, "%s=%v\n", v.name, v.value)
	}
	return out.Flush() // the first error of all writes
}

type dotenvVariable struct {
	name  string
	value any
}

// dotenvOf lists the variables of a verdict.
func dotenvOf(v result.Verdict) []dotenvVariable {
	var found counts
	for severity, n := range v.Counts {
		found.add(severity, n)
	}
	all := []dotenvVariable{{"VERDICT", knownOutcome(v.Outcome)}, {"EXIT_CODE", v.Exit}}
	for _, s := range severities() {
		all = append(all, dotenvVariable{strings.ToUpper(s.String()), found.of(s)})
	}
	all = append(all, dotenvVariable{"PLANNED", v.Planned}, dotenvVariable{"ANSWERED", v.Answered},
		dotenvVariable{"WAIVED", v.Waived}, dotenvVariable{"KNOWN", v.Known}, dotenvVariable{"SKIPPED", v.Skipped}, dotenvVariable{"NOT_SENT", v.NotSent})
	for i := range all {
		all[i].name = dotenvPrefix + all[i].name
	}
	return all
}

// knownOutcome maps unknown words to incomplete: a saved result can hold any.
func knownOutcome(o result.Outcome) result.Outcome {
	known := []result.Outcome{
		result.OutcomePass, result.OutcomeFail, result.OutcomeEmpty, result.OutcomeTimeout, result.OutcomeInterrupted, result.OutcomeUnverified,
		result.OutcomeShard,
	}
	if slices.Contains(known, o) {
		return o
	}
	return result.OutcomeIncomplete
}

// DotenvVariables returns the names of the variables that the dotenv report sets. Later jobs have
// them in their environment; they are not settings.
func DotenvVariables() []string {
	var names []string
	for _, v := range dotenvOf(result.Verdict{}) {
		names = append(names, v.name)
	}
	return names
}
