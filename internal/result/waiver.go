package result

import (
	"fmt"
	"strings"
	"time"
)

// Waiver accepts findings until a day: an entry of waivers in the config file, or of a comment
// directly above a block. Every field that selects findings must fit.
type Waiver struct {
	// Rule is a whole rule id (see [RuleID]).
	Rule string `json:"rule"`
	// Path is a glob of files, relative to the root of the repository. Resource is a glob of
	// addresses; Image is a repository, a reference or a glob.
	Path     string `json:"path,omitempty"`
	Resource string `json:"resource,omitempty"`
	Image    string `json:"image,omitempty"`
	// Lines are those of the block below a comment: findings must lie in them. Above is the name of
	// the block, which stays the same if the lines move.
	Lines *Range `json:"lines,omitempty"`
	Above string `json:"above,omitempty"`
	// Fingerprint is a whole fingerprint. Only it covers findings whose place is uncertain.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Severity is the worst severity that the waiver covers; nil for any.
	Severity *Severity `json:"severity,omitempty"`
	// Block is the hash of the lines that the waiver was made for. If they change, it still covers
	// the finding, and is reported.
	Block string `json:"block,omitempty"`
	// Max is how many findings it covers at most, counted like those of a limit. Nil is 1 for
	// what it covers by a pattern, and any number else.
	Max    *int   `json:"max,omitempty"`
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is the last day on which it counts, as YYYY-MM-DD in UTC.
	Expires string `json:"expires"`
	Origin  Origin `json:"origin"`
}

// WaiverID names a waiver of a policy: the place where it is stated.
type WaiverID string

// ID names the waiver, so that a [Stamp] can refer to it.
func (w *Waiver) ID() WaiverID { return WaiverID(w.Origin.Place) }

// Same reports whether two waivers say the same, wherever they stand.
func (w *Waiver) Same(o *Waiver) bool {
	return w.String() == o.String() && w.Selection() == o.Selection() && w.Above == o.Above && (w.Lines == nil) == (o.Lines == nil)
}

// IsPattern reports whether the waiver may cover several files, resources or images, and so
// findings that do not exist yet.
func (w *Waiver) IsPattern() bool {
	return w.Lines == nil && strings.ContainsAny(w.Path+w.Resource+w.Image, `*?[{`)
}

// Expired reports whether the waiver counts no more at a time.
func (w *Waiver) Expired(now time.Time) bool { return w.Expires < now.UTC().Format(time.DateOnly) }

// waiverNotice is how long before its end a waiver is reported.
const waiverNotice = 30 * 24 * time.Hour

// ExpiresSoon reports whether the waiver still counts at a time, and no more 30 days later.
func (w *Waiver) ExpiresSoon(now time.Time) bool {
	return !w.Expired(now) && w.Expired(now.Add(waiverNotice))
}

// Fault returns the first wrong field of a waiver, and what is wrong with it. Whether its globs
// are valid is checked where they are compiled.
func (w *Waiver) Fault() (field, text string) {
	if err := CheckRule(w.Rule); err != nil {
		return "rule", err.Error()
	}
	switch {
	case w.Path+w.Resource+w.Image+w.Fingerprint == "":
		return "rule", "needs at least one of path, resource, image and fingerprint beside it"
	case w.Fingerprint != "" && !IsFingerprint(w.Fingerprint):
		return "fingerprint", fmt.Sprintf("must be a whole fingerprint, %d hexadecimal digits, got %q", fingerprintDigits, w.Fingerprint)
	case w.Max != nil && *w.Max < 1:
		return "max", fmt.Sprintf("must be >= 1, got %d", *w.Max)
	case w.Reason == "":
		return "reason", mustBeSet
	case w.Owner == "":
		return "owner", mustBeSet
	case !IsDay(w.Expires):
		return "expires", fmt.Sprintf("must be a day, for example 2027-01-31, got %q", w.Expires)
	case w.Lines != nil && (w.Path == "" || w.Lines.Start < 1 || w.Lines.End < w.Lines.Start):
		return "lines", "must be lines of a file"
	}
	return "", ""
}

// IsDay reports whether a text is a day that exists, as YYYY-MM-DD.
func IsDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// fingerprintDigits is the length of a fingerprint.
const fingerprintDigits = 32

// IsFingerprint reports whether a text is a whole fingerprint.
func IsFingerprint(text string) bool {
	return len(text) == fingerprintDigits && strings.Trim(text, "0123456789abcdef") == ""
}

// ShortFingerprint is as much of a fingerprint as people need to name the finding of a run.
func ShortFingerprint(fingerprint string) string {
	const digits = 12
	return fingerprint[:min(len(fingerprint), digits)]
}

