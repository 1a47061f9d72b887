package allow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/allow"
	"github.com/scangate/scangate/internal/result"
)

const evil = "evil.example/x"

// row is the pending row of a file, by its name.
func row(name string) result.Row {
	t := result.Target{Kind: result.KindIaC, Name: name}
	if strings.HasPrefix(name, "Dockerfile") {
		t.Kind = result.KindDockerfile
	}
	return result.Row{Target: t}
}

// bound returns the fault of one file under the list, nil if it may be sent.
func bound(t interface {
	Helper()
	Fatal(...any)
}, name, content string, list ...string,
) *result.Fault {
	t.Helper()
	files := fstest.MapFS{name: {Data: []byte(content)}}
	plan := &result.Plan{Rows: []result.Row{row(name)}}
	if strings.HasSuffix(name, ".tfvars") || strings.HasPrefix(name, "values") {
		plan = &result.Plan{Helpers: []result.Helper{{Path: name}}}
	}
	err := allow.NewList("--allow-registry", list).Bound(contextOf(t), plan, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range plan.Rows {
		if r.Status == result.Failed && len(plan.Helpers) > 0 {
			t.Fatal("a helper that names an image is sent")
		}
		if r.Status == result.Failed {
			return &r.Fault
		}
	}
	return nil
}

func TestFilesThatAreSent(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Dockerfile":          "FROM redis:7\n",
		"Dockerfile.stages":   "# syntax=docker/dockerfile:1\nFROM docker.io/library/golang:1 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /x /\nCOPY --from=0 /x /\n",
		"Dockerfile.argument": "ARG TAG=7\nARG BASE=redis:$TAG\nFROM ${BASE} AS a\nARG TAG\nENV VERSION=1\nFROM a\n",
		"Dockerfile.registry": "FROM registry.acme.example:8443/team/app@sha256:" + strings.Repeat("a", 64) + "\nRUN curl https://evil.example/x:1\n",
		"pod.yaml":            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {evil.example/x: b}}\nspec:\n  containers: [{name: a, image: redis:7, imagePullPolicy: IfNotPresent}]\n  imagePullSecrets: [{name: regcred}]\n",
		"main.tf":             "resource \"aws_instance\" \"a\" {\n  image_id = data.aws_ami.x.id\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n",
		"types.tf":            "variable \"a\" {\n  type = object({image = optional(string), image_uri = string})\n  default = \"client.authentication.k8s.io/v1beta1\"\n}\nlocals {\n  a = var.b.image == \"\" ? 1 : 2\n}\n",
		"ami.tf":              "resource \"x\" \"a\" {\n  image_id = \"ami-0123456789abcdef0\"\n}\n",
		"stack.json":          `{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{}}}}`,
		"prod.tfvars":         "cidr = \"10.0.0.0/16\"\ntype = \"t3.micro\" # and/or\n",
	}
	for name, content := range tests {
		if fault := bound(t, name, content, "docker.io", "registry.acme.example:8443"); fault != nil {
			t.Errorf("%s: %+v", name, fault)
		}
	}
}

