package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// What TeamCity takes (https://www.jetbrains.com/help/teamcity/service-messages.html), in
	// characters. It cuts or refuses what is longer.
	teamCityName = 255
	teamCityText = 4000
	// teamCityMessages is how many findings become inspections. TeamCity states no limit, but the
	// log of a build is not a place for more.
	teamCityMessages = 5000
)

// teamCity writes service messages for the log of TeamCity.
type teamCity struct {
	out   *bufio.Writer
	types map[string]bool
	// written counts the inspections, and the others what has none: beyond the limit, and for want
	// of a file.
	written, left, rows, unplaced int
}

// writeTeamCity writes the findings that have a file as inspections, the most urgent first, then
// the verdict: a build problem if the run fails, and otherwise the text of the build's status. The
// text keeps the status that TeamCity gives the build.
func writeTeamCity(w io.Writer, m *Model, o Options) error {
	t := teamCity{out: bufio.NewWriter(w), types: map[string]bool{}}
	noAnswer := inspectionType{"scangate/no-answer", "Target without an answer", "A target without an answer is never a pass."}
	for _, u := range m.unanswered {
		for _, row := range u.rows {
			a := annotation{level: m.blockingLevel(), message: unansweredText(row.Row)}
			a.file, a.line = annotationPlace(row.Row)
			if !t.inspection(noAnswer, a, o.Folder) {
				t.rows++
			}
		}
	}
	for _, e := range m.entries() {
		if f := e.worst(); !f.Placed() || !t.inspection(inspectionOf(f), m.entryAnnotation(e), o.Folder) {
			t.unplaced += len(e.findings)
		}
	}
	line := "scangate: " + m.result.Verdict.Line
	if m.result.Verdict.Exit != 0 {
		t.message("buildProblem", "description", text.Truncate(plain(line), teamCityText), "identity", teamCityIdentity(o.Category))
	} else {
		t.message("buildStatus", "text", text.Truncate("{build.status.text}; "+plain(line), teamCityText))
	}
	t.tellLeftOut(o)
	return t.out.Flush() // the first error of all writes
}

func (t *teamCity) tellLeftOut(o Options) {
	if t.left > 0 {
		o.leftOut(plural(t.left, "inspection is", "inspections are") + fmt.Sprintf(" left out, after the first %d", teamCityMessages))
	}
	if t.rows > 0 {
		o.leftOut(plural(t.rows, "target without an answer has", "targets without an answer have") + " no file, and no inspection")
	}
	if t.unplaced > 0 {
		o.leftOut(unplacedNote(t.unplaced))
	}
}

// inspectionType is what inspections have in common: the rule.
type inspectionType struct{ id, name, description string }

func inspectionOf(f *result.Finding) inspectionType {
	a := adviceFor(f)
	name := cmp.Or(withoutStop(saying(a.what)), ruleName(f))
	if f.CountsVulnerabilities() {
		name = "Image with vulnerabilities" // of whatever severity
	}
	return inspectionType{ruleName(f), name, joinNonEmpty(" Fix: ", sentence(name), a.fix)}
}

// teamCityIdentity is that of a gate's build problem, the same in every build. It must be a Java
// identifier of at most 60 characters.
func teamCityIdentity(category string) string {
	if category == "" || category == sarifCategory {
		return "scangate"
	}
	return fmt.Sprintf("scangate_%x", short(category))
}

// inspection writes an annotation, and the type of it before its first one. It returns false for
// one without a file that TeamCity takes: an inspection must have one.
func (t *teamCity) inspection(of inspectionType, a annotation, folder string) bool {
	file, ok := annotatable(a.file)
	if file = path.Join(folder, file); !ok || utf8.RuneCountInString(file) > teamCityText {
		return false
	}
	if t.written == teamCityMessages {
		t.left++
		return true
	}
	t.written++
	id := text.Truncate(plain(of.id), teamCityName)
	if !t.types[id] {
		t.types[id] = true
		t.message("inspectionType", "id", id, "name", teamCityLine(of.name, teamCityName), "category", "scangate", "description", teamCityLine(of.description, teamCityText))
	}
	values := []string{"typeId", id, "message", teamCityLine(withoutStop(a.message)+inParentheses(a.second), teamCityText), "file", file}
	if a.line > 0 {
		values = append(values, "line", strconv.Itoa(a.line))
	}
	severity := map[level]string{levelError: "ERROR", levelWarning: "WARNING", levelNotice: "INFO"}[a.level]
	t.message("inspection", append(values, "SEVERITY", severity)...)
	return true
}

// message writes a service message with names and values.
func (t *teamCity) message(name string, values ...string) {
	fmt.Fprintf(t.out, "##teamcity[%s", name)
	for i := 0; i+1 < len(values); i += 2 {
		fmt.Fprintf(t.out, " %s='%s'", values[i], escapeTeamCity(values[i+1]))
	}
	fmt.Fprint(t.out, "]\n")
}

// teamCityLine is a text that TeamCity may show as HTML: no element begins in it.
func teamCityLine(s string, n int) string {
	return text.Truncate(strings.ReplaceAll(plain(s), "<", "&lt;"), n)
}

// escapeTeamCity escapes a value. Characters beyond ASCII become escapes too, because the agent
// reads the log in an encoding that the build does not know.
func escapeTeamCity(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune("'|[]", r):
			b.WriteByte('|')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString("|n")
		case r == '\r':
			b.WriteString("|r")
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, "|0x%04x|0x%04x", high, low)
		case r > '~':
			fmt.Fprintf(&b, "|0x%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
