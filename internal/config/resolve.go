package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// Flags holds the values of each flag that was used, by its name.
type Flags map[string][]string

// Resolve merges flags, environment, file and defaults into a config. getenv looks up
// a variable; file may be nil. All errors are of type [*Error], joined.
func Resolve(settings []Setting, flags Flags, getenv func(string) string, file *File) (*Config, error) {
	c := &Config{origins: map[string]Origin{}}
	if file != nil {
		c.Alerts, c.Checks = slices.Clone(file.entries["alerts"]), file.entries["checks"]
		c.Policy.Waivers = file.waivers
	}
	errs := []error{CheckInputs(settings, getenv)}
	for _, s := range settings {
		values := s.values(flags, getenv, file)
		if s.fromProcess {
			taken, err := takeVariables(values, getenv)
			values, errs = taken, append(errs, err)
		}
		if len(values) == 0 {
			continue
		}
		c.origins[s.Name] = strongest(values)
		c.stateAll(s, values)
		errs = append(errs, s.set(c, values))
	}
	if file != nil {
		errs = append(errs, c.addFileLimits(file)...)
		c.stateFile(file)
	}
	return c, errors.Join(errs...)
}

// values returns the values of the strongest source that has any, or, if they are per name
// or count side by side, those of all sources, the strongest last.
func (s Setting) values(flags Flags, getenv func(string) string, file *File) []Value {
	weakestFirst := [][]Value{s.byDefault(), s.inFile(file), s.inEnvironment(getenv), s.inFlags(flags)}
	if s.PerName || s.EachSource {
		return slices.Concat(weakestFirst...)
	}
	for _, values := range slices.Backward(weakestFirst) {
		if len(values) > 0 {
			return values
		}
	}
	return nil
}

// strongest returns the origin of the first value of the strongest source.
func strongest(values []Value) Origin {
	return slices.MaxFunc(values, func(x, y Value) int { return cmp.Compare(x.Origin.layer, y.Origin.layer) }).Origin
}

func (s Setting) byDefault() []Value {
	if s.Default == "" {
		return nil
	}
	return valuesOf([]string{s.Default}, Origin{layer: layerDefault, Name: "default of --" + s.Name})
}

func (s Setting) inFile(file *File) []Value {
	if s.FileKey == "" || file == nil {
		return nil
	}
	return file.values[s.FileKey]
}

// inEnvironment returns the values of the strongest variable that is set.
func (s Setting) inEnvironment(getenv func(string) string) []Value {
	for _, name := range s.variables(getenv("GITHUB_ACTIONS") == "true") {
		if text := getenv(name); text != "" {
			return valuesOf(s.split(text), Origin{layer: layerEnvironment, Name: name})
		}
	}
	return nil
}

func (s Setting) inFlags(flags Flags) []Value {
	return valuesOf(flags[s.Name], Origin{layer: layerFlag, Name: "--" + s.Name})
}

// split returns the values of a variable: one per line if the setting is repeatable.
func (s Setting) split(text string) []string {
	if !s.Repeat {
		return []string{strings.TrimSpace(text)}
	}
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// FilePath returns the config file that --config or its variable names, or "".
func FilePath(flags Flags, getenv func(string) string) string {
	for _, s := range AllSettings() {
		if s.Name != "config" {
			continue
		}
		if values := s.values(flags, getenv, nil); len(values) > 0 {
			return values[len(values)-1].Text
		}
	}
	return ""
}

// LogJSON is the value of --log-format for lines that are JSON objects.
const LogJSON = "json"

// LogFormat returns the format of the log that a command line and the environment ask for. It reads
// words that are not parsed yet: what is wrong with them is in the log, too. An unknown format is
// text.
func LogFormat(args []string, getenv func(string) string) string {
	const name = "log-format"
	format := ""
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if arg == "--"+name && i+1 < len(args) {
			format = args[i+1]
		}
		if value, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			format = value
		}
	}
	if values := (Setting{Name: name}).inEnvironment(getenv); format == "" && len(values) > 0 {
		format = values[len(values)-1].Text
	}
	if slices.Contains(logFormats(), format) {
		return format
	}
	return logFormats()[0]
}

// NearestVariable suggests the variable of a setting that a name resembles, or ends the sentence.
func NearestVariable(name string) string {
	var known []string
	for _, s := range AllSettings() {
		if !s.FlagOnly && !s.NoVariable {
			known = append(known, s.Variable())
		}
	}
	if suggested := choice.Suggest(name, known); suggested != "" {
		return suggested
	}
	return ";"
}

// UnknownVariables returns the names of set variables that start like settings and are
// not: a mistyped limit that is silently skipped does not hold. environ is in the form
// of os.Environ; others are further names that are expected.
func UnknownVariables(environ []string, others ...string) []string {
	known := map[string]bool{APIKeyVariable: true, inputsVariable: true}
	for _, name := range others {
		known[name] = true
	}
	for _, s := range AllSettings() {
		known[s.Variable()] = !s.FlagOnly && !s.NoVariable
	}
	var out []string
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, prefix) && value != "" && !known[name] {
			out = append(out, name)
		}
	}
	return out
}
