package rules

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestRules judges the snippets of testdata. In an archive, each file's name is
// "bad/NAME" or "good/NAME"; "bad" lists in its comment what must be held
// against it, as "rule: ref". Whatever stands in good must pass the same rules.
func TestRules(t *testing.T) {
	t.Parallel()
	b, err := load()
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
	for _, r := range b.Rules {
		for _, c := range r.Checks {
			if !slices.ContainsFunc(c.Types, func(typ string) bool { return fired[family(r.ID)+" "+typ] }) {
				t.Errorf("rule %s: no bad snippet fires its check of %v", r.ID, c.Types)
			}
		}
	}
}

// checkArchive compares one archive and notes "rule type" for all that fired.
func checkArchive(t *testing.T, name string, fired map[string]bool) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(archive.Comment)), "\n")
	slices.Sort(want)
	bad, good := held(t, archive, "bad/"), held(t, archive, "good/")
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

// held lists "rule: ref" for the files of an archive that begin with a prefix.
func held(t *testing.T, archive *txtar.Archive, prefix string) []string {
	t.Helper()
	files := filesOf(archive, prefix)
	if len(files) == 0 {
		t.Fatalf("no file %s*", prefix)
	}
	alerts, err := Judge(files)
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

// family is one name for the rules that differ in their port alone.
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

func TestJudgeDetails(t *testing.T) {
	t.Parallel()
	alerts, err := Judge([]File{
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
			"Remediation: Name a KMS key for the topic.",
	}}
	if diff := cmp.Diff(want, alerts); diff != "" {
		t.Error(diff)
	}
}

func TestJudgeNamesContainersAndPorts(t *testing.T) {
	t.Parallel()
	alerts, err := Judge([]File{{"pod.yaml", []byte(`
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

func TestJudgeNamesTheFileThatCantBeParsed(t *testing.T) {
	t.Parallel()
	_, err := Judge([]File{{"ok.tf", nil}, {"infra/broken.tf", []byte("resource \"a\" {{{")}})
	if err == nil || !strings.Contains(err.Error(), "infra/broken.tf:1") {
		t.Errorf("got %v, want an error that names infra/broken.tf:1", err)
	}
}

func TestVariablesCountWithinAFolder(t *testing.T) {
	t.Parallel()
	main := []byte("variable \"public\" {}\nresource \"aws_redshift_cluster\" \"c\" {\n  publicly_accessible = var.public\n}\n")
	alerts, err := Judge([]File{
		{"a/main.tf", main}, {"a/terraform.tfvars", []byte("public = true")}, {"b/main.tf", main},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(alerts) != 1 || !strings.Contains(alerts[0].Details, "a/main.tf") || strings.Contains(alerts[0].Details, "b/main.tf") {
		t.Errorf("got %+v, want one alert, for a/main.tf alone", alerts)
	}
}
