package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

const someRule = "private-buckets-1a2b3c4d5e6f"

// some draws a subset of a list of items in YAML, in brackets.
func some(t *rapid.T, label string, items ...string) string {
	chosen := slices.DeleteFunc(slices.Clone(items), func(item string) bool { return rapid.Bool().Draw(t, label+" without "+item) })
	return "[" + strings.Join(chosen, ", ") + "]"
}

func someBudget(t *rapid.T, label string) string {
	var all []string
	for _, name := range []string{"critical", "high", "low", "unknown", "'iac:high'", "'image:critical'"} {
		if n := rapid.IntRange(-4, 4).Draw(t, label+" "+name); n >= 0 {
			all = append(all, fmt.Sprintf("%s: %d", name, n))
		}
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// someFile draws a config file, nil for none.
func someFile(t *rapid.T, label string) *config.File {
	if rapid.IntRange(0, 5).Draw(t, label+" is missing") == 0 {
		return nil
	}
	failOn := rapid.SampledFrom([]string{"", "", "", "fail-on: none, ", "fail-on: critical, ", "fail-on: high, ", "fail-on: low, "}).Draw(t, label+" fail-on")
	rules := ""
	if level := rapid.SampledFrom([]string{"", "", "info", "low", "critical"}).Draw(t, label+" rule"); level != "" {
		rules = ", rules: {" + someRule + ": {severity: " + level + ", reason: r}}"
	}
	paths := ""
	if budget := someBudget(t, label+" path"); budget != "{}" && rapid.Bool().Draw(t, label+" paths") {
		paths = ", paths: [{path: 'legacy/**', max: " + budget + "}]"
	}
	only := ""
	if list := some(t, label+" only", "iac", "image"); list != "[]" {
		only = ", only: " + list
	}
	waiver := func(with string) string {
		return "{rule: " + someRule + ", " + with + ", reason: r, owner: o, expires: 2027-01-31}"
	}
	text := "version: 1\nlimits: {" + failOn + "max: " + someBudget(t, label+" max") + rules + paths + "}\n" +
		"targets: {exclude: " + some(t, label+" exclude", "a.tf", "'legacy/**'", "{images: nginx, reason: r}") + only + "}\n" +
		"waivers: " + some(t, label+" waivers", waiver("path: a.tf"), waiver("path: '**', max: 2"), waiver("path: '**', max: 9")) + "\n"
	f, err := config.ParseFile(label+":"+config.FileName, config.FileName, []byte(text))
	if err != nil {
		t.Skip(err) // its limits contradict each other
	}
	return f
}

func findingFor(t *rapid.T) result.Finding {
	kind := rapid.SampledFrom([]result.Kind{result.KindIaC, result.KindImage}).Draw(t, "kind")
	return result.Finding{
		Kind: kind, Rule: rapid.SampledFrom([]string{someRule, "other-1a2b3c4d5e6f"}).Draw(t, "rule"),
		Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"), Count: rapid.IntRange(1, 4).Draw(t, "count"),
		Fingerprint: rapid.StringMatching(`[0-9a-f]{4}`).Draw(t, "fingerprint"), Target: "iac:a.tf",
		Locations: []result.Location{{Path: rapid.SampledFrom([]string{"a.tf", "legacy/b.tf"}).Draw(t, "path"), Line: 1}},
	}
}

// A merged policy is never looser than the target's: it passes nothing that the target's fails, and
// leaves out nothing that the target's asks for. A change that changes nothing is the target's
// policy, approved or not.
func TestAMergedPolicyIsNeverLooser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		target, base, own := someFile(t, "target"), someFile(t, "base"), someFile(t, "own")
		waits := config.LeavesOutMore(base, own) || rapid.Bool().Draw(t, "the baseline grows")
		flags := config.Flags{}
		if level := rapid.SampledFrom([]string{"", "", "high", "none"}).Draw(t, "--fail-on"); level != "" {
			flags["fail-on"] = []string{level}
		}
		resolve := func(f *config.File) *config.Config {
			cfg, err := config.Resolve(config.Settings(config.Scan), flags, func(string) string { return "" }, f)
			if err != nil {
				return nil
			}
			return cfg
		}
		findings := rapid.SliceOfN(rapid.Custom(findingFor), 0, 6).Draw(t, "findings")
		rows := []result.Row{{Target: result.Target{Kind: result.KindIaC, Name: "a.tf"}, Status: result.Answered, Evidence: result.BySubmission}}
		decide := func(cfg *config.Config) gate.Verdict {
			v, _ := gate.Decide(rows, findings, cfg.Policy, gate.Options{Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)})
			return v
		}
		strict, merged := resolve(target), resolve(config.Merge(target, base, own, waits))
		if strict == nil || merged == nil {
			return // no run takes a verdict by it
		}
		before, after := decide(strict), decide(merged)
		if before.ExitCode() != gate.ExitPass && after.ExitCode() == gate.ExitPass {
			t.Fatalf("the target's policy: %s\nmerged: %s", before.Line(), after.Line())
		}
		patterns := func(all []result.Exclusion) []string {
			var texts []string
			for _, e := range all {
				texts = append(texts, e.Pattern)
			}
			return texts
		}
		for _, p := range slices.Concat(patterns(merged.Exclude), patterns(merged.ExcludeImages)) {
			if !slices.Contains(slices.Concat(patterns(strict.Exclude), patterns(strict.ExcludeImages)), p) {
				t.Fatalf("the change excludes %s", p)
			}
		}
		for kind, asked := range strict.Only {
			if asked && !merged.Only[kind] {
				t.Fatalf("the change leaves out %s", kind)
			}
		}
		for _, same := range []*config.File{config.Merge(target, own, own, waits), config.Approved(target, own, own)} {
			if target == nil {
				continue
			}
			if after := decide(resolve(same)); after.ExitCode() != before.ExitCode() || after.Record().Waived != before.Record().Waived {
				t.Fatalf("a change of nothing: %s\nthe target's: %s", after.Line(), before.Line())
			}
		}
	})
}
