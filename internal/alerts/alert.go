package alerts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// alert is one open alert in the gate's words.
type alert struct {
	// id tells the source's alerts apart. It is a text: 64-bit ids don't survive
	// as floating-point numbers.
	id string
	// mark takes the id's place in the fingerprint, where the id isn't stable.
	mark string
	// word is the vendor's severity, as given.
	word     string
	severity result.Severity
	// count is the number of alerts that this one stands for, where only numbers
	// were asked for; otherwise 1.
	count int
	// rule is the vendor's id of the rule, "" without one.
	rule    string
	summary string
	details []string

	account, accountName string
	region               string
	resource, kind       string
	link                 string
	first, last          time.Time
	// own are names, addresses and files of people that the alert holds: they are
	// taken out of its texts.
	own []string
	// people are lines of details that name them, for --include-personal-data.
	people []string
}

// finding makes an alert a finding of the row target. hide takes out of its
// texts what must not be shown.
func (a alert) finding(target string, hide private) result.Finding {
	mask, details := hide.mask(a.own), slices.Clone(a.details)
	if hide.show {
		details = append(details, a.people...)
	}
	f := result.Finding{
		Kind:      result.KindAlerts,
		Rule:      mask(a.rule),
		Severity:  a.severity,
		Count:     max(1, a.count),
		Summary:   mask(a.summary),
		Details:   mask(strings.Join(slices.DeleteFunc(details, blank), "\n")),
		Target:    target,
		KindWord:  mask(a.kind),
		Resource:  mask(a.resource),
		Placement: result.Unplaced,
		Account:   mask(cmp.Or(a.account, a.accountName)),
		Region:    mask(a.region),
		FirstSeen: a.first.UTC(),
		LastSeen:  a.last.UTC(),
		// A vendor's alert keeps its id for as long as it is open.
		Fingerprint: fingerprint(target, cmp.Or(a.mark, a.id)),
	}
	if !invented(a.id) {
		f.AlertID = mask(a.id)
	}
	if a.severity == result.Unknown {
		f.RawSeverity = mask(a.word)
	}
	if link := mask(a.link); link == a.link && webLink(link) {
		f.Link = link
	}
	return f
}

// The beginnings of ids that no vendor gave.
const (
	countID = "count:"
	hitID   = "hit:"
	printID = "print:"
)

// invented reports whether an id is none of the vendor's, and not to be shown.
func invented(id string) bool {
	return strings.HasPrefix(id, countID) || strings.HasPrefix(id, hitID) || strings.HasPrefix(id, printID)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// webLink reports whether a server's text can be shown as a link. It is shown
// alone: no link is ever followed.
func webLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	return ok && rest != "" && !strings.ContainsAny(s, " \t\r\n\"<>")
}

// fingerprint is made of what names a finding.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// byUrgency sorts the worst first, then the oldest, then by id: the same list
// is always the same result.
func byUrgency(a, b alert) int {
	return cmp.Or(cmp.Compare(b.severity, a.severity), a.first.Compare(b.first), cmp.Compare(a.id, b.id))
}
