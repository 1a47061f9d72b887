package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Differences lists what a change changes in the policy, worst first: what allows more, what has no
// order, and what allows less. base is the file at which the change began. Either may be nil.
func Differences(base, change *File) []result.PolicyDifference {
	d := differ{base: base, change: change}
	d.limits()
	for _, key := range slices.Sorted(maps.Keys(classes())) {
		if key != "version" && !isLimit(key) {
			d.values(key)
		}
	}
	for _, key := range []string{"alerts", "checks"} {
		d.entries(key)
	}
	d.waivers()
	d.fileLimits()
	slices.SortStableFunc(d.all, func(a, b result.PolicyDifference) int { return cmp.Compare(rank(a.Effect), rank(b.Effect)) })
	return d.all
}

func rank(e result.PolicyEffect) int {
	return slices.Index([]result.PolicyEffect{result.Loosens, result.Unordered, result.Tightens}, e)
}

// approvalDigits is how many hexadecimal digits an approval has.
const approvalDigits = 16

// ApprovalOf returns the hash that approves differences: 16 hexadecimal digits of the SHA-256 over
// all of them, "" if there are none.
func ApprovalOf(all []result.PolicyDifference) string {
	if len(all) == 0 {
		return ""
	}
	var lines []string
	for _, d := range all {
		lines = append(lines, strconv.Quote(d.Key)+strconv.Quote(d.Text)+strconv.Quote(d.Detail))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])[:approvalDigits]
}

// differ compares two files.
type differ struct {
	base, change *File
	all          []result.PolicyDifference
}

func (d *differ) add(effect result.PolicyEffect, key, text, detail string) {
	d.all = append(d.all, result.PolicyDifference{Effect: effect, Key: key, Text: text, Detail: detail})
}

// values compares the values of a key.
func (d *differ) values(key string) {
	t := trio[Value]{base: d.base.list(key), change: d.change.list(key), key: Value.key}
	if key == "targets.only" {
		t.base, t.change = eachKind(t.base), eachKind(t.change)
	}
	more, less := addedAndRemoved(key)
	for _, v := range minus(t.change, t.base, t.key) {
		d.add(more.effect, key, more.verb+" "+quoted(v.Text), v.key())
	}
	for _, v := range minus(t.base, t.change, t.key) {
		d.add(less.effect, key, less.verb+" "+quoted(v.Text), v.key())
	}
}

// wording is what adding or removing a value does, and how that is said.
type wording struct {
	effect result.PolicyEffect
	verb   string
}

// addedAndRemoved returns what adding and removing a value of a key does.
func addedAndRemoved(key string) (added, removed wording) {
	switch {
	case isExclusion(key):
		return wording{result.Loosens, "excludes"}, wording{result.Tightens, "excludes no longer"}
	case classes()[key] == Add:
		return wording{result.Tightens, "adds"}, wording{result.Loosens, "removes"}
	}
	return wording{result.Unordered, "sets"}, wording{result.Unordered, "sets no longer"}
}

func isLimit(key string) bool { return strings.HasPrefix(key, "limits.") }

// entries compares a list of alert sources or checks. A changed one may ask for less.
func (d *differ) entries(key string) {
	base, change := d.base.entriesOf(key), d.change.entriesOf(key)
	for _, e := range minus(base, change, Entry.key) {
		same := func(other Entry) bool { return other.name() == e.name() }
		i := slices.IndexFunc(change, same)
		switch {
		case i < 0:
			d.add(result.Loosens, key, "removes "+quoted(e.name()), e.key())
		case e.lowered(change[i]).key() == change[i].key():
			d.add(result.Tightens, key, "lowers limits of "+quoted(e.name()), e.key()+"\x02"+change[i].key())
		default:
			d.add(result.Loosens, key, "changes "+quoted(e.name()), e.key()+"\x02"+change[i].key())
		}
	}
	for _, e := range minus(change, base, Entry.key) {
		if !slices.ContainsFunc(base, func(other Entry) bool { return other.name() == e.name() }) {
			d.add(result.Tightens, key, "adds "+quoted(e.name()), e.key())
		}
	}
}

// waivers compares the waivers. A changed one is a new one.
func (d *differ) waivers() {
	t := waivers(nil, d.base, d.change)
	for _, w := range minus(t.change, t.base, t.key) {
		d.add(result.Loosens, waiversKey, "waives "+w.String(), waiverKey(w))
	}
	for _, w := range minus(t.base, t.change, t.key) {
		d.add(result.Tightens, waiversKey, "waives no longer "+w.String(), waiverKey(w))
	}
}

func quoted(text string) string { return strconv.Quote(text) }

// limits compares what both allow of each severity, and of what else can be limited.
func (d *differ) limits() {
	before, after := newAllowance(d.base), newAllowance(d.change)
	names := maps.Clone(before.max)
	maps.Copy(names, after.max)
	for _, sev := range result.Severities() {
		names[sev.String()] = 0
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := before.of(name), after.of(name)
		text := fmt.Sprintf("%s %s → %s", name, countOf(was), countOf(is))
		switch {
		case is > was:
			d.add(result.Loosens, "limits", text, "")
		case is < was:
			d.add(result.Tightens, "limits", text, "")
		}
	}
}

// allowance is how much a file allows.
type allowance struct {
	// failOn is the severity from which on nothing is allowed, nil for none.
	failOn *result.Severity
	// max holds the limits by their names: high, image:medium, not-sent.
	max map[string]int
}

func newAllowance(f *File) allowance {
	a := allowance{max: map[string]int{}}
	failOn := "high"
	for _, v := range f.list("limits.fail-on") {
		failOn = v.Text
	}
	if severity, err := result.ParseSeverity(failOn); err == nil {
		a.failOn = &severity
	}
	for _, v := range f.list("limits.max") {
		name, number := cutLimit(v.Text)
		if n, err := result.ParseCount(number); err == nil {
			a.max[name] = n
		}
	}
	return a
}

// of returns how much is allowed of a name; [math.MaxInt] is no limit.
func (a allowance) of(name string) int {
	if n, ok := a.max[name]; ok {
		return n
	}
	if _, severity, ok := strings.Cut(name, ":"); ok {
		return a.of(severity) // the limit of all kinds together
	}
	severity, err := result.ParseSeverity(name)
	if err == nil && (severity == result.Unknown || a.failOn != nil && severity >= *a.failOn) {
		return 0
	}
	return math.MaxInt
}

// countOf is a number for people.
func countOf(n int) string {
	if n == math.MaxInt {
		return "any"
	}
	return strconv.Itoa(n)
}
