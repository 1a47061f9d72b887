package locate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// only places one alert, which must be one finding.
func only(t testing.TB, files map[string]string, details string) result.Finding {
	t.Helper()
	found := repoOf(files).place(t, details)
	if len(found) != 1 {
		t.Fatalf("%q is %d findings", details, len(found))
	}
	return found[0]
}

const openGroup = `resource "aws_security_group_rule" "in" {
  from_port   = %s
  cidr_blocks = ["%s"]
  description = "reviewed"
}
`

// Whoever wants a new finding to have the fingerprint of an accepted one changes the file so that
// the service says the same about something worse.
func TestAimedFindingsHaveOtherFingerprints(t *testing.T) {
	t.Parallel()
	const at = " (Ref: aws_security_group_rule.in, File: main.tf)"
	rule := func(port, cidr string) string { return fmt.Sprintf(openGroup, port, cidr) }
	variables := func(values string) map[string]string {
		return map[string]string{
			"main.tf":  "variable \"days\" {\n  default = 7\n}\nresource \"aws_security_group_rule\" \"in\" {\n  days = var.days\n  name = \"x-${var.days}\"\n}\n",
			"a.tfvars": "", "terraform.tfvars": values,
		}
	}
	for name, tt := range map[string]struct {
		before, after map[string]string
		says, saysNow string
	}{
		"another CIDR and port": {
			map[string]string{"main.tf": rule("443", "10.0.0.0/8")}, map[string]string{"main.tf": rule("22", "0.0.0.0/0")},
			"10.0.0.0/8 port 443", "0.0.0.0/0 port 22",
		},
		"another port": {
			map[string]string{"main.tf": rule("443", "10.0.0.0/8")}, map[string]string{"main.tf": rule("22", "10.0.0.0/8")},
			"opens 443", "opens 22",
		},
		"a CIDR and a port from where nothing resolves them": {
			map[string]string{"main.tf": rule("var.a", "${local.b}")}, map[string]string{"main.tf": rule("var.a", "${local.b}")},
			"10.0.0.0/8 port 443", "0.0.0.0/0 port 22",
		},
		"a number from a file of variables": {
			variables("days = 90\n"), variables("days = 1\n"), "kept for 90 days", "kept for 1 days",
		},
		"an account": {
			map[string]string{"main.tf": rule("0", "arn:aws:iam::111122223333:root")},
			map[string]string{"main.tf": rule("0", "arn:aws:iam::444455556666:root")},
			"trusts 111122223333", "trusts 444455556666",
		},
		"a number that is not a value": {
			map[string]string{"main.tf": strings.Replace(rule("0", "a"), "\n", "\n  # ticket 4711\n", 1)},
			map[string]string{"main.tf": strings.Replace(rule("0", "a"), "\n", "\n  # ticket 815\n", 1)},
			"see 4711", "see 815",
		},
		"a role's id": {
			map[string]string{"main.tf": rule("0", "acdd72a7-3385-48ef-bd42-f606fba81ae7")},
			map[string]string{"main.tf": rule("0", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635")},
			"grants acdd72a7-3385-48ef-bd42-f606fba81ae7", "grants 8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
		},
		"a name with a number": {
			map[string]string{"main.tf": rule("0", "group-1")}, map[string]string{"main.tf": rule("0", "group-2")},
			"lets in group-1", "lets in group-2",
		},
	} {
		before, after := only(t, tt.before, tt.says+at), only(t, tt.after, tt.saysNow+at)
		if before.Fingerprint == after.Fingerprint {
			t.Errorf("%s: %q and %q have the same fingerprint", name, tt.says, tt.saysNow)
		}
		if before.Uncertain != "" || before.Block == "" {
			t.Errorf("%s: uncertain %q, block %q", name, before.Uncertain, before.Block)
		}
	}
}

// Copies of a module, and resources inside one, are different things on the same lines.
func TestModulesHaveFingerprintsOfTheirOwn(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"main.tf":   "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\nmodule \"far\" {\n  source = \"x/y/z\"\n}\n",
		"m/main.tf": "resource \"aws_vpc\" \"this\" {}\n",
	}
	var prints []string
	for _, ref := range []string{"module.a.aws_vpc.this, File: m", "module.b.aws_vpc.this, File: m", "module.far.aws_vpc.a, File: ", "module.far.aws_vpc.b, File: "} {
		file := strings.TrimPrefix(strings.TrimSuffix(ref[strings.LastIndex(ref, ": ")+2:]+"/main.tf", " "), "/")
		f := only(t, files, "open (Ref: "+ref[:strings.LastIndex(ref, ",")]+", File: "+file+")")
		if f.Resource == "" {
			t.Errorf("%s: %+v", ref, f)
		}
		prints = append(prints, f.Fingerprint)
	}
	slices.Sort(prints)
	if n := len(slices.Compact(prints)); n != 4 {
		t.Errorf("%d fingerprints, want 4", n)
	}
}

// Findings without a place keep the numbers of their names, and not the ids.
func TestNamesOfUnplacedFindings(t *testing.T) {
	t.Parallel()
	files := map[string]string{"main.tf": ""}
	prints := map[string]string{}
	for _, ref := range []string{"web-1, File: gone.tf", "web-2, File: gone.tf", "web-1, File: gone2.tf"} {
		prints[only(t, files, "open (Ref: "+ref+")").Fingerprint] = ref
	}
	if len(prints) != 3 {
		t.Errorf("fingerprints %v, want 3", prints)
	}
	a := only(t, files, "open (Ref: web, File: /tmp/0a0b0c0d-1111-2222-3333-444455556666/gone.tf:12)")
	b := only(t, files, "open (Ref: web, File: /tmp/ffffffff-1111-2222-3333-444455556666/gone.tf:99)")
	if a.Fingerprint != b.Fingerprint {
		t.Error("the folder of an upload or a line makes another fingerprint")
	}
}

// A block's hash is that of its text alone.
func TestBlockHash(t *testing.T) {
	t.Parallel()
	const at = "open (Ref: aws_security_group_rule.in, File: main.tf)"
	text := fmt.Sprintf(openGroup, "22", "0.0.0.0/0")
	of := func(text string) string { return only(t, map[string]string{"main.tf": text}, at).Block }
	want := of(text)
	if len(want) != 32 {
		t.Fatalf("hash %q", want)
	}
	for name, same := range map[string]string{
		"shifted": "# a\n\n" + text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "blanks": strings.ReplaceAll(text, "\n", " \t\n"),
		"other blocks": "variable \"a\" {}\n" + text + "resource \"aws_vpc\" \"v\" {}\n", "no last line break": strings.TrimSpace(text),
	} {
		if got := of(same); got != want {
			t.Errorf("%s: the hash is %s, want %s", name, got, want)
		}
	}
	for name, other := range map[string]string{
		"a value": strings.Replace(text, "22", "23", 1), "a comment": strings.Replace(text, "reviewed", "unseen", 1),
		"indentation": strings.Replace(text, "  from", "   from", 1), "a line": strings.Replace(text, "\n  from", "\n\n  from", 1),
	} {
		if of(other) == want {
			t.Errorf("%s makes no other hash", name)
		}
	}
	for _, without := range []string{"open (Ref: gone, File: main.tf)", "open (Ref: no_reference_found, File: main.tf)", "open (Ref: in, File: gone.tf)"} {
		if f := only(t, map[string]string{"main.tf": text}, without); f.Block != "" {
			t.Errorf("%s: hash %s of no block", without, f.Block)
		}
	}
}

// A rendered template is what the service saw: its block counts, though the line is that of the
// file that it is rendered from.
func TestBlockOfARenderedTemplate(t *testing.T) {
	t.Parallel()
	place := func(port string) result.Finding {
		r := repoOf(map[string]string{"out/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: " + port + "}]}\n"})
		targets := result.Target{Kind: result.KindIaC, Name: "out/s.yaml", RenderedFrom: "chart/s.yaml"}
		return mustPlace(t, []result.Submission{r.submission(alert("s", "opens "+port+" (Ref: s, File: out/s.yaml)"))}, nil, r.source(targets))[0]
	}
	a, b := place("80"), place("22")
	if a.Block == "" || a.Block == b.Block || a.Fingerprint == b.Fingerprint || a.Locations[0].Path != "chart/s.yaml" || a.Uncertain != "" {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// Names of the templates may hold what leads a finding elsewhere. Then it says so.
func TestUncertainFindings(t *testing.T) {
	t.Parallel()
	const bucket = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"shop\"\n}\n"
	files := map[string]string{
		"a/main.tf": bucket, "b/main.tf": bucket + "resource \"aws_s3_bucket\" \"shop\" {}\nresource \"aws_sqs_queue\" \"q\" {}\n",
		"c/one.tf": "resource \"aws_vpc\" \"v\" {}\nresource \"aws_vpc\" \"w\" {}\n", "c/one.tf) two.tf": bucket, "d/[x].tf": bucket, "f/a.tf": bucket, "f/a.tf ": bucket,
		"e/bad.tf": "resource \"a\" {", "e/k.yaml": "kind: Pod\napiVersion: v1\nmetadata: {name: x, namespace: a}\n---\nkind: Pod\napiVersion: v1\nmetadata: {name: x, namespace: b}\n",
		"e/t.yaml": "kind: Pod\napiVersion: v1\nmetadata: {name: x}\n---\nkind: Service\napiVersion: v1\nmetadata: {name: x}\n",
	}
	const (
		certain  = ""
		label    = "a label that belongs to no reference"
		several  = "matches several resources of the file"
		twoFiles = "files of the submission"
	)
	for details, want := range map[string]string{
		"open. AWS_S3 (Ref: logs, File: a/main.tf) branch: x":                                   certain,
		"open (Ref: aws_s3_bucket.logs, File: /tmp/u/a/main.tf)\nopen (Ref: v, File: c/one.tf)": certain,
		"open (Ref: no_reference_found, File: no_specific_file)":                                certain,
		"open (Ref: no_reference_found, File: a/main.tf)":                                       certain,
		"open (Ref: logs, File: d/[x].tf)":                                                      certain,
		"open (Ref: logs, File: f/a.tf)":                                                        "another file",
		"open":                                                                                  certain,
		"allows s3:* on Resource: logs/* (Ref: logs, File: a/main.tf)":                          certain,
		"open (Ref: v, File: one.tf)":                                                           certain,
		"open (Ref: logs, File: a/main.tf, File: b/main.tf)":                                    "a bracket",
		"open (Ref: logs, File: a/main.tf)\n branch: , File: b/main.tf)":                        label,
		"open (Ref: logs), File: b/main.tf)":                                                    "a bracket",
		"open (Ref: x(File: a/main.tf), File: b/main.tf)":                                       "one label beside others",
		"the bucket 'x (Ref: logs, File: a/main.tf)' is open (Ref: q, File: b/main.tf)":         "several references",
		"open (Ref: logs, Resource: q, File: b/main.tf)":                                        "one label beside others",
		"open, Ref: logs (File: b/main.tf)":                                                     certain,
		"open (Ref: \"logs File: a/main.tf\", File: b/main.tf)":                                 label,
		"open (Ref: v, File: c/one.tf) two.tf)":                                                 "a second file",
		"open (Ref: logs, File: main.tf)":                                                       twoFiles,
		"open (Ref: q, File: main.tf)":                                                          twoFiles,
		"open (Ref: q, File: /srv/gone/main.tf)":                                                "is called alike",
		"open (Ref: q)":                                                                         "name no file",
		"open (Ref: logs)":                                                                      "name no file",
		"open (Ref: nothing)":                                                                   "name no file",
		"open (Ref: v, File: gone.tf)":                                                          "was not in the submission",
		"open (Ref: nothing, File: a/main.tf)":                                                  "no resource of the file matches",
		"open (Ref: logs, File: e/bad.tf)":                                                      "can't be parsed",
		"open (Ref: x, File: e/k.yaml)":                                                         several,
		"open: the Pod x (Ref: x, File: e/t.yaml)":                                              several,
		"open (Ref: shop, File: b/main.tf)":                                                     several,
		"open (Ref: aws_s3_bucket.shop, File: b/main.tf)":                                       certain,
		"aws_vpc.v is open (File: c/one.tf)":                                                    "only the text around",
		"c/one.tf is open":                                                                      "only running text",
	} {
		for _, f := range repoOf(files).place(t, details) {
			if (want == certain) != (f.Uncertain == "") || !strings.Contains(f.Uncertain, want) {
				t.Errorf("%q: uncertain %q, want %q (%s %v)", details, f.Uncertain, want, f.Placement, f.Locations)
			}
		}
	}
}

// Of equal findings, a fixed one leaves the fingerprints of the others, and one more adds one.
func TestEqualFindingsAreAMultiset(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"main.tf": "resource \"aws_s3_bucket\" \"logs\" {}\n"})
	rapid.Check(t, func(rt *rapid.T) {
		draw := func() result.Alert {
			a := alert("s", fmt.Sprintf("open %d (Ref: logs, File: main.tf)", rapid.IntRange(1, 3).Draw(rt, "count")))
			a.Severity = rapid.SampledFrom(result.Severities()).Draw(rt, "severity")
			return a
		}
		var alerts []result.Alert
		for range rapid.IntRange(1, 6).Draw(rt, "n") {
			alerts = append(alerts, draw())
		}
		before := sortedPrints(r.placeAll(t.Context(), alerts...))
		gone := rapid.IntRange(0, len(alerts)-1).Draw(rt, "gone")
		fewer := sortedPrints(r.placeAll(t.Context(), slices.Delete(slices.Clone(alerts), gone, gone+1)...))
		more := sortedPrints(r.placeAll(t.Context(), append(slices.Clone(alerts), draw())...))
		if diff := missing(before, fewer); len(diff) != 1 || len(missing(fewer, before)) != 0 {
			rt.Errorf("without alert %d, %v are gone", gone, diff)
		}
		if diff := missing(more, before); len(diff) != 1 || len(missing(before, more)) != 0 {
			rt.Errorf("with one more, %v are new", diff)
		}
	})
}

// A finding that is worse than an accepted one does not take its fingerprint.
func TestAWorseFindingIsTheNewOne(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"main.tf": "resource \"aws_s3_bucket\" \"logs\" {}\n"})
	of := func(s result.Severity, text string) result.Alert {
		a := alert("s", text+" (Ref: logs, File: main.tf)")
		a.Severity = s
		return a
	}
	for _, worse := range []result.Severity{result.Critical, result.Unknown} {
		alone := r.placeAll(t.Context(), of(result.Low, "open 2"))[0]
		both := r.placeAll(t.Context(), of(worse, "open 1"), of(result.Low, "open 2"))
		if both[1].Fingerprint != alone.Fingerprint || both[0].Fingerprint == alone.Fingerprint {
			t.Errorf("%s: fingerprints %v, that of the finding that was there is %s", worse, prints(both), alone.Fingerprint)
		}
	}
}

