package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// maxListed is how many entries of a list are named before the rest is counted.
const maxListed = 5

// noPlace is the heading of what has no place in the repository.
const noPlace = "Without a line in this repository"

// inCloud reports whether a finding lies in a cloud account and in no file: an open alert, or a hit
// of a check.
func inCloud(f *result.Finding) bool {
	return f.Kind == result.KindAlerts || f.Kind == result.KindChecks
}

// groupPath is what findings are grouped by: the file or, for what lies in the cloud, the account
// and the source; "" without either.
func groupPath(f *result.Finding) string {
	switch {
	case f.Placed():
		return f.Locations[0].Path
	case inCloud(f):
		return cmp.Or(label("account ", f.InCloud().Account), "in the cloud") + " (" + targetName(f.Target) + ")"
	}
	return ""
}

// placeText says where a finding lies: path:line, or the nearest to it.
func placeText(f *result.Finding) string {
	switch {
	case f.Placed():
		return place(placesOf(f)[0])
	case inCloud(f):
		return cloudPlace(f)
	}
	return "no line in this repository"
}

// cloudPlace names the account and the region, or the alert source.
func cloudPlace(f *result.Finding) string {
	return cmp.Or(joinNonEmpty(" · ", label("account ", f.InCloud().Account), f.InCloud().Region), targetName(f.Target))
}

// cloudLines are since when an alert is open, its id, and the vendor's page.
func cloudLines(f *result.Finding) []string {
	if !inCloud(f) {
		return nil
	}
	return []string{joinNonEmpty(" · ", label("since ", day(f.InCloud().FirstSeen)), f.InCloud().AlertID), f.InCloud().Link}
}

// configLocations are the lines of the config file that ask for alert sources and checks, by the
// IDs of their rows.
func configLocations(rows []result.Row) map[string][]result.Location {
	lines := map[string][]result.Location{}
	for i := range rows {
		if t := rows[i].Target; t.Kind == result.KindAlerts || t.Kind == result.KindChecks {
			lines[t.ID()] = t.Places
		}
	}
	return lines
}

// showTarget is a target's name as people read it.
func showTarget(t result.Target) string {
	if t.Kind == result.KindDockerfile || t.Kind == result.KindIaC {
		return showPath(t.Name)
	}
	return t.Name
}

// targetName is the name in a row's ID.
func targetName(id string) string {
	_, name, _ := strings.Cut(id, ":")
	return cmp.Or(name, id)
}

// day is a time's date, "" for the zero time.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// place writes path:line for people, and the path alone where there is no line.
func place(l result.Location) string {
	if l.Line <= 0 {
		return showPath(l.Path)
	}
	return fmt.Sprintf("%s:%d", showPath(l.Path), l.Line)
}

// placesOf are a finding's locations: without lines where only the file is known.
func placesOf(f *result.Finding) []result.Location {
	if f.Placement != result.PlacedFile {
		return f.Locations
	}
	all := slices.Clone(f.Locations)
	for i := range all {
		all[i].Line = 0
	}
	return all
}

func places(locations []result.Location) []string {
	all := make([]string, 0, len(locations))
	for _, l := range locations {
		all = append(all, place(l))
	}
	return all
}

// findingNote is what a reader must know beside the title: the title of an image does not say why
// it has an unknown severity, or is not secure. A policy may count it as another severity.
func findingNote(f *result.Finding) string {
	note := f.Note
	if s := f.Stamp; s.Effect != "" && s.Severity != f.Severity.Known() {
		note = joinNonEmpty("; ", "counts as "+s.Severity.String(), note)
	}
	if f.Uncertain != "" && f.Uncertain != note {
		note = joinNonEmpty("; ", note, "uncertain: "+f.Uncertain)
	}
	if f.Image != "" && !f.CountsVulnerabilities() {
		return joinNonEmpty("; ", f.Summary, note)
	}
	return note
}

// enumerate names the first entries and counts the rest; "" without entries.
func enumerate(head string, entries []string, limit int) string {
	if len(entries) == 0 {
		return ""
	}
	n := min(limit, len(entries))
	s := head + strings.Join(entries[:n], ", ")
	if more := len(entries) - n; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// label puts a label before a value, and writes nothing without one.
func label(name, value string) string {
	if value == "" {
		return ""
	}
	return name + value
}

func joinNonEmpty(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
