package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// optixSeverities are the service's words for severities, worst first.
func optixSeverities() []string { return []string{"critical", "high", "medium", "low"} }

// tally is a number of alerts for each severity, and in total at the key "".
type tally map[string]int

func newTally(n optix.AlertCounts) tally {
	return tally{"": n.Total, "critical": n.Critical, "high": n.High, "medium": n.Medium, "low": n.Low}
}

// sum adds the severities up.
func (t tally) sum() int {
	sum := 0
	for _, word := range optixSeverities() {
		sum = result.AddCounts(sum, t[word])
	}
	return sum
}

// countError is a list of alerts that does not fit their numbers.
type countError struct {
	text string
	// shrank: alerts were closed while a list of several pages was read, so that others may have
	// moved to a page that was read already.
	shrank bool
}

func (e *countError) Error() string { return e.text }

func miscounted(format string, args ...any) error {
	return &countError{text: fmt.Sprintf(format, args...)}
}

// rereads is how often both are read again.
func (e *countError) rereads() int {
	if e.shrank {
		return rereads
	}
	return 1
}

// read reads the alerts and their numbers. Where these don't fit, the account may have changed
// meanwhile: both are read again.
func (c *cloudOptix) read(ctx context.Context) (answer, error) {
	for try := 0; ; try++ {
		found, err := c.readCounted(ctx)
		wrong, ok := errors.AsType[*countError](err)
		switch {
		case !ok:
			return found, err
		case try < wrong.rereads():
			continue
		case c.opts.TolerateCounts:
			found.note(fmt.Sprintf("%s; this is tolerated (%s)", wrong.text, result.AlertCount))
			return found, nil
		}
		return answer{}, &result.FaultError{Fault: result.Fault{
			Cause:  result.CauseProtocol,
			Reason: fmt.Sprintf("%s; both were read %s", wrong.text, times(try+1)),
			Fix:    result.AlertCount.Fix("run again", c.opts.Names),
		}}
	}
}

// readCounted asks for the numbers of alerts first, and lists only the severities that may cross a
// limit. After a list it asks for the numbers again: a live account changes, and the list is right
// if it lies between the numbers before and after. The alerts are complete even if the error is a
// [*countError].
func (c *cloudOptix) readCounted(ctx context.Context) (answer, error) {
	before, err := c.countOpen(ctx)
	if err != nil {
		return answer{}, err
	}
	words := c.toList(before)
	var all collection
	lists := map[string]*listing{}
	for _, word := range words {
		if lists[word], err = c.list(ctx, word); err != nil {
			return answer{}, err
		}
		all.join(&lists[word].collection)
	}
	after := before
	if len(words) > 0 {
		if after, err = c.countOpen(ctx); err != nil {
			return answer{}, err
		}
	}
	found := all.answer()
	found.alerts = append(found.alerts, c.numbers(words, before, after)...)
	return found, checkCounts(words, lists, before, after)
}

func (c *cloudOptix) countOpen(ctx context.Context) (tally, error) {
	n, err := c.client.AlertCounts(ctx, c.filter)
	return newTally(n), err
}

// toList returns the severities whose alerts are to be listed: those that the entry chooses, those
// that may cross a limit, or "" for all. Where a single alert would cross a limit, a number of 0 is
// confirmed by a list: of all alerts if these fit on one page.
func (c *cloudOptix) toList(n tally) []string {
	if chosen := c.filters["severity"]; len(chosen) > 0 {
		return chosen
	}
	if c.needsAll(n) {
		return []string{""}
	}
	words := slices.DeleteFunc(optixSeverities(), func(word string) bool { return !c.mayCross(word, n) })
	none := func(word string) bool { return n[word] == 0 }
	if slices.ContainsFunc(words, none) && n[""] <= c.pageSize() {
		return []string{""}
	}
	return words
}

