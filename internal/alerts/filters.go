package alerts

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/choice"
)

// filterValues are the values of a vendor's filters in one entry, by the filters' names.
type filterValues map[string][]string

// first returns the first value of a filter, "" where it is not set.
func (f filterValues) first(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// hasAny reports whether any of the filters is set.
func (f filterValues) hasAny(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return len(f[n]) > 0 })
}

// integer returns a filter that was checked to be an integer, or the fallback where it is not set.
func (f filterValues) integer(name string, fallback int) int {
	n, err := strconv.Atoi(f.first(name))
	if err != nil {
		return fallback
	}
	return n
}

// ordered requires that from is before to, where both are set.
func (f filterValues) ordered(from, to string, parse func(string) time.Time) error {
	if !f.hasAny(from) || !f.hasAny(to) || parse(f.first(from)).Before(parse(f.first(to))) {
		return nil
	}
	return fmt.Errorf("%s must be before %s", from, to)
}

// filter is a key of an entry by which the vendor's service, or scangate for it, chooses alerts.
type filter struct {
	// check checks the values. Its error does not name the filter.
	check func(values []string) error
	// values are those that the vendor documents.
	values []string
	// form describes the values for the help, where values doesn't have all.
	form string
	// free: the service takes any text besides values, and returns an empty list for a mistyped
	// one.
	free bool
}

var (
	errSingle = errors.New("must be a single value")
	errEmpty  = errors.New("must not be empty")
)

const onlyOpen = "the gate counts open alerts only"

// Why documented parameters can't be set.
const (
	fixedOrder = "the gate chooses the order"
	readsPages = "the gate reads all pages"
)

// oneOf requires some of the words, spelled as the vendor spells them.
func oneOf(words ...string) filter {
	return filter{values: words, check: func(values []string) error {
		for _, v := range values {
			if !slices.Contains(words, v) {
				return choice.Unknown("value", v, words)
			}
		}
		return nil
	}}
}

// single requires exactly one value, which next checks.
func single(next filter) filter {
	one := next
	one.check = func(values []string) error {
		if len(values) != 1 {
			return errSingle
		}
		return next.check(values)
	}
	return one
}

// openOnly accepts the one value that the gate sends anyway.
func openOnly(word string) filter {
	return filter{values: []string{word}, check: func(values []string) error {
		if len(values) != 1 || !strings.EqualFold(values[0], word) {
			return fmt.Errorf("must be %s: %s", word, onlyOpen)
		}
		return nil
	}}
}

// freeText accepts texts, which the service compares with something.
func freeText(form string) filter { return filter{check: checkText, form: form, free: true} }

// checkText requires values that are not empty and hold no control characters.
func checkText(values []string) error {
	for _, v := range values {
		if isBlank(v) {
			return errEmpty
		}
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return errors.New("must not contain control characters")
		}
	}
	return nil
}

// withoutCommas requires values that can be joined with commas.
func withoutCommas(form string) filter {
	return filter{form: form, check: func(values []string) error {
		for _, v := range values {
			if strings.Contains(v, ",") {
				return fmt.Errorf("must not contain commas, got %q; fix: write a list", v)
			}
		}
		return checkText(values)
	}}
}

// upTo requires a single integer from 1 to most.
func upTo(most int) filter {
	return single(filter{form: fmt.Sprintf("1 to %d", most), check: func(values []string) error {
		_, err := parseInteger(values[0], 1, most)
		return err
	}})
}

func parseInteger(text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("must be an integer from %d to %d, got %s", low, high, text)
	}
	return n, nil
}

// epochSeconds requires a Unix time in seconds. Times in milliseconds are far out of its range.
func epochSeconds() filter {
	return single(filter{form: "Unix time in seconds", check: func(values []string) error {
		n, err := strconv.ParseInt(values[0], 10, 64)
		if err != nil || n < 0 || n > maxEpoch {
			return fmt.Errorf("must be a Unix time in seconds, got %q", values[0])
		}
		return nil
	}})
}

// dateTime requires a single time in RFC 3339.
func dateTime() filter {
	return single(filter{form: "time in RFC 3339", check: func(values []string) error {
		if _, err := time.Parse(time.RFC3339Nano, values[0]); err != nil {
			return fmt.Errorf("must be a time such as 2026-01-31T12:00:00Z, got %q", values[0])
		}
		return nil
	}})
}

// age requires a single age.
func age() filter {
	return single(filter{form: "age such as 24h or 7d", check: func(values []string) error {
		if _, ok := parseAge(values[0]); !ok {
			return fmt.Errorf("must be an age > 0 such as 24h or 7d, got %q", values[0])
		}
		return nil
	}})
}