func TestFilesThatAreNotSent(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: %}]\n"
	tests := map[string]struct{ name, content, want string }{
		"FROM":                {"Dockerfile", "FROM redis\nFROM evil.example/x\n", `Dockerfile:2: needs a maintainer: the image "evil.example/x:latest" is outside of --allow-registry`},
		"two":                 {"Dockerfile", "FROM evil.example/x\nFROM evil.example/y\n", "and 1 more"},
		"COPY":                {"Dockerfile", "FROM redis\nCOPY --from=evil.example/x / /\n", "Dockerfile:2:"},
		"mount":               {"Dockerfile", "FROM redis\nRUN --mount=from=evil.example/x,target=/x x\n", "Dockerfile:2:"},
		"trigger":             {"Dockerfile", "FROM redis\nONBUILD COPY --from=evil.example/x / /\n", "Dockerfile:2:"},
		"frontend":            {"Dockerfile", "# syntax = evil.example/x\nFROM redis\n", "Dockerfile:1:"},
		"frontend after BOM":  {"Dockerfile", "\xef\xbb\xbf# syntax=evil.example/x/y\nFROM redis\n", "Dockerfile:1:"},
		"argument":            {"Dockerfile", "ARG BASE=evil.example/x\nFROM $BASE\n", "evil.example/x:latest"},
		"no value":            {"Dockerfile", "ARG BASE\nFROM $BASE\n", `Dockerfile:2: needs a maintainer: the image "$BASE" can't be known`},
		"two values":          {"Dockerfile", "ARG BASE=evil.example/x\nARG BASE=redis\nFROM $BASE\n", "can't be known"},
		"value in a stage":    {"Dockerfile", "ARG BASE=redis\nFROM redis\nARG BASE=evil.example/x\nFROM $BASE\n", "can't be known"},
		"indirect":            {"Dockerfile", "ARG A=redis\nARG BASE=$A\nENV A evil.example/x\nFROM $BASE\n", "can't be known"},
		"substitute":          {"Dockerfile", "ARG BASE=redis\nFROM ${BASE:+redis}\n", "can't be known"},
		"heredoc":             {"Dockerfile", "FROM redis\nRUN <<E\nFROM evil.example/x\nE\n", "Dockerfile:3:"},
		"continued":           {"Dockerfile", "FROM redis\nFR\\\nOM evil.example/x\n", "evil.example/x"},
		"continued operand":   {"Dockerfile", "FROM redis\nFROM \\\n# c\n evil.example/x\n", "evil.example/x"},
		"another escape":      {"Dockerfile", "# escape=`\nFROM redis\nRUN a \\\nFROM evil.example/x\n", "evil.example/x"},
		"line separator":      {"Dockerfile", "FROM redis\n# a\u2028FROM evil.example/x\n", "evil.example/x"},
		"next line":           {"Dockerfile", "FROM redis\nRUN <<E\na\u0085\u00a0FROM\u00a0evil.example/x\nE\n", "evil.example/x"},
		"duplicate key":       {"pod.yaml", strings.Replace(pod, "%", "redis, image: evil.example/x", 1), "pod.yaml"},
		"duplicate JSON key":  {"task.json", `{"family":"a","containerDefinitions":[{"name":"a","image":"redis","image":"evil.example/x"}]}`, "task.json"},
		"binary value":        {"pod.yaml", strings.Replace(pod, "%", "redis", 1) + "x: !!binary ZXZpbC5leGFtcGxlL3g=\n", "binary values"},
		"unknown resource":    {"main.tf", "resource \"x_y\" \"a\" {\n  image = join(\"/\", [\"evil.example\", \"x\"])\n}\n", "main.tf:2:"},
		"escaped text":        {"main.tf", "resource \"x_y\" \"a\" {\n  image = \"evil\\u002eexample/x\"\n}\n", "main.tf:2:"},
		"too many":            {"Dockerfile", "FROM redis\n" + strings.Repeat("COPY --from=redis / /\n", 10_001), "after so many"},
		"carriage return":     {"Dockerfile", "FROM redis\nLABEL a=b\rFROM evil.example/x\n", "can't be known"},
		"in a command":        {"Dockerfile", "FROM redis\nRUN docker pull evil.example/x:1\n", "Dockerfile:2:"},
		"flag":                {"Dockerfile", "FROM --platform=$BUILDPLATFORM evil.example/x\n", "evil.example/x"},
		"host that continues": {"Dockerfile", "FROM docker.io.evil/x\n", "docker.io.evil/x"},
		"subdomain":           {"Dockerfile", "FROM evil.docker.io/x\n", "evil.docker.io/x"},
		"path":                {"Dockerfile", "FROM docker.io/../evil.example/x\n", "can't be known"},
		"user":                {"Dockerfile", "FROM docker.io@evil.example/x\n", "can't be known"},
		"user and port":       {"Dockerfile", "FROM docker.io:x@evil.example/x\n", "can't be known"},
		"letter that looks":   {"Dockerfile", "FROM d\u043ecker.io/library/redis\n", "can't be known"},
		"port":                {"Dockerfile", "FROM docker.io:5000/library/redis\n", "docker.io:5000"},
		"upper case":          {"Dockerfile", "FROM DOCKER.IO/library/redis\n", "DOCKER.IO"},
		"not UTF-8":           {"Dockerfile", "FROM redis\nRUN \xff\n", "binary"},
		"container":           {"pod.yaml", strings.Replace(pod, "%", evil, 1), "pod.yaml:5:"},
		"escaped":             {"pod.yaml", strings.Replace(pod, "%", `"evil\u002eexample/x"`, 1), "evil.example/x"},
		"alias":               {"pod.yaml", "x: &a evil.example/x\n" + strings.Replace(pod, "%", "*a", 1), "evil.example/x"},
		"placeholder":         {"pod.yaml", strings.Replace(pod, "%", "$IMAGE", 1), "can't be known"},
		"custom resource":     {"pod.yaml", strings.Replace(pod, "%", "redis", 1) + "---\napiVersion: acme.example/v1\nkind: X\nmetadata: {name: b}\nspec: {sidecarImage: evil.example/x}\n", "pod.yaml:10:"},
		"parts":               {"pod.yaml", strings.Replace(pod, "%", "redis", 1) + "---\napiVersion: acme.example/v1\nkind: X\nmetadata: {name: b}\nspec: {image: {registry: evil.example, repository: x}}\n", "evil.example/x"},
		"annotation":          {"pod.yaml", strings.Replace(pod, "%", "redis", 1) + "# docker-image://evil.example/x\n", "pod.yaml:6:"},
		"nested manifest":     {"pod.yaml", strings.Replace(pod, "%", "redis", 1) + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  a: |\n    image: evil.example/x\n", "pod.yaml:12:"},
		"ECS":                 {"main.tf", "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = jsonencode([{name = \"a\", image = \"evil.example/x\"}])\n}\n", "main.tf:2:"},
		"ECS function":        {"main.tf", "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = jsonencode([{name = \"a\", image = join(\"/\", [\"evil.example\", \"x\"])}])\n}\n", "main.tf:2:"},
		"ECS variable":        {"main.tf", "variable \"base\" {\n  default = \"evil.example/x\"\n}\n", "main.tf:2:"},
		"variable in JSON":    {"main.tf.json", `{"variable":{"base":{"default":"evil.example/x"}}}`, "main.tf.json:1:"},
		"variable elsewhere":  {"main.tf", "resource \"aws_lambda_function\" \"a\" {\n  image_uri = var.base\n}\n", "can't be known"},
		"value":               {"prod.tfvars", "base = \"evil.example/x\"\n", "prod.tfvars:1:"},
		"value in YAML":       {"values.yaml", "a: {b: [evil.example/x]}\n", "values.yaml:1:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := bound(t, tt.name, tt.content, "docker.io", "docker.io/**")
			if fault == nil || fault.Cause != result.CauseNotAllowed || !strings.Contains(fault.Reason, tt.want) ||
				fault.Fix != "have a maintainer review the change, and run it without --allow-registry, or with --allow-registry for the image" {
				t.Errorf("fault %+v, want %q", fault, tt.want)
			}
		})
	}
}

// The source of a trigger may be a stage of another file, or an image.
func TestTriggerOfAStage(t *testing.T) {
	t.Parallel()
	fault := bound(t, "Dockerfile", "FROM redis\nONBUILD COPY --from=builder / /\n", "redis")
	if fault == nil || !strings.HasPrefix(fault.Reason, "Dockerfile:2: ") {
		t.Errorf("fault %+v", fault)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	image := func(name string) result.Row {
		return result.Row{Target: result.Target{Kind: result.KindImage, Name: name, Named: true}}
	}
	known := image("docker.io/library/scratch")
	known.Status = result.Skipped
	plan := &result.Plan{Rows: []result.Row{image("docker.io/library/redis:7"), image("evil.example/x:1"), image("Not A Reference"), known}}
	list := allow.NewList("--allow-registry", []string{"redis", "mysql", "a["})
	if err := list.Bound(t.Context(), plan, fstest.MapFS{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range plan.Rows {
		got = append(got, r.Target.Name+" "+r.Status.String())
	}
	want := []string{"Not A Reference failed", "docker.io/library/redis:7 pending", "docker.io/library/scratch skipped", "evil.example/x:1 failed"}
	if !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if notices := list.Unused(); len(notices) != 2 || !strings.Contains(notices[0].Text, `"mysql" matches no image`) {
		t.Errorf("notices %v", notices)
	}
}

// However a file writes an image that the parsers know, it is judged.
func TestEveryPlaceOfAnImage(t *testing.T) {
	t.Parallel()
	places := map[string][]string{
		"Dockerfile": {
			"FROM %\n", "FROM redis\nFROM  --platform=linux/arm64  % AS x\n", "ARG A=%\nFROM $A\n", "ARG A=evil.example\nFROM ${A}/x\n",
			"FROM redis\nCOPY --from=% / /\n", "FROM redis\nRUN --mount=type=bind,from=%,target=/a true\n", "#syntax=%\nFROM redis\n",
		},
		"a.yaml": {
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {initContainers: [{name: a, image: \"%\"}], containers: []}}}\n",
			"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: '%'}]}}}}}\n",
			"AWSTemplateFormatVersion: 2010-09-09\nResources: {A: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: %}}}}\n",
		},
	}
	prefixes := []string{"", "docker.io.", "registry.acme.example.", "docker.io:443.", "registry.acme.example/../"}
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SampledFrom([]string{"Dockerfile", "a.yaml"}).Draw(t, "file")
		content := rapid.SampledFrom(places[file]).Draw(t, "place")
		ref := rapid.SampledFrom(prefixes).Draw(t, "prefix") + evil + rapid.SampledFrom([]string{"", ":1", "/y"}).Draw(t, "rest")
		if fault := bound(t, file, strings.ReplaceAll(content, "%", ref), "docker.io", "registry.acme.example"); fault == nil {
			t.Fatalf("%s with %q is sent", file, ref)
		}
	})
}

func FuzzBound(f *testing.F) {
	for _, seed := range []string{"FROM a\n", "ARG A=$A\nFROM $A\n", "FROM a\\\n`\nFROM b", "kind: Pod\nimage: [a, {b: c}]\n", "image = \"x"} {
		f.Add("Dockerfile", seed)
		f.Add("a.yaml", seed)
		f.Add("a.tf", seed)
	}
	f.Fuzz(func(t *testing.T, name, content string) {
		if name == "" || strings.Contains(name, "/") {
			return
		}
		if fault := bound(t, name, content, "docker.io"); fault != nil && fault.Reason == "" {
			t.Error("a fault without a reason")
		}
	})
}
