package bake

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// Options are what a project gets besides its files.
type Options struct {
	// Vars are the variables that the user gives.
	Vars map[string]string
	// Names are for messages.
	Names result.Names
}

// File is a bake file.
type File struct {
	Path    string
	Content []byte
}

// IsName reports whether a file has the name of a bake file: docker-bake.hcl,
// docker-bake.override.json, web.bake.hcl.
func IsName(file string) bool {
	name := strings.ToLower(path.Base(file))
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("._-", r) })
	return path.Ext(name) == ".hcl" && slices.Contains(words, "bake") || isJSON(name) && strings.HasPrefix(name, "docker-bake")
}

// MayBe reports by the name whether a file is worth reading.
func MayBe(file string) bool { return IsName(file) || strings.EqualFold(path.Ext(file), ".hcl") }

// IsConfig reports whether a file that no other tool recognises is a bake file: by its name,
// or by a target at the top of it.
func IsConfig(file string, content []byte) bool {
	return IsName(file) || MayBe(file) && targetLine().Match(content) && attributeLine().Match(content)
}

// targetLine matches the beginning of a target, and attributeLine what only bake has in one.
var (
	targetLine    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^target[ \t]+"?[\w.-]+"?[ \t]*\{`) })
	attributeLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)\b(context|contexts|dockerfile|dockerfile-inline|inherits|tags|platforms|args)[ \t]*=`)
	})
)

func isJSON(file string) bool { return strings.EqualFold(path.Ext(file), ".json") }

// Load reads the bake files of one folder as one project: the union of the ways in which
// they are used. A problem of one target or file is reported, and the rest is read all the
// same.
func Load(dir string, files []File, o Options) build.Project {
	p := &project{Project: build.Project{Scope: "bake:" + dir}, dir: dir, vars: o.Vars, names: o.Names, sources: map[string][]string{}}
	all := map[string]*parsed{}
	var paths []string
	for _, f := range files {
		p.Files = append(p.Files, f.Path)
		p.sources[f.Path] = strings.Split(string(f.Content), "\n")
		file, err := parse(f)
		if err != nil {
			p.Images = append(p.Images, build.Image{
				Name: f.Path, Subject: f.Path, Location: result.Location{Path: f.Path, Line: max(1, err.Line)},
				Fault: result.Fault{Cause: result.CauseUnparsable, Reason: err.Error(), Fix: "fix the file, or exclude it"},
			})
			continue
		}
		all[f.Path] = file
		paths = append(paths, f.Path)
	}
	for _, variant := range variants(paths) {
		var merged []*parsed
		for _, file := range variant {
			merged = append(merged, all[file])
		}
		p.read(merged)
	}
	return p.Project
}

// variants returns the ways in which the bake files of one folder are used: the ones that
// bake looks for by itself without and with their overrides, and each other one alone.
func variants(files []string) [][]string {
	order := []string{"docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"}
	var base, overrides []string
	var all [][]string
	for _, name := range order {
		for _, file := range files {
			switch {
			case strings.ToLower(path.Base(file)) != name:
			case strings.Contains(name, ".override."):
				overrides = append(overrides, file)
			default:
				base = append(base, file)
			}
		}
	}
	if len(base) > 0 {
		all = append(all, base)
	}
	if len(overrides) > 0 {
		all = append(all, slices.Concat(base, overrides))
	}
	for _, file := range files {
		if !slices.Contains(order, strings.ToLower(path.Base(file))) {
			all = append(all, []string{file})
		}
	}
	return all
}
