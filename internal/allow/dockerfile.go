package allow

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/dockerfile"
)

func quote(text string) string { return strconv.Quote(text) }

// The lines of a Dockerfile, read without its syntax: the service has a parser of its own, and
// may see an instruction where BuildKit sees the text of another one.
var (
	fromLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^[\s\pZ\x{feff}]*FROM[\s\pZ]+(?:--[^\s\pZ]+[\s\pZ]+)*([^\s\pZ]+)`)
	})
	syntaxLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^[\s\pZ\x{feff}]*(?:#|//)[\s\pZ]*syntax[\s\pZ]*=[\s\pZ]*([^\s\pZ]+)`)
	})
	continued = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("[\\\\`][ \\t]*\n") })
	variable  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*`)
	})
)

// readDockerfile reads a Dockerfile that stands after so many lines of the file. It gets no build
// arguments, because the service gets none.
func (n *named) readDockerfile(content []byte, after int) {
	file, err := dockerfile.Parse(n.path, content)
	if err != nil {
		n.unknown(after+1, "which images the Dockerfile names")
		return
	}
	text := string(content)
	stages, sources := file.Resolve(dockerfile.Options{})
	for i := range stages {
		n.addStage(after, &stages[i], isAmbiguous(stages[i].Raw, text))
	}
	for i := range sources {
		if s := &sources[i]; s.Elsewhere {
			n.add(after+s.Range.Start, s.Raw)
		} else {
			n.addStage(after, &s.Stage, false)
		}
	}
	n.readLines(text, after, stages)
}

// addStage adds what an instruction reads from.
func (n *named) addStage(after int, s *dockerfile.Stage, ambiguous bool) {
	line := after + s.Range.Start
	switch {
	case s.Err != nil, ambiguous:
		n.unknown(line, "the image "+quote(s.Raw))
	case s.Kind == dockerfile.Image:
		n.add(line, s.Base)
	}
}

// maxVariables bounds how many variables one base depends on.
const maxVariables = 20

// isAmbiguous reports whether the variables in a base may have other values to another reader: a
// substitute such as ${X:-y}, or an argument that the file assigns twice, even in a comment.
func isAmbiguous(base, text string) bool {
	seen := map[string]bool{}
	for open := []string{base}; len(open) > 0; open = open[1:] {
		value := open[0]
		if strings.Contains(variable().ReplaceAllString(value, ""), "$") || len(seen) > maxVariables {
			return true
		}
		for _, used := range variable().FindAllString(value, -1) {
			name := strings.Trim(used, "${}")
			if seen[name] {
				continue
			}
			seen[name] = true
			values := assigned(text, name)
			if len(values) > 1 {
				return true
			}
			open = append(open, values...)
		}
	}
	return false
}

// assigned returns the values that a text gives a variable.
func assigned(text, name string) []string {
	assignment := regexp.MustCompile(`(?:\b(?i:ENV)[ \t]+` + name + `[ \t]+|\b` + name + `=)(\S*)`)
	var values []string
	for _, m := range assignment.FindAllStringSubmatch(text, -1) {
		values = append(values, m[1])
	}
	return values
}

// readLines reads every line that begins like a FROM instruction, once as it stands and once
// after lines are joined, and the directives that name a frontend.
func (n *named) readLines(text string, after int, stages []dockerfile.Stage) {
	text = withLines(text)
	known := map[string]bool{"scratch": true}
	for _, s := range stages {
		known[strings.Trim(s.Raw, `"'`)], known[s.Name] = true, true
	}
	for _, joined := range []string{text, continued().ReplaceAllString(text, "")} {
		line := after
		for one := range strings.Lines(joined) {
			line++
			at := line
			if joined != text {
				at = after + 1 // lines are lost
			}
			if m := syntaxLine().FindStringSubmatch(one); m != nil {
				n.add(at, m[1])
			}
			if base := baseIn(one); base != "" && !known[base] && !known[strings.ToLower(base)] {
				n.add(at, base)
			}
		}
	}
}

// withLines returns a text with a line feed for everything that ends a line to some reader.
func withLines(text string) string {
	ends := []string{"\r\n", "\n"}
	for _, end := range "\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029" {
		ends = append(ends, string(end), "\n")
	}
	return strings.NewReplacer(ends...).Replace(text)
}

// baseIn returns the base of a line that begins like a FROM instruction, "" if there is none on
// the line. The number of a stage names no image.
func baseIn(line string) string {
	m := fromLine().FindStringSubmatch(line)
	if m == nil || m[1] == `\` || m[1] == "`" || strings.HasPrefix(m[1], "#") {
		return ""
	}
	base := strings.Trim(m[1], `"'`)
	if _, err := strconv.Atoi(base); err == nil {
		return ""
	}
	return base
}
