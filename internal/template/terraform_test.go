package template

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/template/tree/treetest"
)

func TestTerraformBlocks(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "main.tf", lines(
		`# a comment`,
		`terraform {`,
		`}`,
		`variable "name" {`,
		`  default = "logs"`,
		`}`,
		`variable "region" {}`,
		`locals {`,
		`  tags = {`,
		`    Name = "${var.name}-x"`,
		`  }`,
		`}`,
		`resource "aws_s3_bucket" "logs" {`,
		`  bucket = "acme-${var.name}"`,
		`  tags   = local.tags`,
		`}`,
		`data "aws_ami" "a" {`,
		`}`,
		`module "vpc" {`,
		`  source = "./vpc"`,
		`}`,
		`output "o" { value = 1 }`,
		`provider "aws" {`,
		`  alias = "west"`,
		`}`,
	))
	want := lines(
		"4-6 variable var.name", "7-7 variable var.region", "9-11 local local.tags", "13-16 aws_s3_bucket aws_s3_bucket.logs",
		"17-18 data.aws_ami data.aws_ami.a", "19-21 module module.vpc", "22-22 output output.o", "23-25 provider provider.aws.west")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	bucket := find(t, f, "aws_s3_bucket.logs")
	if diff := cmp.Diff([]string{"logs", "aws_s3_bucket.logs", "acme-logs", "logs-x"}, bucket.Aliases); diff != "" {
		t.Error(diff)
	}
	if got := bucket.Body.Entry("bucket").Line; got != 14 {
		t.Errorf("bucket is on line %d", got)
	}
	if tags := bucket.Body.Get("tags", "Name"); tags.Range.Start != 15 {
		t.Errorf("the value of a local is on line %d, want that of its use", tags.Range.Start)
	}
}

func TestTerraformValues(t *testing.T) {
	t.Parallel()
	const decls = `
variable "on" { default = true }
variable "names" { default = ["a", "b"] }
variable "cfg" { default = { size = 3 } }
locals {
  loop_a = local.loop_b
  loop_b = local.loop_a
  text   = "T"
}
`
	for expr, want := range map[string]string{
		`"a"`:              `"a"`,
		`""`:               `""`,
		`12.50`:            `12.50`,
		`-5`:               `-5`,
		`true`:             `true`,
		`null`:             `null`,
		`[1, "x", var.on]`: `[1 "x" true]`,
		`{ a = 1, "b" = 2, (local.text) = 3, (x.y) = 4 }`: `{a:1 b:2 T:3 (x.y):4}`,
		`{ a = aws_x.y.id }`:                              `{a:<aws_x.y.id>}`,
		`"x-${aws_x.y.id}"`:                               `<"x-${aws_x.y.id}">`,
		`"${var.on}"`:                                     `true`,
		`"n=${var.cfg.size}"`:                             `"n=3"`,
		`var.names[1]`:                                    `"b"`,
		`var.names[7]`:                                    `<var.names[7]>`,
		`var.cfg["size"]`:                                 `3`,
		`var.cfg[true]`:                                   `<var.cfg[true]>`,
		`x.y[null]`:                                       `<x.y[null]>`,
		`var.none`:                                        `<var.none>`,
		`local.loop_a`:                                    `<local.loop_a>`,
		`var.on ? "y" : "n"`:                              `"y"`,
		`x.y ? "y" : "n"`:                                 `<x.y ? "y" : "n">`,
		`!var.on`:                                         `false`,
		`local.text == "T"`:                               `true`,
		`local.text != "T"`:                               `false`,
		`1 == 1.0`:                                        `<1 == 1.0>`,
		`var.on && false`:                                 `false`,
		`var.on || x.y`:                                   `<var.on || x.y>`,
		`1 + 2`:                                           `<1 + 2>`,
		`(("a"))`:                                         `"a"`,
		`lower("AbC")`:                                    `"abc"`,
		`upper(x.y)`:                                      `<upper(x.y)>`,
		`toset(["a"])`:                                    `["a"]`,
		`tostring(3)`:                                     `"3"`,
		`tonumber("3")`:                                   `<tonumber("3")>`,
		`concat(["a"], var.names)`:                        `["a" "a" "b"]`,
		`merge({a = 1}, var.cfg)`:                         `{a:1 size:3}`,
		`merge({a = 1}, x.y)`:                             `<merge({a = 1}, x.y)>`,
		`file("x")`:                                       `<file("x")>`,
		`jsonencode({ Statement = [{ Action = "*", Resource = x.arn }] })`: `{Statement:[{Action:"*" Resource:<x.arn>}]}`,
		`[for x in var.names : x]`: `<[for x in var.names : x]>`,
		`var.names[*]`:             `<var.names[*]>`,
		`<<EOT` + "\nhello\nEOT":   `"hello\n"`,
	} {
		f := mustParse(t, "a.tf", decls+"resource \"r\" \"x\" {\n  v = "+expr+"\n}\n")
		if got := treetest.Text(find(t, f, "r.x").Body.Get("v")); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
}

func TestTerraformPolicyInHeredoc(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "a.tf", lines(
		`resource "aws_iam_policy" "p" {`,
		`  policy = <<-EOF`,
		`    {`,
		`      "Statement": {`,
		`        "Action": "*",`,
		`        "Resource": "${aws_s3_bucket.b["x"].arn}/*"`,
		`      }`,
		`    }`,
		`  EOF`,
		`}`))
	policy := find(t, f, "aws_iam_policy.p").Body.Get("policy")
	if got := treetest.Text(policy); got != `{Statement:{Action:"*" Resource:<${aws_s3_bucket.b['x'].arn}/*>}}` {
		t.Errorf("policy = %s", got)
	}
	if got := policy.Get("Statement").Entry("Action").Line; got != 5 {
		t.Errorf("Action is on line %d", got)
	}
	if !strings.Contains(policy.Text, `"Action"`) {
		t.Error("the text of the string is missing")
	}
}

