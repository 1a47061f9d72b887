package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
	// related leaves out the alerts about nothing that a change touches.
	related bool
	// max are the limits of this source, nil where the policy's limits apply.
	max     map[result.Severity]int
	words   severityWords
	matcher matcher
	filters filterValues
}

// ParseSource reads an entry of alerts:. All errors are of type [*FieldError], joined.
func ParseSource(fields []Field) (Source, error) {
	s := Source{words: commonWords(), filters: filterValues{}}
	r := &fieldReader{}
	index := slices.IndexFunc(fields, func(f Field) bool { return f.Key == "source" })
	if index < 0 {
		return s, &FieldError{-1, "source is missing: use " + vendorNames()}
	}
	name := strings.Join(fields[index].Values, ",")
	if s.vendor = lookup(name); s.vendor == nil {
		return s, &FieldError{index, fmt.Sprintf("unknown source %q: use %s", name, vendorNames())}
	}
	s.Name, s.chosen = s.vendor.Name, chosenBy(fields, "source", "name", "max", "severity-map")
	for i, f := range fields {
		r.index = i
		s.readField(r, f)
	}
	if s.max != nil {
		r.index = slices.IndexFunc(fields, func(f Field) bool { return f.Key == "max" })
		r.fail(s.unmeasured())
	}
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
	case "max":
		s.max = r.limits(f)
	case "related":
		s.related = r.toggle(f)
	case "severity-map":
		s.words = s.words.with(r.severityWords(f))
	case "older-than":
		s.matcher.olderThan = r.age(f)
	case "account":
		s.matcher.accounts = f.Values
	case "region":
		s.matcher.regions = f.Values
	case "resource":
		s.matcher.resources = f.Values
	case "rule":
		s.matcher.rules = f.Values
	default:
		s.readFilter(r, f)
	}
}

func (s *Source) readFilter(r *fieldReader, f Field) {
	check, ok := s.vendor.filters[f.Key]
	if !ok {
		r.fail(s.vendor.refuse(f.Key))
		return
	}
	if err := check(f.Values); err != nil {
		r.failField(f, err)
		return
	}
	s.filters[f.Key] = f.Values
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
