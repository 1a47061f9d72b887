package report

import (
	"io"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/console"
)

// writeAzureAnnotations writes logging commands for the log of Azure Pipelines, which they must
// reach unchanged: an issue for each error and warning, and the Markdown report as the run's
// summary (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands). Azure has
// no notices, so these are counted.
func writeAzureAnnotations(w io.Writer, m *Model, o Options) error {
	levels := m.annotationLists(o)
	if n := levels[levelNotice].n; n > 0 {
		o.leftOut(plural(n, "notice is", "notices are") + " left out: Azure Pipelines has errors and warnings alone")
	}
	if err := levels.write(w, o, annotation.azureIssue, levelError, levelWarning); err != nil {
		return err
	}
	if o.Summary == "" {
		return nil
	}
	_, err := io.WriteString(w, "##vso[task.uploadsummary]"+escapeAzure(o.Summary)+"\n")
	return err
}

// azureIssue writes the annotation as an issue of the step. console.Clean comes before the
// escaping: the agent takes commands anywhere in a line, up to the first bracket that closes.
func (a annotation) azureIssue() string {
	properties := "type=" + string(a.level) + ";"
	message := annotationLine(a.titled(), annotationText)
	if name, ok := annotatable(a.file); ok {
		properties += "sourcepath=" + escapeAzureProperty(name) + ";"
		if a.line > 0 {
			properties += "linenumber=" + strconv.Itoa(a.line) + ";"
		}
	} else if a.file != "" {
		message = console.Clean(a.file) + ": " + message
	}
	message = joinNonEmpty("\n", message, annotationLine(a.second, annotationText))
	return "##vso[task.logissue " + properties + "]" + escapeAzure(message) + "\n"
}

// escapeAzure escapes the message of a logging command (azure-pipelines-task-lib,
// node/taskcommand.ts).
func escapeAzure(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeAzureProperty escapes the value of a property.
func escapeAzureProperty(s string) string {
	return strings.NewReplacer("]", "%5D", ";", "%3B").Replace(escapeAzure(s))
}
