package result

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Baseline is the debt that a repository had when it was recorded: findings that do not count.
type Baseline struct {
	// File is where the entries come from, as messages show it.
	File string `json:"file"`
	// Entries are sorted by [BaselineEntry.Compare], and no two have the same key.
	Entries []BaselineEntry `json:"entries"`
	// Gone are the paths of entries at which there is no file any more.
	Gone []string `json:"gone,omitempty"`
	// Moved has the former paths, which are gone, of files that git knows to have been moved.
	Moved map[string]string `json:"moved,omitempty"`
	// MaxAge is the number of days after which an entry of a severity no longer covers anything.
	MaxAge map[Severity]int `json:"maxAge,omitempty"`
}

// BaselineEntry is one finding of a baseline, or a number of vulnerabilities of one severity in
// the images of one repository that a file names.
type BaselineEntry struct {
	// Path is the file that the finding is in, or that names the image; "" without a file.
	Path string `json:"path,omitempty"`
	Kind Kind   `json:"kind"`
	// Resource is the address of the resource in the file.
	Resource string `json:"resource,omitempty"`
	// Image is a reference without tag and digest, so that an upgrade is covered too.
	Image string `json:"image,omitempty"`
	// Source is the ID of the row of an open alert or of a hit of a check.
	Source   string   `json:"source,omitempty"`
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Fingerprint is that of the finding; "" for images.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Block is the hash of the lines of the resource, or the fingerprint of an image of this very
	// reference; "" if that is not known, or if a file names several images of a repository.
	Block string `json:"block,omitempty"`
	// Count is what the entry covers: vulnerabilities, alerts, or 1.
	Count int `json:"count"`
	// Since is the day of the first baseline that had the entry, such as 2026-01-31.
	Since Day `json:"since"`
}

// BaselineKey identifies an entry. Two findings with the same key share one entry.
type BaselineKey struct {
	Kind                               Kind
	Path, Image, Source, Rule, Finding string
	Severity                           Severity
}

// Key returns what identifies the entry: its fingerprint, or the place of an image and the
// severity of its vulnerabilities.
func (e *BaselineEntry) Key() BaselineKey {
	if e.Fingerprint != "" {
		return BaselineKey{Kind: e.Kind, Source: e.Source, Finding: e.Fingerprint}
	}
	return BaselineKey{Kind: e.Kind, Path: e.Path, Image: e.Image, Source: e.Source, Rule: e.Rule, Severity: e.Severity}
}

// Compare orders entries by file, so that what one change adds or removes stands together.
func (e *BaselineEntry) Compare(o *BaselineEntry) int {
	return cmp.Or(
		cmp.Compare(e.Path, o.Path), cmp.Compare(e.Kind, o.Kind), cmp.Compare(e.Resource, o.Resource),
		cmp.Compare(e.Image, o.Image), cmp.Compare(e.Source, o.Source), cmp.Compare(e.Rule, o.Rule),
		cmp.Compare(o.Severity, e.Severity), cmp.Compare(e.Fingerprint, o.Fingerprint),
	)
}

// Fault returns the first wrong field of an entry, and what is wrong with it.
func (e *BaselineEntry) Fault() (field, text string) {
	switch {
	case !isKind(e.Kind):
		return "kind", unknownWord(e.Kind)
	case e.Rule == "":
		return "rule", mustBeSet
	case e.Count < 1:
		return "count", "must be >= 1"
	case e.Since.time().IsZero():
		return "since", fmt.Sprintf("must be a day, for example 2026-01-31, got %q", string(e.Since))
	case e.Kind == KindImage && e.Image == "":
		return "image", mustBeSet
	case e.Kind != KindImage && e.Fingerprint == "":
		return "fingerprint", mustBeSet
	}
	return "", ""
}

// check returns the first field of a saved baseline that no run writes.
func (b *Baseline) check() error {
	if b == nil {
		return nil
	}
	keys := make(map[BaselineKey]bool, len(b.Entries))
	for i := range b.Entries {
		e := &b.Entries[i]
		field, text := e.Fault()
		if text == "" && keys[e.Key()] {
			field, text = "fingerprint", "duplicate of another entry"
		}
		if text != "" {
			return wrong(fmt.Sprintf("policy.baseline.entries[%d].%s", i, field), text)
		}
		keys[e.Key()] = true
	}
	for severity, days := range b.MaxAge {
		if days < 0 {
			return wrong("policy.baseline.maxAge."+severity.String(), negative)
		}
	}
	return nil
}

// SortEntries sorts entries by [BaselineEntry.Compare].
func SortEntries(entries []BaselineEntry) {
	slices.SortFunc(entries, func(a, b BaselineEntry) int { return a.Compare(&b) })
}

// Due reports whether an entry is older than its severity allows. An unknown severity may be as
// bad as any, and has the shortest age of all.
func (b *Baseline) Due(e *BaselineEntry, now time.Time) bool {
	days, limited := b.MaxAge[e.Severity]
	if e.Severity == Unknown {
		for _, n := range b.MaxAge {
			if !limited || n < days {
				days, limited = n, true
			}
		}
	}
	return limited && !now.Before(e.Since.time().AddDate(0, 0, days))
}

// Day is a day in UTC, such as 2026-01-31.
type Day string

// DayOf returns the day of a time.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

// time returns the start of the day, or zero for a text that is not a day.
func (d Day) time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d)) // zero with an error
	return t
}
