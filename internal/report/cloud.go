package report

import (
	"cmp"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// inCloud reports whether a finding lies in a cloud account and in no file: an
// open alert, or a hit of a check.
func inCloud(f *result.Finding) bool {
	return f.Kind == result.KindAlerts || f.Kind == result.KindChecks
}

// home is what findings are grouped by: the file or, for what lies in the cloud,
// the account and who told of it; "" without either.
func home(f *result.Finding) string {
	switch {
	case f.Placed():
		return f.Locations[0].Path
	case inCloud(f):
		return cmp.Or(labelled("account ", f.Account), "in the cloud") + " (" + rowName(f.Target) + ")"
	}
	return ""
}

// rowName is the name in a row's ID.
func rowName(id string) string {
	_, name, _ := strings.Cut(id, ":")
	return cmp.Or(name, id)
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + value
}

// cloudPlace says where in the cloud a finding lies: the nearest to a file and a
// line that there is.
func cloudPlace(f *result.Finding) string {
	return cmp.Or(joinNonEmpty(" · ", labelled("account ", f.Account), f.Region), rowName(f.Target))
}

// whereabouts is what stands where a place should.
func whereabouts(f *result.Finding) string {
	if inCloud(f) {
		return cloudPlace(f)
	}
	return "no line in this repository"
}

// cloudLines are the vendor's page of an alert and since when it is open.
func cloudLines(f *result.Finding) []string {
	if !inCloud(f) {
		return nil
	}
	return []string{joinNonEmpty(" · ", labelled("since ", day(f.FirstSeen)), f.AlertID), f.Link}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// askedFor are the lines of the config file that asked for alert sources and
// checks, by the IDs of their rows.
func askedFor(rows []result.Row) map[string][]result.Location {
	lines := map[string][]result.Location{}
	for _, r := range rows {
		if r.Target.Kind == result.KindAlerts || r.Target.Kind == result.KindChecks {
			lines[r.Target.ID()] = r.Target.Places
		}
	}
	return lines
}
