package result

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// Derived are the fields of a finding in result.json that follow from its others: for readers that
// want one line of each. [Encode] sets them, and [Decode] checks and drops them.
type Derived struct {
	// Path and Line are those of the first location, missing without one.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
	// Fix is [Finding.Remedy].
	Fix string `json:"fix"`
	// Blocking says whether the finding is one of those that cross a limit.
	Blocking bool `json:"blocking"`
}

// withZeros names the severities that do not occur, too, as result.json does.
func withZeros(counts map[Severity]int) map[Severity]int {
	all := map[Severity]int{}
	for _, s := range Severities() {
		all[s] = counts[s]
	}
	return all
}

// Complete returns a copy of r with all that only result.json has.
func (r *Result) Complete() *Result {
	whole := r.withCounts()
	whole.Findings = append([]Finding{}, r.Findings...)
	for i := range whole.Findings {
		d := whole.Findings[i].derive()
		whole.Findings[i].Derived = &d
	}
	return &whole
}

// withCounts returns a copy whose counts name every severity.
func (r *Result) withCounts() Result {
	whole := *r
	whole.Verdict.Counts = withZeros(r.Verdict.Counts)
	if r.Delta != nil {
		d := *r.Delta
		d.New, d.Known, d.Fixed = withZeros(d.New), withZeros(d.Known), withZeros(d.Fixed)
		whole.Delta = &d
	}
	return whole
}

// dropDerived removes what only result.json has.
func (r *Result) dropDerived() {
	for i := range r.Findings {
		r.Findings[i].Derived = nil
	}
	all := []map[Severity]int{r.Verdict.Counts}
	if d := r.Delta; d != nil {
		all = append(all, d.New, d.Known, d.Fixed)
	}
	for _, counts := range all {
		maps.DeleteFunc(counts, func(_ Severity, n int) bool { return n == 0 })
	}
}

// derive returns the fields that follow from the others.
func (f *Finding) derive() Derived {
	d := Derived{Fix: f.Remedy(), Blocking: f.Stamp.Blocks()}
	if f.Placed() {
		d.Path, d.Line = f.Locations[0].Path, f.Locations[0].Line
	}
	return d
}

// derivedFault returns the first derived field that does not follow from the others, and what is
// wrong with it. The wording of a fix may be that of another version.
func (f *Finding) derivedFault() (field, text string) {
	switch want, got := f.derive(), *cmp.Or(f.Derived, &Derived{}); {
	case got.Path != want.Path:
		return "path", fmt.Sprintf("must be that of the first location, which is %q, got %q", want.Path, got.Path)
	case got.Line != want.Line:
		return "line", fmt.Sprintf("must be that of the first location, which is %d, got %d", want.Line, got.Line)
	case got.Blocking != want.Blocking:
		return "blocking", fmt.Sprintf("must be %t by the stamp", want.Blocking)
	}
	return "", ""
}

// Remedy says how to fix the finding, in one or two sentences: in the service's words, where its
// details hold a remediation.
func (f *Finding) Remedy() string {
	if _, remedy := SplitDetails(f.Details); remedy != "" {
		return remedy
	}
	switch f.Kind {
	case KindImage:
		return "Build from a newer tag of the image, or from a smaller image with fewer packages, then scan again." +
			" The service chooses by itself which architecture it scans."
	case KindAlerts, KindChecks:
		return "The resource is live in the cloud: fix it there, and in the template that it was created from."
	}
	return "Fix what the finding describes, then scan again."
}

// SplitDetails splits a finding's details into the description and the service's remediation, which
// starts at a line that begins with that word.
func SplitDetails(details string) (description, remedy string) {
	const word = "remediation:"
	for at := 0; at < len(details); {
		line := details[at:]
		if len(line) >= len(word) && (line[0] == 'r' || line[0] == 'R') && strings.EqualFold(line[:len(word)], word) {
			return strings.TrimSpace(details[:at]), strings.TrimSpace(line[len(word):])
		}
		next := strings.IndexByte(line, '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return details, ""
}
