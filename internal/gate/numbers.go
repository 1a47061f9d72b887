package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// readNumbers returns the limits of numbers: for each number the lowest.
func readNumbers(p result.Policy) []result.NumberLimit {
	var all []result.NumberLimit
	for _, s := range p.Sources {
		for _, n := range s.Numbers {
			i := slices.IndexFunc(all, func(o result.NumberLimit) bool { return o.Number == n.Number })
			switch {
			case i < 0:
				all = append(all, n)
			case n.Max < all[i].Max:
				all[i] = n
			}
		}
	}
	slices.SortFunc(all, func(x, y result.NumberLimit) int { return strings.Compare(string(x.Number), string(y.Number)) })
	return all
}

// ignoredNumbers lists the limits of numbers that allow more than one of a stronger source.
func ignoredNumbers(p result.Policy) []result.Ignored {
	var all []result.Ignored
	for i, s := range p.Sources {
		stronger := readNumbers(result.Policy{Sources: p.Sources[:i]})
		for _, n := range s.Numbers {
			for _, o := range stronger {
				if o.Number == n.Number && o.Max < n.Max {
					all = append(all, result.Ignored{Value: numberValue(n), Origin: n.Origin, By: o.Origin.String() + " " + numberValue(o), Max: o.Max})
				}
			}
		}
	}
	return all
}

func numberValue(n result.NumberLimit) string { return fmt.Sprintf("%s=%d", n.Number, n.Max) }

// checkNumbers compares the limits of numbers with what the run counted. A number that the run
// could not count has no count, and is never taken for 0.
func checkNumbers(limits []result.NumberLimit, o Options) []result.NumberCheck {
	var all []result.NumberCheck
	for _, l := range limits {
		n, unknown := numberOf(l.Number, o)
		all = append(all, result.NumberCheck{Number: l.Number, Count: n, Unknown: unknown, Max: l.Max, Crossed: n > l.Max, Origin: l.Origin})
	}
	return all
}

// numberOf returns what the run counted, or why it could not.
func numberOf(number result.Number, o Options) (n int, unknown string) {
	switch number {
	case result.NumberNotSent:
		return len(o.NotSent), ""
	case result.NumberPolicyLoosened:
		unknown = o.Judge.Unmeasured()
		if unknown == "" && !o.Judge.Approved {
			n = o.Judge.Loosened()
		}
		return n, unknown
	}
	return 0, "nothing counts it"
}

// unevaluated reports whether there is a limit of a number that is not known.
func (v *Verdict) unevaluated() bool {
	return slices.ContainsFunc(v.numbers, func(n result.NumberCheck) bool { return n.Unknown != "" })
}

// notSentPart counts what was not sent in the verdict line. It names the first where nothing was
// scanned because of it.
func notSentPart(all []result.NotSent, o result.Outcome) string {
	if len(all) == 0 {
		return ""
	}
	part := fmt.Sprintf("%d not sent", len(all))
	if o != result.OutcomeEmpty {
		return part
	}
	part += ": " + text.Truncate(text.OneLine(all[0].Path), maxName) + " (" + text.Truncate(text.OneLine(all[0].What), maxName) + ")"
	if len(all) > 1 {
		part += fmt.Sprintf(" and %d more", len(all)-1)
	}
	return part
}
