package result

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// wrong returns an error about a field, or nil if text is "".
func wrong(path, text string) error {
	if text == "" {
		return nil
	}
	return errors.New(path + ": " + text)
}

const (
	negative  = "must be >= 0"
	notALine  = "must be a line of a file, from 1"
	mustBeSet = "must not be empty"
	notASum   = "must be 64 hexadecimal digits"
)

func isSHA256(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// check returns the first field whose value contradicts others, or that no run writes.
// Whether the verdict follows from the rows and findings is decided by package gate.
func (r *Result) check() error {
	rows, err := r.checkLedger()
	return cmp.Or(r.checkRun(), err, r.checkPolicy(rows), r.checkFindings(rows), r.checkVerdict())
}

func (r *Result) checkRun() error {
	for i, c := range r.Tolerated {
		if !c.Acceptable() || slices.Contains(r.Tolerated[:i], c) {
			return wrong(fmt.Sprintf("tolerated[%d]", i), fmt.Sprintf("must be a contradiction that can be accepted, and occur once, got %q", c))
		}
	}
	if field, text := r.Shard.fault(r); text != "" {
		return wrong("shard."+field, text)
	}
	switch c, p := r.Change, r.Panic; {
	case r.Format != FormatVersion:
		return wrong("format", fmt.Sprintf("must be %d, got %d", FormatVersion, r.Format))
	case r.PolicySum != "" && r.PolicySum != r.Policy.SHA256():
		return wrong("policySHA256", "is not that of the policy")
	case r.Plan != "" && !isSHA256(r.Plan):
		return wrong("planSHA256", notASum)
	case r.Seal != "" && !isSHA256(r.Seal):
		return wrong("seal", notASum)
	case r.Category != "" && (!strings.HasSuffix(r.Category, "/") || strings.ContainsFunc(r.Category, unicode.IsControl)):
		return wrong("category", "must be one line that ends in a slash")
	case r.Endpoint == "":
		return wrong("endpoint", mustBeSet)
	case !slices.Contains([]int{0, 129, 130, 143}, r.Interrupted):
		return wrong("interrupted", fmt.Sprintf("must be the exit code of a signal, got %d", r.Interrupted))
	case p != nil && p.Cause != CauseInternal:
		return wrong("panic.cause", fmt.Sprintf("must be %q, got %q", CauseInternal, p.Cause))
	case p != nil && p.Reason == "":
		return wrong("panic.reason", mustBeSet)
	case c == nil:
		return nil
	case c.Touched < 0:
		return wrong("change.touched", negative)
	case c.Existing < c.Touched:
		return wrong("change.existing", fmt.Sprintf("must be >= touched, which is %d, got %d", c.Touched, c.Existing))
	}
	return nil
}

// checkLedger returns the rows by the ID of their target.
func (r *Result) checkLedger() (map[string]*Row, error) {
	rows := make(map[string]*Row, len(r.Ledger))
	for i := range r.Ledger {
		row := &r.Ledger[i]
		field, text := row.fault()
		if id := row.Target.ID(); rows[id] != nil {
			field, text = "target", fmt.Sprintf("duplicate of the target %q", id)
		}
		if text != "" {
			return nil, wrong(fmt.Sprintf("ledger[%d].%s", i, field), text)
		}
		rows[row.Target.ID()] = row
	}
	return rows, nil
}

// fault returns the first wrong field of a row, and what is wrong with it.
func (row *Row) fault() (field, text string) {
	switch t := &row.Target; {
	case !isKind(t.Kind):
		return "target.kind", unknownWord(t.Kind)
	case t.Name == "":
		return "target.name", mustBeSet
	case t.Size < 0:
		return "target.size", negative
	case row.Status == Answered && row.Evidence != ByName && row.Evidence != BySubmission:
		return "evidence", "must say how the row is known to be answered, got " + strconv.Quote(string(row.Evidence))
	case row.Status != Answered && row.Evidence != "":
		return "evidence", "must be empty, because the row is " + row.Status.String()
	case row.Status == Failed && !slices.Contains(failedCauses(), row.Cause):
		return "cause", fmt.Sprintf("must be a cause of a failed row, got %q", row.Cause)
	case row.Status == Skipped && !slices.Contains(skippedCauses(), row.Cause):
		return "cause", fmt.Sprintf("must be a cause of a skipped row, got %q", row.Cause)
	case row.Status == Answered && row.Fault != Fault{}:
		return "cause", "must be empty, because the row is answered"
	case row.Choice != nil && (row.Status != Answered || t.Kind != KindAlerts):
		return "choice", "must be empty, because the row is not an answered source of alerts"
	case row.Choice != nil:
		if field, text := row.Choice.fault(); text != "" {
			return "choice." + field, text
		}
	}
	return placesFault("target.places", row.Target.Places)
}

func (r *Result) checkPolicy(rows map[string]*Row) error {
	for i, s := range r.Policy.Sources {
		if field, text := s.fault(); text != "" {
			return wrong(fmt.Sprintf("policy.sources[%d].%s", i, field), text)
		}
	}
	for i, l := range r.Policy.Rows {
		path := fmt.Sprintf("policy.rows[%d]", i)
		if rows[l.Target] == nil && r.Shard == nil { // the row may be that of another shard
			return wrong(path+".target", notInLedger(l.Target))
		}
		for severity, limit := range l.Max {
			if limit < 0 {
				return wrong(path+".max."+severity.String(), negative)
			}
		}
	}
	return cmp.Or(r.checkWaivers(), r.Policy.Baseline.check())
}

func (r *Result) checkWaivers() error {
	ids := map[WaiverID]bool{}
	for i := range r.Policy.Waivers {
		w := &r.Policy.Waivers[i]
		field, text := w.Fault()
		if text == "" && (w.ID() == "" || ids[w.ID()]) {
			field, text = "origin.place", "must be set, and different from that of other waivers"
		}
		if text != "" {
			return wrong(fmt.Sprintf("policy.waivers[%d].%s", i, field), text)
		}
		ids[w.ID()] = true
	}
	for i, c := range r.Verdict.Waivers {
		if !slices.Contains([]WaiverState{WaiverUsed, WaiverUnused, WaiverUnseen, WaiverExpired}, c.State) {
			return wrong(fmt.Sprintf("verdict.waivers[%d].state", i), unknownWord(c.State))
		}
	}
	if len(r.Policy.Waivers) > 0 && r.Verdict.Decided.IsZero() {
		return wrong("verdict.decided", mustBeSet)
	}
	if got, want := len(r.Verdict.Waivers), len(r.Policy.Waivers); got != want {
		return wrong("verdict.waivers", fmt.Sprintf("must have one for each waiver of the policy, which has %d, got %d", want, got))
	}
	return nil
}

// fault returns the first wrong field of a source, and what is wrong with it.
func (s *LimitSource) fault() (field, text string) {
	if !slices.Contains(Strengths(), s.Strength) {
		return "strength", unknownWord(s.Strength)
	}
	for i, l := range s.Max {
		switch path := fmt.Sprintf("max[%d]", i); {
		case l.Kind != "" && !isKind(l.Kind):
			return path + ".kind", unknownWord(l.Kind)
		case l.Max < 0:
			return path + ".max", negative
		}
	}
	for i := range s.Rules {
		if field, text := s.Rules[i].Fault(); text != "" {
			return fmt.Sprintf("rules[%d].%s", i, field), text
		}
	}
	for i, l := range s.Numbers {
		switch path := fmt.Sprintf("numbers[%d]", i); {
		case !slices.Contains(Numbers(), l.Number):
			return path + ".number", unknownWord(l.Number)
		case l.Max < 0:
			return path + ".max", negative
		}
	}
	return "", ""
}

func (r *Result) checkFindings(rows map[string]*Row) error {
	for i := range r.Findings {
		f := &r.Findings[i]
		field, text := f.fault()
		switch {
		case text != "":
		case f.Target != "" && rows[f.Target] == nil:
			field, text = "target", notInLedger(f.Target)
		case f.Outside && r.Change == nil:
			field, text = "outside", "must be false, because the run was not narrowed to a change"
		}
		if text != "" {
			return wrong(fmt.Sprintf("findings[%d].%s", i, field), text)
		}
	}
	return nil
}

// fault returns the first wrong field of a finding, and what is wrong with it.
func (f *Finding) fault() (field, text string) {
	switch {
	case f.Fingerprint == "":
		return "fingerprint", mustBeSet
	case !isKind(f.Kind):
		return "kind", unknownWord(f.Kind)
	case f.Count < 1:
		return "count", "must be >= 1"
	case f.Kind == KindImage && f.Image == "":
		return "image", mustBeSet
	case f.Alert < 0:
		return "alert", negative
	case !isPlacement(f.Placement):
		return "placement", unknownWord(f.Placement)
	}
	if err := CheckRule(f.Rule); err != nil {
		return "rule", err.Error()
	}
	if f.Block != "" && !isHash(f.Block) {
		return "block", fmt.Sprintf("must be %d hexadecimal digits, got %q", hashDigits, f.Block)
	}
	if f.Placement == PlacedAmbiguous && f.Uncertain == "" {
		return "uncertain", "must not be empty, because the placement is " + string(PlacedAmbiguous)
	}
	for _, places := range []struct {
		field string
		all   []Location
	}{{"locations", f.Locations}, {"candidates", f.Candidates}} {
		if field, text := placesFault(places.field, places.all); text != "" {
			return field, text
		}
	}
	return f.derivedFault()
}

// hashDigits is the length of a hash.
const hashDigits = 32

func isHash(s string) bool { return len(s) == hashDigits && strings.Trim(s, hexDigits) == "" }

func placesFault(field string, places []Location) (string, string) {
	for i, p := range places {
		switch at := func(name string) string { return fmt.Sprintf("%s[%d].%s", field, i, name) }; {
		case p.Path == "":
			return at("path"), mustBeSet
		case p.Line < 1:
			return at("line"), notALine
		case p.Block != nil && p.Block.Start < 1:
			return at("block.start"), notALine
		case p.Block != nil && p.Block.End < p.Block.Start:
			return at("block.end"), "must not be before the start"
		case p.Likely != 0 && (p.Block == nil || !p.Block.Contains(p.Likely)):
			return at("likely"), "must be a line of the block"
		case p.Snippet != nil && p.Snippet.Start < 1:
			return at("snippet.start"), notALine
		case p.Snippet != nil && p.Snippet.Lines == "":
			return at("snippet.lines"), mustBeSet
		}
	}
	return "", ""
}

func (r *Result) checkVerdict() error {
	v := &r.Verdict
	if !slices.Contains(outcomes(), v.Outcome) {
		return wrong("verdict.outcome", unknownWord(v.Outcome))
	}
	if d := r.Delta; d != nil {
		err := cmp.Or(checkCounts("delta.new", d.New), checkCounts("delta.known", d.Known), checkCounts("delta.fixed", d.Fixed))
		if err != nil {
			return err
		}
	}
	return checkCounts("verdict.counts", v.Counts)
}

func checkCounts(path string, counts map[Severity]int) error {
	for _, s := range Severities() {
		if n, ok := counts[s]; !ok || n < 0 {
			return wrong(path+"."+s.String(), "must be set, and >= 0")
		}
	}
	return nil
}

func isKind(k Kind) bool {
	return slices.ContainsFunc(Kinds(), func(i KindInfo) bool { return i.Kind == k })
}

func isPlacement(p Placement) bool {
	switch p {
	case PlacedAttribute, PlacedResource, PlacedFile, PlacedAmbiguous, Unplaced:
		return true
	}
	return false
}

func unknownWord[T ~string](word T) string { return fmt.Sprintf("unknown word %q", string(word)) }

func notInLedger(id string) string { return fmt.Sprintf("%q is not a target of the ledger", id) }