func TestTerraformNestedBlocks(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "a.tf", lines(
		`resource "aws_security_group" "s" {`,
		`  ingress {`,
		`    cidr_blocks = ["10.0.0.0/8"]`,
		`  }`,
		`  name = "s"`,
		`  ingress {`,
		`    cidr_blocks = ["0.0.0.0/0"]`,
		`  }`,
		`  dynamic "egress" {`,
		`    for_each = var.ports`,
		`    content {`,
		`      port = egress.value`,
		`    }`,
		`  }`,
		`  provisioner "local-exec" {`,
		`    command = "x"`,
		`  }`,
		`}`))
	body := find(t, f, "aws_security_group.s").Body
	want := `{ingress:[{cidr_blocks:["10.0.0.0/8"]} {cidr_blocks:["0.0.0.0/0"]}] name:"s" egress:[dynamic {port:<egress.value>}] provisioner:[{local-exec:{command:"x"}}]}`
	if diff := cmp.Diff(want, treetest.Text(body)); diff != "" {
		t.Error(diff)
	}
	if r := body.Get("ingress").Range; body.Entry("ingress").Value.Items[1].Range.Start != 6 || r.Start != 2 {
		t.Errorf("lines of the blocks: %v", body.Entry("ingress").Value.Items[1].Range)
	}
}

func TestTerraformJSON(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "main.tf.json", lines(
		`{`,
		`  "variable": {"n": {"default": "logs"}},`,
		`  "locals": {"l": "${var.n}-l"},`,
		`  "resource": {`,
		`    "aws_s3_bucket": {`,
		`      "a": {`,
		`        "bucket": "x-${var.n}",`,
		`        "acl": "${aws_x.y.acl}",`,
		`        "tags": {"Name": "${local.l}"}`,
		`      },`,
		`      "b": [`,
		`        {"bucket": "one"},`,
		`        {"bucket": "two ${"}`,
		`      ]`,
		`    }`,
		`  },`,
		`  "data": [{"aws_ami": {"i": {}}}],`,
		`  "module": {"m": {"source": "./m"}}`,
		`}`))
	want := lines("2-2 variable var.n", "3-3 local local.l", "6-10 aws_s3_bucket aws_s3_bucket.a", "12-12 aws_s3_bucket aws_s3_bucket.b",
		"13-13 aws_s3_bucket aws_s3_bucket.b", "17-17 data.aws_ami data.aws_ami.i", "18-18 module module.m")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	a := find(t, f, "aws_s3_bucket.a")
	if got := treetest.Text(a.Body); got != `{bucket:"x-logs" acl:<${aws_x.y.acl}> tags:{Name:"logs-l"}}` {
		t.Errorf("body = %s", got)
	}
	if diff := cmp.Diff([]string{"a", "aws_s3_bucket.a", "x-logs", "logs-l"}, a.Aliases); diff != "" {
		t.Error(diff)
	}
}

