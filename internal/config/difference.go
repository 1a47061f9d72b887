package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Difference is one thing that a change changes in the policy.
type Difference struct {
	result.PolicyDifference
	// Alone is the file of a change that changes nothing else, for what loosens and for severities
	// of rules. It is nil for what can't cover a finding, or not without another scan.
	Alone *File
}

// Differences lists what a change changes in the policy, worst first: what allows more, what has no
// order, and what allows less. base is the file at which the change began. Either may be nil.
func Differences(base, change *File) []Difference {
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
	slices.SortStableFunc(d.all, func(a, b Difference) int { return a.Compare(b.PolicyDifference) })
	return d.all
}

// differ compares two files.
type differ struct {
	base, change *File
	all          []Difference
}

// add adds a difference. alone makes it in a copy of the base.
func (d *differ) add(effect result.PolicyEffect, key, text, detail string, alone func(*File)) {
	one := Difference{PolicyDifference: result.PolicyDifference{Effect: effect, Key: key, Text: text, Detail: detail}}
	if effect == result.Loosens || key == rulesKey {
		one.Alone = d.base.clone()
		alone(one.Alone)
	}
	d.all = append(d.all, one)
}

// clone returns a copy whose lists can be replaced; f may be nil.
func (f *File) clone() *File {
	if f == nil {
		return &File{values: map[string][]Value{}, entries: map[string][]Entry{}}
	}
	c := *f
	c.values, c.entries = maps.Clone(f.values), maps.Clone(f.entries)
	return &c
}

// with returns a list with one more item, and without returns it without those like the item.
func (t trio[T]) with(item T) []T    { return append(slices.Clone(t.base), item) }
func (t trio[T]) without(item T) []T { return minus(t.base, []T{item}, t.key) }

// values compares the values of a key.
func (d *differ) values(key string) {
	t := trio[Value]{base: d.base.list(key), change: d.change.list(key), key: Value.key}
	if key == "targets.only" {
		t.base, t.change = eachKind(t.base), eachKind(t.change)
	}
	more, less := addedAndRemoved(key)
	for _, v := range minus(t.change, t.base, t.key) {
		d.add(more.effect, key, more.verb+" "+quoted(v.Text), v.key(), func(f *File) { f.values[key] = t.with(v) })
	}
	for _, v := range minus(t.base, t.change, t.key) {
		d.add(less.effect, key, less.verb+" "+quoted(v.Text), v.key(), func(f *File) { f.values[key] = t.without(v) })
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
	t := trio[Entry]{base: d.base.entriesOf(key), change: d.change.entriesOf(key), key: Entry.key}
	for _, e := range minus(t.base, t.change, t.key) {
		same := func(other Entry) bool { return other.name() == e.name() }
		i := slices.IndexFunc(t.change, same)
		if i < 0 {
			d.add(result.Loosens, key, "removes "+quoted(e.name()), e.key(), func(f *File) { f.entries[key] = t.without(e) })
			continue
		}
		now := t.change[i]
		effect, verb := result.Loosens, "changes "
		if e.lowered(now).key() == now.key() {
			effect, verb = result.Tightens, "lowers limits of "
		}
		d.add(effect, key, verb+quoted(e.name()), e.key()+"\x02"+now.key(), func(f *File) { f.entries[key] = append(t.without(e), now) })
	}
	for _, e := range minus(t.change, t.base, t.key) {
		if !slices.ContainsFunc(t.base, func(other Entry) bool { return other.name() == e.name() }) {
			d.add(result.Tightens, key, "adds "+quoted(e.name()), e.key(), nil)
		}
	}
}

// waivers compares the waivers. A changed one is a new one.
func (d *differ) waivers() {
	t := waivers(nil, d.base, d.change)
	for _, w := range minus(t.change, t.base, t.key) {
		d.add(result.Loosens, waiversKey, "waives "+w.String(), waiverKey(w), func(f *File) { f.waivers = t.with(w) })
	}
	for _, w := range minus(t.base, t.change, t.key) {
		d.add(result.Tightens, waiversKey, "waives no longer "+w.String(), waiverKey(w), nil)
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
			d.add(result.Loosens, "limits", text, "", func(f *File) { f.values[maxKey] = append(slices.Clone(d.base.list(maxKey)), maxOf(name, is)) })
		case is < was:
			d.add(result.Tightens, "limits", text, "", nil)
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

// of returns how much is allowed of a name; [math.MaxInt] means no limit.
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

// maxKey is the key of the limits that have a number.
const maxKey = "limits.max"

// maxOf is the value of that key that allows n of what a name counts.
func maxOf(name string, n int) Value {
	return Value{Text: fmt.Sprintf("%s=%d", name, min(n, math.MaxInt32)), Origin: Origin{layer: layerFile, Name: "limits.max"}}
}

// countOf is a number for people.
func countOf(n int) string {
	if n == math.MaxInt {
		return "any"
	}
	return strconv.Itoa(n)
}
