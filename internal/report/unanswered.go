package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// unanswered are rows without an answer that have one cause and one fix.
type unanswered struct {
	// reason holds for all rows but those that have their own; it names no target if there are
	// several rows.
	reason string
	fix    string
	rows   []unansweredRow
}

// unansweredFold is how many targets a group shows that is not folded.
const unansweredFold = 8

// unansweredRow is a row of a group.
type unansweredRow struct {
	*result.Row
	// own is the row's reason where the group's does not hold for it.
	own string
}

// groupUnanswered groups the rows without an answer, the largest group first. The names of
// targets in their fixes don't matter.
func groupUnanswered(rows []result.Row) []unanswered {
	type key struct {
		cause result.Cause
		fix   string
	}
	groups := map[key][]*result.Row{}
	for i := range rows {
		if row := &rows[i]; row.Unanswered() {
			k := key{row.Cause, withoutName(row.Fix, row.Target)}
			groups[k] = append(groups[k], row)
		}
	}
	all := make([]unanswered, 0, len(groups))
	for k, group := range groups {
		slices.SortFunc(group, func(a, b *result.Row) int {
			return cmp.Or(cmp.Compare(a.Target.ID(), b.Target.ID()), cmp.Compare(a.Reason, b.Reason))
		})
		all = append(all, unansweredOf(group, k.fix))
	}
	slices.SortFunc(all, func(a, b unanswered) int {
		return cmp.Or(
			cmp.Compare(len(b.rows), len(a.rows)), cmp.Compare(a.rows[0].Target.ID(), b.rows[0].Target.ID()), cmp.Compare(a.reason, b.reason),
		)
	})
	return all
}

// unansweredOf makes a group of rows, which have one cause.
func unansweredOf(rows []*result.Row, fix string) unanswered {
	if len(rows) == 1 {
		return unanswered{reasonOf(rows[0]), rows[0].Fix, []unansweredRow{{Row: rows[0]}}}
	}
	shared := make([]string, len(rows))
	times := map[string]int{}
	for i, row := range rows {
		shared[i] = withoutName(reasonOf(row), row.Target)
		times[shared[i]]++
	}
	u := unanswered{reason: commonest(times), fix: fix}
	if times[u.reason] == 1 { // no two rows agree
		u.reason = cmp.Or(causeReason(rows[0].Cause), u.reason)
	}
	for i, row := range rows {
		r := unansweredRow{Row: row}
		if shared[i] != u.reason {
			r.own = reasonOf(row)
		}
		u.rows = append(u.rows, r)
	}
	return u
}

// commonest is the text with the largest number.
func commonest(times map[string]int) string {
	best := ""
	for s, n := range times {
		if n > times[best] || n == times[best] && s < best {
			best = s
		}
	}
	return best
}

// reasonOf is a row's reason; never empty.
func reasonOf(row *result.Row) string {
	return cmp.Or(row.Reason, causeReason(row.Cause), string(row.Cause), "the run ended before the target was scanned")
}

// causeReason is a reason that holds for all rows of a cause.
func causeReason(c result.Cause) string {
	switch c {
	case result.CauseTimeout:
		return "the service was not done by the deadline"
	case result.CauseNoCredentials:
		return "there is no API key"
	case result.CauseUnauthorized:
		return "the service refuses the API key"
	case result.CauseQuota:
		return "the service's quota is used up"
	case result.CauseNetwork:
		return "the service can't be reached"
	case result.CauseService:
		return "the service answered with an error"
	case result.CauseProtocol:
		return "the service's answer can't be read"
	case result.CauseTooLarge:
		return "the file is too large"
	case result.CauseNotAnswered:
		return "the service's answer does not name the target"
	case result.CauseUnresolved:
		return "a variable has no value"
	case result.CauseUnparsable:
		return "the file can't be parsed"
	case result.CauseUnreadable:
		return "the file can't be read"
	case result.CauseInvalidName:
		return "the name of the file is not UTF-8"
	case result.CauseSensitive:
		return "the file may hold a secret"
	case result.CauseNotAllowed:
		return "needs a maintainer: an image is outside of what may be scanned"
	case result.CauseUnmatched:
		return "what the source chooses by matches no alert"
	case result.CauseStale:
		return "the service has not looked at the account lately"
	case result.CauseInterrupted:
		return "the run was interrupted"
	case result.CauseInternal:
		return "scangate has a bug"
	}
	return ""
}

