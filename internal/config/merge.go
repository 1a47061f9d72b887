package config

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Class says what of a key counts in the config file of a change, before the change is merged. The
// file of the target always counts.
type Class uint8

// The classes. A key without one would let a change decide about itself.
const (
	// Tighten: limits count beside the target's, so that they can only lower them; of entries that
	// leave something out, those that the change removes count no more.
	Tighten Class = iota + 1
	// Add: entries count besides the target's.
	Add
	// TargetOnly: nothing counts, because no value is stricter than another.
	TargetOnly
)

// String returns the name of the class.
func (c Class) String() string {
	return [...]string{Tighten: "tighten", Add: "add", TargetOnly: "target-only"}[c]
}

// classes returns the class of each key of the file that holds a value.
func classes() map[string]Class {
	return map[string]Class{
		"version": TargetOnly, "timeout": TargetOnly, "vars": TargetOnly, "baseline": TargetOnly,
		rulesKey: TargetOnly, pathsKey: Tighten,
		"iac.policy": TargetOnly, "iac.save-results": TargetOnly,
		"targets.build-args": TargetOnly, "targets.platforms": TargetOnly,
		"targets.only": Add, "targets.ci-files": Add, "targets.images": Add, "alerts": Add, "checks": Add,
		"targets.exclude": Tighten, excludedImages: Tighten, waiversKey: Tighten,
		"limits.fail-on": Tighten, "limits.max": Tighten, "baseline-max-age": Tighten,
	}
}

// Merge returns the policy that judges a change: the file of the target, and what the file of the
// change may say about itself. base is the file at which the change began, so that what others have
// merged since is not taken for the change's. Each file may be nil, for none.
//
// If the change waits, what it tightens counts once it is merged: see [LeavesOutMore]. A target
// without a policy takes nothing from the change's.
func Merge(target, base, change *File, waits bool) *File {
	if target == nil {
		return nil
	}
	merged := &File{Path: target.Path, repoPath: target.repoPath, values: map[string][]Value{}, entries: map[string][]Entry{}}
	for key, class := range classes() {
		t := trio[Value]{target.list(key), base.list(key), change.list(key), Value.key}
		switch {
		case key == "targets.only":
			merged.set(key, mergeKinds(t))
		case class == Add:
			merged.set(key, t.withAdded())
		case class != Tighten || waits:
			merged.set(key, t.shown())
		case isExclusion(key):
			merged.set(key, t.withoutRemoved())
		case t.isChanged():
			merged.set(key, slices.Concat(t.shown(), weaker(t.change)))
		default:
			merged.set(key, t.shown())
		}
	}
	for _, key := range []string{"alerts", "checks"} {
		merged.entries[key] = mergeEntries(target.entries[key], base.entriesOf(key), change.entriesOf(key))
	}
	accepted, paths := waivers(target, base, change), pathLimits(target, base, change)
	merged.waivers, merged.paths, merged.waiversFile = accepted.shown(), paths.shown(), target.waiversFile
	if !waits {
		merged.waivers = accepted.withoutRemoved()
	}
	if paths.isChanged() && !waits {
		merged.paths = append(merged.paths, weakerPaths(paths.change)...)
	}
	merged.rules = ruleSeverities(target, base, change).shown()
	return merged
}

// Approved returns the file of the target with exactly what the change changes.
func Approved(target, base, change *File) *File {
	if target == nil {
		return change
	}
	approved := &File{Path: target.Path, repoPath: target.repoPath, values: map[string][]Value{}, entries: map[string][]Entry{}}
	for key := range classes() {
		approved.set(key, trio[Value]{target.list(key), base.list(key), change.list(key), Value.key}.applied(valueName(key)))
	}
	for _, key := range []string{"alerts", "checks"} {
		t := trio[Entry]{target.entries[key], base.entriesOf(key), change.entriesOf(key), Entry.key}
		approved.entries[key] = t.applied(Entry.name)
	}
	approved.waivers, approved.waiversFile = waivers(target, base, change).applied(waiverKey), target.waiversFile
	approved.paths = pathLimits(target, base, change).applied(pathLimit.name)
	approved.rules = ruleSeverities(target, base, change).applied(func(r result.RuleSeverity) string { return r.Rule })
	return approved
}

