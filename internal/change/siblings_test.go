package change_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scangate/scangate/internal/git/gittest"
)

// A change of any file that a Compose project reads, or has read, touches the project. What its
// files named before is not of the change.
func TestFilesOfAProjectTouchIt(t *testing.T) {
	t.Parallel()
	const (
		built = "dockerfile:p/api"
		api   = "image:p/api skipped:built-here named p/compose.yaml:4"
	)
	write := func(path, content string) func(*testing.T, *gittest.Repo) {
		return func(_ *testing.T, g *gittest.Repo) { g.Write(path, content) }
	}
	remove := func(path string) func(*testing.T, *gittest.Repo) {
		return func(t *testing.T, g *gittest.Repo) {
			if err := os.Remove(filepath.Join(g.Dir, path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		change func(*testing.T, *gittest.Repo)
		want   []string
	}{
		"nothing, beside a .env file that git ignores": {change: write("lib/.env", "X=1\n")},
		"another file": {change: write("p/README.md", "x\n")},
		"the .env file": {change: write("p/.env", "TAG=2\n"), want: []string{
			built, "image:docker.io/library/web:2 named p/compose.yaml:3", api,
		}},
		"no .env file": {change: remove("p/.env"), want: []string{
			built, "image:docker.io/library/web:0 named p/compose.yaml:3", api,
		}},
		"a file that is included": {change: write("lib/inc.yaml", "services: {inc: {image: 'inc:2'}}\n"), want: []string{
			built, "image:docker.io/library/inc:2 named lib/inc.yaml:1", api,
		}},
		"a file that is extended": {change: write("lib/base.yaml", "services: {ext: {image: 'ext:2'}}\n"), want: []string{
			built, "image:docker.io/library/ext:2 named lib/base.yaml:1", api,
		}},
		"the same images": {change: write("lib/inc.yaml", "services: {inc: {image: 'inc:1'}} # changed\n"), want: []string{built, api}},
		"an override": {change: write("p/compose.override.yaml", "services: {web: {image: 'web:9'}}\n"), want: []string{
			built, "image:docker.io/library/web:9 named p/compose.override.yaml:1", api,
		}},
		"an override of no image":   {change: write("p/compose.override.yaml", "services: {web: {command: x}}\n"), want: []string{built, api}},
		"a Dockerfile alone":        {change: write("p/api", "FROM alpine:3.21\nRUN x\n"), want: []string{built, "image:docker.io/library/alpine:3.21 from p/api:1"}},
		"a Dockerfile's other line": {change: write("p/api", "FROM alpine:3.20\nRUN x\n"), want: []string{built}},
		"a Dockerfile that is gone": {change: remove("p/api"), want: []string{"image:p/api failed:unreadable named p/compose.yaml:4"}},
		"a file that is no more included": {change: remove("lib/inc.yaml"), want: []string{
			built, "image:../lib/inc.yaml failed:unreadable named p/compose.yaml:1", api,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			files{
				"p/compose.yaml": "include: [../lib/inc.yaml]\nservices:\n  web: {image: 'web:${TAG:-0}'}\n  api: {build: {dockerfile: api}}\n  ext: {extends: {file: ../lib/base.yaml, service: ext}}\n",
				"p/.env":         "TAG=1\n", "p/api": "FROM alpine:3.20\n", ".gitignore": "/lib/.env\n",
				"lib/inc.yaml": "services: {inc: {image: 'inc:1'}}\n", "lib/base.yaml": "services: {ext: {image: 'ext:1'}}\n",
				"other/compose.yaml": "services: {other: {image: other}}\n",
			}.Write(t, g.Dir)
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic")
			tt.change(t, g)
			p, _ := narrow(t, g.Dir, "main", nil)
			check(t, p, tt.want...)
		})
	}
}
