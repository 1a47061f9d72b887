package trace

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// asked is a request that is to be answered from a trace.
type asked struct {
	query url.Values
	files []File
	body  string
	// run tells the requests of one run from those of another.
	run string
	at  time.Time
}

// unequal are parameters that are of the machine and the checkout, and not of what was asked.
func unequal() []string {
	return []string{"repo_url", "repoURL", "branch", "committer_name", "committer_email"}
}

// matches reports whether an exchange was about the same, and how far the times in it are from
// those that the request would have had then, in seconds.
func (e Exchange) matches(a asked, times *regexp.Regexp) (far float64, ok bool) {
	shift := a.at.Sub(e.Started)
	if !sameFiles(e.Files, a.files) {
		return 0, false
	}
	if far, ok = sameText(e.Body, a.body, shift, times); !ok {
		return 0, false
	}
	for _, name := range namesOf(e.Query, a.query) {
		recorded, got := e.Query[name], a.query[name]
		if len(recorded) != len(got) {
			return 0, false
		}
		for i := range recorded {
			more, ok := sameText(recorded[i], got[i], shift, times)
			if !ok {
				return 0, false
			}
			far += more
		}
	}
	return far, true
}

// namesOf are the parameters of both queries that count.
func namesOf(queries ...url.Values) []string {
	var names []string
	for _, q := range queries {
		for name := range q {
			if !slices.Contains(unequal(), name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sameFiles compares uploads, whose files may come in any order.
func sameFiles(recorded, got []File) bool {
	return slices.Equal(sorted(recorded), sorted(got))
}

func sorted(files []File) []File {
	return slices.SortedFunc(slices.Values(files), func(a, b File) int {
		return strings.Compare(a.Name+"\x00"+a.SHA256, b.Name+"\x00"+b.SHA256)
	})
}

// sameText compares a recorded text, where secrets are masked, with one of a request. Times differ
// between runs: far is by how much more than the runs themselves do.
func sameText(recorded, got string, shift time.Duration, times *regexp.Regexp) (far float64, ok bool) {
	if recorded == got {
		return 0, true
	}
	then, now := times.FindAllString(recorded, -1), times.FindAllString(got, -1)
	const mark = "\x00"
	if !fits(times.ReplaceAllString(recorded, mark), times.ReplaceAllString(got, mark)) || len(then) != len(now) {
		return 0, false
	}
	for i := range then {
		a, b := timeOf(then[i]), timeOf(now[i])
		if a.IsZero() != b.IsZero() || a.IsZero() && then[i] != now[i] {
			return 0, false
		}
		far += (b.Sub(a) - shift).Abs().Seconds()
	}
	return far, true
}

// fits reports whether a text equals a recorded one, where any text stands for a masked secret.
func fits(recorded, got string) bool {
	parts := strings.Split(recorded, Masked)
	if len(parts) == 1 {
		return recorded == got
	}
	rest, ok := strings.CutPrefix(got, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// timePattern finds times: of RFC 3339, and seconds and milliseconds since 1970.
const timePattern = `\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|\b1\d{9}(?:\d{3})?\b`

// timeOf reads a time that timePattern has found; zero if it is not a time.
func timeOf(text string) time.Time {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if len(text) > 10 {
			return time.UnixMilli(n)
		}
		return time.Unix(n, 0)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