// list returns the values of a key; f may be nil.
func (f *File) list(key string) []Value {
	if f == nil {
		return nil
	}
	return f.values[key]
}

// Baseline returns the file of the baseline that the file names, "" for none; f may be nil.
func (f *File) Baseline() string {
	name := ""
	for _, v := range f.list("baseline") {
		name = v.Text
	}
	return name
}

func (f *File) entriesOf(key string) []Entry {
	if f == nil {
		return nil
	}
	return f.entries[key]
}

func (f *File) set(key string, values []Value) {
	if len(values) > 0 {
		f.values[key] = values
	}
}

// key is the whole text of a value.
func (v Value) key() string {
	return strings.Join([]string{v.Text, v.why.reason, v.why.owner, v.why.expires}, "\x00")
}

// valueName returns what two values of a key can't have in common: the name of a pair, the whole
// text in a list, and nothing for a single value.
func valueName(key string) func(Value) string {
	switch keys()[key] {
	case shapePairs:
		return func(v Value) string {
			name, _, _ := strings.Cut(v.Text, "=")
			return name
		}
	case shapeList, shapeExclusions:
		return func(v Value) string { return v.Text }
	}
	return func(Value) string { return "" }
}

func isExclusion(key string) bool { return keys()[key] == shapeExclusions }

// LeavesOutMore reports whether a change leaves out or waives what was not before it. What it
// tightens was measured with that, and so waits for it: both count once they are merged.
func LeavesOutMore(base, change *File) bool {
	for key := range classes() {
		if isExclusion(key) && len(minus(change.list(key), base.list(key), Value.key)) > 0 {
			return true
		}
	}
	return len(minus(change.Waivers(), base.Waivers(), waiverKey)) > 0
}

// waivers are the waivers of three files.
func waivers(target, base, change *File) trio[result.Waiver] {
	return trio[result.Waiver]{target.Waivers(), base.Waivers(), change.Waivers(), waiverKey}
}

// waiverKey is everything that a waiver says, but where it stands.
func waiverKey(w result.Waiver) string {
	w.Origin = result.Origin{}
	text, err := json.Marshal(w)
	if err != nil {
		return w.String() // it holds texts and numbers: nothing can fail
	}
	return string(text)
}

// weaker returns values as those of the weakest source.
func weaker(values []Value) []Value {
	out := slices.Clone(values)
	for i := range out {
		out[i].Origin.layer = layerChange
	}
	return out
}

// trio is what three files say of one key.
type trio[T any] struct {
	target, base, change []T
	key                  func(T) string
}

// shown returns the target's items, with the places of equal ones in the change, whose files the
// reader has.
func (t trio[T]) shown() []T {
	out := slices.Clone(t.target)
	for i, item := range out {
		same := func(other T) bool { return t.key(other) == t.key(item) }
		if at := slices.IndexFunc(t.change, same); at >= 0 {
			out[i] = t.change[at]
		}
	}
	return out
}

// isChanged reports whether the change changes anything.
func (t trio[T]) isChanged() bool {
	return len(minus(t.change, t.base, t.key)) > 0 || len(minus(t.base, t.change, t.key)) > 0
}

// withAdded returns the target's items and those that the change adds.
func (t trio[T]) withAdded() []T {
	added := minus(t.change, t.base, t.key)
	return slices.Concat(t.shown(), minus(added, t.target, t.key))
}

// withoutRemoved returns the target's items without those that the change removes, or changes.
func (t trio[T]) withoutRemoved() []T {
	return minus(t.shown(), minus(t.base, t.change, t.key), t.key)
}

// applied returns the target's items with exactly what the change adds and removes. An added item
// replaces one of the same name.
func (t trio[T]) applied(name func(T) string) []T {
	added := minus(t.change, t.base, t.key)
	replaced := func(item T) bool {
		return slices.ContainsFunc(added, func(other T) bool { return name(other) == name(item) })
	}
	return append(slices.DeleteFunc(t.withoutRemoved(), replaced), added...)
}