func sortedPrints(findings []result.Finding) []string {
	return slices.Sorted(slices.Values(prints(findings)))
}

// missing returns what is in a and not in b.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// Moved blocks keep their fingerprints and hashes, whatever counts are added to the text. A port
// in the block that changes makes others.
func TestIdentityOfMovedAndChangedBlocks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(rt, "blocks")
		blocks, alerts := make([]string, n), make([]result.Alert, n)
		for i := range n {
			// Four digits: no count in the text stands in a block.
			blocks[i] = strings.Replace(fmt.Sprintf(openGroup, fmt.Sprint(1000+i), "0.0.0.0/0"), `"in"`, fmt.Sprintf(`"in%c"`, 'a'+i), 1)
			alerts[i] = alert("s", fmt.Sprintf("%d of %d: opens %d (Ref: aws_security_group_rule.in%c, File: main.tf)", i, n, 1000+i, 'a'+i))
		}
		place := func(text string, alerts []result.Alert) []result.Finding {
			return repoOf(map[string]string{"main.tf": text}).placeAll(t.Context(), alerts...)
		}
		before := place(strings.Join(blocks, ""), alerts)
		moved := rapid.Permutation(blocks).Draw(rt, "order")
		counted := slices.Clone(alerts)
		for i := range counted {
			counted[i].Details = strings.Replace(counted[i].Details, fmt.Sprintf("of %d:", n), fmt.Sprintf("of %d:", rapid.IntRange(0, 999).Draw(rt, "count")), 1)
		}
		after := place(strings.Join(moved, strings.Repeat("\n", rapid.IntRange(0, 3).Draw(rt, "shift"))), counted)
		hashes := func(findings []result.Finding) (all []string) {
			for _, f := range findings {
				all = append(all, f.Block)
			}
			return all
		}
		if diff := cmp.Diff(prints(before), prints(after)) + cmp.Diff(hashes(before), hashes(after)); diff != "" {
			rt.Errorf("moved: (-before +after)\n%s", diff)
		}
		changed := rapid.IntRange(0, n-1).Draw(rt, "changed")
		port := fmt.Sprint(1000 + changed)
		blocks[changed] = strings.Replace(blocks[changed], port, "22", 1)
		counted[changed].Details = strings.Replace(alerts[changed].Details, port, "22", 1)
		for i, f := range place(strings.Join(blocks, ""), counted) {
			if same := f.Fingerprint == before[i].Fingerprint; same != (i != changed) || same != (f.Block == before[i].Block) {
				rt.Errorf("block %d of which %d changed: the same fingerprint %v", i, changed, same)
			}
		}
	})
}
