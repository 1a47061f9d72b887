package compose

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// load reads the Compose files of a folder as a project.
func load(t testing.TB, f files, vars map[string]string, dir string) build.Project {
	t.Helper()
	var parsed []File
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if _, ok := stemOf(name); ok && build.Folder(name) == dir {
			docs, err := parse(name, []byte(f[name]))
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, File{Path: name, Docs: docs})
		}
	}
	return Load(dir, parsed, Options{Vars: vars, Read: f.read, Names: result.Names{Var: "--var"}})
}

// lines writes the images of a project with their places and faults.
func lines(p build.Project) []string {
	var out []string
	for _, i := range p.Images {
		text := fmt.Sprintf("%s:%d %s", i.Location.Path, i.Location.Line, i.Ref)
		if i.Ref == "" {
			text += "(" + i.Name + ")"
		}
		if b := i.Location.Block; b != nil {
			text += fmt.Sprintf(" in %d-%d", b.Start, b.End)
		}
		if i.Build != nil {
			text += " built"
		}
		if i.Fault.Reason != "" {
			text += fmt.Sprintf(": %s: %s; %s", i.Fault.Cause, i.Fault.Reason, i.Fault.Fix)
		}
		out = append(out, text)
	}
	return out
}

func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func TestPlaces(t *testing.T) {
	t.Parallel()
	f := files{
		"p/compose.yaml": text("x-base: &base", "  image: redis:7", "services:", "  web:", "    build: .", "  api:", "    build:", "      context: .", "    image: acme/api",
			"  db:", "    image: ${DB:-postgres:16}", "  cache:", "    <<: *base", "  gone:", "    image: acme/${NAME}:1", "  child:", "    extends: {service: db}", "  off: null",
			"  other:", "    extends: {file: base.yml, service: x}", "    command: y"),
		"p/compose.override.yaml": text("services:", "  db:", "    command: x", "  web:", "    image: acme/web"),
		"p/lib/x.yml":             "",
		"p/base.yml":              text("services:", "  x:", "    image: x:1"),
	}
	p := load(t, files{"p/compose.yaml": f["p/compose.yaml"], "p/compose.override.yaml": f["p/compose.override.yaml"]}, nil, "p")
	if got := p.Images[0].Fault.Reason; got != "p/compose.yaml:20: extends p/base.yml: it does not exist" {
		t.Errorf("reason %q", got)
	}
	p = load(t, f, nil, "p")
	want := []string{
		"p/base.yml:3 x:1 in 2-3",
		"p/compose.yaml:5 (p/web) in 4-5 built", "p/compose.yaml:9 acme/api in 6-9 built", "p/compose.yaml:11 postgres:16 in 10-11", "p/compose.yaml:2 redis:7",
		"p/compose.yaml:15 acme/${NAME}:1 in 14-15: unresolved: p/compose.yaml:15: NAME has no value; --var NAME=VALUE, or exclude it",
		"p/compose.yaml:11 postgres:16 in 10-11", "p/base.yml:3 x:1 in 2-3",
		"p/compose.override.yaml:5 acme/web in 4-5 built", "p/compose.yaml:11 postgres:16 in 10-11",
		"p/compose.override.yaml:5 acme/web in 4-5",
	}
	if diff := cmp.Diff(want, lines(p)); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	files := []string{"p/.env", "p/base.yml", "p/compose.override.yaml", "p/compose.yaml"}
	if diff := cmp.Diff(files, p.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files files
		want  []string
	}{
		"values of the wrong kind": {files: files{"compose.yaml": text(
			"services:", "  a: [1]", "  b: {image: [x], build: {args: 7, platforms: {a: b}}}", "  c:", "    image: c", "    image: d", "  e: e", "include: 7")},
			want: []string{
				"compose.yaml:2 (a): unparsable: compose.yaml:2: services.a: must be a map; fix the file, or exclude it",
				"compose.yaml:3 (b): unparsable: compose.yaml:3: services.b.image: must be a text; fix the file, or exclude it",
				"compose.yaml:3 (b): unparsable: compose.yaml:3: services.b.build.args: must be a map or a list; fix the file, or exclude it",
				"compose.yaml:3 (b): unparsable: compose.yaml:3: services.b.build.platforms: must be a list; fix the file, or exclude it",
				"compose.yaml:6 (c): unparsable: compose.yaml:6: services.c.image: duplicate key; fix the file, or exclude it",
				"compose.yaml:7 (e): unparsable: compose.yaml:7: services.e: must be a map; fix the file, or exclude it",
				"compose.yaml:8 (7): unreadable: compose.yaml:8: include 7: it does not exist; make it readable for git and scangate, or exclude the file that names it",
				"compose.yaml:3 (b) in 3-3 built", "compose.yaml:5 c in 4-6",
			}},
		"extends": {files: files{"compose.yaml": text("services:", "  a: {extends: b, image: a}", "  b: {extends: {service: a}}", "  c: {extends: {file: x.yml}}", "  d: {extends: gone}",
			"  e: {extends: $NOPE}", "  f: {extends: {file: $NOPE, service: x}}", "  g: {extends: {file: broken.yml, service: x}}", "  h: {extends: {file: list.yml, service: x}}", "  i: {image: i}"),
			"broken.yml": "a: [\n", "list.yml": "[]\n"},
			want: []string{
				`compose.yaml:3 (a): unparsable: compose.yaml:3: service "b" extends "a", which extends "b"; fix the file, or exclude it`,
				`compose.yaml:4 (compose.yaml): unparsable: compose.yaml:4: service "c": extends names no service; fix the file, or exclude it`,
				`compose.yaml:5 (gone): unparsable: compose.yaml:5: service "d" extends "gone", which is not in compose.yaml; fix the file, or exclude it`,
				"compose.yaml:6 ($NOPE): unresolved: compose.yaml:6: NOPE has no value; --var NOPE=VALUE, or exclude it",
				"compose.yaml:7 ($NOPE): unresolved: compose.yaml:7: NOPE has no value; --var NOPE=VALUE, or exclude it",
				"broken.yml:1 (broken.yml): unparsable: broken.yml:1: did not find expected node content; fix the file, or exclude it",
				"list.yml:1 (list.yml): unparsable: list.yml:1: a Compose file must be a map; fix the file, or exclude it",
				`compose.yaml:9 (x): unparsable: compose.yaml:9: service "h" extends "x", which is not in list.yml; fix the file, or exclude it`,
				"compose.yaml:2 a in 2-2", "compose.yaml:10 i in 10-10",
			}},
		"includes": {files: files{"compose.yaml": text("include: [a.yml, '$NOPE', {path: [b.yml], env_file: gone.env}, {env_file: x}]", "services: {x: {image: x}}"),
			"a.yml": "include: [compose.yaml, a.yml]\n", "b.yml": ""},
			want: []string{
				"a.yml:1 (a.yml): unparsable: a.yml:1: the include is a cycle: compose.yaml -> a.yml -> compose.yaml; fix the file, or exclude it",
				"a.yml:1 (a.yml): unparsable: a.yml:1: the include is a cycle: compose.yaml -> a.yml -> a.yml; fix the file, or exclude it",
				"compose.yaml:1 ($NOPE): unresolved: compose.yaml:1: NOPE has no value; --var NOPE=VALUE, or exclude it",
				"compose.yaml:1 (gone.env): unreadable: compose.yaml:1: env_file gone.env: it does not exist; make it readable for git and scangate, or exclude the file that names it",
				"compose.yaml:2 x in 2-2",
			}},
		"builds": {files: files{"compose.yaml": text("services:", "  a: {build: $NOPE}", "  b: {build: {dockerfile: $NOPE}}", "  c: {build: {dockerfile: D, dockerfile_inline: FROM x}}", "  d: {build: {target: $NOPE}}",
			"  e: {build: {platforms: [$NOPE]}}", "  f: {build: {additional_contexts: {x: 'service:nope'}}}", "  g: {build: {additional_contexts: {x: $NOPE}}}")},
			want: []string{
				"compose.yaml:2 (a) in 2-2: unresolved: compose.yaml:2: NOPE has no value; --var NOPE=VALUE, or exclude it",
				"compose.yaml:3 (b) in 3-3: unresolved: compose.yaml:3: NOPE has no value; --var NOPE=VALUE, or exclude it",
				`compose.yaml:4 (c) in 4-4: unparsable: compose.yaml:4: service "c": it has a dockerfile and a dockerfile_inline, of which Compose allows one; fix the file, or exclude it`,
				"compose.yaml:5 (d) in 5-5: unresolved: compose.yaml:5: NOPE has no value; --var NOPE=VALUE, or exclude it",
				"compose.yaml:6 (e) in 6-6: unresolved: compose.yaml:6: NOPE has no value; --var NOPE=VALUE, or exclude it",
				`compose.yaml:7 (f) in 7-7: unparsable: compose.yaml:7: service "f": service "nope" is a context of it and is not built; fix the file, or exclude it`,
				"compose.yaml:8 (g) in 8-8: unresolved: compose.yaml:8: NOPE has no value; --var NOPE=VALUE, or exclude it",
			}},
		"a .env file": {files: files{"compose.yaml": "services: {a: {image: 'a:$X'}}\n", ".env": "X=1\nB C=2\n"},
			want: []string{
				".env:2 (.env): unparsable: .env:2: the name of a variable must not contain a blank; fix the file, or exclude it",
				"compose.yaml:1 a:1 in 1-1",
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := maps.Clone(tt.files)
			docs, err := parse("compose.yaml", []byte(f["compose.yaml"]))
			if err != nil {
				t.Fatal(err)
			}
			p := Load("", []File{{"compose.yaml", docs}}, Options{Read: f.read, Names: result.Names{Var: "--var"}})
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
		})
	}
}

