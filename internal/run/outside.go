package run

import (
	"html"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// Whoever writes a touched file writes names into it which the service repeats,
// and chooses the file's own name: neither may make a finding look as if it were
// another file's. So what an alert says is regarded as it came, before it is
// cleaned and split, and in doubt its findings count.

// alert is what the text of an IaC alert says of the files that the change touches.
type alert struct {
	// clear: every reference names one file, and no more.
	clear bool
	// mentions is how many of its parts name a touched file, and counted how many of
	// its findings are not outside.
	mentions, counted int
}

// scanAlerts holds the alerts of each submission by its id, in the order of the report.
type scanAlerts map[string][]alert

// of returns the alert that an IaC finding was made of; nil if that is not certain.
func (a scanAlerts) of(f *result.Finding) *alert {
	if all := a[f.Submission]; f.Kind == result.KindIaC && f.Alert > 0 && f.Alert <= len(all) {
		return &all[f.Alert-1]
	}
	return nil
}

// readAlertTexts reads the alerts of a narrowed run.
func (p planned) readAlertTexts(submissions []result.Submission) scanAlerts {
	if p.change == nil {
		return nil
	}
	all := scanAlerts{}
	for _, sub := range submissions {
		if _, again := all[sub.ID]; again {
			all[sub.ID] = nil // two of one id: whose alert a finding is of, nobody can tell
			continue
		}
		s := p.submitted(sub.Paths)
		read := make([]alert, len(sub.Alerts))
		for i, a := range sub.Alerts {
			read[i] = s.read(a.Summary, a.Details)
		}
		all[sub.ID] = read
	}
	return all
}

// submitted is the files of one submission, as texts name them.
type submitted struct {
	// touched holds the base names of the touched files, and longer the longer paths
	// of the others by the base name.
	touched map[string]bool
	longer  map[string][]string
	// odd: a name is wrapped so often that nobody can say what it is taken for.
	odd bool
}

// The expressions are compiled when they are first needed: most runs need none.
var (
	// tag is what a report may take for one of HTML and leave out of a file's name.
	tag = lazily(`<[^<>]*>`)
	// The marks of a reference: (Ref: X, File: Y).
	refMark  = lazily(`\bref["']?\s*[:=]`)
	fileMark = lazily(`\bfile["']?\s*[:=]`)
	percent  = lazily(`%[0-9a-f]{2}`)
)

func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func (p planned) submitted(files []string) *submitted {
	touched, s := p.touchedFiles(), &submitted{touched: map[string]bool{}, longer: map[string][]string{}}
	taken := map[string]bool{}
	for _, file := range files {
		if !touched[file] {
			continue
		}
		for _, form := range []string{file, tag().ReplaceAllString(file, "")} {
			name, plain := folded(form)
			s.touched[path.Base(name)], taken[name] = true, true
			s.odd = s.odd || !plain
		}
	}
	for _, file := range files {
		if name, _ := folded(file); !touched[file] && !taken[name] && strings.Contains(name, "/") {
			s.longer[path.Base(name)] = append(s.longer[path.Base(name)], name)
		}
	}
	return s
}

// touchedFiles are those that are planned, or that the change touches and that go
// along; a file that goes along untouched is in it with false.
func (p planned) touchedFiles() map[string]bool {
	files := map[string]bool{}
	for _, row := range p.plan.Rows {
		files[row.Target.Name] = true
	}
	for _, h := range p.plan.Helpers {
		files[h.Path] = !h.Untouched
	}
	return files
}

// read splits a text where a reference begins. It is clear if each of them has one
// file: a name with a mark of its own makes one too many or leaves one without.
func (s *submitted) read(summary, details string) alert {
	text, plain := folded(details)
	title, plainTitle := folded(summary)
	parts := refMark().Split(text, -1)
	a := alert{clear: plain && plainTitle && !s.odd && len(parts) > 1 && !fileMark().MatchString(parts[0]) && !s.names(title)}
	for i, part := range parts {
		if i > 0 && len(fileMark().FindAllString(part, 2)) != 1 {
			a.clear = false
		}
		if s.names(part) {
			a.mentions++
		}
	}
	return a
}

// names reports whether a text names a touched file. The longer path of another
// file with the same base name is not meant.
func (s *submitted) names(text string) bool {
	for base := range s.touched {
		if !holdsWord(text, base) {
			continue
		}
		rest := text
		for _, longer := range s.longer[base] {
			rest = withoutPath(rest, longer)
		}
		if holdsWord(rest, base) {
			return true
		}
	}
	return false
}

// holdsWord reports whether a name stands in a text as a word or as the last part
// of a path.
func holdsWord(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		at += i
		if apart(text, at, at+len(name), "") {
			return true
		}
		at++
	}
}

// withoutPath takes a path out of a text wherever nothing stands before it that
// could be a part of it.
func withoutPath(text, name string) string {
	var b strings.Builder
	for at, kept := 0, 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return b.String() + text[kept:]
		}
		at += i
		if !apart(text, at, at+len(name), "/") {
			at++
			continue
		}
		b.WriteString(text[kept:at] + " ")
		at += len(name)
		kept = at
	}
}

// apart reports whether no letter, digit, hyphen, dot or one of more stands before
// what runs from start to end, and no letter or digit behind it.
func apart(text string, start, end int, more string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
	before := func(r rune) bool { return word(r) || strings.ContainsRune("-."+more, r) }
	last, _ := utf8.DecodeLastRuneInString(text[:start])
	next, _ := utf8.DecodeRuneInString(text[end:])
	return (start == 0 || !before(last)) && (end == len(text) || !word(next))
}

// wrappings is how often entities and percent signs are decoded: each server on
// the way may have encoded them once more, and a text that goes on for ever would
// take for ever.
const wrappings = 8

// folded makes texts and names comparable that a server or a report may take for
// the same: entities and percent signs decoded, blanks folded, backslashes as
// slashes, no upper case. plain is false where something is encoded still.
func folded(s string) (text string, plain bool) {
	for range wrappings {
		before := s
		s = strings.ToLower(strings.ToValidUTF8(html.UnescapeString(s), "\uFFFD"))
		s = percent().ReplaceAllStringFunc(s, func(code string) string {
			return string([]byte{unhex(code[1])<<4 | unhex(code[2])})
		})
		if plain = s == before; plain {
			break
		}
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " "), plain
}

func unhex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// markOutside marks the findings that the change can't be blamed for: those that
// belong to no planned target and have places, none of them in a planned or
// touched file, if their alert leaves no doubt. What has no certain place, or may
// lie in such a file, counts.
func (p planned) markOutside(findings []result.Finding, alerts scanAlerts) {
	if p.change == nil {
		return
	}
	targets, files := map[string]bool{}, p.touchedFiles()
	for _, row := range p.plan.Rows {
		targets[row.Target.ID()] = true
	}
	for i := range findings {
		f := &findings[i]
		inside := slices.ContainsFunc(f.Locations, func(l result.Location) bool { return files[l.Path] })
		f.Outside = len(f.Locations) > 0 && !targets[f.Target] && !inside
		if a := alerts.of(f); a != nil && !f.Outside {
			a.counted++
		}
	}
	// Each mention of a touched file has led to a finding there, or one of them has
	// been led astray.
	for i := range findings {
		f := &findings[i]
		if a := alerts.of(f); f.Kind == result.KindIaC && (a == nil || !a.clear || a.counted < a.mentions) {
			f.Outside = false
		}
	}
}
