package campaign

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The kinds of targets, in the words of result.json.
const (
	kindDockerfile = "dockerfile"
	kindImage      = "image"
	kindIaC        = "iac"
)

// The states of rows, in the words of result.json.
const (
	answered = "answered"
	failed   = "failed"
	skipped  = "skipped"
	pending  = "pending" // what discovery leaves to the scan
)

// image is one of the images that repositories name.
type image struct{ written, full string }

// images are written in many ways; full is what each of them is.
func images() []image {
	digest := "@sha256:" + strings.Repeat("5a", 32)
	return []image{
		{"nginx:1.25", "docker.io/library/nginx:1.25"},
		{"redis", "docker.io/library/redis:latest"},
		{"debian:12-slim", "docker.io/library/debian:12-slim"},
		{"bitnami/kafka:3.7", "docker.io/bitnami/kafka:3.7"},
		{"docker.io/library/golang:1.26", "docker.io/library/golang:1.26"},
		{"ghcr.io/acme/api:2.1", "ghcr.io/acme/api:2.1"},
		{"ghcr.io/acme/web:2.1", "ghcr.io/acme/web:2.1"},
		{"quay.io/org/app:v1", "quay.io/org/app:v1"},
		{"localhost:5000/tool:1", "localhost:5000/tool:1"},
		{"registry.acme.example:5000/team/base" + digest, "registry.acme.example:5000/team/base" + digest},
		{"alpine:3.19" + digest, "docker.io/library/alpine:3.19" + digest},
		{"mcr.microsoft.com/dotnet/sdk:8.0", "mcr.microsoft.com/dotnet/sdk:8.0"},
	}
}

// baseArg is the build argument that some Dockerfiles need a value for.
var baseArg = image{"python:3.13", "docker.io/library/python:3.13"}

// mention is an image that a file names, as discovery is to see it.
type mention struct {
	name  string // of the row
	forms []string
	state string
	cause string
	// arg: only --build-arg BASE resolves it, to baseArg.
	arg bool
	// final: the service, which speaks of final images only, sees it too.
	final bool
	// base: a Dockerfile is built upon it. built: a Dockerfile may build it. proven: one does.
	base, built, proven bool
}

func named(i image) mention {
	return mention{name: i.full, forms: []string{i.written, i.full}, state: pending}
}

// file is one file of a repository and what is to become of it.
type file struct {
	path, text string
	link       string // a symbolic link: its target
	kind       string // of its row; "" if it has none
	state      string
	cause      string
	helper     bool // sent beside the templates of its folder
	compose    bool // holds images and, unless it is broken, has no row
	notSent    bool // is recognized and can't be sent
	mentions   []mention
	resources  []string
}

// tree is a repository.
type tree struct {
	files []file
}

func newTree(seed uint64) *tree {
	d := newDice(seed, "tree")
	t := &tree{}
	folders := []string{"", "api/", "web/front/", "infra/", "infra/aws/", "deploy/k8s/", "services/a/"}
	taken := map[string]bool{}
	if d.chance(2) {
		t.files = append(t.files, crowd(d)...)
	}
	for range oneOf(d, 0, 1, 2, 3, 4, 5, 6, 8, 10) {
		f := drawFile(d, oneOf(d, folders...), len(t.files))
		if f.path != "" && !taken[f.path] {
			taken[f.path] = true
			t.files = append(t.files, f)
		}
	}
	t.files = append(t.files, reached(d, forcedOn(seed))...)
	t.files = append(t.files, bystanders(d)...)
	return t
}

// reached are files that make a run reach some calls.
func reached(d dice, calls []string) []file {
	var files []file
	if slices.ContainsFunc(calls, func(call string) bool { return slices.Contains([]string{callIaC, callStatus, callReport}, call) }) {
		files = append(files, drawTerraform(d, "forced/", 99))
	}
	if slices.ContainsFunc(calls, func(call string) bool { return slices.Contains([]string{callDockerfiles, callNames, callTask}, call) }) {
		files = append(files, drawDockerfile(d, "forced/"), drawCompose(d, "forced/"))
	}
	return files
}

