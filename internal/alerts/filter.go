package alerts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check says what is wrong with a filter's values, or nothing.
type check func(values []string) string

// among takes some of the words, spelled as the vendor spells them.
func among(words ...string) check {
	return func(values []string) string {
		for _, v := range values {
			if !slices.Contains(words, v) {
				return fmt.Sprintf("%q is none of %s", v, strings.Join(words, ", "))
			}
		}
		return ""
	}
}

// single takes one value that next takes.
func single(next check) check {
	return func(values []string) string {
		if len(values) != 1 {
			return "must be a single value"
		}
		return next(values)
	}
}

// only takes the one value with which the gate asks anyway.
func only(word string) check {
	return func(values []string) string {
		if len(values) != 1 || !strings.EqualFold(values[0], word) {
			return fmt.Sprintf("can only be %s: %s", word, openAlone)
		}
		return ""
	}
}

const openAlone = "the gate counts what is open, and nothing else"

// Why some of the names that the vendors document can't be set.
const (
	orderIsOurs  = "the gate reads in an order of its own"
	pagesAreOurs = "the gate reads all pages by itself"
)

// anything takes any text that is not empty.
func anything(values []string) string {
	for _, v := range values {
		if strings.TrimSpace(v) == "" {
			return "must not be empty"
		}
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "must hold no control character"
		}
	}
	return ""
}

// noComma takes texts that can stand in a list with commas.
func noComma(values []string) string {
	for _, v := range values {
		if strings.Contains(v, ",") {
			return fmt.Sprintf("%q: write a list, without commas in its values", v)
		}
	}
	return anything(values)
}

// whole takes a whole number within bounds.
func whole(low, high int64) check {
	return single(func(values []string) string {
		n, err := strconv.ParseInt(values[0], 10, 64)
		if err != nil || n < low || n > high {
			return fmt.Sprintf("%q is no whole number from %d to %d", values[0], low, high)
		}
		return ""
	})
}

// maxEpoch is the last second that 32 bits hold, which is what ZPC documents.
const maxEpoch = 1<<31 - 1

// epochSeconds takes a time as a vendor counts it. Milliseconds are far beyond.
func epochSeconds() check {
	return single(func(values []string) string {
		n, err := strconv.ParseInt(values[0], 10, 64)
		if err != nil || n < 0 || n > maxEpoch {
			return fmt.Sprintf("%q is no time in seconds since 1970", values[0])
		}
		return ""
	})
}

// dateTime takes RFC 3339.
func dateTime(values []string) string {
	if _, err := time.Parse(time.RFC3339Nano, values[0]); err != nil {
		return fmt.Sprintf("%q is no time: write it like 2026-01-31T12:00:00Z", values[0])
	}
	return ""
}

// ordered says that from must come before to, where both are given.
func ordered(f filters, from, to string, read func(string) time.Time) string {
	if !f.has(from) || !f.has(to) || read(f.one(from)).Before(read(f.one(to))) {
		return ""
	}
	return fmt.Sprintf("%s must come before %s", from, to)
}