// Selection says what the waiver covers besides its rule.
func (w *Waiver) Selection() string {
	var parts []string
	for _, p := range []struct{ name, text string }{
		{"path ", w.Path}, {"resource ", w.Resource}, {"image ", w.Image}, {"fingerprint ", w.Fingerprint}, {"block ", w.Block},
	} {
		if p.text != "" {
			parts = append(parts, p.name+p.text)
		}
	}
	if w.Lines != nil {
		parts = append(parts, "below a comment")
	}
	if w.Severity != nil {
		parts = append(parts, "severity "+w.Severity.String())
	}
	if w.Max != nil {
		parts = append(parts, fmt.Sprintf("max %d", *w.Max))
	}
	return strings.Join(parts, ", ")
}

// String returns rule until day (owner): reason.
func (w *Waiver) String() string {
	return fmt.Sprintf("%s until %s (%s): %s", w.Rule, w.Expires, w.Owner, w.Reason)
}

// Covered is a part of a finding that a waiver covers.
type Covered struct {
	By WaiverID `json:"by"`
	// Count is at least 1, and counted like those of a limit.
	Count int `json:"count"`
}

// WaiverState is what became of a waiver.
type WaiverState string

// The states of a waiver.
const (
	// WaiverUsed: it covers findings.
	WaiverUsed WaiverState = "used"
	// WaiverUnused: it counts, and covers nothing although everything was looked at.
	WaiverUnused WaiverState = "unused"
	// WaiverUnseen: it covers nothing in a run that did not look at everything.
	WaiverUnseen WaiverState = "unseen"
	// WaiverExpired: it counts no more.
	WaiverExpired WaiverState = "expired"
)

// WaiverCheck is one waiver and how many findings it covers.
type WaiverCheck struct {
	ID    WaiverID    `json:"id"`
	State WaiverState `json:"state"`
	// Waived is how many findings it covers. Beyond are those that it names and that count all
	// the same: more than its max, worse than its severity, or after its last day.
	Waived int `json:"waived"`
	Beyond int `json:"beyond,omitempty"`
	// Changed is how many of the waived ones lie in a block that is not the one of the waiver.
	Changed int `json:"changed,omitempty"`
	// ExpiresSoon is set in the last 30 days.
	ExpiresSoon bool `json:"expiresSoon,omitempty"`
}

// Text says what became of the waiver.
func (c WaiverCheck) Text() string {
	text := string(c.State)
	if c.Waived > 0 {
		text = fmt.Sprintf("waives %d", c.Waived)
	}
	if c.Changed > 0 {
		text += fmt.Sprintf(", %d of them in a block that changed", c.Changed)
	}
	if c.Beyond > 0 {
		text += fmt.Sprintf(", %d more count", c.Beyond)
	}
	return text
}

// notices say what is to be done about the waiver.
func (c WaiverCheck) notices(w *Waiver) []string {
	var all []string
	if text := c.coverage(w); text != "" {
		all = append(all, text)
	}
	if c.ExpiresSoon {
		all = append(all, fmt.Sprintf("%s expires on %s", w.Rule, w.Expires))
	}
	return all
}

// coverage says what the waiver covers wrongly, "" if nothing.
func (c WaiverCheck) coverage(w *Waiver) string {
	switch {
	case c.State == WaiverExpired && c.Beyond > 0:
		return fmt.Sprintf("%s expired on %s: %d of its findings count again; fix: fix the findings, or state a later day", w.Rule, w.Expires, c.Beyond)
	case c.State == WaiverExpired:
		return fmt.Sprintf("%s expired on %s; fix: remove it with scangate waiver prune", w.Rule, w.Expires)
	case c.State == WaiverUnused && c.Beyond > 0:
		return fmt.Sprintf("%s covers none of the %d findings that it names: they are more severe, or uncertain", w.Rule, c.Beyond)
	case c.State == WaiverUnused:
		return w.Rule + " covers no finding; fix: remove it with scangate waiver prune"
	case c.Beyond > 0:
		return fmt.Sprintf("%s waives %d, and %d more that it names count; fix: fix the findings, or state a larger max", w.Rule, c.Waived, c.Beyond)
	case c.Changed > 0:
		return fmt.Sprintf("%s waives %d in a block that changed since; fix: check it, and waive it again", w.Rule, c.Changed)
	}
	return ""
}

// WaiverNotices are about waivers that cover nothing or not all, and those that expire soon.
func (r *Result) WaiverNotices() []Notice {
	var all []Notice
	for i, c := range r.Verdict.Waivers {
		w := &r.Policy.Waivers[i]
		for _, text := range c.notices(w) {
			all = append(all, w.Origin.Notice("%s", text))
		}
	}
	return all
}

// Comment is a comment of a file.
type Comment struct {
	// Line is that of its beginning, from 1, and Column its first byte there, from 1.
	Line, Column int
	// Alone is set if nothing else stands before it on the line.
	Alone bool
	// Text is without the characters that make it a comment, and without blanks around it.
	Text string
}
