package alerts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// alert is one open alert of a vendor, or one hit of a check.
type alert struct {
	// id is the vendor's id for people, "" without one. It is a string because 64-bit ids don't
	// survive as floating-point numbers.
	id string
	identity
	// word is the vendor's severity, as given.
	word     string
	severity result.Severity
	// count is the number of alerts that this one stands for, where only numbers were asked for; 0
	// means 1.
	count int
	// rule is the vendor's id of the rule, "" without one.
	rule    string
	summary string
	details []string
	// doubts say why a hit of a check counts although its condition may not hold.
	doubts []string

	account, accountName string
	region               string
	// resource is the first of resources, which vendors with a list of them state.
	resource, kind string
	resources      []string
	// more are the texts of traits that have no field here.
	more        map[string][]string
	link        string
	first, last time.Time
	// joined is when the newest of the affected resources was seen first, where that is known.
	joined time.Time
	// own are names, addresses and files of people in the alert: they are masked in its texts.
	own []string
	// people are lines of details that name people, for --include-personal-data.
	people []string
}

// identity tells an alert from the others of its service.
type identity struct {
	// key is the vendor's unique id, or a digest of the alert without one.
	key string
	// anonymous: there is no id, so that another alert may have the same key.
	anonymous bool
	// number tells alerts without an id and with the same key from each other, from 1.
	number int
}

// stable is what the alert's fingerprint is made from.
func (k identity) stable() string {
	if k.anonymous {
		return fmt.Sprintf("%s\x00%d", k.key, k.number)
	}
	return k.key
}

// unique is the identity of an alert with an id, anonymous that of one without.
func unique(id string) identity { return identity{key: id} }

func anonymous(parts ...string) identity {
	return identity{key: fingerprint(parts...), anonymous: true}
}

// finding makes an alert a finding of a row. personal shows the data of people, which is masked
// otherwise.
func (a alert) finding(target result.Target, personal bool) result.Finding {
	details := slices.Clone(a.details)
	var masker secret.Masker
	if personal {
		details = append(details, a.people...)
	} else { // the owner of an address may be named in another text
		masker = secret.PersonalIn(append(details, a.summary, a.rule, a.accountName), a.own...)
	}
	mask := masker.Mask
	f := result.Finding{
		Kind:      target.Kind,
		Rule:      mask(a.rule),
		Severity:  a.severity,
		Count:     max(1, a.count),
		Summary:   mask(a.summary),
		Details:   mask(strings.Join(slices.DeleteFunc(details, isBlank), "\n")),
		Target:    target.ID(),
		KindWord:  mask(a.kind),
		Resource:  mask(a.resource),
		Placement: result.Unplaced,
		Cloud: &result.Cloud{
			Account:   mask(cmp.Or(a.account, a.accountName)),
			Region:    mask(a.region),
			AlertID:   mask(a.id),
			FirstSeen: a.first.UTC(),
			LastSeen:  a.last.UTC(),
		},
		// A vendor's alert keeps its id for as long as it is open.
		Fingerprint: fingerprint(target.ID(), a.stable()),
	}
	if len(a.resources) > 1 {
		for _, r := range a.resources {
			f.Resources = append(f.Resources, mask(r))
		}
	}
	if a.severity == result.Unknown {
		f.RawSeverity = mask(a.word)
	}
	if link := mask(a.link); isWebLink(link) { // a mask has a blank
		f.Cloud.Link = link
	}
	return f
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// isWebLink reports whether a server's text can be shown as a link. Links are shown, never
// followed.
func isWebLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	return ok && rest != "" && !strings.ContainsAny(s, " \t\r\n\"<>")
}

// fingerprint is a digest of what identifies a finding.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// byUrgency orders the worst first, then the oldest, then by key: equal lists make equal results.
func byUrgency(a, b alert) int {
	return cmp.Or(cmp.Compare(b.severity, a.severity), a.first.Compare(b.first), cmp.Compare(a.key, b.key), cmp.Compare(a.number, b.number))
}

// identify returns the identity of an alert from the first key that has its unique id.
func identify(o *jsonx.Object, keys ...string) identity {
	if id := o.Words(keys...); id != "" {
		return unique(id)
	}
	return anonymous(o.Canonical())
}

// vendorID returns the vendor's unique id, "" without one.
func (k identity) vendorID() string {
	if k.anonymous {
		return ""
	}
	return k.key
}

// labelled is a line of details, or "" without a value.
func labelled(name, value string) string {
	if value == "" {
		return ""
	}
	return name + " " + value
}
