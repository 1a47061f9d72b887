package alerts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// Field is one key of an entry of the config file's lists alerts: and checks:. The values of a
// mapping are written name=value.
type Field struct {
	Key    string
	Values []string
}

// FieldError is a key that can't be used.
type FieldError struct {
	// Field is the key's index in the entry, -1 for the entry as a whole.
	Field int
	Text  string
}

// Error returns the text.
func (e *FieldError) Error() string { return e.Text }

// fieldReader reads the fields of one entry and collects their errors.
type fieldReader struct {
	index int // of the field that is read, -1 for the entry as a whole
	errs  []error
	now   time.Time
}

// fail records an error about the current field, nil for none.
func (r *fieldReader) fail(err error) {
	if err != nil {
		r.errs = append(r.errs, &FieldError{r.index, err.Error()})
	}
}

// failField records an error that begins with the field's key, nil for none.
func (r *fieldReader) failField(f Field, err error) {
	if err != nil {
		r.fail(fmt.Errorf("%s: %w", f.Key, err))
	}
}

// failEntry records an error about the whole entry, nil for none.
func (r *fieldReader) failEntry(err error) {
	r.index = -1
	r.fail(err)
}

func (r *fieldReader) err() error { return errors.Join(r.errs...) }

// single returns the value of a field that must have one, "" if it has none.
func (r *fieldReader) single(f Field) string {
	switch {
	case len(f.Values) != 1:
		r.failField(f, errSingle)
		return ""
	case isBlank(f.Values[0]):
		r.failField(f, errEmpty)
		return ""
	}
	return f.Values[0]
}

// toggle reads true or false.
func (r *fieldReader) toggle(f Field) bool {
	text := r.single(f)
	if text != "" && text != "true" && text != "false" {
		r.failField(f, fmt.Errorf("must be true or false, got %q", text))
	}
	return text == "true"
}

// integer reads a single integer within bounds.
func (r *fieldReader) integer(f Field, low, high int) int {
	text := r.single(f)
	if text == "" {
		return 0
	}
	n, err := parseInteger(text, low, high)
	r.failField(f, err)
	return n
}

// count reads a single number of findings.
func (r *fieldReader) count(f Field) int {
	text := r.single(f)
	if text == "" {
		return 0
	}
	n, err := result.ParseCount(text)
	r.failField(f, err)
	return n
}

// limits reads SEVERITY=N, each severity once.
func (r *fieldReader) limits(f Field) map[result.Severity]int {
	limits := map[result.Severity]int{}
	for _, v := range f.Values {
		name, number, ok := strings.Cut(v, "=")
		severity, err := result.ParseSeverity(strings.TrimSpace(name))
		n, badNumber := result.ParseCount(strings.TrimSpace(number))
		switch _, duplicate := limits[severity]; {
		case !ok:
			r.failField(f, fmt.Errorf("%q: write max: {critical: 0, high: 10}", v))
		case err != nil:
			r.failField(f, err)
		case badNumber != nil:
			r.failField(f, fmt.Errorf("%s: %w", name, badNumber))
		case duplicate:
			r.failField(f, fmt.Errorf("duplicate key %q", severity))
		default:
			limits[severity] = n
		}
	}
	return limits
}

// severityWords reads WORD=SEVERITY.
func (r *fieldReader) severityWords(f Field) severityWords {
	words := severityWords{}
	for _, v := range f.Values {
		word, name, ok := strings.Cut(v, "=")
		severity, err := result.ParseSeverity(strings.TrimSpace(name))
		switch {
		case !ok:
			r.failField(f, fmt.Errorf("%q: write severity-map: {THEIR-WORD: high}", v))
		case err != nil:
			r.failField(f, err)
		default:
			words[strings.ToLower(strings.TrimSpace(word))] = severity
		}
	}
	return words
}

func (r *fieldReader) age(f Field) time.Duration {
	text := r.single(f)
	age, ok := parseAge(text)
	if !ok && text != "" {
		r.failField(f, fmt.Errorf("must be an age > 0 such as 7d or 36h, got %q", text))
	}
	return age
}

// since reads an age, or a time in RFC 3339.
func (r *fieldReader) since(f Field) Since {
	s, err := ParseSince(r.single(f), r.now)
	if len(f.Values) == 1 && !isBlank(f.Values[0]) {
		r.failField(f, err)
	}
	return s
}

// ParseSince reads an age, or a time in RFC 3339 that is not after now.
func ParseSince(text string, now time.Time) (Since, error) {
	s, err := parseSince(text)
	if err == nil && s.time(now).After(now) {
		return Since{}, fmt.Errorf("must not be in the future, got %s at %s", text, now.UTC().Format(time.RFC3339))
	}
	return s, err
}

func parseSince(text string) (Since, error) {
	if age, ok := parseAge(text); ok {
		return Since{age: age}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return Since{}, fmt.Errorf("must be an age > 0 such as 7d or 36h, or a time such as 2026-01-31T12:00:00Z, got %q", text)
	}
	return Since{at: at}, nil
}

// parseAge reads a duration, or whole days: 7d.
func parseAge(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil && n > 0
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d > 0
}
