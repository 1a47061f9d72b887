package report

import (
	"html"
	"strconv"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestLineToExcludeWhatWasNotSent(t *testing.T) {
	t.Parallel()
	r := sample()
	const line = "- {files: \"charts/shop\", reason: WHY}"
	r.NotSent = []result.NotSent{{Path: "charts/shop", What: "Helm chart", Why: "x", Exclude: line}}
	for format, want := range map[string]string{
		Console: "not-sent  file        charts/shop  Helm chart: x  exclude: " + line + "\n", "markdown": "\n\n    " + line + "\n", "html": "To leave it out: " + html.EscapeString(line), JSON: strconv.Quote(line),
	} {
		if out := write(t, format, r, Options{Verbose: true}); !strings.Contains(out, want) {
			t.Errorf("%s: no %s in\n%s", format, want, out)
		}
	}
}

// Every format counts what was not sent, but for the ones that only hold findings.
func TestEveryFormatCountsWhatWasNotSent(t *testing.T) {
	t.Parallel()
	r := sample()
	r.NotSent = []result.NotSent{{Path: "charts/shop", What: "Helm chart", Why: "the service is not known to take this format"}}
	r.Verdict.NotSent = 1
	r.Verdict.Line += "; 1 not sent"
	want := map[string]string{
		"console": "Not sent: charts/shop (Helm chart): the service", "json": `"path": "charts/shop"`, "sarif": "1 not sent", "sarif-full": `"path": "charts/shop"`,
		"gitlab-sast": "1 not sent", "junit": `<testcase name="charts/shop" classname="scangate.not-sent"`, "markdown": "Not sent: charts/shop (Helm chart)",
		"html": "charts/shop (Helm chart) was not sent", "dotenv": "SCANGATE_NOT_SENT=1", "gitlab-codequality": "", "annotations": "",
		"csv": "not-sent,,,,Helm chart,charts/shop,,,,the service is not known to take this format,", "text": "Not sent: charts/shop (Helm chart)", "template": "charts/shop",
		"azure-annotations": "", "teamcity-messages": "1 not sent", "bitbucket-insights": "Not sent: charts/shop (Helm chart)",
		"buildkite-annotation": "Not sent: charts/shop (Helm chart)",
	}
	for _, f := range Formats() {
		text, known := want[f.Name]
		if got := write(t, f.Name, r, Options{}); !known || !strings.Contains(got, text) {
			t.Errorf("%s does not count it: %s", f.Name, got)
		}
	}
	if err := readJUnit([]byte(write(t, JUnit, r, Options{})), r); err != nil {
		t.Error(err)
	}
}