// minus returns the items of a that b lacks.
func minus[T any](a, b []T, key func(T) string) []T {
	return slices.DeleteFunc(slices.Clone(a), func(item T) bool {
		return slices.ContainsFunc(b, func(other T) bool { return key(other) == key(item) })
	})
}

// mergeKinds merges the kinds that are scanned: none that are named are all.
func mergeKinds(t trio[Value]) []Value {
	if len(t.target) == 0 {
		return nil
	}
	t.target, t.base, t.change = eachKind(t.target), eachKind(t.base), eachKind(t.change)
	return t.withAdded()
}

// eachKind returns one value for each kind.
func eachKind(values []Value) []Value {
	var out []Value
	for _, v := range values {
		for word := range strings.SplitSeq(v.Text, ",") {
			out = append(out, Value{Text: strings.TrimSpace(word), Origin: v.Origin})
		}
	}
	if len(values) == 0 {
		for _, kind := range kinds() {
			out = append(out, Value{Text: string(kind), Origin: Origin{layer: layerDefault, Name: "default of --only"}})
		}
	}
	return out
}

// key is the whole text of an entry. The order of its fields does not matter, and nor does that of
// the texts in one.
func (e Entry) key() string {
	var fields []string
	for _, f := range e.Fields {
		texts := slices.Sorted(slices.Values(f.Texts))
		fields = append(fields, f.Key+"\x00"+strings.Join(texts, "\x00"))
	}
	slices.Sort(fields)
	return strings.Join(fields, "\x01")
}

// name tells an entry from the others of its list: the name of a check, or the source of alerts.
func (e Entry) name() string {
	for _, key := range []string{"name", "source"} {
		for _, f := range e.Fields {
			if f.Key == key {
				return strings.Join(f.Texts, ",")
			}
		}
	}
	return e.key()
}

// mergeEntries returns the target's entries with the lower limits of the change, and the entries
// that the change adds.
func mergeEntries(target, base, change []Entry) []Entry {
	t := trio[Entry]{target, base, change, Entry.key}
	out := t.shown()
	changed := minus(change, base, Entry.key)
	for _, e := range changed {
		same := func(other Entry) bool { return other.name() == e.name() }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i] = out[i].lowered(e)
		} else if !slices.ContainsFunc(base, same) {
			out = append(out, e)
		}
	}
	return out
}

// lowered returns an entry with the limits of another that are lower. Limits are compared only if
// both count the same findings.
func (e Entry) lowered(by Entry) Entry {
	isMax := func(f EntryField) bool { return f.Key == "max" }
	rest := func(x Entry) string {
		return Entry{Fields: slices.DeleteFunc(slices.Clone(x.Fields), isMax)}.key()
	}
	i, j := slices.IndexFunc(e.Fields, isMax), slices.IndexFunc(by.Fields, isMax)
	if i < 0 || j < 0 || rest(e) != rest(by) {
		return e
	}
	e.Fields = slices.Clone(e.Fields)
	e.Fields[i].Texts = slices.Clone(e.Fields[i].Texts)
	for n, text := range e.Fields[i].Texts {
		for _, other := range by.Fields[j].Texts {
			if isLower(other, text) {
				e.Fields[i].Texts[n] = other
			}
		}
	}
	return e
}

// isLower reports whether two limits have the same name, and the first allows less.
func isLower(a, b string) bool {
	nameA, numberA := cutLimit(a)
	nameB, numberB := cutLimit(b)
	x, errX := result.ParseCount(numberA)
	y, errY := result.ParseCount(numberB)
	return nameA == nameB && errX == nil && errY == nil && x < y
}

// cutLimit cuts NAME=N; a number alone has no name.
func cutLimit(text string) (name, number string) {
	if name, number, ok := strings.Cut(text, "="); ok {
		return name, number
	}
	return "", text
}
