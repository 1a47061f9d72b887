package campaign

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// rule has a call misbehave: from its first to its last attempt, counted for each subject
// (what is submitted, or asked about) by itself, and for one of so many subjects.
type rule struct {
	call        string
	fault       fault
	first, last int
	share       int
}

const forever = math.MaxInt

func (r rule) String() string {
	last := "for ever"
	if r.last != forever {
		last = fmt.Sprintf("to %d", r.last)
	}
	return fmt.Sprintf("%s: %s (%s), attempts %d %s, one subject of %d", r.call, r.fault.name, r.fault.temper, r.first, last, r.share)
}

// forced is the next fault of the list for every second schedule: chance alone leaves some out.
func forced(seed uint64) (f fault, ok bool) {
	all := faults()
	return all[seed/2%uint64(len(all))], seed%2 == 0
}

// forcedOn are the calls of the forced fault; nil where it can happen to every call.
func forcedOn(seed uint64) []string {
	f, ok := forced(seed)
	if !ok {
		return nil
	}
	return f.on
}

// drawRules draws how the service misbehaves. The forced fault is before all others.
func drawRules(d dice, seed uint64, calls []string) []rule {
	n := oneOf(d, 0, 1, 1, 2, 2, 3, 4, 5, 7)
	var rules []rule
	if f, ok := forced(seed); ok {
		r := rule{fault: f, first: 1, last: 1 + oneOf(d, 0, 1, 5), share: 1}
		r.call = oneOf(d, f.among(calls)...)
		rules = append(rules, r)
	}
	for range n {
		rules = append(rules, drawRule(d, calls))
	}
	return rules
}

func drawRule(d dice, calls []string) rule {
	r := rule{fault: drawFault(d, calls), first: oneOf(d, 1, 1, 1, 2, 3), share: oneOf(d, 1, 1, 1, 2, 3)}
	r.call = oneOf(d, r.fault.among(calls)...)
	r.last = r.first + oneOf(d, 0, 0, 1, 2, 5)
	if d.chance(25) {
		r.last = forever
	}
	return r
}

// among are those of some calls that can do so. An empty array is a search without hits.
func (f fault) among(calls []string) []string {
	return slices.DeleteFunc(slices.Clone(calls), func(call string) bool {
		return f.on != nil && !slices.Contains(f.on, call) || f.name == "array" && call == callSearch
	})
}

// drawFault prefers what a call does wrong by itself, and invalid answers.
func drawFault(d dice, calls []string) fault {
	which := func(want func(fault) bool) fault {
		return oneOf(d, slices.DeleteFunc(faults(), func(f fault) bool { return !want(f) || len(f.among(calls)) == 0 })...)
	}
	switch roll := d.IntN(100); {
	case roll < 60:
		return which(func(f fault) bool { return f.on != nil })
	case roll < 78:
		return which(func(f fault) bool { return slices.Contains(strings.Fields(lies), f.name) })
	case roll < 94:
		return which(func(f fault) bool { return f.on == nil && f.temper != fatal })
	}
	return which(func(f fault) bool { return f.on == nil })
}

// rule returns the rule that holds for an attempt; nil where all goes well.
func (s *schedule) rule(call, subject string, attempt int) *rule {
	for i, r := range s.rules {
		if r.call != call || attempt < r.first || attempt > r.last {
			continue
		}
		if newDice(s.seed, "share", i, subject).IntN(r.share) == 0 {
			return &s.rules[i]
		}
	}
	return nil
}
