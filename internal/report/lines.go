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
)

// maxMessage is the length, in bytes, after which a result's message takes no further finding.
// Platforms show a quarter of it.
const maxMessage = 4 << 10

// lineResult is one line of a file with the findings of one rule and severity on it: what platforms
// count as one result.
type lineResult struct {
	uri  string // relative and percent-encoded
	line int
	// nth is which location of the first finding this is.
	nth      int
	findings []*result.Finding
}

// ruleID is the rule with its severity, for example "public-bucket-1f3a5b7c9d1e/high".
func (l lineResult) ruleID() string { return ruleID(l.findings[0]) }

func ruleID(f *result.Finding) string { return ruleName(f) + "/" + f.Severity.String() }

func ruleName(f *result.Finding) string {
	return cmp.Or(strings.TrimSpace(f.Rule), string(f.Kind), "finding")
}

// path is relative to the repository and not encoded.
func (l lineResult) path() string { return path.Clean(l.findings[0].Locations[l.nth].Path) }

// message states each finding once, up to maxMessage.
func (l lineResult) message() string {
	var all strings.Builder
	seen := map[string]bool{}
	for _, f := range l.findings {
		if all.Len() > maxMessage {
			break
		}
		if m := message(f); !seen[m] {
			seen[m] = true
			all.WriteString(m + "\n")
		}
	}
	return strings.TrimSuffix(all.String(), "\n")
}

// message states a finding, and what the service says of it.
func message(f *result.Finding) string { return joinNonEmpty(" ", statement(f), says(f)) }

// statement states a finding in one or two sentences.
func statement(f *result.Finding) string {
	if f.Kind == result.KindImage && f.CountsVulnerabilities() {
		noun := "vulnerabilities"
		if f.Count == 1 {
			noun = "vulnerability"
		}
		return fmt.Sprintf("%s has %d %s %s.", f.Image, f.Count, f.Severity, noun)
	}
	what := summary(f)
	if f.Resource != "" {
		what = strings.TrimRight(what, ".") + ": " + f.Resource
	}
	return joinNonEmpty(" ", sentence(what), sentence(f.Note))
}

// fingerprint is the finding's own, or a hash over those of all findings. Further locations of a
// finding get a number.
func (l lineResult) fingerprint() string {
	var prints []string
	for _, f := range l.findings {
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
	if l.nth > 0 {
		one += fmt.Sprintf("/%d", l.nth+1)
	}
	return one
}

// lineResults makes a result of each location of the shown and known findings, the most severe
// first, and counts the findings without a location.
func (m *Model) lineResults() (results []lineResult, unplaced int) {
	uris := map[string]string{}
	var all []lineResult
	reported := m.withKnown()
	for n, f := range reported {
		before := len(all)
		for i, at := range f.Locations {
			uri, ok := uris[at.Path]
			if !ok {
				uri = relativeURI(at.Path)
				uris[at.Path] = uri
			}
			if uri != "" {
				all = append(all, lineResult{uri, max(at.Line, 1), i, reported[n : n+1 : n+1]})
			}
		}
		if len(all) == before {
			unplaced++
		}
	}
	slices.SortFunc(all, compareLineResults)
	return mergeLineResults(all), unplaced
}

// compareLineResults puts those that are one result next to each other: of one severity, file, line
// and rule.
func compareLineResults(a, b lineResult) int {
	x, y := a.findings[0], b.findings[0]
	return cmp.Or(
		cmp.Compare(urgency(x.Severity), urgency(y.Severity)), cmp.Compare(a.uri, b.uri), cmp.Compare(a.line, b.line),
		cmp.Compare(ruleName(x), ruleName(y)), cmp.Compare(x.Resource, y.Resource), cmp.Compare(x.Image, y.Image),
		cmp.Compare(x.Fingerprint, y.Fingerprint), cmp.Compare(a.nth, b.nth), cmp.Compare(x.Summary, y.Summary),
	)
}

func mergeLineResults(all []lineResult) []lineResult {
	var merged []lineResult
	for _, l := range all {
		if last := len(merged) - 1; last >= 0 && merged[last].same(l) {
			merged[last].findings = append(merged[last].findings, l.findings...)
			continue
		}
		merged = append(merged, l)
	}
	return merged
}

func (l lineResult) same(o lineResult) bool {
	x, y := l.findings[0], o.findings[0]
	return l.uri == o.uri && l.line == o.line && ruleName(x) == ruleName(y) && x.Severity.Known() == y.Severity.Known()
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