// needsAll reports whether the alerts must be listed whatever their severity: to compare them with
// this run's findings, to match them, to know their rules, or to find those whose severity the
// numbers don't name.
func (c *cloudOptix) needsAll(n tally) bool {
	return c.opts.SaveResults || c.opts.Policy.SetsRules() || !c.matcher.all() || n[""] != n.sum()
}

// mayCross reports whether the alerts of a severity may cross a limit, be it that a number of 0 is
// wrong by one. A limit that counts other findings as well may be crossed by any number.
func (c *cloudOptix) mayCross(word string, n tally) bool {
	target, severity := c.Target(), c.words.severity(word)
	sum := 0 // several words may mean one severity
	for _, other := range optixSeverities() {
		if c.words.severity(other) == severity {
			sum = result.AddCounts(sum, n[other])
		}
	}
	f := result.Finding{Kind: target.Kind, Target: target.ID(), Severity: severity}
	return slices.ContainsFunc(gate.LimitsOn(f, c.opts.Policy), func(l result.LimitCheck) bool {
		return l.Target == "" || max(1, sum) > l.Max
	})
}

// numbers stand for the alerts that were not listed because their details are not needed.
func (c *cloudOptix) numbers(listed []string, before, after tally) []alert {
	if len(c.filters["severity"]) > 0 || slices.Contains(listed, "") {
		return nil
	}
	var all []alert
	for _, word := range optixSeverities() {
		if n := max(before[word], after[word]); n > 0 && !slices.Contains(listed, word) {
			all = append(all, alert{
				identity: unique("count:" + word), word: word, severity: c.words.severity(word), count: n,
				rule: "open-alerts", summary: "open alerts of severity " + word,
			})
		}
	}
	return all
}

// checkCounts compares lists, by the severities that were asked for, with the numbers before and
// after them.
func checkCounts(words []string, lists map[string]*listing, before, after tally) error {
	for _, n := range []tally{before, after} {
		if n[""] < n.sum() {
			return miscounted("alerts: the service counts %d in total and %d by severity", n[""], n.sum())
		}
	}
	if all, ok := lists[""]; ok {
		if err := checkSeverities(all.open(), before, after); err != nil {
			return err
		}
	}
	for _, word := range words {
		if err := checkCount(word, len(lists[word].open()), 0, before, after); err != nil {
			return err
		}
		if err := checkShrunk(word, lists[word], before, after); err != nil {
			return err
		}
	}
	return nil
}

// checkShrunk fails a list of several pages from which alerts went while it was read: others may
// have moved to a page that was read already.
func checkShrunk(asked string, l *listing, before, after tally) error {
	words := []string{asked}
	if asked == "" {
		words = optixSeverities()
	}
	for _, word := range words {
		if before[word] > after[word] && l.pages > 1 {
			return &countError{shrank: true, text: fmt.Sprintf(
				"%s: their number fell from %d to %d while the list was read, so that it may lack some", named(word), before[word], after[word])}
		}
	}
	return nil
}

// named is what messages call the alerts of a severity, "" for all.
func named(word string) string { return strings.TrimSpace(word + " alerts") }

// checkSeverities compares a list of all severities with their numbers. The service may count an
// alert without a documented severity anywhere.
func checkSeverities(all []alert, before, after tally) error {
	found, unnamed := tally{}, 0
	for _, a := range all {
		if word := strings.ToLower(a.word); slices.Contains(optixSeverities(), word) {
			found[word]++
		} else {
			unnamed++
		}
	}
	for _, word := range optixSeverities() {
		if err := checkCount(word, found[word], unnamed, before, after); err != nil {
			return err
		}
	}
	return nil
}

// checkCount requires that n alerts, and up to more of unknown severity, lie between two numbers.
func checkCount(word string, n, more int, before, after tally) error {
	low, high := min(before[word], after[word]), max(before[word], after[word])
	if n <= high && n+more >= low {
		return nil
	}
	counted := fmt.Sprint(before[word])
	if low != high {
		counted = fmt.Sprintf("%d, then %d", before[word], after[word])
	}
	return miscounted("%s: the service counts %s and lists %d", named(word), counted, n)
}
