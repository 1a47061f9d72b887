package config

import (
	"net/url"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// Stated is one value of the merged config.
type Stated struct {
	// Setting is the name of the flag without dashes, or the key of what only the file can state.
	Setting string        `json:"setting"`
	Value   string        `json:"value"`
	Origin  result.Origin `json:"origin"`
}

// Stated lists every value that counts, with its origin, in the order of help, and then what only
// the file can state. Credentials in URLs are left out.
func (c *Config) Stated() []Stated { return c.stated }

// stateAll lists the values of a setting. A default counts only where nothing is given.
func (c *Config) stateAll(s Setting, values []Value) {
	for _, v := range values {
		if v.Origin.Given() || len(values) == 1 {
			c.state(s.Name, v.text(), v.Origin)
		}
	}
}

func (c *Config) state(setting, value string, o Origin) {
	name, _, isPair := strings.Cut(value, "=")
	switch {
	case setting == "api-key-file" && LooksLikeKey(value):
		value = redacted
	case isPair && (setting == "var" || setting == "build-arg") && secret.IsCredentialVariable(variableIn(name)):
		value = name + "=" + redacted
	}
	c.addStated(setting, withoutUser(value), o.Plain())
}

// addStated adds a value without what has the shape of a secret: people write it into reasons too.
func (c *Config) addStated(setting, value string, o result.Origin) {
	c.stated = append(c.stated, Stated{setting, secret.Hide(value), o})
}

// stateFile lists what only the file can state.
func (c *Config) stateFile(f *File) {
	for _, l := range f.paths {
		c.state(pathsKey, l.path+": "+l.Text, l.Origin)
	}
	for _, r := range f.rules {
		c.addStated(rulesKey, r.Rule+": "+r.Severity.String()+": "+r.Reason, r.Origin)
	}
	for _, w := range f.waivers {
		c.addStated(waiversKey, w.String(), w.Origin)
	}
	for _, key := range []string{"alerts", "checks"} {
		for _, e := range f.entries[key] {
			var fields []string
			for _, field := range e.Fields {
				fields = append(fields, field.Key+": "+strings.Join(field.Texts, ","))
			}
			c.state(key, strings.Join(fields, ", "), e.Origin)
		}
	}
}

// variableIn returns the name in DOCKERFILE:NAME.
func variableIn(name string) string { return name[strings.LastIndex(name, ":")+1:] }

// withoutUser removes who logs in from a URL: it may be a credential.
func withoutUser(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	u.User = url.User(redacted)
	return u.String()
}

// text is the value with the reasons that the file states beside it.
func (v Value) text() string {
	if v.why == (why{}) {
		return v.Text
	}
	e := v.exclusion()
	return e.String()
}

// redacted stands for a text that is not shown.
const redacted = "redacted"

// LooksLikeKey reports whether a text that should be a path may be a key that was given by mistake:
// it is long, and has neither folders nor an extension.
func LooksLikeKey(path string) bool {
	const shortestKey = 16
	return len(path) >= shortestKey && !strings.ContainsAny(path, `/\.`)
}
