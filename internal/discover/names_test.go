package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestDockerfileKind(t *testing.T) {
	t.Parallel()
	want := map[nameKind][]string{
		dockerfileName: {
			"Dockerfile", "a/b/Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "Dockerfile.dev.alpine", "web.Dockerfile", "web.dockerfile",
			"Containerfile", "Containerfile.x", "x.containerfile", "Dockerfile.env", ".dockerfile", "Dockerfile.",
		},
		likelyName:  {"Dockerfile-prod", "Dockerfile_test", "dev-Dockerfile", "ProdDockerfile", "Dockerfile-1.2", "build-containerfile", "x.dockerfile.y"},
		foreignName: {"Dockerfile.md", "dockerfile.go", "Dockerfile.py", "dockerfile.test.ts", "Containerfile.json", "src/dockerfile.rs", "dockerfile_test.go", "lint-dockerfile.sh"},
		engineName:  {"Dockerfile.j2", "Dockerfile.erb", "Dockerfile.tmpl", "Dockerfile.template", "Dockerfile.dev.in", "web.Dockerfile.j2", "Dockerfile-x.gotmpl"},
		bareName:    {"Makefile", "a.b/base", "x"},
		otherName:   {"Dockerfile.dockerignore", ".dockerignore", "docker-compose.yml", "Dockerfile/x.y", ".gitignore"},
	}
	for kind, names := range want {
		for _, name := range names {
			if got := dockerfileKind(name); got != kind {
				t.Errorf("dockerfileKind(%q) = %d, want %d", name, got, kind)
			}
		}
	}
}

func TestSensitive(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"terraform.tfstate", "a/x.tfstate.backup", "x.tfstate.1.json", ".env", "a/.env.local", "prod.env", "kubeconfig", "kubeconfig.yaml", "dev.kubeconfig", ".kube/config",
		"a/.kube/config", "id_rsa", "ID_ED25519", "tls.KEY", "ca.pem", "x.p12", ".aws/credentials", ".docker/config.json", ".npmrc",
	} {
		if !sensitive(name) {
			t.Errorf("%s is not a sensitive name", name)
		}
	}
	for _, name := range []string{"main.tf", "prod.tfvars", "x.auto.tfvars", "env/main.tf", "id_rsa.pub", "config", "keys.yaml", "environment.yaml"} {
		if sensitive(name) {
			t.Errorf("%s is a sensitive name", name)
		}
	}
}

