package cli_test

import (
	"cmp"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// assumedTree has a target of every kind, a source and a check.
func assumedTree() map[string]string {
	return map[string]string{
		"Dockerfile":    "FROM nginx:1.27\n",
		"infra/main.tf": "resource \"aws_redshift_cluster\" \"house\" {\n  publicly_accessible = true\n}\n",
		"pod.yaml":      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: \"redis:7.2\"}]\n",
		".scangate.yaml": "version: 1\nalerts:\n  - {source: cloud-optix, providerList: [AWS, Azure], older-than: 1h, max: {critical: 99, high: 99}}\n" +
			"checks:\n  - {name: no public buckets, search: AWS_S3, term: isPublic:true, max: 9}\n" +
			"  - {name: users without MFA, inventory: users, provider: AWS, where: isMfaActive == false, max: 99}\n" +
			"  - {name: old functions, inventory: serverless, provider: AWS, where: \"runtime contains 'python'\", max: 99}\n" +
			"  - {name: public pods, inventory: containers, cloudProvider: eks, containerType: pods, where: isPublic == true, max: 99}\n",
	}
}

// scanAssuming scans a tree against an emulator, with limits that nothing crosses.
func scanAssuming(t *testing.T, files map[string]string, o emulator.Options, args ...string) (r ran) {
	t.Helper()
	dir := treeOf(t, files)
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, optixInMemory(func(opts *emulator.Options) {
			o.Now, o.Key = opts.Now, cmp.Or(o.Key, opts.Key)
			*opts = o
		}))
		r = scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, append(args, "--fail-on", "none", "--timeout", "1m")...)
	})
	return r
}

func verdictLine(r ran) string {
	lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
	return lines[len(lines)-1]
}

// assumedEnd is the end of a scan of a service that does what an assumption says.
type assumedEnd struct {
	code int
	text string
}

// endsOf returns the ends that differ from that of the defaults.
func endsOf() map[string]assumedEnd {
	return map[string]assumedEnd{
		// Info is not sent.
		"more-levels=none":       {0, "low 202, cloud-optix low 7; 10/10 answered"},
		"lists=repeated":         {3, "cloud-optix: the service refused a filter"},
		"current-page=from-zero": {3, "page 1 was asked for, and the answer holds page 0"},
		// The reference says that the first page is 0, and that 0 is refused.
		"serverless-start=refused": {3, "old functions: the service refused a filter (the answer says: Page number should be greater than 0)"},
	}
}

// A scan ends with the verdict of the defaults, or says which answer it doesn't have.
func TestScanUnderEachAssumption(t *testing.T) {
	t.Parallel()
	want := verdictLine(scanAssuming(t, assumedTree(), emulator.Options{}))
	if !strings.HasPrefix(want, "scangate: PASS (exit 0): ") {
		t.Fatal(want)
	}
	for _, a := range emulator.Assumptions() {
		for _, c := range a.Choices {
			t.Run(a.Name+"="+c.Value, func(t *testing.T) {
				t.Parallel()
				r := scanAssuming(t, assumedTree(), emulator.Options{Assume: map[string]string{a.Name: c.Value}})
				end, differs := endsOf()[a.Name+"="+c.Value]
				if differs {
					r.wants(t, end.code, end.text)
				} else if line := verdictLine(r); line != want {
					t.Errorf("%s\nwant %s\n%s", line, want, r.stderr)
				}
			})
		}
	}
}

// situation makes the case in which an assumption counts.
type situation struct {
	options emulator.Options
	files   map[string]string // besides those of assumedTree
	args    []string
	ends    map[string]assumedEnd // by value
}

// same are the ends of all values, where they are the same.
func same(code int, text string, values ...string) map[string]assumedEnd {
	ends := map[string]assumedEnd{}
	for _, v := range values {
		ends[v] = assumedEnd{code, text}
	}
	return ends
}

func situations() map[string]situation {
	strange := strings.ReplaceAll(assumedTree()["pod.yaml"], "redis:7.2", "acme.example/app:1")
	refused := emulator.Options{Faults: emulator.Faults{NoUser: true}}
	return map[string]situation{
		"duplicate-task": {options: emulator.Options{Faults: emulator.Faults{DuplicateForever: true}}, ends: same(5, "another submission of this repository and branch", "running", "none")},
		"quota-task":     {options: emulator.Options{Quota: 1}, ends: same(3, "quota", "failed", "none", "partial")},
		"unknown-task": {options: emulator.Options{Faults: emulator.Faults{Forget: true}}, ends: map[string]assumedEnd{
			"404": {3, "the service does not know the task"}, "failed": {3, "failed; the service gives no reason"}, "refused": {3, "the service refused the parameters"},
		}},
		"unpullable": {files: map[string]string{"pod.yaml": strange}, ends: same(3, "acme.example/app:1", "missing", "failed", "empty")},
		"unknown-policy": {args: []string{"--iac-policy", "Acme"}, ends: map[string]assumedEnd{
			"failed": {3, `check that the account has the policy "Acme" of --iac-policy`}, "refused": {3, "the service refused the parameters"}, "all": {0, "10/10 answered"},
		}},
		"large-upload": {options: emulator.Options{MaxUpload: 10}, ends: map[string]assumedEnd{
			"413": {3, "the upload is too large for the service"}, "refused": {3, "the service refused the parameters"},
		}},
		"new-scan":          {options: emulator.Options{Faults: emulator.Faults{Forget: true}}, ends: same(3, "does not know the scan", "ongoing", "idle", "unknown")},
		"empty-list":        {options: emulator.Options{Alerts: -1, Hits: -1}, ends: same(0, "10/10 answered", "0", "1")},
		"beyond-last":       {options: emulator.Options{Alerts: 50, Hits: 50}, ends: same(0, "10/10 answered", "empty", "last")},
		"unauthorized-body": {options: emulator.Options{Key: "another-key-0123456789"}, ends: same(3, "the service refused the API key", "text", "json")},
		"error-body":        {options: refused, ends: same(3, "the API key belongs to no customer", "json", "text")},
		"messages":          {options: refused, ends: same(3, "the API key belongs to no customer", "short", "whole")},
		"file-names": {files: map[string]string{"other/main.tf": assumedTree()["infra/main.tf"]}, ends: map[string]assumedEnd{
			"paths": {0, "critical 5"}, "base-names": {0, "critical 5"},
		}},
	}
}

// No choice of a service makes a pass of an answer that is missing.
func TestSituationsUnderEachAssumption(t *testing.T) {
	t.Parallel()
	for name, s := range situations() {
		for value, end := range s.ends {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				files := assumedTree()
				maps.Copy(files, s.files)
				o := s.options
				o.Assume = map[string]string{name: value}
				scanAssuming(t, files, o, s.args...).wants(t, end.code, end.text)
			})
		}
	}
}
