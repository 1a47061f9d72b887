package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

const bucket = `{"path":"infra/main.tf","kind":"iac","resource":"aws_s3_bucket.logs","rule":"private-buckets-1a2b3c4d5e6f",` +
	`"severity":"high","fingerprint":"f1","block":"b1","count":1,"since":"2026-01-31"}`

const node = `{"path":"Dockerfile","kind":"image","image":"docker.io/library/node","rule":"image-vulnerabilities","severity":"critical","count":7,"since":"2026-01-31"}`

func fileOf(lines ...string) string {
	return "{\n  \"version\": 1,\n  \"entries\": [\n    " + strings.Join(lines, ",\n    ") + "\n  ]\n}\n"
}

func TestBaselineFile(t *testing.T) {
	t.Parallel()
	want := fileOf(node, bucket)
	b, err := policy.ParseBaseline("b.json", []byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(policy.FormatBaseline(b.Entries))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if b.File != "b.json" || b.Entries[0].Count != 7 || b.Entries[1].Block != "b1" {
		t.Errorf("got %+v", b)
	}
	if empty := policy.FormatBaseline(nil); string(empty) != "{\n  \"version\": 1,\n  \"entries\": []\n}\n" {
		t.Errorf("an empty baseline is %s", empty)
	}
}

// A formatter may write the file otherwise, and a merge may put entries in another order.
func TestBaselineInAnotherForm(t *testing.T) {
	t.Parallel()
	want, _ := policy.ParseBaseline("b.json", []byte(fileOf(node, bucket)))
	for _, text := range []string{
		`{"version":1,"entries":[` + bucket + "," + node + `]}`,
		strings.ReplaceAll(fileOf(bucket, node), ",\"", ",\r\n\t\""),
	} {
		got, err := policy.ParseBaseline("b.json", []byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

func TestBaselineRefuses(t *testing.T) {
	t.Parallel()
	change := func(old, changed string) string { return fileOf(node, strings.Replace(bucket, old, changed, 1)) }
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":              {"", "b.json:1:1: the text ends too early"},
		"another format":       {"[]", "b.json:1:1: must not be an array"},
		"no version":           {`{"entries":[]}`, "b.json:1:1: version: missing"},
		"another version":      {strings.Replace(fileOf(), "1", "2", 1), "b.json:1:1: it has version 2, and this scangate reads version 1 alone; fix: use a scangate that reads it, or record it again with --write-baseline"},
		"a conflict":           {fileOf("<<<<<<< HEAD\n" + bucket), "b.json:4:5: a merge conflict; fix: resolve it, or take one side and record it again with --write-baseline"},
		"a result":             {`{"format": 1, "tool": {}}`, "b.json:1:1: a result, and no baseline; fix: record one with --write-baseline, or compare with the result: --compare"},
		"an unknown key":       {change(`"count"`, `"cuont"`), "b.json:5:169: entries[1].cuont: unknown key"},
		"a missing key":        {change(`,"since":"2026-01-31"`, ""), "b.json:5:5: entries[1].since: missing"},
		"an impossible day":    {change("2026-01-31", "2026-02-31"), `b.json:5:5: entries[1].since: must be a day, for example 2026-01-31, got "2026-02-31"`},
		"a day with a time":    {change("2026-01-31", "2026-01-31T00:00:00Z"), "b.json:5:5: entries[1].since: must be a day"},
		"an unknown severity":  {change(`"high"`, `"hihg"`), `entries[1].severity: unknown severity "hihg"`},
		"an unknown kind":      {change(`"iac"`, `"tf"`), `b.json:5:5: entries[1].kind: unknown word "tf"`},
		"a count of nothing":   {change(`"count":1`, `"count":0`), "b.json:5:5: entries[1].count: must be >= 1"},
		"a count that is text": {change(`"count":1`, `"count":"1"`), "entries[1].count: must not be a string"},
		"no rule":              {change("private-buckets-1a2b3c4d5e6f", ""), "b.json:5:5: entries[1].rule: must not be empty"},
		"no fingerprint":       {change(`"fingerprint":"f1",`, ""), "b.json:5:5: entries[1].fingerprint: must not be empty"},
		"no image":             {change(`"iac"`, `"image"`), "b.json:5:5: entries[1].image: must not be empty"},
		"null":                 {change(`"b1"`, "null"), "entries[1].block: must not be null"},
		"a duplicate":          {fileOf(bucket, node, bucket), "b.json:6:5: entries[2]: duplicate of the entry in line 4; fix: keep one of them"},
		"a duplicate key":      {change(`"count"`, `"rule":"x","count"`), "entries[1].rule: duplicate key"},
		"text after its end":   {fileOf(bucket) + "x", "b.json:7:1: invalid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := policy.ParseBaseline("b.json", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || b != nil {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func drawEntry(t *rapid.T) result.BaselineEntry {
	e := result.BaselineEntry{
		Path: rapid.String().Draw(t, "path"), Kind: result.KindIaC, Resource: rapid.String().Draw(t, "resource"),
		Rule: "r" + rapid.String().Draw(t, "rule"), Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"),
		Fingerprint: "f" + rapid.String().Draw(t, "fingerprint"), Block: rapid.String().Draw(t, "block"),
		Count: rapid.IntRange(1, 1<<31-1).Draw(t, "count"), Since: "2026-01-31",
	}
	if rapid.Bool().Draw(t, "image") {
		e.Kind, e.Image, e.Fingerprint = result.KindImage, "i"+rapid.String().Draw(t, "image"), ""
	}
	return e
}

func TestBaselineRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := func(e result.BaselineEntry) result.BaselineKey { return e.Key() }
		entries := rapid.SliceOfNDistinct(rapid.Custom(drawEntry), 0, 6, key).Draw(t, "entries")
		text := policy.FormatBaseline(entries)
		if lines := strings.Count(string(text), "\n"); len(entries) > 0 && lines != len(entries)+5 {
			t.Fatalf("%d lines for %d entries:\n%s", lines, len(entries), text)
		}
		b, err := policy.ParseBaseline("b.json", text)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		result.SortEntries(entries)
		if diff := cmp.Diff(entries, b.Entries, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

func FuzzParseBaseline(f *testing.F) {
	f.Add([]byte(fileOf(bucket, node)))
	f.Add([]byte(`{"version":1,"entries":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := policy.ParseBaseline("b.json", text)
		if err != nil {
			return
		}
		same, err := policy.ParseBaseline("b.json", policy.FormatBaseline(b.Entries))
		if diff := cmp.Diff(b, same); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}