func TestParseFolder(t *testing.T) {
	t.Parallel()
	files := []RawFile{
		{"m/main.tf", []byte("resource \"b\" \"x\" {\n  v = [var.a, var.b, var.c, var.d, local.l, var.j]\n}\n")},
		{"m/variables.tf", []byte("variable \"a\" { default = \"default\" }\nvariable \"b\" {}\nlocals { l = var.b }\n")},
		{"m/vars.tf.json", []byte(`{"variable": {"j": {"default": "json"}}}`)},
		{"m/z.auto.tfvars", []byte("b = \"z\"\n")},
		{"m/a.auto.tfvars.json", []byte(`{"b": "a", "c": "a"}`)},
		{"m/terraform.tfvars", []byte("c = \"t\"\nd = \"t\"\n")},
		{"m/prod.tfvars", []byte("d = \"never loaded by itself\"\n")},
		{"m/broken.tf", []byte("x {")},
		{"m/k.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n")},
		{"m/README.md", []byte("x")},
	}
	got := ParseFolder(files)
	if v := treetest.Text(got[0].File.Resources[0].Body.Get("v")); v != `["default" "z" "a" "t" "z" "json"]` {
		t.Errorf("v = %s", v)
	}
	if got[7].Err == nil || got[7].File != nil || !strings.HasPrefix(got[7].Err.Error(), "m/broken.tf:1:") {
		t.Errorf("broken file: %+v", got[7])
	}
	if resourceList(got[8].File) != "1-4 Pod Pod/p\n" || got[9] != (Parsed{}) {
		t.Errorf("other files: %+v %+v", got[8], got[9])
	}
}

// Locals that double each other become Unknown before memory is exhausted.
func TestTerraformEvaluationIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("locals {\n  s0 = \"xxxxxxxxxxxxxxxx\"\n  l0 = [1, 2]\n")
	for i := 1; i < 60; i++ {
		prev := string(rune('a'+(i-1)/26)) + string(rune('a'+(i-1)%26))
		name := string(rune('a'+i/26)) + string(rune('a'+i%26))
		if i == 1 {
			prev = "0"
		}
		b.WriteString("  s" + name + " = \"${local.s" + prev + "}${local.s" + prev + "}\"\n")
		b.WriteString("  l" + name + " = [local.l" + prev + ", local.l" + prev + "]\n")
	}
	b.WriteString("}\n")
	f := mustParse(t, "a.tf", b.String())
	total := 0
	for _, r := range f.Resources {
		total += r.Body.Size(10*maxEval) + len(r.Body.Entries[0].Value.Text)>>10
	}
	if total > 3*maxEval {
		t.Errorf("%d nodes and kilobytes", total)
	}
}

// A chain of locals that refer to each other becomes Unknown before the stack is
// exhausted.
func TestTerraformChainOfLocals(t *testing.T) {
	t.Parallel()
	const length = 8_000
	var b strings.Builder
	b.WriteString("locals {\n")
	for i := range length {
		fmt.Fprintf(&b, "  l%d = local.l%d\n", i, i+1)
	}
	fmt.Fprintf(&b, "  l%d = 1\n}\n", length)
	f := mustParse(t, "a.tf", b.String())
	if got := treetest.Text(find(t, f, "local.l0").Body.Get("l0")); got != "<local.l1>" {
		t.Errorf("the first local of the chain = %s, want Unknown", got)
	}
}