func TestNamesAreDecidedByContent(t *testing.T) {
	t.Parallel()
	s, err := newSelection(Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	const good, broken, prose = "FROM nginx\nRUN x\n", "FROM nginx\nRNU x\n", "# How to build\nrun make\n"
	tests := map[nameKind]map[string]string{
		dockerfileName: {good: "pending", broken: "failed", prose: "failed", "": "skipped", "FROM {{ x }}\n": "Jinja template", "FROM {{x}}\n": "Jinja template"},
		likelyName:     {good: "pending", broken: "failed", prose: "note", "": "note", "#!/bin/sh\necho x\n": "note", "FROM {{ .x }}\n": "Go template"},
		foreignName:    {good: "pending", broken: "note", prose: "note", "```\nFROM x\n```\n": "note", "FROM {{ x }}\n": "note"},
		bareName: {
			good: "pending", broken: "", prose: "", "": "", "FROM llama3\n": "", "from os import path\nuser = 1\n": "", "# x\n\nARG A=b\nFROM\t$A\n": "pending",
			"FROM {{ x }}\nRUN y\n": "Jinja template",
		},
		engineName: {
			good: "Dockerfile template", broken: "", "FROM {{ x }}\n{% if y %}\nRUN z\n{% endif %}\n": "Jinja template", "FROM <%= x %>\n": "ERB template", prose: "",
		},
	}
	for name, contents := range tests {
		for content, want := range contents {
			f := s.dockerfile(candidate{path: "f", kind: result.KindDockerfile, name: name}, int64(len(content)), []byte(content))
			got := ""
			switch {
			case f.row != nil:
				got = f.row.Status.String()
			case f.notSent != nil:
				got = f.notSent.What
			case f.note != "":
				got = "note"
			}
			if got != want {
				t.Errorf("name %d, %q: %q, want %q", name, content, got, want)
			}
		}
	}
	large := s.dockerfile(candidate{path: "f", name: foreignName}, maxDockerfile+1, []byte(good))
	if large.note == "" {
		t.Errorf("a large file with a foreign name: %+v", large)
	}
}

func TestOtherContents(t *testing.T) {
	t.Parallel()
	for want, files := range map[string][]string{
		"": nil,
		"a: has the name of a Dockerfile, but is not one":                {"a"},
		"2 files have the name of a Dockerfile, but are not: a, b":       {"a", "b"},
		"4 files have the name of a Dockerfile, but are not: a, b, c, …": {"a", "b", "c", "d"},
	} {
		got := ""
		for _, n := range otherContents(files) {
			got += n.String()
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPointers(t *testing.T) {
	t.Parallel()
	const content = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
	if !isPointer([]byte(content)) || isPointer([]byte("version 1\n")) || isPointer([]byte(content+strings.Repeat("x", 2000))) {
		t.Error("a pointer is not recognised, or something else is")
	}
	for _, tt := range []struct {
		c    candidate
		want string
	}{
		{candidate{path: "a.tf", kind: result.KindIaC}, "failed"},
		{candidate{path: "a.tf.json", kind: result.KindIaC}, "failed"},
		{candidate{path: "a.YAML", kind: result.KindIaC}, "failed"},
		{candidate{path: "a.yml", kind: result.KindIaC}, "failed"},
		{candidate{path: "Dockerfile", kind: result.KindDockerfile, name: dockerfileName}, "failed"},
		{candidate{path: "Dockerfile-x", kind: result.KindDockerfile, name: likelyName}, "failed"},
		{candidate{path: "a.json", kind: result.KindIaC}, "Git LFS pointer"},
		{candidate{path: "a", kind: result.KindIaC}, "Git LFS pointer"},
		{candidate{path: "a", kind: result.KindDockerfile, name: bareName}, ""},
		{candidate{path: "Dockerfile.yaml", kind: result.KindDockerfile, name: foreignName}, ""},
	} {
		f, got := pointer(tt.c, 9), ""
		switch {
		case f.row != nil:
			got = f.row.Status.String()
		case f.notSent != nil:
			got = f.notSent.What
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.c.path, got, tt.want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("read: %w", &fs.PathError{Op: "open", Path: "/home/ada/shop/main.tf", Err: errors.New("permission denied")})
	r := unreadable(result.Target{Kind: result.KindIaC, Name: "main.tf"}, err)
	if r.Status != result.Failed || r.Cause != result.CauseUnreadable || r.Reason != "main.tf: permission denied" || r.Fix == "" {
		t.Errorf("row = %+v", r)
	}
	s := &selection{Options: Options{Only: map[result.Kind]bool{result.KindDockerfile: true}}}
	want := result.Fault{Cause: result.CauseUnreadable, Reason: "closed: the folder can't be listed", Fix: "make it readable, or exclude it"}
	if r := s.unreadableFolder("closed"); r.Status != result.Failed || r.Target.ID() != "dockerfile:closed" || r.Fault != want {
		t.Errorf("row = %+v", r)
	}
	var bad error
	if s.exclude, bad = CompileExclusions([]result.Exclusion{{Pattern: "closed"}}, nil, ""); bad != nil {
		t.Fatal(bad)
	}
	if r := s.unreadableFolder("closed"); r.Status != result.Skipped {
		t.Errorf("row of an excluded folder = %+v", r)
	}
}

func TestLargeDockerfile(t *testing.T) {
	t.Parallel()
	s := &selection{}
	if f := s.dockerfile(candidate{path: "Dockerfile"}, maxDockerfile+1, nil); f.row.Status != result.Failed {
		t.Errorf("row of a huge Dockerfile = %+v", f.row)
	}
}
