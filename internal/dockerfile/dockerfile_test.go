package dockerfile_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/result"
)

const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// summary is a stage on one line: lines, kind, base or error.
func summary(s dockerfile.Stage) string {
	lines := fmt.Sprintf("%d-%d", s.Range.Start, s.Range.End)
	if s.Err != nil {
		return lines + " " + fmt.Sprintf("%T", s.Err)[len("*dockerfile."):] + " " + s.Err.Error()
	}
	kind := [...]string{"image", "scratch", "stage", "context", "elsewhere"}[s.Kind]
	return strings.TrimSpace(lines + " " + kind + " " + s.Base + " " + s.Name)
}

func stages(t *testing.T, content string, o dockerfile.Options) []string {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.Stages(o) {
		got = append(got, summary(s))
	}
	return got
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		o       dockerfile.Options
		want    []string
	}{
		"plain":      {content: "FROM nginx\n", want: []string{"1-1 image docker.io/library/nginx:latest"}},
		"lower case": {content: "from nginx:1.27 as web\nrun x\n", want: []string{"1-1 image docker.io/library/nginx:1.27 web"}},
		"CRLF": {
			content: "# c\r\nARG A=nginx\r\nFROM $A \\\r\n  AS web\r\nRUN x\r\n",
			want:    []string{"3-4 image docker.io/library/nginx:latest web"},
		},
		"BOM":     {content: "\xef\xbb\xbfFROM nginx\n", want: []string{"1-1 image docker.io/library/nginx:latest"}},
		"scratch": {content: "FROM scratch AS empty\n", want: []string{"1-1 scratch scratch empty"}},
		"quotes":  {content: "FROM \"nginx:1\"\nFROM 'redis'\n", want: []string{"1-1 image docker.io/library/nginx:1", "2-2 image docker.io/library/redis:latest"}},
		"digest and tag": {
			content: "FROM nginx@" + digest + "\nFROM nginx:1@" + digest + "\n",
			want:    []string{"1-1 image docker.io/library/nginx@" + digest, "2-2 image docker.io/library/nginx:1@" + digest},
		},
		"registry with a port": {content: "FROM localhost:5000/x\n", want: []string{"1-1 image localhost:5000/x:latest"}},

		"default":              {content: "ARG V=1.27\nFROM nginx:$V\n", want: []string{"2-2 image docker.io/library/nginx:1.27"}},
		"default of a default": {content: "ARG V=1\nARG B=nginx:${V}\nARG C=$B\nFROM $C\n", want: []string{"4-4 image docker.io/library/nginx:1"}},
		"several in one ARG":   {content: "ARG A=nginx B=$A:2\nFROM $B\n", want: []string{"2-2 image docker.io/library/nginx:2"}},
		"redefinition":         {content: "ARG V=1\nARG V=2\nFROM nginx:$V\n", want: []string{"3-3 image docker.io/library/nginx:2"}},
		"redefinition without a value": {
			content: "ARG V=1\nARG V\nFROM nginx:$V\n", want: []string{"3-3 image docker.io/library/nginx:1"},
		},
		"declared first, then given": {content: "ARG V\nARG V=3\nFROM nginx:$V\n", want: []string{"3-3 image docker.io/library/nginx:3"}},
		"build argument": {
			content: "ARG V=1\nARG W\nFROM nginx:$V\nFROM redis:$W\n",
			o:       dockerfile.Options{BuildArgs: map[string]string{"V": "9", "W": "$V"}},
			want:    []string{"3-3 image docker.io/library/nginx:9", `4-4 ReferenceError line 4: invalid image reference "$V": the value of ARG W contains a $`},
		},
		"empty value is a value": {content: "ARG S=\nFROM nginx$S\n", want: []string{"2-2 image docker.io/library/nginx:latest"}},
		"substitute for a missing value": {
			content: "ARG A\nFROM nginx:${A:-1}\nFROM nginx:${B-2}\nFROM nginx${A:+-alpine}\nFROM ${A:-${B:-redis}}\n",
			want: []string{
				"2-2 image docker.io/library/nginx:1", "3-3 image docker.io/library/nginx:2",
				"4-4 image docker.io/library/nginx:latest", "5-5 image docker.io/library/redis:latest",
			},
		},
		"unused substitute": {content: "ARG A=nginx\nFROM ${A:-$B}\n", want: []string{"2-2 image docker.io/library/nginx:latest"}},
		"substitution forms": {
			content: "ARG A=nginx:1.27.3\nFROM ${A%.*}\nFROM ${A/nginx/redis}\n",
			want:    []string{"2-2 image docker.io/library/nginx:1.27", "3-3 image docker.io/library/redis:1.27.3"},
		},
		"platform": {
			content: "FROM --platform=$BUILDPLATFORM nginx AS b\nFROM --platform=$NOPE acme/app:$TARGETARCH$TARGETVARIANT\n",
			o:       dockerfile.Options{Platform: dockerfile.Platform{OS: "linux", Architecture: "arm", Variant: "v7"}},
			want:    []string{"1-1 image docker.io/library/nginx:latest b", "2-2 image docker.io/acme/app:armv7"},
		},
		"platform by default": {
			content: "FROM acme/app:$TARGETOS-$TARGETARCH-$BUILDARCH-$TARGETSTAGE\n",
			want:    []string{"1-1 image docker.io/acme/app:linux-amd64-amd64-default"},
		},
		"platform argument given": {
			content: "ARG TARGETARCH\nFROM acme/app:$TARGETARCH\n",
			o:       dockerfile.Options{BuildArgs: map[string]string{"TARGETARCH": "riscv64"}},
			want:    []string{"2-2 image docker.io/acme/app:riscv64"},
		},

		"stage names in any case": {
			content: "FROM golang AS Builder\nFROM BUILDER AS next\nFROM next\n",
			want:    []string{"1-1 image docker.io/library/golang:latest builder", "2-2 stage builder next", "3-3 stage next"},
		},
		"stage number": {
			content: "FROM golang\nFROM 0\nFROM 2\n",
			want:    []string{"1-1 image docker.io/library/golang:latest", "2-2 stage 0", "3-3 image docker.io/library/2:latest"},
		},
		"a name that is defined later is an image": {
			content: "FROM nginx\nFROM redis AS nginx\nFROM nginx\n",
			want:    []string{"1-1 image docker.io/library/nginx:latest", "2-2 image docker.io/library/redis:latest nginx", "3-3 stage nginx"},
		},
		"a stage named like its image": {content: "FROM nginx AS nginx\n", want: []string{"1-1 image docker.io/library/nginx:latest nginx"}},
		"a stage by variable":          {content: "ARG S=build\nFROM golang AS build\nFROM $S\n", want: []string{"2-2 image docker.io/library/golang:latest build", "3-3 stage build"}},

		"continuation with comments": {
			content: "FROM \\\n# FROM wrong\n  nginx \\\n\n  AS \\\n  # again\n  web\nRUN x \\\n  FROM wrong\n",
			want:    []string{"1-7 image docker.io/library/nginx:latest web"},
		},
		"heredoc": {
			content: "FROM nginx\nRUN <<EOT\nFROM wrong\nEOT\nCOPY <<-\"X\" <<Y /d/\nFROM wrong\n\tX\nFROM wrong\nY\nFROM redis\n",
			want:    []string{"1-1 image docker.io/library/nginx:latest", "10-10 image docker.io/library/redis:latest"},
		},
		"escape directive": {
			content: "# escape=`\nFROM `\n  nginx `\n  AS w\nRUN dir c:\\\nFROM redis\n",
			want:    []string{"2-4 image docker.io/library/nginx:latest w", "6-6 image docker.io/library/redis:latest"},
		},
		"escape and syntax": {
			content: "# syntax=docker/dockerfile:1\n# escape=`\nFROM `\n nginx\n",
			want:    []string{"3-4 image docker.io/library/nginx:latest"},
		},
		"other instructions are ignored": {
			content: "FROM nginx\nONBUILD RUN FROM wrong\nCOPY --from=redis --some-new-flag a b\nCOPY one\nLABEL x=\"FROM wrong\"\n",
			want:    []string{"1-1 image docker.io/library/nginx:latest"},
		},

		"additional contexts replace images and stages": {
			content: "FROM alpine AS tools\nFROM docker.io/library/base\nFROM node:22 AS build\nFROM build\nFROM scratch\nFROM acme/other:2\n",
			o:       dockerfile.Options{Contexts: []string{"base", "build", "scratch", "acme/other", "alpine:3"}},
			want: []string{
				"1-1 image docker.io/library/alpine:latest tools", "2-2 context docker.io/library/base", "3-3 context build build",
				"4-4 stage build", "5-5 scratch scratch", "6-6 image docker.io/acme/other:2",
			},
		},
		"target": {
			content: "FROM x:$TARGETSTAGE\nFROM y AS last\n", o: dockerfile.Options{Target: "debug"},
			want: []string{"1-1 image docker.io/library/x:debug", "2-2 image docker.io/library/y:latest last"},
		},
		"an argument whose value is unknown": {
			content: "ARG V=1\nARG W=2\nFROM x:$V\nFROM x:${V:-3}\nFROM x:$TARGETARCH\nFROM x:$W\n",
			o:       dockerfile.Options{Unknown: map[string]string{"V": "T is not set", "TARGETARCH": "U is not set"}},
			want: []string{
				"3-3 UnresolvedError line 3: ARG V (line 1) has no value: T is not set",
				"4-4 UnresolvedError line 4: ARG V (line 1) has no value: T is not set",
				"5-5 UnresolvedError line 5: variable TARGETARCH is not declared by an ARG before the first FROM: U is not set",
				"6-6 image docker.io/library/x:2",
			},
		},

		"no value": {
			content: "ARG BASE\nFROM $BASE\nFROM ${BASE}:1\n",
			want: []string{
				"2-2 UnresolvedError line 2: ARG BASE (line 1) has no value",
				"3-3 UnresolvedError line 3: ARG BASE (line 1) has no value",
			},
		},
		"no value, empty in BuildKit":  {content: "ARG S\nFROM nginx$S\n", want: []string{"2-2 UnresolvedError line 2: ARG S (line 1) has no value"}},
		"no value in the default":      {content: "ARG V\nARG B=nginx:$V\nARG C=$B\nFROM $C\n", want: []string{"4-4 UnresolvedError line 4: ARG V (line 1) has no value"}},
		"no value, used for a default": {content: "ARG V\nARG B=nginx:$V\nFROM ${B:-redis}\n", want: []string{"3-3 UnresolvedError line 3: ARG V (line 1) has no value"}},
		"no value in the substitute":   {content: "ARG V\nFROM ${A:-nginx:$V}\n", want: []string{"2-2 UnresolvedError line 2: ARG V (line 1) has no value"}},
		"undeclared": {content: "FROM nginx:$V\nARG V=1\nFROM redis:$V\n", o: dockerfile.Options{BuildArgs: map[string]string{"V": "1"}}, want: []string{
			"1-1 UnresolvedError line 1: variable V is not declared by an ARG before the first FROM",
			"3-3 UnresolvedError line 3: variable V is not declared by an ARG before the first FROM",
		}},
		"message": {
			content: "ARG E=\nFROM ${V:?which}\nFROM ${E:?empty}\nFROM nginx:${E?}latest\n",
			want: []string{
				"2-2 UnresolvedError line 2: variable V is not declared by an ARG before the first FROM: which",
				"3-3 UnresolvedError line 3: ARG E (line 1) has no value: empty",
				"4-4 image docker.io/library/nginx:latest",
			},
		},
		"empty": {content: "ARG A=\nFROM $A\n", want: []string{`2-2 ReferenceError line 2: invalid image reference "": it is empty`}},
		"upper case": {
			content: "FROM Nginx\n",
			want:    []string{`1-1 ReferenceError line 1: invalid image reference "Nginx": the name must be in lower case`},
		},
		"not UTF-8": {
			content: "# \xff\x00\nFROM nginx\xff\nRUN <<E\xfe\nx\nE\xfe\nFROM redis\x00\n",
			want: []string{
				`2-2 ReferenceError line 2: invalid image reference "nginx?": it is not of the form [HOST/]NAME[:TAG][@DIGEST]`,
				`6-6 ReferenceError line 6: invalid image reference "redis?": it is not of the form [HOST/]NAME[:TAG][@DIGEST]`,
			},
		},
		"bad substitution": {
			content: "FROM ${}\nFROM nginx:a$\n",
			want: []string{
				`1-1 ReferenceError line 1: invalid image reference "${}": failed to process "${}": syntax error: bad substitution`,
				`2-2 ReferenceError line 2: invalid image reference "nginx:a$": it is not of the form [HOST/]NAME[:TAG][@DIGEST]`,
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, stages(t, tt.content, tt.o)); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRawAndWritten(t *testing.T) {
	t.Parallel()
	f, err := dockerfile.Parse("Dockerfile", []byte("ARG V=1\nFROM nginx:${V}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := dockerfile.Stage{
		Range: result.Range{Start: 2, End: 2}, Raw: "nginx:${V}", Written: "nginx:1", Base: "docker.io/library/nginx:1",
	}
	if diff := cmp.Diff(want, f.Stages(dockerfile.Options{})[0]); diff != "" {
		t.Errorf("stage (-want +got):\n%s", diff)
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		line    int
		msg     string
	}{
		"empty":                {"", 0, "no instructions"},
		"comments alone":       {"# FROM nginx\n", 1, "no instructions"},
		"no FROM":              {"ARG A=1\n", 0, "no FROM"},
		"prose":                {"This is\nno Dockerfile\n", 1, `unknown instruction "This"`},
		"RUN first":            {"ARG A=1\nRUN x\nFROM nginx\n", 2, "before the first FROM"},
		"FROM alone":           {"FROM\n", 1, "FROM requires"},
		"FROM with two":        {"FROM a\n\nFROM a b\n", 3, "FROM requires"},
		"unknown flag":         {"FROM --nope=1 nginx\n", 1, "nope"},
		"stage name":           {"FROM nginx AS 1st\n", 1, "invalid name for build stage"},
		"unterminated heredoc": {"FROM nginx\nRUN <<EOT\nFROM x\n", 2, "unterminated heredoc"},
		"bad escape":           {"# escape=x\nFROM nginx\n", 1, "invalid escape token 'x' does not match ` or \\"},
		"directive twice":      {"# check=a\n# check=b\nFROM nginx\n", 2, "only one check parser directive can be used"},
		"a name alone":         {"FROM nginx\nENV A\n", 2, "ENV must have two arguments"},
		"a word without =":     {"FROM nginx\nLABEL a=b c\n", 2, `Syntax error - can't find = in "c". Must be of the form: name=value`},
		"a list of numbers":    {"FROM nginx\nCMD [1]\n", 2, "when using JSON array syntax, arrays must be comprised of strings only"},
		"platform twice":       {"FROM --platform=a --platform=b nginx\n", 1, "duplicate flag specified: --platform"},
		"platform alone":       {"FROM --platform nginx\n", 1, "missing a value on flag: --platform"},
		"ARG alone":            {"ARG\nFROM nginx\n", 1, "ARG requires at least one argument"},
		"ARG without a name":   {"ARG =1\nFROM nginx\n", 1, "ARG names can not be blank"},
		"line too long":        {"FROM nginx\nRUN " + strings.Repeat("x", 70_000), 2, "longer than 65536 bytes"},
		"line too long, first": {"# " + strings.Repeat("x", 70_000) + "\nFROM nginx\n", 1, "longer than 65536 bytes"},
		"too many lines":       {"FROM nginx\n\n# x\n" + strings.Repeat("RUN x\n", 50_000), 50_003, "too large to read: more than 50000 lines"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dockerfile.Parse("a/Dockerfile", []byte(tt.content))
			var syntax *dockerfile.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("err = %v, want a *SyntaxError", err)
			}
			if syntax.Path != "a/Dockerfile" || syntax.Line != tt.line || !strings.Contains(syntax.Msg, tt.msg) {
				t.Errorf("err = %+v, want line %d and %q", syntax, tt.line, tt.msg)
			}
		})
	}
}

// Lines that each double a value must not exhaust the memory.
func TestValuesAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("ARG A0=0123456789\n")
	for i := range 40 {
		fmt.Fprintf(&b, "ARG A%d=$A%d$A%d\n", i+1, i, i)
	}
	b.WriteString("FROM nginx\nFROM $A40\nFROM " + strings.Repeat("y", 5000) + "\n")
	got := stages(t, b.String(), dockerfile.Options{})
	if len(got) != 3 || !strings.Contains(got[1], "longer than 1024 bytes") || !strings.Contains(got[2], "longer than 1024 bytes") {
		t.Errorf("stages = %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ARG A=1\nFROM nginx:${A:-2} AS x\nRUN <<E\nFROM y\nE\n", "# escape=`\nFROM `\nx\n", "FROM ${A:?${B/c/d}}\n", "\xef\xbb\xbf#syntax=x\r\n",
		"FROM a\nCOPY <<\n", "FROM a AS b\nCOPY --from=b:1 x y\nRUN --mount=from=redis,\"target=x\" y\nONBUILD COPY --from=$X x y\n", "ARG A=${A%%[x-}\nFROM $A",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		file, err := dockerfile.Parse("f", []byte(content))
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v, err %v", file, err)
		}
		if file == nil {
			return
		}
		stages, sources := file.Resolve(dockerfile.Options{BuildArgs: map[string]string{"A": "nginx"}})
		if len(stages) == 0 {
			t.Fatal("no stage")
		}
		for _, source := range sources {
			if !source.Elsewhere {
				stages = append(stages, source.Stage)
			}
		}
		lines := strings.Count(content, "\n") + 1
		for _, s := range stages {
			if s.Range.Start < 1 || s.Range.End < s.Range.Start || s.Range.End > lines {
				t.Errorf("range %v in a file of %d lines", s.Range, lines)
			}
			if (s.Base == "") == (s.Err == nil) {
				t.Errorf("base %q with error %v", s.Base, s.Err)
			}
		}
	})
}

