package bake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

// summary writes what a project declares, one line for each build, image and row.
func summary(p build.Project) []string {
	var out []string
	for _, b := range p.Builds {
		line := fmt.Sprintf("%d-%d %s %v", b.Location.Line, b.Location.Block.End, b.Subject, b.Dockerfiles)
		if b.Inline != nil {
			line += fmt.Sprintf(" inline %q at %v", b.Inline.Text, b.Inline.Lines)
		}
		for _, a := range b.Args {
			line += " " + a.Name + "=" + a.Value + a.Unknown
		}
		if b.Target != "" {
			line += " target=" + b.Target
		}
		if len(b.Platforms)+len(b.Contexts) > 0 {
			line += fmt.Sprint(" ", b.Platforms, " ", b.Contexts)
		}
		line += fmt.Sprint(" ", b.Names)
		if b.Optional {
			line += " optional"
		}
		out = append(out, line)
	}
	for _, i := range p.Images {
		out = append(out, fmt.Sprintf("image %s %s:%d base=%t %s", i.Ref, i.Location.Path, i.Location.Line, i.Base, i.Fault.Reason))
	}
	for _, n := range p.NotSent {
		out = append(out, "not sent "+n.What+": "+n.Why)
	}
	return out
}

func load(vars map[string]string, files ...string) []string {
	var all []File
	for i := 0; i < len(files); i += 2 {
		all = append(all, File{files[i], []byte(files[i+1])})
	}
	return summary(Load(build.Folder(all[0].Path), all, Options{Vars: vars, Names: result.Names{Var: "--var"}}))
}

const web = `variable "TAG" {
  default = "latest"
}
variable "NONE" {}
variable "DEBUG" { default = false }
REGISTRY = "ghcr.io/acme"
function "image" {
  params = [name]
  variadic_params = more
  result = "${REGISTRY}/${name}:${TAG}${join("", more)}"
}
group "default" { targets = ["web", "api"] }
target "_common" {
  args = { GO = "1.26", BASE = "debian:${TAG}" }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "web" {
  inherits = ["_common"]
  context = "web"
  tags = [image("web"), "x:${timestamp()}", "${REGISTRY}/web:${DEBUG ? "debug" : "release"}"]
  args = { BASE = "alpine:3", NOPE = "a${NONE}", NULL = null }
}
target "api" {
  inherits = ["web", "_common"]
  context = null
  dockerfile = "docker/api"
  target = lower("PROD")
  contexts = { base = "docker-image://debian:12", web = "target:web", lib = "https://x.example/lib.git", off = "" }
  tags = [for t in ["a", TAG]: image("api", t)]
}
`

