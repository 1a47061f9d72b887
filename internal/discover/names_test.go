package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestDockerfileKind(t *testing.T) {
	t.Parallel()
	want := map[nameKind][]string{
		dockerfileName: {
			"Dockerfile", "a/b/Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "Dockerfile.dev.alpine", "web.Dockerfile", "web.dockerfile",
			"Containerfile", "Containerfile.x", "x.containerfile", "Dockerfile.env", ".dockerfile", "Dockerfile.",
		},
		uncertainName:      {"Dockerfile.md", "dockerfile.go", "Dockerfile.py", "dockerfile.test.ts", "Containerfile.json"},
		dockerfileTemplate: {"Dockerfile.j2", "Dockerfile.erb", "Dockerfile.tmpl", "Dockerfile.template", "Dockerfile.dev.in"},
		otherName: {
			"Dockerfile.dockerignore", ".dockerignore", "Dockerfile-dev", "dockerfile_test.go", "MyDockerfile", "Dockerfile/x", "web.Dockerfile.j2", "docker-compose.yml", "",
		},
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

func TestUncertainNamesAreDecidedByContent(t *testing.T) {
	t.Parallel()
	s := &selection{}
	c := candidate{path: "Dockerfile.md", kind: result.KindDockerfile, uncertain: true}
	f := s.dockerfile(c, 5, []byte("# How to build\nrun make\n"))
	want := &result.NotSent{Path: "Dockerfile.md", What: "named like a Dockerfile", Why: "it can't be read as one"}
	if diff := cmp.Diff(want, f.notSent); diff != "" || f.row != nil {
		t.Errorf("row %v, not sent (-want +got):\n%s", f.row, diff)
	}
	if f := s.dockerfile(c, 5, []byte("FROM nginx\n")); f.row == nil || f.row.Status != result.Pending {
		t.Errorf("row = %v, want a planned one", f.row)
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
	if r := s.unreadableFolder("closed"); r.Status != result.Failed || r.Target.ID() != "dockerfile:closed" {
		t.Errorf("row = %+v", r)
	}
	var bad error
	if s.exclude, bad = CompilePatterns("--exclude", []string{"closed"}, ""); bad != nil {
		t.Fatal(bad)
	}
	if r := s.unreadableFolder("closed"); r.Status != result.Skipped {
		t.Errorf("row of an excluded folder = %+v", r)
	}
}

func TestLargeFiles(t *testing.T) {
	t.Parallel()
	s := &selection{}
	tests := map[string]struct {
		head string
		want string
	}{
		"data.json":  {`{"features": [`, "none"},
		"pod.yaml":   {"apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n", "failed "},
		"cut.yaml":   {"apiVersion: v1\nkind: Pod\nmetadata: [\n", "failed "},
		"stack.yaml": {"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  B:\n    Type: AWS::S3::Bucket\n", "pending cloudformation"},
	}
	for name, tt := range tests {
		content := []byte(tt.head + strings.Repeat(" ", headSize))
		f := s.template(candidate{path: name, kind: result.KindIaC}, maxTemplate+1, content)
		got := "none"
		if f.row != nil {
			got = f.row.Status.String() + " " + string(f.row.Target.Framework)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	if f := s.dockerfile(candidate{path: "Dockerfile"}, maxDockerfile+1, nil); f.row.Status != result.Failed {
		t.Errorf("row of a huge Dockerfile = %+v", f.row)
	}
}