// A .env file that git ignores is not used, and a fault says so.
func TestIgnoredDotenv(t *testing.T) {
	t.Parallel()
	docs, err := parse("compose.yaml", []byte("services: {a: {image: 'a:${X:-1}'}, b: {image: 'b:$X'}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := Load("", []File{{"compose.yaml", docs}}, Options{Read: func(string) ([]byte, error) { return nil, build.ErrIgnored }})
	want := "compose.yaml:1: X has no value (.env is not read, because git ignores it)"
	if p.Images[0].Ref != "a:1" || p.Images[1].Fault.Reason != want {
		t.Errorf("images %+v", p.Images)
	}
}

// Neither aliases of aliases, includes of includes nor long chains take long.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	var laugh strings.Builder
	laugh.WriteString("x0: &x0 {image: a, args: [a, b]}\n")
	for i := 1; i < 18; i++ {
		fmt.Fprintf(&laugh, "x%d: &x%d {a: *x%d, b: *x%d, <<: *x%d}\n", i, i, i-1, i-1, i-1)
	}
	laugh.WriteString("services:\n  a: *x17\n  b: {<<: [*x1, *x2], build: {args: *x17, tags: [*x3]}}\n")
	f := files{"compose.yaml": laugh.String()}
	docs, err := tree.ReadYAML([]byte(laugh.String()), tree.NewBudget(0))
	if err == nil {
		p := Load("", []File{{"compose.yaml", docs.Docs}}, Options{Read: f.read})
		if len(p.Images) == 0 || p.Images[0].Ref == "" && p.Images[0].Fault.Reason == "" {
			t.Errorf("images %q", lines(p))
		}
	}
	bomb := files{}
	for i := range 40 {
		bomb[fmt.Sprintf("c%d.yml", i)] = fmt.Sprintf("include: [c%d.yml, {path: c%d.yml}]\nservices: {s%d: {image: s}}\n", i+1, i+1, i)
	}
	bomb["compose.yaml"] = "include: [c0.yml]\n"
	bomb["c40.yml"] = "services: {s: {image: s}}\n"
	p := load(t, files{"compose.yaml": bomb["compose.yaml"]}, nil, "")
	if len(p.Images) != 1 {
		t.Fatal("the include must be missing")
	}
	docsOf, yerr := parse("compose.yaml", []byte(bomb["compose.yaml"]))
	if yerr != nil {
		t.Fatal(yerr)
	}
	p = Load("", []File{{"compose.yaml", docsOf}}, Options{Read: bomb.read})
	if !slices.ContainsFunc(lines(p), func(line string) bool { return strings.Contains(line, "more than 2000 includes") }) {
		t.Errorf("%d images", len(p.Images))
	}
	var chain strings.Builder
	chain.WriteString("services:\n")
	for i := range 2000 {
		fmt.Fprintf(&chain, "  s%d: {extends: s%d}\n", i, i+1)
	}
	chain.WriteString("  s2000: {image: last}\n")
	p = load(t, files{"compose.yaml": chain.String()}, nil, "")
	want := `compose.yaml:502 (s501): too-large: compose.yaml:502: too large to read: service "s500" is at the end of a chain of more than 500 extends; split the file, or exclude it`
	if !slices.Contains(lines(p), want) {
		t.Errorf("images %q", lines(p))
	}
}

// The plan of a folder has every image that each of the ways has in which its files are
// used: a merge may add images and never removes one.
func TestAMergeNeverRemovesAnImage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := drawProject(rt)
		f["p/compose.prod.yaml"] = drawer{rt}.file(true, "", []string{"a", "b", "d"})
		all := map[string]bool{}
		for _, line := range summary(load(t, f, nil, "p")) {
			all[line] = true
		}
		for _, paths := range [][]string{{"p/compose.yaml"}, {"p/compose.yaml", "p/compose.override.yaml"}, {"p/compose.yaml", "p/compose.prod.yaml"}} {
			for _, line := range summary(loadVariant(f, nil, paths...)) {
				if !all[line] && !strings.HasPrefix(line, "not sent") {
					rt.Fatalf("%v has %q", paths, line)
				}
			}
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add("services: {a: {image: 'x:${A:-1}', build: .}}\n", "services: {a: !reset null, b: {extends: {file: compose.yaml, service: a}}}\n", "A=1\n")
	f.Add("include: [compose.override.yaml]\nservices: {a: &a {build: {args: [A=1, B]}}, b: {<<: *a, extends: a}}\n", "services: {a: !override {build: {args: {A: !reset 1}}}}\n", "export B\n")
	f.Add("a: {build: {dockerfile_inline: |\n  FROM x}}\n", "---\nservices:\n- x\n---\n- y\n", "A='")
	f.Add("services: {a: {image: x}}\n", "services: {a: {image: y}}\n", "COMPOSE_FILE=compose.yaml;$A;compose.override.yaml;../x;-\nA=z\n")
	f.Fuzz(func(t *testing.T, base, over, env string) {
		tree := files{"d/compose.yaml": base, "d/compose.override.yaml": over, "d/.env": env}
		var parsed []File
		for _, name := range []string{"d/compose.yaml", "d/compose.override.yaml"} {
			docs, err := parse(name, []byte(tree[name]))
			if err != nil {
				return
			}
			parsed = append(parsed, File{name, docs})
		}
		o := Options{Read: tree.read, Names: result.Names{Var: "--var"}}
		p := Load("d", parsed, o)
		listed, _ := LoadListed("d", o)
		for _, i := range append(p.Images, listed.Images...) {
			if i.Ref == "" && i.Name == "" || i.Location.Line < 1 || i.Fault.Reason != "" && i.Fault.Cause == "" {
				t.Errorf("image %+v", i)
			}
		}
		for _, b := range p.Builds {
			isOutside := func(file string) bool { return strings.HasPrefix(file, "..") || strings.HasPrefix(file, "/") }
			if (b.Inline == nil) == (len(b.Dockerfiles) == 0) || slices.ContainsFunc(b.Dockerfiles, isOutside) {
				t.Errorf("build %+v", b)
			}
			if b.Inline != nil && len(b.Inline.Lines) != strings.Count(b.Inline.Text, "\n")+1 {
				t.Errorf("inline %+v", b.Inline)
			}
		}
	})
}

func TestJoin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ dir, name, want string }{
		{"", "a", "a"}, {"a/b", "../c", "a/c"}, {"a", "..", ""}, {"", ".", ""}, {"a", "./b/../c", "a/c"}, {"a", "b/", "a/b"},
		{"", "..", "!"}, {"a", "../..", "!"}, {"a", "../../b", "!"}, {"", "/a", "!"}, {"", "~/a", "!"}, {"", "~", "!"}, {"", `C:\a`, "!"}, {"", "C:/a", "!"}, {"a", "~b", "a/~b"}, {"a", "..b", "a/..b"},
	} {
		got, err := build.Join(tt.dir, tt.name)
		if errors.Is(err, build.ErrOutside) {
			got = "!"
		}
		if got != tt.want {
			t.Errorf("join(%q, %q) = %q, want %q", tt.dir, tt.name, got, tt.want)
		}
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	var got []string
	for _, v := range variants([]string{"d/compose.override.yml", "d/compose.yaml", "d/docker-compose-test.yml", "d/stack.yml", "d/x.compose.yaml", "d/composed.yaml"}) {
		got = append(got, fmt.Sprint(v.files, v.optional))
	}
	want := []string{
		"[d/stack.yml] false", "[d/x.compose.yaml] false", "[d/composed.yaml] false", "[d/compose.yaml] false", "[d/compose.yaml d/compose.override.yml] false",
		"[d/compose.yaml d/docker-compose-test.yml] false", "[d/compose.override.yml] true", "[d/docker-compose-test.yml] true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variants (-want +got):\n%s", diff)
	}
	for file, want := range map[string]bool{
		"compose.override.yaml": true, "d/docker-compose.override.yml": true, "docker-compose.prod.yml": false, "docker-compose.override.prod.yml": false, "stack.override.yml": false,
	} {
		if v := variants([]string{file, "d/stack.yml"}); slices.ContainsFunc(v, func(v variant) bool { return v.lone == file }) != want {
			t.Errorf("%s without a base file: %+v", file, v)
		}
	}
}