func TestLoad(t *testing.T) {
	t.Parallel()
	const common = " NOPE=docker-bake.hcl:21: NONE has no value"
	want := []string{
		`13-16 target "_common" [Dockerfile dockerfile Containerfile] GO=1.26 BASE=debian:latest [linux/amd64 linux/arm64] [] [] optional`,
		`17-22 target "web" [web/Dockerfile web/dockerfile web/Containerfile] GO=1.26 BASE=alpine:3` + common +
			" [linux/amd64 linux/arm64] [] [ghcr.io/acme/web:latest ghcr.io/acme/web:release]",
		`23-30 target "api" [web/docker/api] BASE=debian:latest` + common + " GO=1.26" +
			" target=prod [linux/amd64 linux/arm64] [base web lib] [ghcr.io/acme/api:latesta ghcr.io/acme/api:latestlatest]",
		"image debian:12 docker-bake.hcl:28 base=true ",
		`not sent context lib of target "api": nothing is fetched from elsewhere`,
	}
	if diff := cmp.Diff(want, load(nil, "docker-bake.hcl", web)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	given := load(map[string]string{"TAG": "5", "NONE": "x", "DEBUG": "true"}, "docker-bake.hcl", web)
	if diff := cmp.Diff(`17-22 target "web" [web/Dockerfile web/dockerfile web/Containerfile] GO=1.26 BASE=alpine:3 NOPE=ax`+
		" [linux/amd64 linux/arm64] [] [ghcr.io/acme/web:5 ghcr.io/acme/web:debug]", given[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		vars        map[string]string
		files, want []string
	}{
		"JSON": {files: []string{"d/docker-bake.json", lines("{", `"variable": {"V": {"default": "1"}},`, `"target": {"a": {`, `"args": {"X": "${V}", "Y": 2},`, `"tags": ["a:${V}"]`, "}}}")},
			want: []string{`3-6 target "a" [d/Dockerfile d/dockerfile d/Containerfile Dockerfile dockerfile Containerfile] X=1 Y=2 [a:1]`}},
		"a matrix": {files: []string{"docker-bake.hcl", lines(`target "app" {`, `  name = "app-${sanitize(v)}-${item.n}"`, `  matrix = { v = ["1.0", "2"], item = [{n = "x"}] }`,
			`  args = { V = v }`, "}", `group "all" { targets = ["app"] }`, `target "b" {`, `  inherits = ["app-2-x"]`, "}")},
			want: []string{
				`1-5 target "app-1_0-x" [Dockerfile dockerfile Containerfile] V=1.0 []`, `1-5 target "app-2-x" [Dockerfile dockerfile Containerfile] V=2 []`,
				`7-9 target "b" [Dockerfile dockerfile Containerfile] V=2 []`,
			}},
		"an override": {files: []string{"docker-bake.hcl", "V = \"1\"\ntarget \"a\" { args = {V = V} }\n", "docker-bake.override.hcl", "V = \"2\"\ntarget \"a\" { dockerfile = \"b\" }\n", "x.bake.hcl", "target \"x\" {}"},
			want: []string{
				`2-2 target "a" [Dockerfile dockerfile Containerfile] V=1 []`, `2-2 target "a" [b] V=2 []`, `1-1 target "x" [Dockerfile dockerfile Containerfile] []`,
			}},
		"inline": {files: []string{"docker-bake.hcl", lines("V = 3", `target "a" {`, "  dockerfile-inline = <<EOT", "FROM alpine:${V}", "RUN x", "EOT", "}", `target "b" { dockerfile-inline = "FROM x\nRUN y" }`)},
			want: []string{`2-7 target "a" [] inline "FROM alpine:3\nRUN x\n" at [3 5 3] []`, `8-8 target "b" [] inline "FROM x\nRUN y" at [8 8] []`}},
		"attributes of other targets": {files: []string{"docker-bake.hcl", lines(`target "a" {`, `  args = { V = "1" }`, `  tags = ["x"]`, "}", `target "b" {`, `  args = { V = "${target.a.args.V}0" }`, "  tags = target.a.tags", "}")},
			want: []string{`1-4 target "a" [Dockerfile dockerfile Containerfile] V=1 [x]`, `5-8 target "b" [Dockerfile dockerfile Containerfile] V=10 [x]`}},
		"what can't be followed": {vars: map[string]string{"LIST": "x"}, files: []string{"docker-bake.hcl", lines(`variable "NONE" {}`, `variable "LIST" { default = [] }`,
			`target "a" { dockerfile = NONE }`, `target "b" { context = "https://x.example/y.git" }`, `target "c" { inherits = ["gone"] }`, `target "d" { target = timestamp() }`,
			`target "e" { context = "../.." }`, `target "f" { matrix = { a = NOPE } }`, `target "g" { platforms = 7 }`, `target "h" { args = LIST }`, "X = Y", "Y = X", `target "i" { dockerfile = X }`,
			`target "j" { contexts = { x = uuidv4() } }`, `target "k" { inherits = ["a"] }`, `target "l" { inherits = ["l"] }`)},
			want: []string{
				`16-16 target "l" [Dockerfile dockerfile Containerfile] [] optional`,
				`not sent bake target "f": line 8: there is no variable NOPE`,
				`not sent bake target "b": line 4: nothing is fetched from elsewhere`, `not sent bake target "c": line 5: it inherits "gone", which no file declares`,
				`not sent bake target "d": line 6: target: call to unknown function: There is no function named "timestamp".`,
				`not sent bake target "e": line 7: it lies outside of the repository`, `not sent bake target "g": line 9: platforms: must be a list of texts`,
				`not sent bake target "h": line 10: args: only texts, numbers and booleans can be given`, `not sent bake target "i": line 13: dockerfile: X depends on itself`,
				`not sent bake target "j": line 14: context x: call to unknown function: There is no function named "uuidv4".`,
				`not sent bake target "k": line 15: dockerfile: NONE has no value; fix: --var NONE=VALUE`,
			}},
		"null for a map or a list": {files: []string{"docker-bake.hcl", lines("X = false", `group "default" { targets = null }`, `target "a" {`, "  args = {V = 1}", `  contexts = X ? { b = "target:b" } : null`, "}",
			`target "c" {`, `  inherits = ["a"]`, `  args = null`, "}", `target "d" {`, "  inherits = null", "  platforms = null", "}")},
			want: []string{
				`3-6 target "a" [Dockerfile dockerfile Containerfile] V=1 [] optional`, `7-10 target "c" [Dockerfile dockerfile Containerfile] V=1 []`,
				`11-14 target "d" [Dockerfile dockerfile Containerfile] []`,
			}},
		"functions": {files: []string{"docker-bake.hcl", `target "a" { tags = ["x:${substr(md5("a"), 0, 4)}", format("%s/%s", "b", upper("c")), join("-", [basename("a/b"), dirname("a/b")]), regex_replace("1.2", "[.].*", "")] }`},
			want: []string{`1-1 target "a" [Dockerfile dockerfile Containerfile] [x:0cc1 b/C b-a 1]`}},
		"what is used as what it is not": {files: []string{"docker-bake.hcl", lines(`function "one" { params = [x] }`, `function "two" { params = "x" }`, `function "many" {`, "  params = [x]", "  variadic_params = y", "  result = y", "}",
			`target "a" { target = one(1) }`, `target "b" { target = one() }`, `target "c" { target = one(1, 2) }`, `target "d" { target = two(1) }`, `target "e" { target = many() }`, `target "f" { target = target.a }`,
			`target "g" { target = target.a.tags }`, `target "h" { matrix = 7 }`, `target "i" { matrix = { v = 7 } }`, `target "j" { inherits = 7 }`, `target "k" { target = contains([null], null) }`,
			`target "l" { target = format("%99s", "x") }`)},
			want: []string{
				`not sent bake target "h": line 15: matrix must be a map of lists`,
				`not sent bake target "i": line 16: matrix: v must be a list`,
				`not sent bake target "a": line 8: target: one: the function block has no result`,
				`not sent bake target "b": line 9: target: one: the function block has 1 params, got 0 arguments`,
				`not sent bake target "c": line 10: target: one: the function block has 1 params, got 2 arguments`,
				`not sent bake target "d": line 11: target: two: the params of a function block must be a list of names`,
				`not sent bake target "e": line 12: target: many: the function block has 1 params, got 0 arguments`,
				`not sent bake target "f": line 13: target: a target can't be used as a value; name its attribute: target.NAME.ATTRIBUTE`,
				`not sent bake target "g": line 14: target: target "a" has no tags`,
				`not sent bake target "j": line 17: inherits: must be a list of texts`,
				`not sent bake target "k": line 18: target: its value can't be known, as where a function gets null`,
				`not sent bake target "l": line 19: target: format: it is too large to be evaluated`,
			}},
		"a broken file": {files: []string{"docker-bake.hcl", "target \"a\" {\n", "docker-bake.json", `{"target": {"b": {}}}`},
			want: []string{`1-1 target "b" [Dockerfile dockerfile Containerfile] []`, "image  docker-bake.hcl:1 base=false docker-bake.hcl:1:12: unclosed configuration block: There is no closing brace for this block before the end of the file. " +
				"This may be caused by incorrect brace nesting elsewhere in this file."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, load(tt.vars, tt.files...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIsName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"docker-bake.hcl": true, "a/docker-bake.json": true, "docker-bake.override.hcl": true, "Docker-Bake.dev.hcl": true, "bake.hcl": true, "web.bake.hcl": true,
		"bake.json": false, "bakery.hcl": false, "docker-bake.yaml": false, "main.hcl": false, "docker-bake": false,
	} {
		if got := IsName(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// No file takes long, or much memory.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	var doubling, chain strings.Builder
	doubling.WriteString("V0 = \"0123456789\"\n")
	for i := range 40 {
		fmt.Fprintf(&doubling, "V%d = \"${V%d}${V%d}\"\n", i+1, i, i)
		fmt.Fprintf(&chain, "function \"f%d\" {\n  params = [x]\n  result = f%d(f%d(x))\n}\n", i, i+1, i+1)
	}
	chain.WriteString("function \"f40\" {\n  params = [x]\n  result = x\n}\n")
	big := strings.Repeat("x", 2000)
	for name, text := range map[string]string{
		"doubling":     doubling.String() + "target \"a\" { dockerfile = V40 }\n",
		"calls":        chain.String() + "target \"a\" { dockerfile = f0(\"x\") }\n",
		"itself":       "function \"f\" {\n  params = [x]\n  result = f(x)\n}\ntarget \"a\" { dockerfile = f(1) }\n",
		"a width":      `target "a" { dockerfile = format("%999999999d", 1) }`,
		"a number":     `target "a" { dockerfile = "${1e999999999}" }`,
		"a product":    "N0 = 1e30\nN1 = N0 * N0\nN2 = N1 * N1\ntarget \"a\" { dockerfile = N2 }\n",
		"loops":        `target "a" { dockerfile = join("", [for a in split("", "` + big[:100] + `"): join("", [for b in split("", "` + big[:100] + `"): "x"])]) }`,
		"a long loop":  `target "a" { dockerfile = join("", [for a in split("", "` + big + `"): a]) }`,
		"replacements": `target "a" { dockerfile = replace("` + big + `", "x", "` + big + `") }`,
		"a matrix":     `target "a" { matrix = { a = split("", "` + big[:100] + `"), b = split("", "` + big[:100] + `") } }`,
	} {
		got := load(nil, "docker-bake.hcl", text)
		if len(got) != 1 || !strings.Contains(got[0], errCost.Error()) {
			t.Errorf("%s: %.300q", name, got)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(web, `{"target": {"web": {"tags": ["x"]}}}`)
	f.Add("target \"a\" {\n matrix = {x = [1]}\n name = \"a${x}\"\n}\n", `{"target": [{"a": {}}], "x": "${V"}`)
	f.Fuzz(func(t *testing.T, native, json string) {
		p := Load("d", []File{{"d/docker-bake.hcl", []byte(native)}, {"d/docker-bake.json", []byte(json)}}, Options{})
		for _, b := range p.Builds {
			if (b.Inline == nil) == (len(b.Dockerfiles) == 0) || b.Location.Line < 1 || b.Location.Block == nil {
				t.Errorf("build %+v", b)
			}
		}
	})
}

// A target that inherits from hundreds of others can't be followed.
func TestLongInheritance(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("target \"t0\" { tags = [\"a\"] }\n")
	for i := range 300 {
		fmt.Fprintf(&b, "target \"t%d\" { inherits = [\"t%d\"] }\n", i+1, i)
	}
	got := load(nil, "docker-bake.hcl", b.String())
	if last := got[len(got)-1]; !strings.Contains(last, `"t300"`) || !strings.Contains(last, errCost.Error()) {
		t.Errorf("%s", last)
	}
}
