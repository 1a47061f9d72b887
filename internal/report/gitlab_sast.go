package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/text"
)

const (
	sastVersion = "15.2.1"
	sastSchema  = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.1/dist/sast-report-format.json"
	// sastName and sastSolution are the longest texts, in characters, that the schema takes.
	sastName     = 255
	sastSolution = 7000
)

type sastTool struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	URL     string     `json:"url"`
	Version string     `json:"version"`
	Vendor  sastVendor `json:"vendor"`
}

type sastVendor struct {
	Name string `json:"name"`
}

type sastMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type sastScan struct {
	Analyzer  sastTool      `json:"analyzer"`
	Scanner   sastTool      `json:"scanner"`
	Type      string        `json:"type"`
	StartTime string        `json:"start_time"`
	EndTime   string        `json:"end_time"`
	Status    string        `json:"status"`
	Messages  []sastMessage `json:"messages"`
}

type sastIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

type sastLocation struct {
	File      string `json:"file"`
	StartLine int    `json:"start_line"`
	EndLine   int    `json:"end_line"`
}

type sastVulnerability struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Severity    string           `json:"severity"`
	Solution    string           `json:"solution"`
	Identifiers []sastIdentifier `json:"identifiers"`
	Location    sastLocation     `json:"location"`
	Links       []sastLink       `json:"links,omitempty"`
	Tracking    *sastTracking    `json:"tracking,omitempty"`
	Extract     string           `json:"raw_source_code_extract,omitempty"`

	Details map[string]sastDetail `json:"details,omitempty"`
}

// writeGitLabSAST writes GitLab's security report for static analysis, schema 15.2.1. It holds the
// findings that have a line, images on the lines that name them. A container scanning report would
// demand the package of each vulnerability, which the service does not name.
//
// GitLab identifies a vulnerability by its first identifier and its place. So the identifier
// includes the severity, as the id of a SARIF rule does.
func writeGitLabSAST(w io.Writer, m *Model, o Options) error {
	results := m.lineResults()
	if results.unplaced > 0 {
		o.leftOut(unplacedNote(results.unplaced))
	}
	s := newJSONStream(w, "  ")
	s.text("{\n  \"version\": %q,\n  \"schema\": %q,\n  \"scan\": ", sastVersion, sastSchema)
	s.encode(s.members, "", sastScanOf(m, results.unplaced))
	s.text(",\n  \"vulnerabilities\": [")
	prints, tracked := uniquePrints{}, sastTracked{}
	for i, l := range results.all() {
		v := sastVulnerabilityOf(l, prints.of(l))
		v.Links, v.Tracking, v.Details, v.Extract = m.sastLinks(l), tracked.of(l), sastDetails(l), sastExtract(l)
		s.item(i, "\n    ", v)
	}
	s.text("\n  ]\n}\n")
	return s.end()
}

func sastScanOf(m *Model, unplaced int) sastScan {
	r := m.result
	tool := sastTool{
		ID: "scangate", Name: "scangate", URL: sarifURL, Version: cmp.Or(plain(r.Tool.Version), "unknown"), Vendor: sastVendor{"scangate"},
	}
	scan := sastScan{
		Analyzer: tool, Scanner: tool, Type: "sast", Status: "success",
		StartTime: sastTime(r.Started), EndTime: sastTime(r.Finished),
		Messages: []sastMessage{{"info", plain("Verdict: " + r.Verdict.Line)}},
	}
	if unplaced > 0 {
		scan.Messages = append(scan.Messages, sastMessage{"warn", unplacedNote(unplaced)})
	}
	if !m.hidden.empty() {
		scan.Messages = append(scan.Messages, sastMessage{"info", sarifHidden(m)})
	}
	if len(m.unanswered) > 0 || r.EndedEarly() || r.Shard != nil {
		scan.Status = "failure"
	}
	return scan
}

// sastTime writes UTC without a zone, as the schema demands.
func sastTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func sastVulnerabilityOf(l lineResult, fingerprint string) sastVulnerability {
	f := l.findings[0]
	a := adviceFor(f)
	severity := f.Severity.String()
	return sastVulnerability{
		ID: uuid(fingerprint), Name: text.Truncate(cmp.Or(strings.TrimSuffix(plain(a.what), "."), plain(ruleName(f))), sastName),
		Description: strings.Join(plainLines(l.message()), "\n"),
		Severity:    strings.ToUpper(severity[:1]) + severity[1:],
		Solution:    text.Truncate(a.fix, sastSolution),
		Identifiers: []sastIdentifier{{"scangate_rule", plain(ruleName(f)), plain(l.ruleID())}},
		Location:    sastLocation{l.path(), l.line, l.line},
	}
}

// uuid makes a UUID of version 8 (RFC 9562, 5.8) from the SHA-256 of a name: the same name has the
// same id in every run.
func uuid(name string) string {
	b := sha256.Sum256([]byte(name))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