// crowd is more than one submission takes: many templates, or names that fill
// more than one URL.
func crowd(d dice) []file {
	if d.chance(50) {
		files := make([]file, d.between(201, 260))
		for i := range files {
			name := fmt.Sprintf("c%d", i)
			files[i] = file{path: fmt.Sprintf("crowd/%d/%s.tf", i%3, name), kind: kindIaC, state: pending, resources: []string{name},
				text: fmt.Sprintf("resource \"aws_s3_bucket\" %q {\n}\n", name)}
		}
		return files
	}
	f := file{path: "crowd/compose.yaml", compose: true, text: "services:\n"}
	for i := range d.between(50, 200) {
		name := fmt.Sprintf("ghcr.io/acme/a-rather-long-name-of-a-service-that-is-deployed-%d:1", i)
		f.text += fmt.Sprintf("  s%d:\n    image: %s\n", i, name)
		f.mentions = append(f.mentions, named(image{name, name}))
	}
	return []file{f}
}

// bystanders must neither be planned nor leave the machine.
func bystanders(d dice) []file {
	all := []file{
		{path: "README.md", text: "# shop\n"},
		{path: "main.go", text: "package main\n"},
		{path: "api/.env", text: "PASSWORD=bystander\n"},
		{path: "infra/terraform.tfstate", text: `{"version":4,"secret":"bystander"}`},
		{path: "chart/Chart.yaml", text: "apiVersion: v2\nname: shop\nversion: 1.0.0\n", notSent: true},
		{path: "chart/templates/app.yaml", text: "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n", notSent: true},
		{path: "config/app.yaml", text: "colour: blue\n"},
		{path: "linked/gone.tf", link: "nowhere.tf"},
	}
	return slices.DeleteFunc(all, func(file) bool { return d.chance(70) })
}

func drawFile(d dice, dir string, n int) file {
	switch roll := d.IntN(100); {
	case roll < 40:
		return drawDockerfile(d, dir)
	case roll < 58:
		return drawTerraform(d, dir, n)
	case roll < 64:
		return file{path: dir + oneOf(d, "terraform.tfvars", "prod.auto.tfvars"), text: fmt.Sprintf("size = %d\n", n), helper: true}
	case roll < 72:
		return drawCloudFormation(d, dir, n)
	case roll < 84:
		return drawKubernetes(d, dir, n)
	case roll < 95:
		return drawCompose(d, dir)
	case roll < 98:
		name := oneOf(d, "Dockerfile.linked", "linked.tf")
		return file{path: dir + name, link: outside, kind: linkKind(name), state: skipped, cause: "outside-tree"}
	}
	return file{path: dir + "empty.tf", text: "\n", kind: kindIaC, state: skipped, cause: "empty"}
}

// outside stands for a file beside the tree in the target of a link.
const outside = "OUTSIDE"

func linkKind(name string) string {
	if strings.HasSuffix(name, ".tf") {
		return kindIaC
	}
	return kindDockerfile
}

func drawDockerfile(d dice, dir string) file {
	f := file{path: dir + oneOf(d, "Dockerfile", "Dockerfile", "Dockerfile.dev", "api.Dockerfile", "Containerfile"), kind: kindDockerfile, state: pending}
	a, b := oneOf(d, images()...), oneOf(d, images()...)
	one, two := named(a), named(b)
	scratch := mention{name: "scratch", state: skipped, cause: "nothing-to-scan"}
	two.final = true
	switch d.IntN(11) {
	case 0, 1, 2:
		f.text, f.mentions = "FROM "+b.written+"\nRUN true\n", []mention{two}
	case 3, 4:
		f.text = "FROM " + a.written + " AS build\nRUN make\nFROM " + b.written + "\nCOPY --from=build /x /x\n"
		f.mentions = []mention{one, two}
	case 5:
		f.text = "FROM " + b.written + " AS base\nFROM base AS final\nCOPY . .\n"
		f.mentions = []mention{two}
	case 6:
		f.text, f.mentions = "FROM "+a.written+" AS b\nFROM scratch\nCOPY --from=b /x /x\n", []mention{one, scratch}
	case 7:
		f.text = "ARG IMAGE=" + b.written + "\nFROM ${IMAGE}\n"
		f.mentions = []mention{two}
	case 8:
		f.text = "ARG BASE\nFROM ${BASE}\n"
		f.mentions = []mention{{name: "${BASE}", forms: []string{"${BASE}"}, state: failed, cause: "unresolved", arg: true}}
	case 9:
		f.text, f.state, f.cause = oneOf(d, "FORM nginx\n", "RUN true\n", "FROM\n"), failed, "unparsable"
	case 10:
		f.text, f.state, f.cause = "", skipped, "empty"
	}
	return f
}

