package discover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// A template that would take too much memory is a failed row that says where and what.
func TestTemplateThatIsTooLarge(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"k8s/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata: [" + strings.Repeat("a,", 300_000) + "a]\n"})
	r := row(t, plan(t, dir, discover.Options{}), "iac:k8s/a.yaml")
	want := result.Fault{Cause: result.CauseTooLarge, Fix: "split the file, or exclude it"}
	if r.Status != result.Failed || r.Cause != want.Cause || r.Fix != want.Fix {
		t.Errorf("row %+v, want %+v", r, want)
	}
	if !strings.HasPrefix(r.Reason, "k8s/a.yaml:4:") || !strings.Contains(r.Reason, "too large to read: more than ") {
		t.Errorf("reason %q", r.Reason)
	}
}

// volumes is a Compose file with a number of images.
func volumes(n int) string {
	var b strings.Builder
	b.WriteString("services:\n  a:\n    volumes:\n")
	for i := range n {
		fmt.Fprintf(&b, "    - {type: image, source: 'acme/app:%d'}\n", i)
	}
	return b.String()
}

// A file may name 5000 images. One that names more fails, whatever it is, with the line from
// which on images are missing.
func TestFileWithTooManyImages(t *testing.T) {
	t.Parallel()
	var stages, pods strings.Builder
	for i := range 5001 {
		fmt.Fprintf(&stages, "FROM acme/app:%d\n", i)
		fmt.Fprintf(&pods, "      - {image: 'acme/app:%d'}\n", i)
	}
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n    containers:\n" + pods.String()
	for id, want := range map[string]struct {
		name, content string
		line          int
	}{
		"iac:compose.yaml":      {"compose.yaml", volumes(5001), 5004},
		"dockerfile:Dockerfile": {"Dockerfile", stages.String(), 5001},
		"iac:pod.yaml":          {"pod.yaml", pod, 5006},
	} {
		p := plan(t, plain(t, files{want.name: want.content}), discover.Options{})
		r := row(t, p, id)
		reason := fmt.Sprintf("%s:%d: too large to read: the file names more than 5000 images up to here", want.name, want.line)
		if r.Status != result.Failed || r.Cause != result.CauseTooLarge || r.Reason != reason {
			t.Errorf("row %+v, want the reason %q", r, reason)
		}
		if len(p.Rows) != 5001 {
			t.Errorf("%s: %d rows, want the file and 5000 images", id, len(p.Rows))
		}
	}
}

// Images that other files name are counted there, and an excluded file fails nothing.
func TestFilesWithManyImages(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{
		"a/compose.yaml": volumes(5000), "b/compose.yaml": volumes(5000),
		"c/compose.yaml": strings.ReplaceAll(volumes(5001), "app", "other"),
	})
	p := plan(t, dir, discover.Options{Exclude: exclude("c/**")})
	if len(p.Rows) != 10_001 {
		t.Fatalf("%d rows, want 5000 pending images, 5000 skipped ones, and the excluded file", len(p.Rows))
	}
	for _, r := range p.Rows {
		if r.Status == result.Failed {
			t.Fatalf("row %+v", r)
		}
	}
	if r := row(t, p, "iac:c/compose.yaml"); r.Status != result.Skipped || r.Cause != result.CauseExcluded {
		t.Errorf("row %+v", r)
	}
}

// A Dockerfile with many builds that differ is resolved up to a bound, and is a failed row then.
func TestDockerfileWithTooManyBuilds(t *testing.T) {
	t.Parallel()
	var all, stages strings.Builder
	all.WriteString("services:\n")
	stages.WriteString("ARG TAG\n")
	for i := range 2000 {
		fmt.Fprintf(&all, "  s%d: {build: {context: ., args: {TAG: %d}}}\n", i, i%10)
		fmt.Fprintf(&stages, "FROM acme/app%d:$TAG\n", i%100)
	}
	p := plan(t, plain(t, files{"compose.yaml": all.String(), "Dockerfile": stages.String()}), discover.Options{})
	r := row(t, p, "image:Dockerfile")
	if r.Status != result.Failed || r.Cause != result.CauseTooLarge || !strings.Contains(r.Reason, "more than 300000 lines in all builds") {
		t.Errorf("row %+v", r)
	}
}

// How often a chart is deployed by the charts that hold it is multiplied by each of them.
func TestChartWithTooManyDeployments(t *testing.T) {
	t.Parallel()
	var aliases strings.Builder
	for i := range 150 {
		fmt.Fprintf(&aliases, "- {name: inner, alias: a%d}\n", i)
	}
	holder := "apiVersion: v2\nname: inner\nversion: 1.0.0\ndependencies:\n" + aliases.String()
	tree := files{
		"c/Chart.yaml": holder, "c/values.yaml": "global: {x: 1}\n", "c/charts/b/Chart.yaml": holder, "c/charts/b/charts/a/Chart.yaml": holder,
		"c/charts/b/charts/a/values.yaml": "image: {repository: acme/app, tag: '1'}\n",
	}
	r := row(t, plan(t, plain(t, tree), discover.Options{}), "iac:c/charts/b/charts/a/Chart.yaml")
	want := result.Fault{
		Cause: result.CauseTooLarge, Fix: "split the chart, or exclude values files",
		Reason: "c/charts/b/charts/a/Chart.yaml: too large to read: more than 10000 values files in all deployments by the charts that hold it",
	}
	if r.Status != result.Failed || r.Fault != want {
		t.Errorf("row %+v", r)
	}
}

// The images of a chart with each of its values files are read up to a bound.
func TestChartWithTooManyValues(t *testing.T) {
	t.Parallel()
	var values strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&values, "x%d: {image: {repository: acme/app, tag: '%d'}}\n", i, i)
	}
	tree := files{"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/values.yaml": values.String()}
	for i := range 102 {
		tree[fmt.Sprintf("c/values-%d.yaml", i)] = "x1: {image: {tag: other}}\n"
	}
	r := row(t, plan(t, plain(t, tree), discover.Options{}), "iac:c/values.yaml")
	want := result.Fault{
		Cause: result.CauseTooLarge, Fix: "split the chart, or exclude values files",
		Reason: "c/values.yaml: too large to read: more than 100000 images in all values files of the chart",
	}
	if r.Status != result.Failed || r.Fault != want {
		t.Errorf("row %+v", r)
	}
}

// A file that a person has not written is not read, and is a failed row.
func TestFilesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("# comment\n", template.MaxSize/10+1)
	dir := plain(t, files{
		"pod.yaml": "apiVersion: v1\nkind: Pod\n" + large, "docker-bake.hcl": large[:70_000],
		"compose.yaml": "services: {a: {extends: {file: base.yaml, service: a}}}\n", "base.yaml": large,
	})
	p := plan(t, dir, discover.Options{})
	for id, want := range map[string]result.Fault{
		"iac:pod.yaml":        {Cause: result.CauseTooLarge, Reason: "pod.yaml: larger than 32 MiB", Fix: "split the file, or exclude it"},
		"iac:docker-bake.hcl": {Cause: result.CauseTooLarge, Reason: "docker-bake.hcl: larger than 64 KiB", Fix: "split the file, or exclude it"},
		"image:base.yaml": {
			Cause: result.CauseUnreadable, Reason: "compose.yaml:1: extends base.yaml: it is larger than 32 MiB",
			Fix: "make it readable for git and scangate, or exclude the file that names it",
		},
	} {
		if r := row(t, p, id); r.Status != result.Failed || r.Fault != want {
			t.Errorf("row %+v, want %+v", r, want)
		}
	}
}
