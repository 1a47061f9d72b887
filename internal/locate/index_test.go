package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Of several resources of a file that share a name, the one that has it most literally is meant.
func TestMostLiteralName(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{
		"a.tf": `ephemeral "aws_key" "base" {}
data "aws_ami" "base" {}
module "base" {}
resource "aws_vpc" "base" {}
resource "aws_vpc" "Base" {}
module "VPC" {}
module "vpc" {}
variable "vpc" {}
provider "vpc" {}
output "vpc" {}
resource "aws_vpc" "named" { name = "aws_vpc.base" }
`,
		"k.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\n",
		"q.tf":   "resource \"aws_sqs_queue\" \"queue\" { name = \"Queue\" }\nresource \"aws_sqs_queue\" \"QUEUE\" {}\n",
		"arm.json": `{"$schema": "https://x/deploymentTemplate.json#", "variables": {"n": "v"}, "resources": [
{"type": "M.A/b", "name": "[variables('n')]"},
{"type": "X.Y/z", "name": "M.A/b/[variables('n')]"}]}`,
		"p.yml": "- name: setup\n  hosts: all\n  tasks:\n    - name: setup\n      ansible.builtin.apt: {name: x}\n",
	})
	for details, want := range map[string]at{
		"(Ref: base, File: a.tf)":                       {"a.tf", 4, onResource},
		"(Ref: Base, File: a.tf)":                       {"a.tf", 5, onResource},
		"(Ref: BASE, File: a.tf)":                       {"a.tf", 1, onFile}, // either
		"(Ref: aws_vpc.base, File: a.tf)":               {"a.tf", 4, onResource},
		"(Ref: data.aws_ami.base, File: a.tf)":          {"a.tf", 2, onResource},
		"(Ref: aws_ami/base, File: a.tf)":               {"a.tf", 2, onResource},
		"(Ref: module.base, File: a.tf)":                {"a.tf", 3, onResource},
		"(Ref: module.vpc.aws_subnet.x, File: a.tf)":    {"a.tf", 7, onResource},
		"(Ref: module.VPC.aws_subnet.x, File: a.tf)":    {"a.tf", 6, onResource},
		"(Ref: module.Vpc.aws_subnet.x, File: a.tf)":    {"a.tf", 1, onFile},
		"(Ref: module.named.aws_subnet.x, File: a.tf)":  {"a.tf", 1, onFile},
		"(Ref: var.vpc, File: a.tf)":                    {"a.tf", 8, onResource},
		"(Ref: output.vpc, File: a.tf)":                 {"a.tf", 10, onResource},
		"(Ref: default/Service/web, File: k.yaml)":      {"k.yaml", 1, onResource},
		"(Ref: Service/default/web, File: k.yaml)":      {"k.yaml", 1, onResource},
		"(Ref: default/web, File: k.yaml)":              {"k.yaml", 1, onResource},
		"(Ref: Service/web, File: k.yaml)":              {"k.yaml", 1, onResource},
		"Service.shop.api in k.yaml is open":            {"k.yaml", 5, onResource},
		"(Ref: shop/Service/api, File: k.yaml)":         {"k.yaml", 5, onResource},
		"(Ref: default/Service/api, File: k.yaml)":      {"k.yaml", 5, onResource},
		"(Ref: setup, File: p.yml)":                     {"p.yml", 4, onResource},
		"(Ref: Queue, File: q.tf)":                      {"q.tf", 1, onResource},
		"(Ref: QUEUE, File: q.tf)":                      {"q.tf", 2, onResource},
		"(Ref: M.A/b/[variables('n')], File: arm.json)": {"arm.json", 2, onResource},
	} {
		got := r.place(t, details)[0]
		if diff := cmp.Diff(want, whereIs(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s%s", details, diff, got.Note)
		}
	}
}

// The service's word for the type decides between names that are not certain, and only if it is the
// type of one of them.
func TestKindAmongNames(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": `resource "aws_s3_bucket" "x" {}
resource "aws_instance" "x" {}
resource "aws_instance" "y" { name = "x" }
data "aws_ami" "base" {}
resource "aws_instance" "z" { name = "aws_ami.base" }
`})
	for details, want := range map[string]at{
		"AWS_S3 (Ref: x, File: a.tf)":              {"a.tf", 1, onResource},
		"AWS_HOST (Ref: x, File: a.tf)":            {"a.tf", 2, onResource},
		"AWS_LAMBDA (Ref: x, File: a.tf)":          {"a.tf", 1, onFile},
		"(Ref: x, File: a.tf)":                     {"a.tf", 1, onFile},
		"AWS_S3 (Ref: aws_instance.x, File: a.tf)": {"a.tf", 2, onResource},
		"AWS_HOST (Ref: aws_ami.base, File: a.tf)": {"a.tf", 4, onResource},
		"aws_ami.base in a.tf is old":              {"a.tf", 4, onResource},
	} {
		got := r.place(t, details)[0]
		if diff := cmp.Diff(want, whereIs(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s%s", details, diff, got.Note)
		}
	}
}

// compareLower is the order of the lower-case texts.
func TestCompareLower(t *testing.T) {
	t.Parallel()
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-cA-C.]{0,4}`), rapid.SampledFrom([]string{"\xff", "\ufffd", "İ", "i̇", "K", "k", ""}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		if got, want := compareLower(a, b), strings.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}
