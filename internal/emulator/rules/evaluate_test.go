package rules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestRules evaluates the snippets of testdata. The files of an archive are called
// "bad/NAME" or "good/NAME". Its comment lists the alerts of the bad files, as
// "rule: ref". On the good files, the same rules must not fire.
func TestRules(t *testing.T) {
	t.Parallel()
	set, err := load()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	fired := map[string]bool{}
	for _, entry := range entries {
		checkArchive(t, "testdata/"+entry.Name(), fired)
	}
	for _, r := range set.rules {
		for _, c := range r.Checks {
			if !slices.ContainsFunc(c.Types, func(typ string) bool { return fired[family(r.ID)+" "+typ] }) {
				t.Errorf("rule %s: no bad snippet fires its check of %v", r.ID, c.Types)
			}
		}
	}
}

// checkArchive compares an archive, and notes "rule type" for each rule that fired.
func checkArchive(t *testing.T, name string, fired map[string]bool) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(archive.Comment)), "\n")
	slices.Sort(want)
	bad, good := alertsOf(t, archive, "bad/"), alertsOf(t, archive, "good/")
	if diff := cmp.Diff(want, bad); diff != "" {
		t.Errorf("%s: bad (-want +got):\n%s", name, diff)
	}
	ids := map[string]bool{}
	for _, line := range want {
		id, _, _ := strings.Cut(line, ":")
		ids[id] = true
	}
	noteTypes(t, archive, want, fired)
	for _, line := range good {
		if id, _, _ := strings.Cut(line, ":"); ids[id] {
			t.Errorf("%s: good: %s", name, line)
		}
	}
}

