package locate

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// A base name matches the file of every module. The source of the module in the
// reference decides between them.
func TestModuleSourceChoosesTheFile(t *testing.T) {
	t.Parallel()
	const subnet = "resource \"aws_subnet\" \"this\" {}\n"
	r := repoOf(map[string]string{})
	r.add("live/main.tf", "module \"vpc\" {\n  source = \"../modules/vpc\"\n}\nmodule \"far\" {\n  source = \"example/vpc/aws\"\n}\n")
	r.add("modules/vpc/main.tf", "module \"nat\" {\n  source = \"./nat\"\n}\n"+subnet)
	r.add("modules/vpc/nat/main.tf", "\n"+subnet)
	r.add("modules/nat/main.tf", subnet)
	r.add("other/main.tf", "module \"nat\" {\n  source = \"../modules/nat\"\n}\n")
	tests := []struct {
		ref  string
		want at
	}{
		{"module.vpc.aws_subnet.this[0]", at{"modules/vpc/main.tf", 4, onResource}},
		{`module.vpc["a.b"].module.nat.aws_subnet.this`, at{"modules/vpc/nat/main.tf", 2, onResource}},
		{"module.nat.aws_subnet.this", at{Placement: ambiguous}},
		{"module.far.aws_subnet.this", at{Placement: ambiguous}},
		{"module.gone.aws_subnet.this", at{Placement: ambiguous}},
		{"aws_subnet.this", at{Placement: ambiguous}},
		{"module.vpc.module.nat", at{"modules/vpc/main.tf", 1, onResource}},
		{"module.nat", at{Placement: ambiguous}},
	}
	for _, tt := range tests {
		for _, details := range []string{"(Ref: " + tt.ref + ", File: main.tf)", "(Ref: " + tt.ref + ", File: no_specific_file)"} {
			got := r.place(t, details)[0]
			if diff := cmp.Diff(tt.want, whereIs(got)); diff != "" {
				t.Errorf("%s: (-want +got)\n%s%s", details, diff, got.Note)
			}
		}
	}
}

// main.tf is a path of the root and the base name of others. The other references of
// the submission show which of them the service means. Without any it is ambiguous.
func TestRootFileThatDefinesTheSameAsOthers(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	r.add("main.tf", "resource \"aws_vpc\" \"x\" {}\n")
	r.add("infra/main.tf", "\nresource \"aws_vpc\" \"x\" {}\n")
	r.add("infra/other.tf", "resource \"aws_vpc\" \"y\" {}\n")
	root := at{"main.tf", 1, onResource}
	tests := []struct {
		file, beside string
		want         at
	}{
		{"main.tf", "infra/main.tf", root},
		{"main.tf", "infra/other.tf", root},
		{"main.tf", "main.tf", at{Placement: ambiguous}},
		{"main.tf", "other.tf", at{Placement: ambiguous}},
		{"main.tf", "/tmp/a/infra/other.tf", at{Placement: ambiguous}},
		{"./main.tf", "other.tf", root},
		{"/tmp/a/main.tf", "other.tf", root},
	}
	for _, tt := range tests {
		got := r.placeAll(t.Context(),
			alert("s", "(Ref: aws_vpc.x, File: "+tt.file+")"),
			alert("s", "(Ref: aws_vpc.y, File: "+tt.beside+")"),
			alert("s", "(Ref: aws_vpc.y)"),
		)
		if diff := cmp.Diff(tt.want, whereIs(got[0])); diff != "" {
			t.Errorf("%s beside %s: (-want +got)\n%s", tt.file, tt.beside, diff)
		}
	}
}