func drawTerraform(d dice, dir string, n int) file {
	f := file{path: dir + oneOf(d, "main.tf", "network.tf", "data.tf"), kind: kindIaC, state: pending}
	var text strings.Builder
	for i := range d.between(1, 3) {
		name := fmt.Sprintf("r%d_%d", n, i)
		fmt.Fprintf(&text, "resource \"aws_s3_bucket\" %q {\n  bucket = \"acme-%s\"\n}\n", name, name)
		f.resources = append(f.resources, name)
	}
	if d.chance(10) {
		text.WriteString(strings.Repeat("# a long file, whose upload takes more than one packet\n", 600))
	}
	if d.chance(12) {
		text.WriteString("resource \"aws_s3_bucket\" {\n")
		f.state, f.cause = failed, "unparsable"
	}
	f.text = text.String()
	return f
}

func drawCloudFormation(d dice, dir string, n int) file {
	f := file{path: dir + oneOf(d, "stack.yaml", "assets.yml"), kind: kindIaC, state: pending, resources: []string{fmt.Sprintf("Bucket%d", n)}}
	f.text = fmt.Sprintf("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  Bucket%d:\n    Type: AWS::S3::Bucket\n", n)
	if d.chance(12) {
		f.text += "  Other: [\n"
		f.state, f.cause = failed, "unparsable"
	}
	return f
}

func drawKubernetes(d dice, dir string, n int) file {
	i := oneOf(d, images()...)
	f := file{path: dir + oneOf(d, "app.yaml", "job.yaml", "web.yml"), kind: kindIaC, state: pending, resources: []string{fmt.Sprintf("app%d", n)}}
	f.text = fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata:\n  name: app%d\nspec:\n  containers:\n    - name: c\n      image: %s\n", n, i.written)
	f.mentions = []mention{named(i)}
	if d.chance(10) {
		f.text += "  broken: [\n"
		f.state, f.cause, f.mentions = failed, "unparsable", nil
	}
	return f
}

func drawCompose(d dice, dir string) file {
	f := file{path: dir + oneOf(d, "compose.yaml", "docker-compose.yml"), compose: true}
	i := oneOf(d, images()...)
	text := "services:\n  web:\n    image: " + i.written + "\n"
	f.mentions = []mention{named(i)}
	switch own := path.Join(dir, "own"); {
	case d.chance(20):
		base := oneOf(d, images()...)
		text += "  own:\n    build: {dockerfile_inline: \"FROM " + base.written + "\"}\n"
		from := named(base)
		from.base = true
		f.mentions = append(f.mentions, from, mention{name: own, state: skipped, cause: "built-here", proven: true})
	case d.chance(10):
		text += "  own:\n    build: gone\n"
		f.mentions = append(f.mentions, mention{name: own, state: failed, cause: "unreadable", built: true})
	}
	if d.chance(12) {
		text += "  late:\n    image: acme/late:${TAG}\n"
		f.mentions = append(f.mentions, mention{name: "acme/late:${TAG}", forms: []string{"acme/late:${TAG}"}, state: failed, cause: "unresolved"})
	}
	if d.chance(8) {
		text += "  bad: [\n"
		f.kind, f.state, f.cause, f.mentions = kindIaC, failed, "unparsable", nil
	}
	f.text = text
	return f
}

// write puts the tree on the disk at root, and what links lead to beside it.
func (t *tree) write(tb testing.TB, root string) {
	tb.Helper()
	away := filepath.Join(filepath.Dir(root), "outside.txt")
	check := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	check(os.MkdirAll(root, 0o755))
	check(os.WriteFile(away, []byte("FROM outside-secret\n"), 0o600))
	for _, f := range t.files {
		name := filepath.Join(root, filepath.FromSlash(f.path))
		check(os.MkdirAll(filepath.Dir(name), 0o755))
		switch f.link {
		case "":
			check(os.WriteFile(name, []byte(f.text), 0o644))
		case outside:
			check(os.Symlink(away, name))
		default:
			check(os.Symlink(f.link, name))
		}
	}
}

