package change_test

import (
	"testing"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// An image that a touched file named before is outside the change. In doubt it is touched.
func TestImagesThatAFileNamedBefore(t *testing.T) {
	t.Parallel()
	const dockerfile = "ARG TAG=18\nFROM node:$TAG AS build\nRUN x\nFROM alpine:3.20\n"
	const node = "image:docker.io/library/node:18 from Dockerfile:2"
	for name, tt := range map[string]struct {
		change map[string]string
		flags  config.Flags
		want   []string
	}{
		"another line":        {change: map[string]string{"Dockerfile": dockerfile + "RUN y\n"}, want: []string{"dockerfile:Dockerfile"}},
		"another argument":    {change: map[string]string{"Dockerfile": "ARG TAG=20\nFROM node:$TAG AS build\nRUN x\nFROM alpine:3.20\n"}, want: []string{"dockerfile:Dockerfile", "image:docker.io/library/node:20 from Dockerfile:2"}},
		"other arguments":     {change: map[string]string{".scangate.yaml": "version: 1\ntargets: {exclude: [old], build-args: {TAG: '18'}}\n", "Dockerfile": dockerfile + "# x\n"}, want: []string{"dockerfile:Dockerfile", "image:docker.io/library/alpine:3.20 from Dockerfile:4", node}},
		"a further file":      {change: map[string]string{"b/Dockerfile": "FROM node:18\n"}, want: []string{"dockerfile:b/Dockerfile", "image:docker.io/library/node:18 from Dockerfile:2 b/Dockerfile:1"}},
		"named by a flag":     {flags: config.Flags{"image": {"alpine:3.20"}}, want: []string{"image:docker.io/library/alpine:3.20 from named Dockerfile:4"}},
		"built here before":   {change: map[string]string{"compose.yaml": "services: {api: {image: acme/api, build: ., command: x}}\n"}, want: []string{"dockerfile:Dockerfile", "image:docker.io/acme/api:latest skipped:built-here named compose.yaml:1"}},
		"built here no more":  {change: map[string]string{"compose.yaml": "services: {api: {image: acme/api}}\n"}, want: []string{"image:docker.io/acme/api:latest named compose.yaml:1"}},
		"excluded before":     {change: map[string]string{".scangate.yaml": "version: 1\n", "old/compose.yaml": "services: {db: {image: 'redis:7', command: x}}\n"}, want: []string{"image:docker.io/library/redis:7 named old/compose.yaml:1"}},
		"not excluded before": {change: map[string]string{"db/compose.yaml": "services: {db: {image: 'mysql:8', command: x}}\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			files{
				"Dockerfile": dockerfile, "compose.yaml": "services: {api: {image: acme/api, build: .}}\n",
				"old/compose.yaml": "services: {db: {image: 'redis:7'}}\n", "db/compose.yaml": "services: {db: {image: 'mysql:8'}}\n",
				".scangate.yaml": "version: 1\ntargets: {exclude: [old]}\n",
			}.Write(t, g.Dir)
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic")
			files(tt.change).Write(t, g.Dir)
			p, _ := narrow(t, g.Dir, "main", tt.flags)
			check(t, p, tt.want...)
		})
	}
}

// The service's answer about a touched Dockerfile names the images that it named before.
func TestMarkOutsideOfImagesNamedBefore(t *testing.T) {
	t.Parallel()
	plan := &result.Plan{
		Rows:        []result.Row{{Target: result.Target{Kind: result.KindDockerfile, Name: "Dockerfile"}}, {Target: result.Target{Kind: result.KindDockerfile, Name: "b/Dockerfile"}}},
		NamedBefore: map[string][]string{"docker.io/library/node:18": {"Dockerfile"}},
	}
	for ref, want := range map[string]bool{"docker.io/library/node:18": true, "docker.io/library/node:20": false} {
		findings := []result.Finding{{Kind: result.KindImage, Image: ref, Unplanned: true, Locations: locations("Dockerfile")}}
		change.MarkOutside(findings, nil, plan)
		if findings[0].Outside != want {
			t.Errorf("%s: outside %v, want %v", ref, findings[0].Outside, want)
		}
	}
	findings := []result.Finding{{Kind: result.KindImage, Image: "docker.io/library/node:18", Locations: locations("Dockerfile", "b/Dockerfile")}}
	change.MarkOutside(findings, nil, plan)
	if findings[0].Outside {
		t.Error("an image that a further file names is outside")
	}
}
