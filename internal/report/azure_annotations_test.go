package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// azureCommand is a logging command as the agent reads it.
type azureCommand struct {
	name, message string
	properties    map[string]string
}

// azureCommands reads a log as the agent of Azure Pipelines does
// (azure-pipelines-agent, src/Agent.Sdk/CommandStringConvertor.cs). Every line must be a command.
func azureCommands(log string) ([]azureCommand, error) {
	unescape := strings.NewReplacer("%3B", ";", "%5D", "]", "%0D", "\r", "%0A", "\n", "%AZP25", "%")
	var all []azureCommand
	for line := range strings.Lines(log) {
		rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "##vso[")
		head, message, closed := strings.Cut(rest, "]")
		if !ok || !closed || strings.Contains(message, "##vso[") {
			return nil, fmt.Errorf("not one command: %q", line)
		}
		c := azureCommand{properties: map[string]string{}, message: unescape.Replace(message)}
		var properties string
		c.name, properties, _ = strings.Cut(head, " ")
		for property := range strings.SplitSeq(strings.TrimSuffix(properties, ";"), ";") {
			if key, value, ok := strings.Cut(property, "="); ok {
				c.properties[key] = unescape.Replace(value)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// readAzure demands that no text of others becomes a command or a property.
func readAzure(doc []byte, _ *result.Result) error {
	all, err := azureCommands(string(doc))
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, c := range all {
		kind := c.properties["type"]
		if count[kind]++; c.name != "task.logissue" || kind != "error" && kind != "warning" || count[kind] > maxAnnotations {
			return fmt.Errorf("command %+v", c)
		}
		for key, value := range c.properties {
			if key != "type" && key != "sourcepath" && key != "linenumber" {
				return fmt.Errorf("unknown property %q", key)
			}
			if strings.ContainsFunc(strings.ReplaceAll(value, "\t", ""), unicode.IsControl) {
				return fmt.Errorf("property %q", value)
			}
		}
		if strings.Count(c.message, "\n") > 1 || strings.ContainsFunc(strings.ReplaceAll(c.message, "\n", ""), unicode.IsControl) {
			return fmt.Errorf("message %q", c.message)
		}
		if name := c.properties["sourcepath"]; strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
			return errors.New("a place outside of the repository")
		}
	}
	return nil
}

func TestAzureIssues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a    annotation
		want azureCommand
	}{
		{
			annotation{level: levelError, file: "a;b]c/%3B.tf", line: 3, title: "scangate: high", message: "100% of [it]; %0A", second: "likely line 2"},
			azureCommand{"task.logissue", "high: 100% of [it]; %0A\nlikely line 2", map[string]string{"type": "error", "sourcepath": "a;b]c/%3B.tf", "linenumber": "3"}},
		},
		{
			annotation{level: levelWarning, file: "../x", line: 1, title: moreTitle, message: "and ##vso[task.complete] more"},
			azureCommand{"task.logissue", "../x: and ##vso [task.complete] more", map[string]string{"type": "warning"}},
		},
	} {
		got, err := azureCommands(tt.a.azureIssue())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]azureCommand{tt.want}, got, cmp.AllowUnexported(azureCommand{})); diff != "" {
			t.Errorf("commands (-want +got):\n%s", diff)
		}
	}
}

// Low and info findings that do not block have no issue, and the summary is the Markdown report.
func TestAzureAnnotationsOfAResult(t *testing.T) {
	t.Parallel()
	r := &result.Result{Verdict: result.Verdict{Exit: 1}, Findings: []result.Finding{
		{Kind: result.KindIaC, Severity: result.Low, Summary: "Low", Locations: at("m.tf", 1)},
		{Kind: result.KindIaC, Severity: result.Low, Summary: "Low that blocks", Locations: at("m.tf", 2), Stamp: result.Stamp{Crosses: "low"}},
		{Kind: result.KindIaC, Severity: result.High, Summary: "High", Locations: at("m.tf", 3)},
	}}
	var said []string
	got := write(t, AzureAnnotations, r, Options{Summary: "/agent/a b;%/scangate.md", LeftOut: func(s string) { said = append(said, s) }})
	want := `##vso[task.logissue type=error;sourcepath=m.tf;linenumber=2;]low: Low that blocks
##vso[task.logissue type=warning;sourcepath=m.tf;linenumber=3;]high: High
##vso[task.uploadsummary]/agent/a b;%AZP25/scangate.md
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if len(said) != 1 || !strings.Contains(said[0], "azure-annotations: 1 notice is left out") {
		t.Errorf("said %q", said)
	}
}

func FuzzAzureIssues(f *testing.F) {
	for _, h := range hostile() {
		f.Add(h, h, h)
	}
	f.Fuzz(func(t *testing.T, file, title, message string) {
		a := annotation{level: levelError, file: file, line: 2, title: title, message: message, second: title}
		if err := readAzure([]byte(a.azureIssue()), nil); err != nil {
			t.Errorf("file %q, title %q, message %q: %v", file, title, message, err)
		}
	})
}
