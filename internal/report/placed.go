package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// messageText is where the message of findings that share a line ends: the
// formats for platforms show a quarter of it.
const messageText = 4 << 10

// placed is one line of a file with the findings of one rule and severity on it:
// what the platforms take for one result.
type placed struct {
	uri      string // relative and percent-encoded
	line     int
	nth      int // which of the first finding's places this is
	findings []*result.Finding
}

// ruleID is the rule with its severity, for example "public-bucket-1f3a/high".
func (p placed) ruleID() string { return ruleID(p.findings[0]) }

func ruleID(f *result.Finding) string { return bareRule(f) + "/" + f.Severity.String() }

func bareRule(f *result.Finding) string {
	return cmp.Or(strings.TrimSpace(f.Rule), string(f.Kind), "finding")
}

// location is where the first finding says that it is.
func (p placed) location() *result.Location { return &p.findings[0].Locations[p.nth] }

// path is relative to the repository and not encoded.
func (p placed) path() string { return path.Clean(p.location().Path) }

// message tells each finding once, as far as a message is read.
func (p placed) message() string {
	var all strings.Builder
	told := map[string]bool{}
	for _, f := range p.findings {
		if all.Len() > messageText {
			break
		}
		if text := tell(f); !told[text] {
			told[text] = true
			all.WriteString(text + "\n")
		}
	}
	return strings.TrimSuffix(all.String(), "\n")
}

// tell says in a sentence or two what is wrong, and with what.
func tell(f *result.Finding) string {
	if f.Kind == result.KindImage && f.Image != "" && f.Severity != result.Unknown {
		noun := "vulnerabilities"
		if f.Count == 1 {
			noun = "vulnerability"
		}
		return fmt.Sprintf("%s has %d %s %s.", f.Image, f.Count, f.Severity, noun)
	}
	what := cmp.Or(text.Fold(f.Summary), text.Fold(f.Rule), "A finding without a text")
	if f.Resource != "" {
		what = strings.TrimRight(what, ".") + ": " + f.Resource
	}
	return joinNonEmpty(" ", sentence(what), sentence(f.Note))
}

// fingerprint is the finding's own; several on one line have one together. A
// finding's further places are told apart by their number.
func (p placed) fingerprint() string {
	var prints []string
	for _, f := range p.findings {
		if f.Fingerprint != "" {
			prints = append(prints, f.Fingerprint)
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
	if p.nth > 0 {
		one += fmt.Sprintf("/%d", p.nth+1)
	}
	return one
}

// onLines makes the results of all places of all findings, the most urgent
// first and in an order that does not depend on that of the findings. It also
// counts the findings that have no place.
func onLines(findings []*result.Finding) (results []placed, unplaced int) {
	uris := map[string]string{}
	var all []placed
	for _, f := range findings {
		before := len(all)
		for i, l := range f.Locations {
			uri, ok := uris[l.Path]
			if !ok {
				uri = relativeURI(l.Path)
				uris[l.Path] = uri
			}
			if uri != "" {
				all = append(all, placed{uri, max(l.Line, 1), i, []*result.Finding{f}})
			}
		}
		if len(all) == before {
			unplaced++
		}
	}
	slices.SortFunc(all, comparePlaced)
	return merge(all), unplaced
}

// comparePlaced puts places that make one result beside each other: those that
// are alike in severity, file, line and rule.
func comparePlaced(a, b placed) int {
	x, y := a.findings[0], b.findings[0]
	return cmp.Or(
		cmp.Compare(urgency(x.Severity), urgency(y.Severity)), cmp.Compare(a.uri, b.uri), cmp.Compare(a.line, b.line),
		cmp.Compare(bareRule(x), bareRule(y)), cmp.Compare(x.Resource, y.Resource), cmp.Compare(x.Image, y.Image),
		cmp.Compare(x.Fingerprint, y.Fingerprint), cmp.Compare(a.nth, b.nth), cmp.Compare(x.Summary, y.Summary),
	)
}

func merge(all []placed) []placed {
	var merged []placed
	for _, p := range all {
		if last := len(merged) - 1; last >= 0 && merged[last].alike(p) {
			merged[last].findings = append(merged[last].findings, p.findings...)
			continue
		}
		merged = append(merged, p)
	}
	return merged
}

func (p placed) alike(q placed) bool {
	x, y := p.findings[0], q.findings[0]
	return p.uri == q.uri && p.line == q.line && bareRule(x) == bareRule(y) && x.Severity.String() == y.Severity.String()
}

// relativeURI writes a path of the repository as a relative reference (RFC 3986,
// 4.2): each segment percent-encoded, the colon too, because a first segment with
// one reads as a scheme and makes GitHub reject the whole file. It returns "" for
// a path that leads out of the repository.
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

// plainMessage writes s as a SARIF plain text message of at most n characters:
// brackets and backslashes are escaped, because [text](n) is a link there (SARIF
// 2.1.0, 3.11.6). No escape is cut in two.
func plainMessage(s string, n int) string {
	var b strings.Builder
	used, cut := 0, 0
	for _, r := range s {
		if strings.ContainsRune(`[]\`, r) {
			b.WriteByte('\\')
			used++
		}
		b.WriteRune(r)
		used++
		if used < n {
			cut = b.Len()
		}
		if used > n {
			return b.String()[:cut] + "…"
		}
	}
	return b.String()
}
