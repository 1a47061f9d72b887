package discover

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// job is one file to look into, as one kind of thing.
type job struct {
	path string
	kind result.Kind // KindDockerfile or KindIaC
	// doubtful marks a file that is a Dockerfile only if it can be read as one.
	doubtful bool
	// unfilled marks a Dockerfile template, which is listed and not read.
	unfilled bool
	// submodules marks the list of the repository's submodules: what is in them is
	// not this repository's, and that it is not scanned should be seen.
	submodules bool
	// whole looks into the file even if the change leaves it alone.
	whole bool
	// excluded is the pattern that covers the path, "" if none does.
	excluded string
}

// choose picks the files that are worth a look by their names alone.
func (s *selection) choose(files []string) ([]job, error) {
	var jobs []job
	used := make([]bool, len(s.dockerfiles))
	add := func(j job) {
		j.excluded = excludedBy(s.exclude, j.path)
		jobs = append(jobs, j)
	}
	for _, file := range files {
		if path.Base(file) == ".gitmodules" {
			add(job{path: file, kind: result.KindIaC, submodules: true})
			continue
		}
		if s.wants(result.KindDockerfile) {
			if kind := s.dockerfileKind(file, used); kind != otherName {
				add(job{path: file, kind: result.KindDockerfile, doubtful: kind == doubtfulName, unfilled: kind == dockerfileTemplate})
			}
		}
		if s.mayBeTemplate(file) && !s.charts.renders(file) {
			add(job{path: file, kind: result.KindIaC})
		}
	}
	if s.wants(result.KindDockerfile) {
		return jobs, unusedGlob("--dockerfile", s.dockerfiles, used, "matches no file here that git knows: globs are relative to the repository root or to PATH")
	}
	return jobs, nil
}

// mayBeTemplate goes by the name. Where templates are not asked for, those that
// may name an image are looked into.
func (s *selection) mayBeTemplate(file string) bool {
	wanted := s.wants(result.KindIaC) || s.wants(result.KindImage) && template.MayNameImages(file)
	return wanted && template.Candidate(file)
}

func isTerraform(file string) bool {
	return strings.HasSuffix(file, ".tf") || strings.HasSuffix(file, ".tf.json")
}

// dockerfileKind goes by the globs where there are some, else by the name.
func (s *selection) dockerfileKind(file string, used []bool) nameKind {
	if len(s.dockerfiles) == 0 {
		return dockerfileKind(file)
	}
	kind := otherName
	for i, p := range s.dockerfiles {
		if p.matches(file) && (s.IncludeSensitive || !sensitive(file)) {
			used[i] = true
			kind = dockerfileName
		}
	}
	return kind
}

// unusedGlob makes an error of the first glob that matched nothing: a gate that
// looks at nothing because of a typing error must not pass.
func unusedGlob(flag string, globs []pattern, used []bool, msg string) error {
	for i, p := range globs {
		if !used[i] {
			return &UsageError{What: flag, Value: p.raw, Msg: msg}
		}
	}
	return nil
}

// charts holds the folders of Helm charts.
type charts map[string]bool

// findCharts finds them by their Chart.yaml, in the list and above PATH.
func findCharts(t *Tree, files []string) charts {
	c := charts{}
	for _, file := range files {
		if strings.HasSuffix(file, "Chart.yaml") && path.Base(file) == "Chart.yaml" {
			c[path.Dir(file)] = true
		}
	}
	for dir := t.Under; dir != "" && dir != "."; {
		dir = path.Dir(dir)
		if _, err := os.Lstat(t.abs(dir + "/Chart.yaml")); !errors.Is(err, fs.ErrNotExist) {
			c[dir] = true
		}
	}
	return c
}

// renders reports whether Helm has to render a file before it is a manifest.
func (c charts) renders(file string) bool {
	if len(c) == 0 {
		return false
	}
	for at := 0; ; {
		i := strings.Index(file[at:], "templates/")
		if i < 0 {
			return false
		}
		at += i
		if (at == 0 || file[at-1] == '/') && c[path.Dir(file[:at]+".")] {
			return true
		}
		at += len("templates/")
	}
}

// hold reports whether a file lies in a chart, however deep.
func (c charts) hold(file string) bool {
	for dir := path.Dir(file); len(c) > 0; dir = path.Dir(dir) {
		if c[dir] {
			return true
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	return false
}

// vendors reports whether a Chart.yaml belongs to a chart that another one
// brings with it: that is a part, and not listed.
func (c charts) vendors(file string) bool {
	holder := path.Dir(path.Dir(file))
	return path.Base(holder) == "charts" && c[path.Dir(holder)]
}
