package config

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// policyFile parses a file, nil for "".
func policyFile(t testing.TB, text string) *File {
	t.Helper()
	if text == "" {
		return nil
	}
	f, err := ParseFile(FileName, FileName, []byte("version: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every key that holds a value has a class: one without would let a change decide about itself.
func TestEveryKeyHasAClass(t *testing.T) {
	t.Parallel()
	all := classes()
	for key, shape := range keys() {
		class, known := all[key]
		parent := key[:max(0, strings.LastIndexByte(key, '.'))]
		switch {
		case shape == shapeSection:
		case known && class.String() == "":
			t.Errorf("%s has no class", key)
		case !known && all[parent] == 0: // but for the fields of an entry
			t.Errorf("%s has no class; fix: add it to classes, and to Merge", key)
		}
	}
	for key := range all {
		if _, ok := keys()[key]; !ok {
			t.Errorf("%s has a class and is not a key", key)
		}
	}
}

// texts lists what a file says of the keys that it has.
func texts(f *File) map[string][]string {
	all := map[string][]string{}
	if f == nil {
		return all
	}
	for key, values := range f.values {
		for _, v := range values {
			text := v.Text
			if v.why.expires != "" {
				text += " until " + v.why.expires
			}
			if v.Origin.layer == layerChange {
				text += " (change)"
			}
			all[key] = append(all[key], text)
		}
	}
	for _, l := range f.paths {
		text := l.path + " " + l.Text
		if l.Origin.layer == layerChange {
			text += " (change)"
		}
		all["limits.paths"] = append(all["limits.paths"], text)
	}
	for _, r := range f.rules {
		all["limits.rules"] = append(all["limits.rules"], r.Rule+" "+r.Severity.String())
	}
	for _, w := range f.waivers {
		all["waivers"] = append(all["waivers"], w.Rule+" "+w.Path+" until "+w.Expires)
	}
	for key, entries := range f.entries {
		for _, e := range entries {
			all[key] = append(all[key], strings.ReplaceAll(strings.ReplaceAll(e.key(), "\x00", ":"), "\x01", " "))
		}
	}
	delete(all, "version")
	return all
}

func waiverOf(path string) string {
	return "{rule: private-buckets-1a2b3c4d5e6f, path: " + path + ", reason: r, owner: o, expires: 2027-01-31}"
}

func TestMerge(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		// base is the target's unless it is set.
		target, base, change string
		want                 map[string][]string
	}{
		"a target without a policy": {"", "", "limits: {max: {critical: 9999}}\n", map[string][]string{}},
		"a deleted policy": {
			"targets: {exclude: [a], images: [x]}\nlimits: {max: {high: 0}}\n", "", "",
			map[string][]string{"targets.images": {"x"}, "limits.max": {"high=0"}},
		},
		"other limits count beside": {
			"limits: {fail-on: high, max: {high: 0}}\n", "", "limits: {fail-on: none, max: {high: 9999}}\n",
			map[string][]string{"limits.fail-on": {"high", "none (change)"}, "limits.max": {"high=0", "high=9999 (change)"}},
		},
		"the same limits count once": {"limits: {max: {high: 0}}\n", "", "limits: {max: {high: 0}}\n", map[string][]string{"limits.max": {"high=0"}}},
		"limits that others lowered since": {
			"limits: {max: {high: 0}}\n", "limits: {max: {high: 9}}\n", "limits: {max: {high: 9}}\n", map[string][]string{"limits.max": {"high=0"}},
		},
		"limits with a new exclusion wait": {
			"limits: {max: {high: 9}}\n", "", "limits: {max: {high: 1}}\ntargets: {exclude: [a]}\n", map[string][]string{"limits.max": {"high=9"}},
		},
		"fewer exclusions": {"targets: {exclude: [a, b]}\n", "", "targets: {exclude: [b]}\n", map[string][]string{"targets.exclude": {"b"}}},
		"one exclusion for another": {
			"targets: {exclude: [a, b]}\n", "", "targets: {exclude: [b, c]}\n", map[string][]string{"targets.exclude": {"a", "b"}},
		},
		"an exclusion that others added since": {
			"targets: {exclude: [a, b]}\n", "targets: {exclude: [a]}\n", "targets: {exclude: [a]}\n", map[string][]string{"targets.exclude": {"a", "b"}},
		},
		"an exclusion with a later end": {
			"targets: {exclude: [{files: a, expires: 2027-01-31}]}\n", "", "targets: {exclude: [{files: a, expires: 2029-01-31}]}\n",
			map[string][]string{"targets.exclude": {"a until 2027-01-31"}},
		},
		"excluded images": {
			"targets: {exclude: [{images: a/b}]}\n", "", "targets: {exclude: [{images: a/b}, {images: a/c}]}\n",
			map[string][]string{"targets.exclude.images": {"a/b"}},
		},
		"more images":          {"targets: {images: [a]}\n", "", "targets: {images: [b]}\n", map[string][]string{"targets.images": {"a", "b"}}},
		"more kinds":           {"targets: {only: [iac]}\n", "", "targets: {only: ['image,dockerfile']}\n", map[string][]string{"targets.only": {"iac", "image", "dockerfile"}}},
		"all kinds":            {"targets: {only: [iac]}\n", "", "timeout: 30m\n", map[string][]string{"targets.only": {"iac", "dockerfile", "image"}}},
		"fewer kinds than all": {"timeout: 30m\n", "", "targets: {only: [iac]}\n", map[string][]string{"timeout": {"30m"}}},
		"what has no order": {
			"vars: {A: 1}\ntimeout: 1m\niac: {policy: p, save-results: false}\ntargets: {build-args: {B: 1}, platforms: [linux/amd64]}\n", "",
			"vars: {A: 2, C: 3}\ntimeout: 9m\niac: {policy: q, save-results: true}\ntargets: {build-args: {B: 2}, platforms: [linux/arm64]}\n",
			map[string][]string{
				"vars": {"A=1"}, "timeout": {"1m"}, "iac.policy": {"p"}, "iac.save-results": {"false"},
				"targets.build-args": {"B=1"}, "targets.platforms": {"linux/amd64"},
			},
		},
		"alert sources": {
			"alerts: [{source: a, max: {critical: 3, high: 3}}, {source: b}]\n", "",
			"alerts: [{source: a, max: {high: 9, critical: 1, low: 5}}, {source: c}]\n",
			map[string][]string{"alerts": {"max:critical=1:high=3 source:a", "source:b", "source:c"}},
		},
		"an alert source that asks for less": {
			"alerts: [{source: a, days: 30, max: {critical: 3}}]\n", "", "alerts: [{source: a, days: 1, max: {critical: 0}}]\n",
			map[string][]string{"alerts": {"days:30 max:critical=3 source:a"}},
		},
		"limits of paths": {
			"limits: {paths: [{path: a, max: {high: 3}}]}\n", "", "limits: {paths: [{path: a, max: {high: 9}}]}\n",
			map[string][]string{"limits.paths": {"a high=3", "a high=9 (change)"}},
		},
		"severities of rules": {
			"limits: {rules: {private-buckets-1a2b3c4d5e6f: {severity: high, reason: r}}}\n", "",
			"limits: {rules: {private-buckets-1a2b3c4d5e6f: {severity: low, reason: r}}}\n",
			map[string][]string{"limits.rules": {"private-buckets-1a2b3c4d5e6f high"}},
		},
		"fewer waivers": {
			"waivers: [" + waiverOf("a") + "," + waiverOf("b") + "]\n", "", "waivers: [" + waiverOf("b") + "]\n",
			map[string][]string{"waivers": {"private-buckets-1a2b3c4d5e6f b until 2027-01-31"}},
		},
		"one waiver for another": {
			"waivers: [" + waiverOf("a") + "," + waiverOf("b") + "]\n", "", "waivers: [" + waiverOf("b") + "," + waiverOf("c") + "]\n",
			map[string][]string{"waivers": {"private-buckets-1a2b3c4d5e6f a until 2027-01-31", "private-buckets-1a2b3c4d5e6f b until 2027-01-31"}},
		},
		"limits of paths with a new waiver wait": {
			"limits: {paths: [{path: a, max: {high: 9}}]}\n", "", "limits: {paths: [{path: a, max: {high: 1}}]}\nwaivers: [" + waiverOf("c") + "]\n",
			map[string][]string{"limits.paths": {"a high=9"}},
		},
		"limits with a new waiver wait": {
			"limits: {max: {high: 9}}\n", "", "limits: {max: {high: 1}}\nwaivers: [" + waiverOf("c") + "]\n", map[string][]string{"limits.max": {"high=9"}},
		},
		"a check": {
			"checks: [{name: a, search: x, max: 3}]\n", "", "checks: [{name: a, search: x, max: 1}, {name: b, search: x}]\n",
			map[string][]string{"checks": {"max:1 name:a search:x", "name:b search:x"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, change := policyFile(t, tt.target), policyFile(t, tt.change)
			base := target
			if tt.base != "" {
				base = policyFile(t, tt.base)
			}
			got := texts(Merge(target, base, change, LeavesOutMore(base, change)))
			maps.DeleteFunc(got, func(_ string, list []string) bool { return len(list) == 0 })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("merged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApproved(t *testing.T) {
	t.Parallel()
	target := policyFile(t, "limits: {max: {high: 0, low: 3}}\ntargets: {exclude: [a, new]}\ntimeout: 9m\nalerts: [{source: a}]\n")
	base := policyFile(t, "limits: {max: {high: 0, low: 9}}\ntargets: {exclude: [a]}\ntimeout: 1m\nalerts: [{source: a}]\n")
	change := policyFile(t, "limits: {max: {high: 7, low: 9}}\ntargets: {exclude: [b]}\ntimeout: 1m\nalerts: [{source: a, days: 3}]\n")
	want := map[string][]string{
		"limits.max": {"low=3", "high=7"}, "targets.exclude": {"new", "b"}, "timeout": {"9m"}, "alerts": {"days:3 source:a"},
	}
	if diff := cmp.Diff(want, texts(Approved(target, base, change))); diff != "" {
		t.Errorf("approved (-want +got):\n%s", diff)
	}
	if Approved(nil, nil, change) != change {
		t.Error("adoption is not approved as a whole")
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		base, change string
		want         []string
	}{
		"nothing":         {"limits: {fail-on: high}\n", "limits: {fail-on: high}\ntargets: {}\n", nil},
		"the same anew":   {"", "limits: {fail-on: high, max: {unknown: 0}}\n", nil},
		"a looser budget": {"", "limits: {max: {critical: 9999}}\n", []string{"loosens limits: critical 0 → 9999"}},
		"none": {
			"", "limits: {fail-on: none}\n", []string{"loosens limits: critical 0 → any", "loosens limits: high 0 → any"},
		},
		"a kind": {"", "limits: {max: {'image:high': 3, not-sent: 0}}\n", []string{"loosens limits: image:high 0 → 3", "tightens limits: not-sent any → 0"}},
		"a budget that is gone": {
			"limits: {max: {low: 3, not-sent: 0}}\n", "", []string{"loosens limits: low 3 → any", "loosens limits: not-sent 0 → any"},
		},
		"exclusions": {
			"targets: {exclude: [a]}\n", "targets: {exclude: ['*.tf', {images: x/y}]}\n",
			[]string{`loosens targets.exclude: excludes "*.tf"`, `loosens targets.exclude.images: excludes "x/y"`, `tightens targets.exclude: excludes no longer "a"`},
		},
		"kinds": {"", "targets: {only: [iac]}\n", []string{`loosens targets.only: removes "dockerfile"`, `loosens targets.only: removes "image"`}},
		"limits of paths": {
			"limits: {paths: [{path: a, max: {low: 3}}]}\n", "limits: {paths: [{path: b, max: {high: 3}}, {path: c, max: {high: 0}}]}\n",
			[]string{`loosens limits.paths: limits b to high=3`, `loosens limits.paths: limits a no longer to low=3`, `tightens limits.paths: limits c to high=0`},
		},
		"severities of rules": {
			"", "limits: {rules: {private-buckets-1a2b3c4d5e6f: {severity: low, reason: r}}}\n",
			[]string{"unordered limits.rules: private-buckets-1a2b3c4d5e6f is low"},
		},
		"a waiver": {
			"", "waivers: [" + waiverOf("a") + "]\n",
			[]string{"loosens waivers: waives private-buckets-1a2b3c4d5e6f until 2027-01-31 (o): r"},
		},
		"values": {"vars: {A: 1}\n", "vars: {A: 2}\n", []string{`unordered vars: sets "A=2"`, `unordered vars: sets no longer "A=1"`}},
		"alerts": {
			"alerts: [{source: a, max: {high: 1}}, {source: b}, {source: c, max: {high: 3}}]\n",
			"alerts: [{source: a, max: {high: 2}}, {source: c, max: {high: 1}}, {source: d}]\n",
			[]string{`loosens alerts: changes "a"`, `loosens alerts: removes "b"`, `tightens alerts: lowers limits of "c"`, `tightens alerts: adds "d"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := Differences(policyFile(t, tt.base), policyFile(t, tt.change))
			var got []string
			for _, d := range all {
				got = append(got, string(d.Effect)+" "+d.Key+": "+d.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if hash := approvalOf(all); (hash == "") != (tt.want == nil) || hash != "" && len(hash) != result.ApprovalDigits {
				t.Errorf("approval %q", hash)
			}
		})
	}
}

func approvalOf(all []Difference) string {
	var plain []result.PolicyDifference
	for _, d := range all {
		plain = append(plain, d.PolicyDifference)
	}
	return result.ApprovalOf(plain)
}

// Each difference alone is a change whose differences are this one.
func TestAlone(t *testing.T) {
	t.Parallel()
	base := "limits: {max: {high: 0, low: 3}, paths: [{path: a, max: {low: 1}}]}\ntargets: {exclude: [a], images: [x], only: [iac, image]}\nalerts: [{source: a, max: {high: 1}}, {source: b}]\n"
	change := "limits: {fail-on: none, max: {high: 7, low: 9}, paths: [{path: b, max: {high: 8}}], rules: {private-buckets-1a2b3c4d5e6f: {severity: low, reason: r}}}\n" +
		"targets: {exclude: [a, b, {images: y}], images: [x, z], only: [iac]}\nalerts: [{source: a, max: {high: 2}}]\nwaivers: [" + waiverOf("a") + "]\n"
	before := policyFile(t, base)
	all := Differences(before, policyFile(t, change))
	alone := 0
	for _, d := range all {
		if d.Alone == nil {
			continue
		}
		alone++
		got := Differences(before, d.Alone)
		if len(got) != 1 || !got[0].Is(&d.PolicyDifference) && got[0].Text != "critical 0 → 2147483647" {
			t.Errorf("alone, %s %s is %+v", d.Key, d.Text, got)
		}
	}
	if alone != 12 || len(all) != 13 {
		t.Errorf("%d of %d differences stand alone", alone, len(all))
	}
}

// Any edit gives another hash.
func TestApprovalCoversEverything(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{
		"limits: {max: {critical: 9999}}\n", "limits: {max: {critical: 9998}}\n", "limits: {max: {critical: 9999, low: 1}}\n",
		"vars: {A: 1}\n", "vars: {A: 2}\n", "targets: {exclude: [a]}\n", "targets: {exclude: [{files: a, reason: b}]}\n",
		"targets: {exclude: [{files: a, expires: 2027-01-31}]}\n", "targets: {images: [a]}\n", "alerts: [{source: a}]\n",
		"waivers: [" + waiverOf("a") + "]\n", "waivers: [" + waiverOf("b") + "]\n",
		"alerts: [{source: a, max: {high: 1}}]\n", "checks: [{name: a, search: b}]\n", "timeout: 1m\n",
	} {
		hash := approvalOf(Differences(nil, policyFile(t, text)))
		if other, twice := seen[hash]; twice || hash == "" {
			t.Errorf("%q has the hash %q of %q", text, hash, other)
		}
		seen[hash] = text
	}
}
