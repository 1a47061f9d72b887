package discover_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
)

// The image of a function of AWS SAM is not pulled if sam builds it: its ImageUri is replaced.
func TestBuildsOfFunctions(t *testing.T) {
	t.Parallel()
	function := func(name, properties, metadata string) string {
		return "  " + name + ":\n    Type: AWS::Serverless::Function\n    Properties: {" + properties + "}\n    Metadata: {" + metadata + "}\n"
	}
	const head = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Architectures: [arm64]}}\nParameters: {V: {Type: String, Default: '2'}, W: {Type: String}}\nResources:\n"
	const packaged = "PackageType: Image, ImageUri: 'workflow:latest'"
	tests := map[string]struct {
		template string
		o        discover.Options
		want     []string
		notSent  []string
	}{
		"built": {
			template: function("Flow", packaged, "DockerTag: v1, DockerContext: ./src, Dockerfile: flow/Dockerfile, DockerBuildTarget: app, DockerBuildArgs: {V: !Ref V}"),
			want:     []string{"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/base:2-arm64 from sam/src/flow/Dockerfile:3", "image:sam/Flow skipped:built-here named sam/template.yaml:5", "iac:sam/template.yaml"},
		},
		"of another architecture, without ImageUri": {
			template: function("Flow", "PackageType: Image, Architectures: [x86_64]", "DockerContext: ./src, Dockerfile: flow/Dockerfile"),
			want:     []string{"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/base:1-amd64 from sam/src/flow/Dockerfile:3", "image:sam/Flow skipped:built-here named sam/template.yaml:5", "iac:sam/template.yaml"},
		},
		"an argument without a value": {
			template: function("Flow", packaged, "DockerContext: ./src, Dockerfile: flow/Dockerfile, DockerBuildArgs: {V: !Ref W}"),
			want:     []string{"dockerfile:sam/src/flow/Dockerfile", "image:acme/base:$V-$TARGETARCH failed:unresolved from sam/src/flow/Dockerfile:3", "image:sam/Flow skipped:built-here named sam/template.yaml:5", "iac:sam/template.yaml"},
		},
		"without a Dockerfile there": {
			template: function("Flow", packaged, "DockerContext: ./src, Dockerfile: gone/Dockerfile"),
			want:     []string{"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/base:1-amd64 from sam/src/flow/Dockerfile:3", "image:sam/Flow failed:unreadable named sam/template.yaml:5", "iac:sam/template.yaml"},
		},
		"from what is not known": {
			template: function("Flow", packaged, "DockerContext: !Ref W, Dockerfile: Dockerfile") + function("Out", packaged, "DockerContext: ../.., Dockerfile: Dockerfile"),
			want:     []string{"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/base:1-amd64 from sam/src/flow/Dockerfile:3", "iac:sam/template.yaml"},
			notSent: []string{
				"sam/template.yaml: build of function \"Flow\": line 5: the values of Dockerfile and DockerContext are not in the file",
				"sam/template.yaml: build of function \"Out\": line 9: it lies outside of the repository",
			},
		},
		"not built": {
			template: function("A", "PackageType: Image, ImageUri: 'acme/a:1'", "DockerContext: ./src") + function("B", "PackageType: Image, ImageUri: 'acme/b:1'", "DockerContext: ./src, Dockerfile: flow/Dockerfile, SkipBuild: true") +
				function("C", "ImageUri: 'acme/c:1'", "DockerContext: ./src, Dockerfile: flow/Dockerfile"),
			want: []string{
				"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/a:1 named sam/template.yaml:7", "image:docker.io/acme/b:1 named sam/template.yaml:11",
				"image:docker.io/acme/base:1-amd64 from sam/src/flow/Dockerfile:3", "image:docker.io/acme/c:1 named sam/template.yaml:15", "iac:sam/template.yaml",
			},
		},
		"an excluded Dockerfile": {
			template: function("Flow", packaged, "DockerContext: ./src, Dockerfile: flow/Dockerfile"), o: discover.Options{Exclude: exclude("sam/src")},
			want: []string{"dockerfile:sam/src/flow/Dockerfile skipped:excluded", "image:docker.io/acme/base:1-arm64 skipped:excluded from sam/src/flow/Dockerfile:3", "image:sam/Flow skipped:excluded named sam/template.yaml:5", "iac:sam/template.yaml"},
		},
		"an excluded template": {
			template: function("Flow", packaged, "DockerContext: ./src, Dockerfile: flow/Dockerfile"), o: discover.Options{Exclude: exclude("sam/template.yaml")},
			want: []string{"dockerfile:sam/src/flow/Dockerfile", "image:docker.io/acme/base:1-amd64 from sam/src/flow/Dockerfile:3", "image:sam/Flow skipped:excluded named sam/template.yaml:5", "iac:sam/template.yaml skipped:excluded"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plain(t, files{"sam/template.yaml": head + tt.template, "sam/src/flow/Dockerfile": "ARG V=1\nARG TARGETARCH\nFROM acme/base:$V-$TARGETARCH AS app\n"})
			p := plan(t, dir, tt.o)
			check(t, p, tt.want...)
			if diff := cmp.Diff(tt.notSent, notSent(p)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