// withoutName takes the target's name out of a text: a place in the file before the text
// (NAME:3:1:), and the name elsewhere.
func withoutName(s string, t result.Target) string {
	if t.Name == "" {
		return s
	}
	if rest, ok := strings.CutPrefix(s, t.Name+":"); ok {
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return r == ':' || unicode.IsDigit(r) })
		s = strings.TrimSpace(rest)
	}
	return text.ReplaceWord(s, t.Name, "the "+targetNoun(t.Kind), "-/@")
}

// targetNoun is what a sentence calls a target of a kind.
func targetNoun(k result.Kind) string {
	switch k {
	case result.KindImage:
		return "image"
	case result.KindAlerts:
		return "alert source"
	case result.KindChecks:
		return "check"
	}
	return "file"
}

// where names the first n lines that ask for the target, "" where it is the target itself or a
// flag.
func (r unansweredRow) where(n int) string {
	if len(r.Target.Places) == 0 {
		return ""
	}
	return enumerate("", places(r.Target.Places), n)
}

// submissions names those that held the rows, each once. After a timeout they may still end, and
// their ids are what to ask the service about.
func (u *unanswered) submissions() string {
	var ids []string
	for _, row := range u.rows {
		for _, id := range row.Submissions {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return enumerate("", ids, maxListed)
}

// excludeLines are the lines to paste that leave the rows out: one where their patterns can stand
// in one glob.
func (u *unanswered) excludeLines() []string {
	var lines []string
	for _, row := range u.rows {
		if row.Exclude != "" {
			lines = append(lines, row.Exclude)
		}
	}
	if one := excludeTogether(lines); one != "" {
		return []string{one}
	}
	return lines
}

// excludeTogether makes one entry of targets.exclude of several, "" if that can't be done.
func excludeTogether(lines []string) string {
	if len(lines) < 2 {
		return ""
	}
	what, _, _ := strings.Cut(lines[0], ": ")
	var patterns []string
	for _, line := range lines {
		quoted, isEntry := strings.CutPrefix(line, what+": ")
		quoted, hasReason := strings.CutSuffix(quoted, ", reason: WHY}")
		pattern, err := strconv.Unquote(quoted)
		if !isEntry || !hasReason || err != nil || strings.ContainsAny(pattern, `,{}\$`) {
			return ""
		}
		patterns = append(patterns, pattern)
	}
	root := ""
	if n := len(slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return p[:min(len(p), 1)] != "/" })); n > 0 {
		if n < len(patterns) {
			return ""
		}
		root = "/"
	}
	for i := range patterns {
		patterns[i] = strings.TrimPrefix(patterns[i], root)
	}
	return fmt.Sprintf("%s: %q, reason: WHY}", what, root+"{"+strings.Join(patterns, ",")+"}")
}

// placeOf is where a row's target stands in the repository, the zero value if nowhere.
func placeOf(row *result.Row) result.Location {
	switch {
	case len(row.Target.Places) > 0:
		return row.Target.Places[0]
	case row.Target.Kind == result.KindDockerfile || row.Target.Kind == result.KindIaC:
		return result.Location{Path: row.Target.Name, Line: 1}
	}
	return result.Location{}
}

// unansweredText is one row's reason and fix, in sentences.
func unansweredText(row *result.Row) string {
	s := fmt.Sprintf("No answer for %s %s: %s", row.Target.Kind, showTarget(row.Target), sentence(reasonOf(row)))
	if row.Fix != "" {
		s += " To fix it: " + sentence(row.Fix)
	}
	if len(row.Submissions) > 0 {
		s += " Submissions: " + strings.Join(row.Submissions, ", ") + "."
	}
	return s
}