// Blank lines and comments cost nothing, and as many instructions as are taken are read.
func TestLongFiles(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"instructions": "FROM nginx AS a\n" + strings.Repeat("RUN x\n", 49_998) + "FROM a\n",
		"blank lines":  strings.Repeat("\n \t\n", 100_000) + "FROM nginx\n",
		"comments":     "FROM nginx\n" + strings.Repeat("# x\n", 100_000),
		"longest line": "FROM nginx\nRUN " + strings.Repeat("x", 65_531) + "\n",
	} {
		if _, err := dockerfile.Parse("Dockerfile", []byte(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The time of a file grows with its stages, whatever they are built on.
func BenchmarkStages(b *testing.B) {
	for _, n := range []int{5_000, 10_000, 20_000} {
		var text strings.Builder
		text.WriteString("FROM nginx AS s0\n")
		for i := range n {
			fmt.Fprintf(&text, "FROM s%d AS s%d\n", i, i+1)
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				f, err := dockerfile.Parse("Dockerfile", []byte(text.String()))
				if err != nil || len(f.Stages(dockerfile.Options{})) != n+1 {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/stage")
		})
	}
}

// BuildKit's parser of instructions would panic here without a linter.
func TestCommentsForTheLinter(t *testing.T) {
	t.Parallel()
	f, err := dockerfile.Parse("Dockerfile", []byte("ARG A=1\n# check=skip=all\nFROM debian:12\n"))
	if err != nil {
		t.Fatal(err)
	}
	if stages := f.Stages(dockerfile.Options{}); len(stages) != 1 || stages[0].Base != "docker.io/library/debian:12" || stages[0].Range.Start != 3 {
		t.Errorf("%+v", stages)
	}
}
