package compose

import (
	"path"
	"slices"
	"strings"
)

// variant is a list of files that are merged, the later over the earlier ones.
type variant struct {
	files []string
	// optional is set where the files may not be meant to be used like this.
	optional bool
	// lone is the file if it overrides a base file that there is not.
	lone string
}

// variants returns the ways in which the Compose files of one folder are used: each
// base file alone, with its override, and with each other file that is named after it.
// Such a file may also be used without the base, except for an override, which Compose
// reads with a base alone. Files of other names stand alone.
func variants(files []string) []variant {
	var bases, parts []string
	var all []variant
	for _, file := range files {
		switch stem, _ := stemOf(file); {
		case isBase(stem):
			bases = append(bases, file)
		case isPart(stem):
			parts = append(parts, file)
		default:
			all = append(all, variant{files: []string{file}})
		}
	}
	for _, base := range bases {
		all = append(all, variant{files: []string{base}})
		for _, part := range parts {
			all = append(all, variant{files: []string{base, part}})
		}
	}
	for _, part := range parts {
		v := variant{files: []string{part}, optional: len(bases) > 0}
		if stem, _ := stemOf(part); isOverride(stem) && len(bases) == 0 {
			v.optional, v.lone = true, part
		}
		all = append(all, v)
	}
	return all
}

func stemOf(file string) (string, bool) {
	name := strings.ToLower(path.Base(file))
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext), ext == ".yaml" || ext == ".yml"
}

func isBase(stem string) bool { return stem == "compose" || stem == "docker-compose" }

// isOverride reports whether Compose reads a file by itself, beside a base file.
func isOverride(stem string) bool {
	base, found := strings.CutSuffix(stem, ".override")
	return found && isBase(base)
}

// isPart reports whether a file is named after a base file: compose.prod.yaml,
// docker-compose-test.yml.
func isPart(stem string) bool {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(stem, "docker-"), "compose")
	return ok && rest != "" && slices.Contains([]byte(".-_"), rest[0])
}
