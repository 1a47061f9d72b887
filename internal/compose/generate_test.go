package compose

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawer draws the files of a project.
type drawer struct{ t *rapid.T }

func (d drawer) one(label string, choices ...string) string {
	return rapid.SampledFrom(choices).Draw(d.t, label)
}

// maybe draws one of the choices half of the time, else "".
func (d drawer) maybe(label string, choices ...string) string {
	if len(choices) == 0 {
		return ""
	}
	return d.one(label, append(make([]string, len(choices)), choices...)...)
}

// attributes writes a flow map of those that are drawn.
func (d drawer) attributes(drawn ...string) string {
	var out []string
	for _, a := range drawn {
		if a != "" {
			out = append(out, a)
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (d drawer) build(tags bool) string {
	if s := d.maybe("build", "build: .", "build: ./ctx", "build: ../up"); s != "" {
		return s
	}
	image := d.maybe("dockerfile", "dockerfile: D", "dockerfile: ../x/D", "dockerfile: '${FILE:-E}'")
	return "build: " + d.attributes(
		d.maybe("context", "context: .", "context: c", "context: '$DIR'", "context: 'https://github.com/acme/x.git'"), image,
		d.maybe("target", "target: t", "target: '${NOPE:-u}'"),
		d.maybe("args", "args: {A: 1, B: '2'}", "args: [A=3, C=4, DIR]", "args: {B: null, DIR: }", "args: [B]", "args: {A: 0x10, F: 1.50}", d.tag(tags, "args: !override {A: 9}", "args: {A: !reset null}")),
		d.maybe("contexts", "additional_contexts: {base: 'docker-image://a:1'}", "additional_contexts: [base=docker-image://b:1, dir=./d]", d.tag(tags, "additional_contexts: {base: !reset null}")),
		d.maybe("platforms", "platforms: [linux/amd64]", "platforms: [linux/arm64, linux/amd64]", d.tag(tags, "platforms: !override [linux/s390x]")),
		d.maybe("tags", "tags: [x:1]", "tags: [y, x:1]"),
	)
}

// tag draws text with tags only where they mean something to Compose.
func (d drawer) tag(tags bool, choices ...string) string {
	if !tags {
		return ""
	}
	return d.maybe("tag", choices...)
}

func (d drawer) service(tags bool, extends ...string) string {
	image := d.maybe("image", "image: 'a:1'", "image: 'b:${TAG}'", "image: 'c:${NOPE:-1}'", d.tag(tags, "image: !reset null"))
	build := d.maybe("has build", "build")
	if build != "" {
		build = d.build(tags)
		if s := d.tag(tags, "build: !reset null", "build: !override {context: o}"); s != "" {
			build = s
		}
	}
	return d.attributes(
		image, build,
		d.maybe("policy", "pull_policy: always", "pull_policy: build", "pull_policy: every_12h"),
		d.maybe("platform", "platform: linux/arm64"),
		d.maybe("volumes", "volumes: ['./x:/x', {type: image, source: 'v:1', target: /v}]", "volumes: [{type: image, source: 'w:${TAG}', target: /v/}]",
			"volumes: ['/v']", d.tag(tags, "volumes: !override [{type: image, source: 'o:1', target: /o}]")),
		d.maybe("hook", "pre_start: [{image: 'h:1', command: x}]"),
		d.maybe("extends", extends...),
	)
}

// file draws a Compose file with services of the names.
func (d drawer) file(tags bool, include string, names []string, extends ...string) string {
	var b strings.Builder
	b.WriteString(include)
	b.WriteString("services:\n")
	drawn := 0
	for _, name := range names {
		if d.maybe("has "+name, "x") != "" {
			drawn++
			fmt.Fprintf(&b, "  %s: %s%s\n", name, d.tag(tags, "!override "), d.service(tags, extends...))
		}
	}
	if drawn == 0 {
		b.WriteString("  last: {image: 'last:1'}\n")
	}
	return b.String()
}

func drawProject(t *rapid.T) files {
	d := drawer{t}
	names := []string{"a", "b", "c"}
	return files{
		"p/compose.yaml": d.file(false, d.maybe("include", "include: [inc/x.yml]\n", "include: [{path: [inc/x.yml, inc/y.yml], project_directory: inc/deep}]\n", "include: [{path: inc/y.yml, env_file: inc/e.env}]\n"),
			names, "extends: b", "extends: {service: c}", "extends: {file: ext/base.yml, service: e}", "extends: {file: ext/base.yml, service: f}"),
		"p/compose.override.yaml": d.file(true, "", names, "extends: c", "extends: {file: ext/base.yml, service: f}"),
		"p/.env":                  "TAG=7\nDIR=dir\n",
		"p/inc/x.yml":             d.file(false, "", []string{"a", "x"}),
		"p/inc/y.yml":             d.file(true, "", []string{"x", "y"}, "extends: {file: ../ext/base.yml, service: e}"),
		"p/inc/.env":              "TAG=8\n",
		"p/inc/e.env":             "TAG=9\nDIR=inner\n",
		"p/inc/deep/Dockerfile":   "FROM x\n",
		"p/ext/base.yml":          d.file(true, "", []string{"e"}, "extends: f", "extends: {file: more.yml, service: g}") + "  f: " + d.service(false) + "\n",
		"p/ext/more.yml":          "services:\n  g: " + d.service(false) + "\n",
	}
}

func TestGeneratedProjectsAreLikeCompose(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := drawProject(rt)
		paths := []string{"p/compose.yaml", "p/compose.override.yaml"}
		checkLikeCompose(&recorder{TB: t, rt: rt}, f, nil, paths[:rapid.IntRange(1, 2).Draw(rt, "files")]...)
	})
}

// recorder reports to rapid, which shrinks what fails.
type recorder struct {
	testing.TB
	rt *rapid.T
}

func (r *recorder) Errorf(format string, args ...any) { r.rt.Fatalf(format, args...) }
