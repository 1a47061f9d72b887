package skaffold

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// manifests adds the files that are deployed: those that are listed, by default k8s/*.yaml,
// those of Helm charts and of kustomizations.
func (l *loader) manifests(n *tree.Node) {
	globs := append(n.Get("manifests", "rawYaml").All(), n.Get("deploy", "kubectl", "manifests").All()...)
	for _, glob := range globs {
		l.deploy(glob.Scalar())
	}
	if len(globs) == 0 {
		l.deploy("k8s/*.yaml")
	}
	for _, section := range []string{"manifests", "deploy"} {
		for _, release := range n.Get(section, "helm", "releases").All() {
			l.release(release)
			for _, values := range release.Get("valuesFiles").All() {
				l.deploy(values.Scalar())
			}
		}
		own := n.Get(section).Entry("kustomize")
		if own == nil {
			continue
		}
		paths := own.Value.Get("paths").All()
		for _, dir := range paths {
			l.kustomize(l.dir, dir.Scalar())
		}
		if len(paths) == 0 {
			l.kustomize(l.dir, ".")
		}
	}
}

// release adds the chart of a release, and the images that the file gives to it.
func (l *loader) release(release *tree.Node) {
	name := release.Get("name").Scalar()
	if chart := release.Get("remoteChart"); chart != nil {
		l.leaveOut(chart, fmt.Sprintf("Helm chart of release %q", name), "nothing is fetched from elsewhere")
	} else {
		l.deploy(path.Join(release.Get("chartPath").Scalar(), "**"))
	}
	set := map[string]*tree.Node{}
	for _, e := range release.Get("setValues").Pairs() {
		set[e.Key] = e.Value
	}
	for _, i := range template.ValuesImages(template.WithValues(release.Get("overrides"), set)) {
		if !strings.Contains(i.Ref, "{{") { // else Skaffold puts in what it builds
			l.given = append(l.given, build.Image{
				Ref: i.Ref, Name: i.Ref, Subject: fmt.Sprintf("release %q", name), Location: result.Location{Path: l.path, Line: i.Line, Block: &i.Block},
			})
		}
	}
}

// isUnsent reports whether an artifact makes an image without a Dockerfile, which is listed
// as not sent.
func (l *loader) isUnsent(ref string) bool {
	return slices.ContainsFunc(l.project.Builds, func(b *build.Build) bool {
		makes := func(name string) bool { return ref == name || strings.HasPrefix(ref, name+":") }
		return b.Builder != "" && slices.ContainsFunc(b.Names, makes)
	})
}

// deploy adds a glob of manifests. Those of other repositories are left out.
func (l *loader) deploy(glob string) {
	if build.IsRemote(glob) {
		return
	}
	if file, err := build.Join(l.dir, glob); err == nil {
		l.project.Manifests = append(l.project.Manifests, file)
	}
}

// maxKustomizations bounds the kustomizations of one file.
const maxKustomizations = 1000

// kustomize adds the resources of the kustomization in a folder.
func (l *loader) kustomize(from, name string) {
	dir, err := build.Join(from, name)
	if err != nil || build.IsRemote(name) || l.kustomized[dir] || len(l.kustomized) > maxKustomizations {
		return
	}
	l.kustomized[dir] = true
	for _, name := range kustomize.Names() {
		file := path.Join(dir, name)
		content, err := l.Read(file)
		if err != nil {
			continue
		}
		l.project.Files = append(l.project.Files, file)
		s, syntax := tree.ReadYAML(content, tree.NewBudget(len(content)))
		if syntax != nil {
			return // it is a target's or not sent on its own
		}
		for _, doc := range s.Docs {
			for _, used := range kustomize.Read(file, doc).Uses() {
				l.project.Manifests = append(l.project.Manifests, used)
				l.kustomize("", used)
			}
		}
		return
	}
}
