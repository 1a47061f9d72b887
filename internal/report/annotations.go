package report

import (
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/console"
)

// WriteErrorAnnotation writes one annotation for a run that ends without a result.
func WriteErrorAnnotation(w io.Writer, title, message string) error {
	_, err := io.WriteString(w, annotation{level: levelError, title: title, message: message}.command())
	return err
}

// writeAnnotations writes workflow commands for GitHub's log, which they must reach unchanged. Of
// each level the first ten are written; the tenth counts the rest.
func writeAnnotations(w io.Writer, m *Model, o Options) error {
	return m.annotationLists(o).write(w, o, annotation.command, levelError, levelWarning, levelNotice)
}

// command writes the annotation as a workflow command (https://docs.github.com/actions, "Workflow
// commands"). console.Clean comes before the escaping. It stops the older commands (##[name]),
// which the runner takes anywhere in a line (google/osv-scanner #2947).
func (a annotation) command() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+escapeProperty(value))
		}
	}
	message := a.message
	if name, ok := annotatable(a.file); ok {
		add("file", name)
		if a.line > 0 { // line 0 would be an error of the runner
			add("line", strconv.Itoa(a.line))
		}
	} else if a.file != "" {
		message = console.Clean(a.file) + ": " + message
	}
	add("title", annotationLine(a.title, annotationTitle))
	head := strings.TrimSpace(string(a.level) + " " + strings.Join(properties, ","))
	message = joinNonEmpty("\n", annotationLine(message, annotationText), annotationLine(a.second, annotationText))
	return "::" + head + "::" + escapeData(message) + "\n"
}

// escapeData escapes the message of a workflow command (actions/toolkit,
// packages/core/src/command.ts).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty escapes the value of a property.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}

// annotatable returns the name of a file as GitHub knows it. A name that console.Clean changes, or
// that leads out of the repository, is not usable as a place.
func annotatable(file string) (string, bool) {
	name := path.Clean(file)
	if file == "" || name == "." || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return "", false
	}
	return name, exactPath(name) == name
}
