package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of several files that define a name, the one that defines it most literally is meant. The table
// has the winner first.
func TestMostLiteralDefinition(t *testing.T) {
	t.Parallel()
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\n"
	kube := func(name string) string { return strings.ReplaceAll(deployment, "%s", name) }
	for name, tt := range map[string]struct {
		ref    string
		winner string
		loser  string
	}{
		"the case":                     {"web", kube("web"), kube("Web")},
		"the case, the other":          {"Web", kube("Web"), kube("web")},
		"an address before a name":     {"aws_vpc.a", "resource \"aws_vpc\" \"a\" {}\n", kube("aws_vpc.a")},
		"a part of the type, a name":   {"aws_ami.base", "data \"aws_ami\" \"base\" {}\n", kube("aws_ami.base")},
		"a name before a module":       {"queue", kube("queue"), "module \"queue\" {}\n"},
		"an alias before a module":     {"queue", "resource \"aws_sqs_queue\" \"q\" {\n  name = \"queue\"\n}\n", "module \"queue\" {}\n"},
		"a name before a data source":  {"base", kube("base"), "data \"aws_ami\" \"base\" {}\n"},
		"a module before another case": {"queue", "module \"queue\" {}\n", kube("Queue")},
		"the end of an ARN":            {"arn:aws:s3:::shop-logs", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"shop-logs\"\n}\n", kube("other")},
		"the end of an ARN, its case":  {"arn:aws:s3:::shop-logs", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"shop-logs\"\n}\n", kube("Shop-Logs")},
	} {
		r := repoOf(map[string]string{})
		for _, f := range []struct{ dir, text string }{{"a/", tt.loser}, {"b/", tt.winner}, {"c/", kube("unrelated")}} {
			ext := map[bool]string{true: "x.yaml", false: "x.tf"}[strings.HasPrefix(f.text, "apiVersion")]
			r.add(f.dir+ext, f.text)
		}
		got := r.place(t, "(Ref: "+tt.ref+")")[0]
		if !got.Placed() || !strings.HasPrefix(got.Locations[0].Path, "b/") {
			t.Errorf("%s: %+v, candidates %v; %s", name, whereIs(got), lines(got.Candidates), got.Note)
		}
	}
}

// A label in one file and the value of a name in another mean the same thing equally well.
func TestEquallyLiteralDefinitions(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	r.add("a/x.tf", "resource \"aws_sqs_queue\" \"queue\" {}\n")
	r.add("b/x.tf", "resource \"aws_sqs_queue\" \"q\" {\n  name = \"queue\"\n}\n")
	if diff := cmp.Diff([]string{"a/x.tf:1", "b/x.tf:1"}, lines(r.place(t, "(Ref: queue)")[0].Candidates)); diff != "" {
		t.Errorf("candidates (-want +got)\n%s", diff)
	}
}

// The service's word for the type decides between two files.
func TestKindOfTwoDefinitions(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a/x.tf": "resource \"aws_instance\" \"x\" {}\n", "b/x.tf": "resource \"aws_s3_bucket\" \"x\" {}\n"})
	for details, want := range map[string]at{
		"AWS_S3 (Ref: x)":     {"b/x.tf", 1, onResource},
		"AWS_HOST (Ref: x)":   {"a/x.tf", 1, onResource},
		"AWS_LAMBDA (Ref: x)": {Placement: ambiguous},
	} {
		got := r.place(t, details)[0]
		if diff := cmp.Diff(want, whereIs(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s%s", details, diff, got.Note)
		}
	}
}

// The type that the text states chooses a file if it chooses one alone.
func TestStatedTypeOfSeveralFiles(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	for path, kind := range map[string]string{"a.yaml": "Service", "b.yaml": "Deployment", "c.yaml": "Deployment"} {
		r.files[path] = "apiVersion: v1\nkind: " + kind + "\nmetadata: {name: web}\n"
	}
	r.paths = []string{"a.yaml", "b.yaml", "c.yaml"}
	for details, want := range map[string][]string{
		"The Service web is open (Ref: web)":    nil,
		"The Deployment web is open (Ref: web)": {"a.yaml:1", "b.yaml:1", "c.yaml:1"},
	} {
		got := r.place(t, details)[0]
		if diff := cmp.Diff(want, lines(got.Candidates)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", details, diff)
		}
	}
}
