package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// maxMessage is the length, in bytes, after which a result's message takes no further finding.
// Platforms show a quarter of it.
const maxMessage = 4 << 10

// lineResult is one line of a file with what platforms count as one result there: the findings of
// one rule and severity, or the vulnerabilities of images whose worst are of one severity.
type lineResult struct {
	uri  string // relative and percent-encoded
	line int
	// nth is which location of the first finding this is.
	nth int
	// findings has those of an image next to each other, the worst first.
	findings []*result.Finding
}

// ruleID is the rule with its severity, for example "public-bucket-1f3a5b7c9d1e/high".
func (l lineResult) ruleID() string { return ruleID(l.findings[0]) }

func ruleID(f *result.Finding) string { return ruleName(f) + "/" + f.Severity.String() }

func ruleName(f *result.Finding) string {
	if rule := strings.TrimSpace(f.Rule); rule != "" {
		return rule
	}
	return cmp.Or(string(f.Kind), "finding")
}

// path is relative to the repository and not encoded.
func (l lineResult) path() string { return path.Clean(l.findings[0].Locations[l.nth].Path) }

// at is the first finding's location on the line.
func (l lineResult) at() *result.Location { return &l.findings[0].Locations[l.nth] }

// entries are the findings, those of an image as one.
func (l lineResult) entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for left := l.findings; len(left) > 0; {
			n, image := 1, left[0].Image
			for image != "" && n < len(left) && left[n].Image == image {
				n++
			}
			if !yield(entry{left[:n]}) {
				return
			}
			left = left[n:]
		}
	}
}

// alsoAt are further lines that name the images: an image is one result, however many name it.
func (l lineResult) alsoAt() []result.Location {
	var all []result.Location
	for e := range l.entries() {
		if e.worst().Image != "" {
			all = append(all, e.furtherPlaces()...)
		}
	}
	return all
}

// likelyAt are the lines that may hold the faults of the findings of a resource.
func (l lineResult) likelyAt() []result.Location {
	var all []result.Location
	for _, f := range l.findings {
		at := likelyLine(f)
		if at != nil && l.nth == 0 && !slices.ContainsFunc(all, func(known result.Location) bool { return known.Line == at.Line }) {
			all = append(all, *at)
		}
	}
	return all
}

// message states each finding once, up to maxMessage.
func (l lineResult) message() string {
	if len(l.findings) == 1 {
		return message(l.findings[0])
	}
	var all strings.Builder
	seen := map[string]bool{}
	for e := range l.entries() {
		if all.Len() > maxMessage {
			break
		}
		if m := e.message(); !seen[m] {
			seen[m] = true
			all.WriteString(m + "\n")
		}
	}
	return strings.TrimSuffix(all.String(), "\n")
}

// message states the entry's findings. Of an image it has all numbers.
func (e entry) message() string {
	if len(e.findings) == 1 {
		return message(e.worst())
	}
	var numbers, others []string
	for _, f := range e.findings {
		if f.CountsVulnerabilities() {
			numbers = append(numbers, fmt.Sprintf("%d %s", f.Count, f.Severity))
		} else {
			others = append(others, message(f))
		}
	}
	if len(numbers) > 0 {
		list := strings.Join(numbers, ", ")
		if last := len(numbers) - 1; last > 0 {
			list = strings.Join(numbers[:last], ", ") + " and " + numbers[last]
		}
		others = append([]string{fmt.Sprintf("%s has %s vulnerabilities.", e.worst().Image, list)}, others...)
	}
	return strings.Join(others, " ")
}

// message states a finding, and what the service says of it.
func message(f *result.Finding) string {
	var room [messageRoom]byte
	return string(appendSays(appendStatement(room[:0], f), f))
}

// statement states a finding in one or two sentences.
func statement(f *result.Finding) string {
	var room [messageRoom]byte
	return string(appendStatement(room[:0], f))
}

// messageRoom is how many bytes of a message need no memory of their own while it is made.
const messageRoom = 1 << 10

// appendStatement appends what statement returns to the room for it.
func appendStatement(dst []byte, f *result.Finding) []byte {
	if f.Kind == result.KindImage && f.CountsVulnerabilities() {
		noun := "vulnerabilities"
		if f.Count == 1 {
			noun = "vulnerability"
		}
		return fmt.Appendf(dst, "%s has %d %s %s.", f.Image, f.Count, f.Severity, noun)
	}
	return appendSentence(appendSentence(dst, resourceSummary(f)), f.Note)
}

// fingerprint is that of the finding or, of an image, that of its worst one; with several, a hash
// over these. Further locations of a finding get a number.
func (l lineResult) fingerprint() string {
	var prints []string
	for e := range l.entries() {
		if fp := e.worst().Fingerprint; fp != "" {
			prints = append(prints, fp)
		}
	}
	if len(prints) == 0 {
		return ""
	}
	one := prints[0]
	if len(prints) > 1 {
		slices.Sort(prints)
		sum := sha256.Sum256([]byte(strings.Join(prints, "\n")))
		one = hex.EncodeToString(sum[:16])
	}
	if l.nth > 0 {
		one += fmt.Sprintf("/%d", l.nth+1)
	}
	return one
}

// relativeURI writes a path of the repository as a relative reference (RFC 3986, 4.2), each segment
// percent-encoded. The colon is encoded too: a first segment with a colon reads as a scheme, and
// makes GitHub reject the whole file. It returns "" for a path that leads out of the repository.
func relativeURI(p string) string {
	p = path.Clean(p)
	if p == "." || p == ".." || strings.HasPrefix(p, "../") || path.IsAbs(p) {
		return ""
	}
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A")
	}
	return strings.Join(segments, "/")
}