// file finds a file of the tree by its path; nil if there is none.
func (t *tree) file(name string) *file {
	for i := range t.files {
		if t.files[i].path == name {
			return &t.files[i]
		}
	}
	return nil
}

// row is what discovery is to make of a target.
type row struct {
	id, kind, name string
	state, cause   string
}

// plan says which rows the ledger is to have, and which files may be sent.
type plan struct {
	rows    map[string]row
	helpers map[string]bool
	notSent bool
}

// rank orders what several places say of one image: the one that asks the most
// counts.
func rank(state string) int {
	return slices.Index([]string{skipped, failed, pending}, state)
}

// plan holds the tree against the policy.
func (t *tree) plan(p *policy) *plan {
	out := &plan{rows: map[string]row{}, helpers: map[string]bool{}}
	for i := range t.files {
		out.take(&t.files[i], p)
	}
	for _, i := range p.images {
		if p.wants(kindImage) {
			out.mention(named(i), p, false)
		}
	}
	sent := map[string]bool{}
	for _, r := range out.rows {
		if r.kind == kindIaC && r.state == pending {
			sent[path.Dir(r.name)] = true
		}
	}
	maps.DeleteFunc(out.helpers, func(name string, _ bool) bool { return !sent[path.Dir(name)] })
	return out
}

func (o *plan) take(f *file, p *policy) {
	excluded := p.excludesFile(f.path)
	if o.planned(f, p, excluded) {
		r := row{f.kind + ":" + f.path, f.kind, f.path, f.state, f.cause}
		if excluded {
			r.state, r.cause = skipped, "excluded"
		}
		o.rows[r.id] = r
	}
	if f.helper && p.wants(kindIaC) && !excluded {
		o.helpers[f.path] = true
	}
	o.notSent = o.notSent || f.notSent && !excluded
	if f.notSent && excluded && p.wants(kindIaC) {
		o.rows[kindIaC+":"+f.path] = row{kindIaC + ":" + f.path, kindIaC, f.path, skipped, "excluded"}
	}
	for _, m := range f.mentions {
		if p.wantsMention(f, m, excluded) {
			o.mention(m, p, excluded)
		}
	}
}

// wantsMention reports whether the kinds that are asked for cover an image. In an
// excluded Compose file a build is not proven.
func (p *policy) wantsMention(f *file, m mention, excluded bool) bool {
	switch {
	case m.base:
		return p.wants(kindDockerfile) && !excluded
	case f.kind == kindDockerfile:
		return p.wants(kindDockerfile)
	}
	return p.wants(kindImage) || (m.built || m.proven && excluded) && p.wants(kindDockerfile)
}

// planned: a template that can't be read is planned for the images that it may
// name, even where templates are not asked for; a Compose file, which is no
// template, for those alone.
func (o *plan) planned(f *file, p *policy, excluded bool) bool {
	if f.kind != kindIaC {
		return f.kind != "" && p.wants(f.kind)
	}
	if f.compose {
		return (p.wants(kindImage) || p.wants(kindDockerfile)) && (p.wants(kindIaC) || !excluded)
	}
	return p.wants(kindIaC) || p.wants(kindImage) && f.state == failed && !excluded
}

func (o *plan) mention(m mention, p *policy, fileExcluded bool) {
	if m.arg && p.buildArg {
		m = named(baseArg)
	}
	r := row{kindImage + ":" + m.name, kindImage, m.name, m.state, m.cause}
	if fileExcluded || m.state != skipped && p.excludesImage(m.forms) {
		r.state, r.cause = skipped, "excluded"
	}
	if have, ok := o.rows[r.id]; !ok || rank(r.state) > rank(have.state) {
		o.rows[r.id] = r
	}
}

// add plans alert sources and checks.
func (o *plan) add(sources []*source) {
	for _, s := range sources {
		o.rows[s.row()] = row{s.row(), s.kind, s.name, pending, ""}
	}
}

// excludes reports whether an image is left out at every place that names it.
func (o *plan) excludes(full string) bool {
	r, ok := o.rows[kindImage+":"+full]
	return ok && r.state == skipped && r.cause == "excluded"
}

func (o *plan) pending() []row {
	var rows []row
	for _, id := range slices.Sorted(maps.Keys(o.rows)) {
		if o.rows[id].state == pending {
			rows = append(rows, o.rows[id])
		}
	}
	return rows
}
