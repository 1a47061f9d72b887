package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// sastTracking says by what GitLab recognises a vulnerability in another commit. Without it each
// line that is inserted above makes it a new one.
type sastTracking struct {
	Type  string             `json:"type"`
	Items []sastTrackingItem `json:"items"`
}

type sastTrackingItem struct {
	File       string          `json:"file"`
	StartLine  int             `json:"start_line"`
	EndLine    int             `json:"end_line"`
	Signatures []sastSignature `json:"signatures"`
}

type sastSignature struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

type sastLink struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// sastDetail is a field on a vulnerability's page. Which members it has depends on the type.
type sastDetail struct {
	Name     string       `json:"name,omitempty"`
	Type     string       `json:"type"`
	Value    string       `json:"value,omitempty"`
	Items    []sastDetail `json:"items,omitempty"`
	FileName string       `json:"file_name,omitempty"`
	Line     int          `json:"line_start,omitempty"`
}

// sastTracked counts the scopes of a report: GitLab takes vulnerabilities with one identifier and
// one signature for one.
type sastTracked map[[16]byte]int

// of tracks a vulnerability by its line in the block of its resource (algorithm scope_offset). It
// returns nil without such a block. A scope that occurs twice in a file gets a number, as GitLab's
// own analyzers give it.
func (t sastTracked) of(l lineResult) *sastTracking {
	f, at := l.findings[0], l.at()
	if f.Image != "" || f.Resource == "" || at.Block == nil || !at.Block.Contains(l.line) {
		return nil
	}
	offset := l.line - at.Block.Start
	key := short(strings.Join([]string{l.ruleID(), l.path(), f.Resource, fmt.Sprint(offset)}, "\x00"))
	n := t[key]
	t[key]++
	file := exactPath(l.path())
	return &sastTracking{Type: "source", Items: []sastTrackingItem{{
		File: file, StartLine: at.Block.Start, EndLine: max(at.Block.Start, at.Block.End),
		Signatures: []sastSignature{{Algorithm: "scope_offset", Value: fmt.Sprintf("%s|%s[%d]:%d", file, plain(f.Resource), n, offset)}},
	}}}
}

// sastLinks are the line at the scanned commit.
func (m *Model) sastLinks(l lineResult) []sastLink {
	if page := m.link(l.at()); page != "" {
		return []sastLink{{Name: text.Truncate(place(*l.at()), sastName), URL: page}}
	}
	return nil
}

// sastDetails are what the description does not say: resource or image, code, further places, and
// whether a limit is crossed.
func sastDetails(l lineResult) map[string]sastDetail {
	f := l.findings[0]
	all := map[string]sastDetail{}
	add := func(key, name, value string) {
		if value = plain(value); value != "" {
			all[key] = sastDetail{Name: name, Type: "text", Value: value}
		}
	}
	add("resource", "Resource", f.Resource)
	add("image", "Image", f.Image)
	add("likely", "Likely line", strings.TrimPrefix(likelyNote(f), likelyLead))
	add("note", "Note", findingNote(f))
	add("limit", "Crosses the limit", string(f.Stamp.Crosses))
	if code := sastExtract(l); code != "" {
		all["code"] = sastDetail{Name: "Code", Type: "code", Value: code}
	}
	if also := sastPlaces(l.alsoAt()); len(also) > 0 {
		all["also"] = sastDetail{Name: "Also named at", Type: "list", Items: also}
	}
	return all
}

func sastPlaces(places []result.Location) []sastDetail {
	var all []sastDetail
	for _, at := range places[:min(len(places), sarifRelated)] {
		if relativeURI(at.Path) != "" {
			all = append(all, sastDetail{Type: "file-location", FileName: exactPath(path.Clean(at.Path)), Line: max(at.Line, 1)})
		}
	}
	return all
}

// sastExtract is the code around a finding's first location.
func sastExtract(l lineResult) string {
	if l.nth > 0 {
		return ""
	}
	var lines []string
	for _, line := range frameOf(l.findings[0]) {
		lines = append(lines, plainCode(line.text))
	}
	return strings.Join(lines, "\n")
}