func noteTypes(t *testing.T, archive *txtar.Archive, want []string, fired map[string]bool) {
	t.Helper()
	folders, err := parse(filesOf(archive, "bad/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range want {
		id, ref, _ := strings.Cut(line, ": ")
		for _, res := range folders[0].resources {
			if res.ref == ref {
				fired[family(id)+" "+res.Type] = true
			}
		}
	}
}

// alertsOf lists "rule: ref" for the files of an archive with a prefix.
func alertsOf(t *testing.T, archive *txtar.Archive, prefix string) []string {
	t.Helper()
	files := filesOf(archive, prefix)
	if len(files) == 0 {
		t.Fatalf("no file %s*", prefix)
	}
	alerts, err := Evaluate(files)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range alerts {
		for line := range strings.Lines(a.Details) {
			if _, rest, ok := strings.Cut(line, "(Ref: "); ok {
				ref, _, _ := strings.Cut(rest, ", File: ")
				lines = append(lines, a.Rule+": "+ref)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// family is a common name for rules that differ in their port alone.
func family(id string) string {
	for _, prefix := range []string{"aws-sg", "azure-nsg", "gcp-firewall"} {
		if strings.HasPrefix(id, prefix) {
			return prefix
		}
	}
	return id
}

func filesOf(archive *txtar.Archive, prefix string) []File {
	var files []File
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, prefix) {
			files = append(files, File{f.Name, f.Data})
		}
	}
	return files
}

func TestEvaluateDetails(t *testing.T) {
	t.Parallel()
	alerts, err := Evaluate([]File{
		{"infra/main.tf", []byte(`
resource "aws_sns_topic" "orders" {
  name = "acme-orders"
}
resource "aws_sqs_queue" "orders" {
}
resource "aws_sns_topic" "alone" {
  name = var.name
}
`)},
		{"infra/terraform.tfvars", []byte(`name = "acme\nalone"`)},
		{"infra/variables.tf", []byte(`variable "name" {}`)},
		{"README.md", []byte("# nothing")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Alert{{
		Rule: "aws-sns-encryption", Severity: "LOW", Provider: "AWS", Summary: "Ensure SNS topics are encrypted",
		Details: "SNS topic 'acme-orders' is not encrypted. AWS_SNS (Ref: aws_sns_topic.orders, File: infra/main.tf)\n" +
			"SNS topic 'acme alone' is not encrypted. AWS_SNS (Ref: alone, File: infra/main.tf)\n" +
			"Remediation: Set kms_master_key_id to a KMS key.",
	}}
	if diff := cmp.Diff(want, alerts); diff != "" {
		t.Error(diff)
	}
}

func TestEvaluateNamesContainersAndPorts(t *testing.T) {
	t.Parallel()
	alerts, err := Evaluate([]File{{"pod.yaml", []byte(`
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
    - {name: setup, image: "a:1", securityContext: {privileged: true}}
  containers:
    - {name: web, image: "a:1", securityContext: {privileged: true}}
    - {name: side, image: "a:1"}
`)}, {"a/sg.tf", []byte(`
resource "aws_vpc_security_group_ingress_rule" "x" {
  ip_protocol = "-1"
  cidr_ipv4   = "0.0.0.0/0"
}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	details := map[string]string{}
	for _, a := range alerts {
		details[a.Rule], _, _ = strings.Cut(a.Details, "\n")
	}
	for rule, want := range map[string]string{
		"k8s-privileged": "Workload 'web' (container setup, web) runs privileged. NATIVE_CONTAINER (Ref: Pod/web, File: pod.yaml)",
		"aws-sg-ssh":     "Security group 'x' allows ingress from anywhere to port 22. AWS_SECURITY_GROUP (Ref: x, File: a/sg.tf)",
		"aws-sg-all":     "Security group 'x' allows ingress from anywhere to all ports. AWS_SECURITY_GROUP (Ref: x, File: a/sg.tf)",
	} {
		if details[rule] != want {
			t.Errorf("%s:\n got %s\nwant %s", rule, details[rule], want)
		}
	}
}

func TestEvaluateNamesAnInvalidFile(t *testing.T) {
	t.Parallel()
	_, err := Evaluate([]File{{"ok.tf", nil}, {"infra/broken.tf", []byte("resource \"a\" {{{")}})
	if err == nil || !strings.Contains(err.Error(), "infra/broken.tf:1") {
		t.Errorf("got %v, want an error that names infra/broken.tf:1", err)
	}
}

func TestVariablesAreKnownWithinAFolder(t *testing.T) {
	t.Parallel()
	main := []byte("variable \"public\" {}\nresource \"aws_redshift_cluster\" \"c\" {\n  publicly_accessible = var.public\n}\n")
	alerts, err := Evaluate([]File{
		{"a/main.tf", main}, {"a/terraform.tfvars", []byte("public = true")}, {"b/main.tf", main},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(alerts) != 1 || !strings.Contains(alerts[0].Details, "a/main.tf") || strings.Contains(alerts[0].Details, "b/main.tf") {
		t.Errorf("got %+v, want one alert, for a/main.tf alone", alerts)
	}
}

// Many resources are several alerts, each of a size that clients read at once.
func TestManyResources(t *testing.T) {
	t.Parallel()
	const n = 3000
	var src strings.Builder
	for i := range n {
		fmt.Fprintf(&src, "resource \"aws_redshift_cluster\" \"c%d\" {\n  publicly_accessible = true\n}\n", i)
	}
	alerts, err := Evaluate([]File{{"main.tf", []byte(src.String())}})
	if err != nil {
		t.Fatal(err)
	}
	lines, public := 0, 0
	for _, a := range alerts {
		if len(a.Details) > maxDetails+200 || !strings.Contains(a.Details, "\nRemediation: ") {
			t.Errorf("an alert with %d bytes of details: %.100s", len(a.Details), a.Details)
		}
		if strings.Contains(a.Summary, "publicly accessible") {
			lines += strings.Count(a.Details, "(Ref: c")
			public++
		}
	}
	if lines != n || public < 2 {
		t.Errorf("%d resources in %d alerts, want %d", lines, public, n)
	}
}
