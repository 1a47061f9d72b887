package discover_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
)

// imageCase is a tree, and the images and what is not sent of its plan.
type imageCase struct {
	name    string
	files   files
	options discover.Options
	want    []string
	notSent []string
}

// Each kind of place has a test.
func TestImagePlaces(t *testing.T) {
	t.Parallel()
	tests := imageCases()
	for _, place := range discover.ImagePlaces() {
		cases := tests[place.File]
		if len(cases) == 0 {
			t.Errorf("%s: no test", place.File)
		}
		for _, tt := range cases {
			t.Run(place.File+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				p := plan(t, plain(t, tt.files), tt.options)
				var images []string
				for _, line := range discovertest.Lines(p) {
					if image, ok := strings.CutPrefix(line, "image:"); ok {
						images = append(images, image)
					}
				}
				if diff := cmp.Diff(tt.want, images); diff != "" {
					t.Errorf("images (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.notSent, notSent(p)); diff != "" {
					t.Errorf("not sent (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func imageCases() map[string][]imageCase {
	return map[string][]imageCase{
		"Dockerfile":          dockerfileCases(),
		"Compose file":        composeCases(),
		"Kubernetes manifest": manifestCases(),
		"Tekton, Argo Workflows, OpenShift templates":  parameterCases(),
		"Helm release, application of Argo CD or Flux": releaseCases(),
		"OpenShift build and image stream":             openShiftCases(),
		"ECS task definition":                          taskDefinitionCases(),
		"Helm chart":                                   chartCases(),
		"Kustomization":                                kustomizationCases(),
		"CloudFormation template":                      cloudFormationCases(),
		"Terraform file":                               terraformCases(),
		"Ansible playbook or list of tasks":            ansibleCases(),
		"GitHub workflow or action":                    workflowCases(),
		"GitLab pipeline":                              pipelineCases(),
		"Development container":                        devContainerCases(),
	}
}

func dockerfileCases() []imageCase {
	return []imageCase{
		{
			name:  "sources",
			files: files{"Dockerfile": "FROM scratch AS a\nCOPY --from=python:3.6 /x /x\nCOPY --from=a /x /x\nRUN --mount=type=bind,from=ghcr.io/acme/tool:1,target=/t x\n"},
			want:  []string{"docker.io/library/python:3.6 from Dockerfile:2", "ghcr.io/acme/tool:1 from Dockerfile:4", "scratch skipped:nothing-to-scan from Dockerfile:1"},
		},
		{
			name:  "triggers",
			files: files{"Dockerfile": "FROM a\nONBUILD COPY --from=build /x /x\nONBUILD COPY --from=python:3 /x /x\n"},
			want:  []string{"build skipped:nothing-to-scan from Dockerfile:2", "docker.io/library/a:latest from Dockerfile:1", "docker.io/library/python:3 from Dockerfile:3"},
		},
		{
			name:  "a variable",
			files: files{"Dockerfile": "ARG V=1\nFROM a\nCOPY --from=b:$V /x /x\n"},
			want:  []string{"b:$V failed:unparsable from Dockerfile:3", "docker.io/library/a:latest from Dockerfile:2"},
		},
		{
			name: "a named context",
			files: files{
				"Dockerfile":   "FROM a\nCOPY --from=src /x /x\n",
				"compose.yaml": "services: {s: {build: {context: ., additional_contexts: {src: ../src}}}}\n",
			},
			want: []string{"docker.io/library/a:latest from Dockerfile:1", "s skipped:built-here named compose.yaml:1"},
		},
	}
}