// The name of a bucket may be the value of a variable, which another file of the
// folder sets.
func TestNameFromAVariable(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{
		"a/main.tf":          "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = var.name\n  acl    = local.acl\n}\n",
		"a/variables.tf":     "\n\n\nvariable \"name\" {\n  default = \"shop-logs\"\n}\n",
		"a/locals.tf":        "locals { acl = \"public-read\" }\n",
		"b/main.tf":          "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = var.name\n}\n",
		"b/variables.tf":     "variable \"name\" {\n  default = \"other\"\n}\n",
		"b/terraform.tfvars": "name = \"shop-media\"\n",
		"c/main.tf":          "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = var.name\n}\n",
		"c/broken.tf":        "variable {",
		"c/variables.tf":     "variable \"name\" {\n  default = \"shop-tmp\"\n}\n",
	})
	for details, want := range map[string]at{
		"AWS_S3 (Ref: shop-logs, File: a/main.tf)":                       {"a/main.tf", 1, onResource},
		"AWS_S3 (Ref: shop-logs)":                                        {"a/main.tf", 1, onResource},
		"AWS_S3 (Ref: shop-logs, File: main.tf)":                         {"a/main.tf", 1, onResource},
		"It has 'public-read'. AWS_S3 (Ref: shop-logs, File: a/main.tf)": {"a/main.tf", 3, onAttribute},
		"AWS_S3 (Ref: shop-media)":                                       {"b/main.tf", 1, onResource},
		"AWS_S3 (Ref: shop-tmp)":                                         {"c/main.tf", 1, onResource},
		"AWS_S3 (Ref: other, File: b/main.tf)":                           {"b/main.tf", 1, onFile},
	} {
		if diff := cmp.Diff(want, whereIs(r.place(t, details)[0])); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", details, diff)
		}
	}
}

// If the reference has a type, resources that only share the bare name don't match.
func TestTypesDecideBeforeNames(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{})
	r.add("main.tf", "resource \"aws_vpc\" \"this\" {}\ndata \"aws_ami\" \"this\" {}\n\nresource \"aws_ami\" \"this\" {}\n")
	r.add("a/main.tf", "\nresource \"aws_sqs_queue\" \"this\" {}\nmodule \"queue\" {}\ndata \"aws_kms_key\" \"k\" {}\n")
	r.add("b/main.tf", "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_sqs_queue\" \"queue\" {}\n")
	r.add("k.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
	r.add("a/arm.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [\n{\"type\": \"M.A/b\", \"name\": \"[variables('n')]\"}], \"variables\": {\"n\": \"v\"}}")
	tests := []struct {
		ref, file string
		want      at
	}{
		{"aws_sqs_queue/this", "main.tf", at{"a/main.tf", 2, onResource}},
		{"aws_ami/this", "main.tf", at{"main.tf", 4, onResource}},
		{"data.aws_ami.this", "main.tf", at{"main.tf", 2, onResource}},
		{"aws_kms_key.k", "main.tf", at{"b/main.tf", 1, onResource}},
		{"queue", "main.tf", at{"b/main.tf", 2, onResource}},
		{"Pod/web", "k.yaml", at{"k.yaml", 1, onFile}},
		{"M.A/b/[variables('n')]", "arm.json", at{"a/arm.json", 2, onResource}},
	}
	for _, tt := range tests {
		got := r.place(t, "(Ref: "+tt.ref+", File: "+tt.file+")")[0]
		if diff := cmp.Diff(tt.want, whereIs(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s%s", tt.ref, diff, got.Note)
		}
	}
}

// Each submission is matched against its own files, and findings keep the order of
// the alerts.
func TestSubmissionsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	one, two := repoOf(map[string]string{"a.tf": "resource \"aws_vpc\" \"x\" {}\n"}), repoOf(map[string]string{"b.tf": "\n"})
	submissions := []result.Submission{
		one.submission(alert("s", "(Ref: x, File: a.tf)\n(Ref: z, File: a.tf)"), alert("s", "(Ref: y, File: a.tf)")),
		two.submission(alert("s", "(Ref: x, File: b.tf)"), alert("s", "(Ref: x, File: a.tf)")),
	}
	var got []string
	for _, f := range mustPlace(t, submissions, nil, one.source()) {
		got = append(got, fmt.Sprint(f.Ref, " ", f.File, " ", f.Placed()))
	}
	if diff := cmp.Diff([]string{"x a.tf true", "z a.tf true", "y a.tf true", "x b.tf true", "x a.tf false"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
