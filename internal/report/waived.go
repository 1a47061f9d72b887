package report

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
)

// waiver returns the waiver that covers a part of a finding, nil for one that the result lacks.
func (m *Model) waiver(c result.Covered) *result.Waiver { return m.waivers[c.By] }

// blockChanged reports whether a waiver was made for other lines than those of the finding.
func (m *Model) blockChanged(f *result.Finding) bool {
	return slices.ContainsFunc(f.Stamp.Covered().Waived, func(c result.Covered) bool {
		w := m.waiver(c)
		return w != nil && w.Block != "" && w.Block != f.Block
	})
}

// waivedBy says who accepts a waived finding until when, and why.
func (m *Model) waivedBy(f *result.Finding) string {
	var all []string
	for _, c := range f.Stamp.Covered().Waived {
		if w := m.waiver(c); w != nil {
			all = append(all, fmt.Sprintf("until %s by %s: %s (%s)", w.Expires, w.Owner, w.Reason, c.By))
		}
	}
	if m.blockChanged(f) {
		all = append(all, "the block changed since")
	}
	return strings.Join(all, "; ")
}

// waivedTitle is a waived finding on one line: severity, place and what it is.
func waivedTitle(f *result.Finding) string {
	what := title(f)
	if f.Image != "" {
		what += fmt.Sprintf(" (%d)", f.Stamp.WaivedCount())
	}
	return joinNonEmpty(" · ", f.Severity.String()+" "+placeText(f), what, f.Resource)
}

// waivedNote says what part of findings that count is waived, by severity, "" if none is.
func waivedNote(findings []*result.Finding) string {
	var parts []string
	for _, f := range findings {
		if n := f.Stamp.WaivedCount(); n > 0 && f.Stamp.Effect != result.Waived {
			parts = append(parts, fmt.Sprintf("%d of %d %s", n, max(1, f.Count), f.Severity))
		}
	}
	return label("waived: ", strings.Join(parts, " · "))
}

// waivedHead counts the waived findings.
func (m *Model) waivedHead() string {
	return fmt.Sprintf("%s waived: %s", plural(len(m.waived), "finding is", "findings are"), countsOf(m.waived))
}

// waiveCommand is the command that would waive the blocking findings, up to a number, "" if none
// blocks.
func waiveCommand(findings []*result.Finding, limit int) string {
	var prints []string
	more := ""
	for _, f := range findings {
		if !f.Stamp.Blocks() || !result.IsFingerprint(f.Fingerprint) {
			continue
		}
		if len(prints) == limit {
			more = " …"
			break
		}
		prints = append(prints, result.ShortFingerprint(f.Fingerprint))
	}
	if len(prints) == 0 {
		return ""
	}
	return "scangate waiver add " + strings.Join(prints, " ") + more + " --reason WHY --owner WHO --expires DAY"
}

// waivedRows are skipped rows for the waived findings.
func waivedRows(m *Model) []result.Row {
	rows := make([]result.Row, len(m.waived))
	for i, f := range m.waived {
		rows[i] = result.Row{
			Target: result.Target{Kind: "waived", Name: waivedTitle(f)}, Status: result.Skipped,
			Fault: result.Fault{Reason: "waived " + m.waivedBy(f)},
		}
	}
	return rows
}

// suppressions are the waivers of a finding that is waived as a whole. The library writes null for
// what is not set, which the schema refuses: so all of it is.
func (m *Model) suppressions(f *result.Finding) []*sarif.Suppression {
	if f.Stamp.Effect != result.Waived {
		return nil
	}
	var all []*sarif.Suppression
	for _, c := range f.Stamp.Covered().Waived {
		w := m.waiver(c)
		if w == nil {
			continue
		}
		s := sarif.NewSuppression("external")
		if w.Lines != nil {
			s.Kind = "inSource"
		}
		s.Status, s.Guid = ref("accepted"), ref(guid(string(c.By)+"\n"+f.Fingerprint))
		s.Justification = ref(fmt.Sprintf("%s (%s, until %s)", w.Reason, w.Owner, w.Expires))
		s.Location = &sarif.Location{Message: sarif.NewTextMessage("Stated at " + plainMessage(string(c.By), anyLength) + ".")}
		if l := w.Origin.Location(); l != nil {
			if at := fullLocation(&sarifMemory{}, l); at != nil {
				s.Location = &at.location
			}
		}
		all = append(all, s)
	}
	return all
}

// guid makes a version 8 UUID of a name (RFC 9562, 5.8).
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
