package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// chatLength is how many characters the text report has at most: Discord takes 2,000, other
	// chats more.
	chatLength = 2_000
	// chatLine is how many characters of a line it keeps.
	chatLine = 300
	// chatNote is how many characters a line has that counts what is left out, and chatRest is room
	// for these lines.
	chatNote = 120
	chatRest = 4 * chatNote
)

// writeText writes a short message for a chat: the verdict, what has no answer, and the worst
// problems with their first place and their fix, as many as there is room for. The rest is counted.
func writeText(w io.Writer, m *Model, o Options) error {
	r := m.result
	lines := []string{"scangate: " + r.Verdict.Line}
	if about := joinNonEmpty(" ", htmlRepository(r), r.Repository.Branch, shortCommit(r)); about != "" {
		lines = append(lines, "for "+about) // no text of others opens a line
	}
	if m.limitsCrossed() > 0 || r.Delta != nil {
		lines = append(lines, capitalized(m.headline())+".")
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(chatText(line, chatLine+chatLine/2) + "\n")
	}
	room := chatLength - chatRest - utf8.RuneCountInString(b.String())
	left := 0
	entries := chatEntries(m)
	for i, line := range entries {
		if room -= utf8.RuneCountInString(line) + 1; room < 0 {
			left = len(entries) - i
			break
		}
		b.WriteString(line + "\n")
	}
	switch {
	case left > 0:
		o.leftOut(plural(left, "more problem is", "more problems are") + " not listed, none of them worse")
		fmt.Fprintf(&b, "… and %d more, none of them worse. The json report holds all.\n", left)
	case len(entries) == 0:
		b.WriteString(chatText(m.noFindings(), chatLine) + "\n")
	}
	for _, note := range []string{m.hiddenNote(), m.outsideNote(), enumerate("Not sent: ", notSentNotes(m.result, 1), 1)} {
		if note != "" {
			b.WriteString(chatText(note, chatNote) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// chatEntries are a line for each cause of missing answers, and for each problem.
func chatEntries(m *Model) []string {
	var all []string
	for _, u := range m.unanswered {
		var names []string
		for _, row := range u.rows {
			names = append(names, showTarget(row.Target))
		}
		all = append(all, chatText(joinNonEmpty("; ", enumerate("- no answer for ", names, maxPlaces)+": "+u.reason, label("fix: ", u.fix)), chatLine))
	}
	for _, p := range m.problems() {
		all = append(all, chatProblem(p))
	}
	return all
}

// chatProblem is "- HIGH infra/main.tf:3: title (and 2 more places). Details. Fix: …".
func chatProblem(p *problem) string {
	f := p.worst()
	what := title(f)
	if p.isImage() {
		what += ": " + p.counts.String()
	}
	if more := len(p.findings) + len(f.Locations) - 2; !p.isImage() && more > 0 {
		what += " (and " + plural(more, "more place", "more places") + ")"
	}
	head := "- " + strings.ToUpper(f.Severity.String())
	if p.blocks() {
		head += " (blocks)"
	}
	if where := placeText(f); f.Placed() || f.Kind == result.KindAlerts || f.Kind == result.KindChecks {
		head += " " + where
	}
	return chatText(head+": "+sentence(joinNonEmpty(". ", what, text.Truncate(says(f), chatLine/3)))+" Fix: "+p.shortFix(), chatLine)
}

// chatText is a harmless line of at most n characters. A character of no width after the sign stops
// what mentions somebody or everybody, and what a chat reads as a command or a link of its own.
func chatText(s string, n int) string {
	return text.Truncate(strings.NewReplacer("@", "@\u200b", "<", "<\u200b", "](", "]\u200b(").Replace(plain(s)), n)
}
