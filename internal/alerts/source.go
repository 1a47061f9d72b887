package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/result"
)

// Source is one entry of the config file's list alerts: a vendor, and which of its alerts count.
type Source struct {
	// Name is unique among the sources of a run: the vendor's name unless the entry has one.
	Name string
	// Origin is the entry's place in the config file.
	Origin result.Origin

	vendor *Vendor
	// chosen are the keys that choose what counts, for the plan.
	chosen map[string][]string
	// tenant is the one that the name chooses, "" for none.
	tenant string
	// related leaves out the alerts about nothing that a change touches.
	related bool
	// allowNone: a free text that no alert has is not a mistake.
	allowNone bool
	// max are the limits of this source, nil where the policy's limits apply.
	max     map[result.Severity]int
	words   severityWords
	matcher matcher
	filters filterValues
	// keys are those of the entry, in its order.
	keys []string
}

// index is the index of a key in the entry, -1 if it has none.
func (s Source) index(key string) int { return slices.Index(s.keys, key) }

// ParseSource reads an entry of alerts:, as of now. All errors are of type [*FieldError], joined.
func ParseSource(fields []Field, now time.Time) (Source, error) {
	s := Source{words: commonWords(), filters: filterValues{}}
	r := &fieldReader{now: now}
	index := slices.IndexFunc(fields, func(f Field) bool { return f.Key == "source" })
	if index < 0 {
		return s, &FieldError{-1, "source is missing: use " + strings.Join(vendorNames(), ", ")}
	}
	name := strings.Join(fields[index].Values, ",")
	if s.vendor = lookup(name); s.vendor == nil {
		return s, &FieldError{index, choice.Unknown("source", name, vendorNames()).Error()}
	}
	s.Name, s.chosen = s.vendor.Name, chosenBy(fields, "source", "name", "max", "severity-map")
	for i, f := range fields {
		s.keys = append(s.keys, f.Key)
		r.index = i
		s.readField(r, f)
	}
	if s.max != nil {
		r.index = slices.IndexFunc(fields, func(f Field) bool { return f.Key == "max" })
		r.fail(s.unmeasured())
	}
	r.failEntry(s.matcher.impossibleAge(now))
	if s.vendor.conflict != nil {
		r.failEntry(s.vendor.conflict(s.filters))
	}
	return s, r.err()
}

// unmeasured returns an error about a limit of a severity that the source does not ask for, nil for
// none.
func (s *Source) unmeasured() error {
	asked := s.filters["severity"]
	for _, severity := range slices.Sorted(maps.Keys(s.max)) {
		is := func(word string) bool { return s.words.severity(strings.ToLower(word)) == severity }
		if len(asked) > 0 && severity != result.Unknown && !slices.ContainsFunc(asked, is) {
			return fmt.Errorf("max: %s can't be checked: severity asks for %s alone; fix: add it to severity, or remove it from max",
				severity, strings.Join(asked, ", "))
		}
	}
	return nil
}

func (s *Source) readField(r *fieldReader, f Field) {
	switch f.Key {
	case "source":
	case "name":
		s.Name = r.single(f)
		if isTenant(s.Name) {
			s.tenant = s.Name
			r.failField(f, s.vendor.checkTenant(s.tenant))
		}
	case "max":
		s.max = r.limits(f)
	case "related":
		s.related = r.toggle(f)
	case "severity-map":
		s.words = s.words.with(r.severityWords(f))
	case keyOlderThan:
		s.matcher.olderThan = r.age(f)
	case keyNewerThan:
		s.matcher.newerThan = r.since(f)
	case "allow-none":
		s.allowNone = r.toggle(f)
	default:
		s.readChoice(r, f)
	}
}

// readChoice reads a filter or a criterion of the vendor.
func (s *Source) readChoice(r *fieldReader, f Field) {
	filter, isFilter := s.vendor.filters[f.Key]
	name := strings.TrimPrefix(f.Key, excluding)
	switch {
	case isFilter:
		r.failField(f, filter.check(f.Values))
		s.filters[f.Key] = f.Values
	case slices.Contains(s.vendor.traitKeys(), f.Key):
		t := s.vendor.traits[name]
		c := criterion{key: f.Key, trait: name, patterns: f.Values, free: t.values.check == nil}
		check := t.values.check
		if c.free {
			check = checkText
		}
		r.failField(f, check(f.Values))
		s.matcher.criteria = append(s.matcher.criteria, c)
	default:
		r.fail(s.vendor.refuse(f.Key))
	}
}

// unmatched is the fault of a source that chooses by a text that may be mistyped, nil for none: no
// alert has it, or the service knows no alert for it.
func (s Source) unmatched(all []alert) error {
	if s.allowNone {
		return nil
	}
	fault := result.Fault{Cause: result.CauseUnmatched, Fix: "correct it; if it may match no alert, set allow-none: true in the source's entry"}
	if key, text, ok := s.matcher.unmatched(all); ok {
		fault.Reason = fmt.Sprintf("%s: none of the %d open alerts has %q; a mistyped value would leave out what is meant", key, len(all), text)
		return &result.FaultError{Fault: fault}
	}
	for _, name := range slices.Sorted(maps.Keys(s.filters)) {
		if f := s.vendor.filters[name]; len(all) == 0 && f.free && len(without(s.filters[name], f.values)) > 0 {
			fault.Reason = fmt.Sprintf("%s: the service returns no alert for %q, nor would it for a mistyped value", name, strings.Join(s.filters[name], ", "))
			return &result.FaultError{Fault: fault}
		}
	}
	return nil
}

// without returns the texts that are not among the others.
func without(texts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return slices.Contains(others, s) })
}

// NewerThan returns the source with another point in time from which its alerts count. The error
// says that no alert can be chosen then.
func (s Source) NewerThan(from Since, now time.Time) (Source, error) {
	s.matcher.newerThan, s.chosen = from, maps.Clone(s.chosen)
	s.chosen[keyNewerThan] = []string{from.String()}
	return s, s.matcher.impossibleAge(now)
}

// Target is the source's row of the ledger.
func (s Source) Target() result.Target { return newTarget(result.KindAlerts, s.Name, s.Origin) }

func newTarget(kind result.Kind, name string, origin result.Origin) result.Target {
	t := result.Target{Kind: kind, Name: name}
	if at := origin.Location(); at != nil {
		t.Places = []result.Location{*at}
	}
	return t
}