// A .env file says which files form a project.
func TestListedFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files files
		scope string
		want  []string
	}{
		"none": {files: files{"compose.yaml": "services: {a: {image: a}}\n", ".env": "TAG=1\n"}},
		"in this folder": {
			files: files{".env": "COMPOSE_FILE=a.yml:b.yml\nTAG=2\n", "a.yml": "services: {a: {image: 'a:${TAG}'}, b: {image: 'b:1'}}\n", "b.yml": "services: {b: {image: 'b:2'}}\n"},
			scope: "compose:", want: []string{`image service "a" a:2 pulled=false`, `image service "b" b:2 pulled=false`},
		},
		"in another folder, which has a .env file": {
			files: files{
				".env": "# x\nBASE=a\nexport COMPOSE_FILE=docker/${BASE}.yml,,docker/sub/b.yml\nCOMPOSE_PATH_SEPARATOR=,\nTAG=2\n", "docker/.env": "TAG=3\nOTHER=4\n",
				"docker/a.yml": "services: {a: {image: 'a:${TAG}-${OTHER}', build: .}}\n", "docker/sub/b.yml": "services: {a: {build: {target: t}}}\n",
			},
			scope: "compose:docker", want: []string{`build service "a" docker/Dockerfile "" target=t map[] platforms=[] contexts=[] names=[a:2-4]`},
		},
		"a list that is not known": {
			files: files{".env": "COMPOSE_FILE=${BASE}.yml\n"}, scope: "compose:", want: []string{"fault .env:1: COMPOSE_FILE has no value: BASE has no value"},
		},
		"what can't be read": {
			files: files{".env": "X=1\nCOMPOSE_FILE=https://x.example/a.yml;../a.yml;-;missing.yml;broken.yml\n", "broken.yml": "a: [\n"},
			scope: "compose:", want: []string{
				"fault .env:2: COMPOSE_FILE missing.yml: it does not exist", "fault broken.yml:1: did not find expected node content",
				"not sent Compose COMPOSE_FILE -", "not sent Compose COMPOSE_FILE ../a.yml", "not sent Compose COMPOSE_FILE https://x.example/a.yml",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, ok := LoadListed("", Options{Read: tt.files.read, Names: result.Names{Var: "--var"}})
			if ok != (tt.want != nil) || p.Scope != tt.scope {
				t.Errorf("got %t with scope %q, want %q", ok, p.Scope, tt.scope)
			}
			if diff := cmp.Diff(tt.want, summary(p)); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What would take too much memory is a fault that says where and why, however it is made of
// what the files hold.
func TestProjectThatIsTooLarge(t *testing.T) {
	t.Parallel()
	many := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("%d", strconv.Itoa(i), "%e", strconv.Itoa(i+1)).Replace(line))
		}
		return b.String()
	}
	const tooMany = ": too large to read: includes, extends and anchors make more than 200000 values up to here"
	volumes := "[" + many(1000, "a:/%d, ") + "]"
	for name, c := range map[string]struct {
		files files
		want  string
	}{
		"services": {files{"compose.yaml": "services:\n" + many(5001, "  s%d: {image: x}\n")}, "compose.yaml:5002: too large to read: more than 5000 services up to here"},
		"chain":    {files{"compose.yaml": "services:\n  s0: {image: x}\n" + many(2000, "  s%e: {extends: s%d}\n")}, "compose.yaml:632" + tooMany},
		"extends":  {files{"compose.yaml": "services:\n  x: {image: x, volumes: " + volumes + "}\n" + many(200, "  s%d: {extends: x}\n")}, "compose.yaml:102" + tooMany},
		"anchor":   {files{"compose.yaml": "x: &v " + volumes + "\nservices:\n" + many(200, "  s%d: {image: x, volumes: *v}\n")}, "compose.yaml:1" + tooMany},
		"includes": {files{"compose.yaml": "include:\n" + many(200, "- {path: a.yaml, project_directory: p%d}\n"), "a.yaml": "services:\n  x: {image: x, volumes: " + volumes + "}\n"}, "compose.yaml:101" + tooMany},
	} {
		project := loadVariant(c.files, nil, "compose.yaml")
		var said []string
		for _, img := range project.Images {
			if img.Fault.Cause == result.CauseTooLarge {
				said = append(said, img.Fault.Reason)
			}
		}
		if len(said) != 1 || said[0] != c.want {
			t.Errorf("%s: %q, want one fault with %q", name, said, c.want)
		}
		if len(project.Images) > 100_000 {
			t.Errorf("%s: %d images", name, len(project.Images))
		}
	}
}

// Values that double at each step end at the length of a text with variables.
func TestValuesThatDouble(t *testing.T) {
	t.Parallel()
	env := "A0=aaaaaaaaaa\n"
	for i := range 60 {
		env += fmt.Sprintf("A%d=$A%d$A%d\n", i+1, i, i)
	}
	project := loadVariant(files{".env": env, "compose.yaml": "services:\n  a: {image: 'x:$A1'}\n  b: {image: 'x:$A60'}\n"}, nil, "compose.yaml")
	if len(project.Images) != 2 || project.Images[0].Ref != "x:aaaaaaaaaaaaaaaaaaaa" || project.Images[1].Fault.Cause != result.CauseUnresolved {
		t.Errorf("images %+v", project.Images)
	}
}
