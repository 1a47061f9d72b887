package alerts

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// Field is one key of an entry of the config file's lists alerts: and checks:.
// A mapping's values are written name=value.
type Field struct {
	Key    string
	Values []string
}

// FieldError is a key that can't be used.
type FieldError struct {
	// Field is its index in the entry, -1 for the entry as a whole.
	Field int
	Text  string
}

// Error says what is wrong and how to fix it.
func (e *FieldError) Error() string { return e.Text }

// Spec is one alert source as the config file asks for it.
type Spec struct {
	// Name is unique among the sources of a run: the source's own unless given.
	Name string
	// Place is the entry's line in the config file; nil where that isn't part of
	// the repository.
	Place *result.Location

	vendor *vendor
	// max are the source's own limits; nil without any.
	max    map[result.Severity]int
	levels levels
	choice choice
	// filters are the vendor's own, by the vendor's names.
	filters filters
}

// filters are the values of a vendor's filters.
type filters map[string][]string

func (f filters) one(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (f filters) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return len(f[n]) > 0 })
}

// whole returns a filter that was checked to be a number, or byDefault.
func (f filters) whole(name string, byDefault int) int {
	n, err := strconv.Atoi(f.one(name))
	if err != nil {
		return byDefault
	}
	return n
}

// ParseSource reads an entry of alerts:. All errors are of type [*FieldError],
// joined.
func ParseSource(fields []Field) (Spec, error) {
	s := Spec{levels: commonLevels(), filters: filters{}}
	p := parser{}
	at := slices.IndexFunc(fields, func(f Field) bool { return f.Key == "source" })
	if at < 0 {
		return s, &FieldError{-1, "source is missing: use " + strings.Join(vendorNames(), ", ")}
	}
	name := strings.Join(fields[at].Values, ",")
	if s.vendor = lookup(name); s.vendor == nil {
		return s, &FieldError{at, fmt.Sprintf("unknown source %q: use %s", name, strings.Join(vendorNames(), ", "))}
	}
	s.Name = s.vendor.name
	for i, f := range fields {
		p.at = i
		s.read(&p, f)
	}
	p.at = -1
	if s.vendor.judge != nil {
		p.fail(s.vendor.judge(s.filters))
	}
	return s, errors.Join(p.errs...)
}

// read takes one field: first those that all sources have.
func (s *Spec) read(p *parser, f Field) {
	switch f.Key {
	case "source":
	case "name":
		s.Name = p.one(f)
	case "max":
		s.max = p.limits(f)
	case "severity-map":
		s.levels = s.levels.with(p.levels(f))
	case "older-than":
		s.choice.olderThan = p.age(f)
	case "account":
		s.choice.accounts = f.Values
	case "region":
		s.choice.regions = f.Values
	case "resource":
		s.choice.resources = f.Values
	case "rule":
		s.choice.rules = f.Values
	default:
		s.filter(p, f)
	}
}

// filter takes a field that is the vendor's own.
func (s *Spec) filter(p *parser, f Field) {
	if why, ok := s.vendor.ours[f.Key]; ok {
		p.fail(f.Key + " can't be set: " + why)
		return
	}
	check, ok := s.vendor.filters[f.Key]
	if !ok {
		p.fail(s.vendor.unknown(f.Key))
		return
	}
	if text := check(f.Values); text != "" {
		p.fail(f.Key + ": " + text)
		return
	}
	s.filters[f.Key] = f.Values
}

// parser collects the errors of an entry's fields.
type parser struct {
	at   int
	errs []error
}

func (p *parser) fail(text string) {
	if text != "" {
		p.errs = append(p.errs, &FieldError{p.at, text})
	}
}

func (p *parser) one(f Field) string {
	if len(f.Values) != 1 {
		p.fail(f.Key + " must be a single value")
		return ""
	}
	return f.Values[0]
}

// limits reads severity=N, each severity once.
func (p *parser) limits(f Field) map[result.Severity]int {
	limits := map[result.Severity]int{}
	for _, v := range f.Values {
		name, number, ok := strings.Cut(v, "=")
		sev, err := result.ParseSeverity(strings.TrimSpace(name))
		n, bad := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
		switch _, twice := limits[sev]; {
		case !ok:
			p.fail(fmt.Sprintf("max: %q: write max: {critical: 0, high: 10}", v))
		case err != nil:
			p.fail("max: " + err.Error())
		case bad != nil:
			p.fail(fmt.Sprintf("max: %s: %q is no whole number from 0 on", name, number))
		case twice:
			p.fail(fmt.Sprintf("max: %s is given twice", sev))
		default:
			limits[sev] = int(n)
		}
	}
	return limits
}

func (p *parser) levels(f Field) levels {
	out := levels{}
	for _, v := range f.Values {
		word, name, ok := strings.Cut(v, "=")
		sev, err := result.ParseSeverity(strings.TrimSpace(name))
		switch {
		case !ok:
			p.fail(fmt.Sprintf("severity-map: %q: write severity-map: {THEIR-WORD: high}", v))
		case err != nil:
			p.fail("severity-map: " + err.Error())
		default:
			out[strings.ToLower(strings.TrimSpace(word))] = sev
		}
	}
	return out
}

func (p *parser) age(f Field) time.Duration {
	text := p.one(f)
	d, ok := parseAge(text)
	if !ok && text != "" {
		p.fail(fmt.Sprintf("older-than: %q is no age above zero: write it like 7d or 36h", text))
	}
	return d
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

// target is the source's row.
func (s Spec) target() result.Target {
	return targetOf(result.KindAlerts, s.Name, s.Place)
}

func targetOf(kind result.Kind, name string, place *result.Location) result.Target {
	t := result.Target{Kind: kind, Name: name}
	if place != nil {
		t.Places = []result.Location{*place}
	}
	return t
}

// limited returns the number of alerts of a severity that are allowed, and
// whether there is any limit. own is false where the policy's limits hold, which
// count these alerts together with everything else.
func (s Spec) limited(p result.Policy, sev result.Severity) (n int, ok bool) {
	if s.max != nil {
		n, named := s.max[sev]
		return n, named || sev == result.Unknown
	}
	for _, l := range p.Max {
		if l.Severity == sev && (l.Kind == "" || l.Kind == result.KindAlerts) {
			return 0, true
		}
	}
	return 0, sev == result.Unknown || p.FailOn != nil && sev >= *p.FailOn
}
