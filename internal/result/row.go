package result

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Status is the state of a ledger row. The zero value is [Pending]: a row that
// was never touched has no answer.
type Status uint8

// The states of a row. Pending is left at the end of a run only where the run
// was cut off, and counts as no answer.
const (
	Pending Status = iota
	Answered
	Failed
	Skipped
)

var statusNames = [...]string{"pending", "answered", "failed", "skipped"}

// String returns the lower-case name.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return statusNames[Pending]
}

// MarshalText writes the lower-case name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Status) UnmarshalText(b []byte) error {
	i := slices.Index(statusNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("unknown status %q: must be one of %s", b, strings.Join(statusNames[:], ", "))
	}
	*s = Status(i)
	return nil
}

// Evidence says how a row is known to be answered.
type Evidence string

// The kinds of evidence.
const (
	// ByName: the image, or the file, stands in the answer.
	ByName Evidence = "named"
	// BySubmission: the target was part of a submission that ended in success
	// and whose report was read; the report lists alerts only.
	BySubmission Evidence = "submitted"
)

// Row is one line of the ledger: a target and what became of it.
type Row struct {
	Target Target `json:"target"`
	Status Status `json:"status"`
	// Evidence is set for answered rows.
	Evidence Evidence `json:"evidence,omitempty"`
	// Fault is set for failed and skipped rows; its fields are the row's in JSON.
	Fault
	// Exclusion is the choice that leaves the target out, for rows that are skipped by one.
	Exclusion *Exclusion `json:"exclusion,omitempty"`
	// Exclude is the line that leaves the target out, to paste under targets.exclude of the
	// config file. It is set for failed rows, if the fault is one of the target.
	Exclude string `json:"exclude,omitempty"`
	// Choice counts the alerts of an answered source.
	Choice *Choice `json:"choice,omitempty"`
	// Submissions are the service's ids of the tasks or scans that held the target.
	Submissions []string `json:"submissions,omitempty"`
}

// Choice counts the open alerts that a source has, by what the source's entry makes of them. Read
// is the sum of the others.
type Choice struct {
	Read   int `json:"read"`
	Chosen int `json:"chosen"`
	// LeftOut has the most frequent key first.
	LeftOut []LeftOut `json:"leftOut,omitempty"`
}

// LeftOut counts the alerts that a key of the source's entry leaves out.
type LeftOut struct {
	By    string `json:"by"`
	Count int    `json:"count"`
}

// String returns "11 read, 0 chosen, 11 left out by region".
func (c Choice) String() string {
	s := fmt.Sprintf("%d read, %d chosen", c.Read, c.Chosen)
	for _, l := range c.LeftOut {
		s += fmt.Sprintf(", %d left out by %s", l.Count, l.By)
	}
	return s
}

// fault returns the first wrong field of a choice, and what is wrong with it.
func (c *Choice) fault() (field, text string) {
	sum := c.Chosen
	for i, l := range c.LeftOut {
		switch {
		case l.By == "":
			return fmt.Sprintf("leftOut[%d].by", i), mustBeSet
		case l.Count < 1:
			return fmt.Sprintf("leftOut[%d].count", i), "must be at least 1"
		}
		sum = AddCounts(sum, l.Count)
	}
	switch {
	case c.Chosen < 0:
		return "chosen", negative
	case c.Read != sum:
		return "read", "must be the sum of what is chosen and left out"
	}
	return "", ""
}

// AddChoices adds up what sources have, the most frequent key first.
func AddChoices(rows []Row) Choice {
	var all Choice
	by := map[string]int{}
	for i := range rows {
		c := rows[i].Choice
		if c == nil {
			continue
		}
		all.Read, all.Chosen = AddCounts(all.Read, c.Read), AddCounts(all.Chosen, c.Chosen)
		for _, l := range c.LeftOut {
			by[l.By] = AddCounts(by[l.By], l.Count)
		}
	}
	all.LeftOut = LeftOutBy(by)
	return all
}

// LeftOutBy returns counts by key, the most frequent key first.
func LeftOutBy(counts map[string]int) []LeftOut {
	var all []LeftOut
	for by, n := range counts {
		all = append(all, LeftOut{By: by, Count: n})
	}
	slices.SortFunc(all, func(a, b LeftOut) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.By, b.By)) })
	return all
}

// Unanswered reports whether the row was planned and has no answer. That includes a row
// whose status is not one of the known.
func (row *Row) Unanswered() bool { return row.Status != Answered && row.Status != Skipped }
