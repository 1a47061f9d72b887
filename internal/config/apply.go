package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// text stores the last value as it is.
func text(field func(*Config) *string) func(*Config, []Value) error {
	return func(c *Config, vs []Value) error {
		*field(c) = vs[len(vs)-1].Text
		return nil
	}
}

// list stores all values.
func list(field func(*Config) *[]string) func(*Config, []Value) error {
	return func(c *Config, vs []Value) error {
		out := make([]string, 0, len(vs))
		for _, v := range vs {
			if v.Text == "" {
				return &Error{Source: v.Source, Text: "must not be empty"}
			}
			out = append(out, v.Text)
		}
		*field(c) = out
		return nil
	}
}

// toggle reads true or false and nothing else: a workflow's "yes" or "False "
// that silently means off is how gates are lost
// (https://github.com/anchore/scan-action/issues/22).
func toggle(field func(*Config) *bool) func(*Config, []Value) error {
	return func(c *Config, vs []Value) error {
		v := vs[len(vs)-1]
		switch v.Text {
		case "true":
			*field(c) = true
		case "false":
			*field(c) = false
		default:
			return &Error{Source: v.Source, Text: fmt.Sprintf("%q is neither true nor false", v.Text)}
		}
		return nil
	}
}

func reaction(field func(*Config) *Reaction) func(*Config, []Value) error {
	return func(c *Config, vs []Value) error {
		v := vs[len(vs)-1]
		switch r := Reaction(v.Text); r {
		case ReactFail, ReactWarn:
			*field(c) = r
			return nil
		}
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is neither fail nor warn", v.Text)}
	}
}

// ignore is for settings that are read before the others, such as --config.
func ignore(*Config, []Value) error { return nil }

func applyOnly(c *Config, vs []Value) error {
	c.Only = map[result.Kind]bool{}
	for _, v := range vs {
		for _, word := range strings.Split(v.Text, ",") {
			kind, err := parseKind(strings.TrimSpace(word), kinds[:])
			if err != nil {
				return &Error{Source: v.Source, Text: err.Error()}
			}
			c.Only[kind] = true
		}
	}
	return nil
}

func parseKind(word string, among []result.Kind) (result.Kind, error) {
	names := make([]string, 0, len(among))
	for _, k := range among {
		if word == string(k) {
			return k, nil
		}
		names = append(names, string(k))
	}
	return "", fmt.Errorf("unknown kind %q: use %s", word, strings.Join(names, ", "))
}

func applyImages(c *Config, vs []Value) error {
	c.Images = nil
	for _, v := range vs {
		if v.Text == "" {
			return &Error{Source: v.Source, Text: "must not be empty"}
		}
		c.Images = append(c.Images, Image{Ref: v.Text, Location: v.Source.location()})
	}
	return nil
}

func applyBuildArgs(c *Config, vs []Value) error {
	c.BuildArgs = make(map[string]string, len(vs))
	for _, v := range vs {
		name, value, ok := strings.Cut(v.Text, "=")
		if !ok || name == "" {
			return &Error{Source: v.Source, Text: fmt.Sprintf("%q: write NAME=VALUE", v.Text)}
		}
		c.BuildArgs[name] = value
	}
	return nil
}

func applyPlatform(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	parts := strings.Split(v.Text, "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || parts[1] == "" {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q: write OS/ARCH, for example linux/arm64", v.Text)}
	}
	c.Platform = v.Text
	return nil
}

func parseSeverityAt(v Value) (result.Severity, error) {
	sev, err := result.ParseSeverity(v.Text)
	if err != nil {
		return sev, &Error{Source: v.Source, Text: err.Error()}
	}
	return sev, nil
}

func applyFailOn(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	if v.Text == "none" {
		c.Policy.FailOn = nil
		return nil
	}
	sev, err := result.ParseSeverity(v.Text)
	if err != nil || sev == result.Unknown {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is no severity to fail on: use critical, high, medium, low, info or none", v.Text)}
	}
	c.Policy.FailOn = &sev
	return nil
}

func applyUnknown(c *Config, vs []Value) error {
	sev, err := parseSeverityAt(vs[len(vs)-1])
	if err != nil {
		return err
	}
	c.Policy.UnknownAs = &sev
	return nil
}

func applyMinSeverity(c *Config, vs []Value) error {
	sev, err := parseSeverityAt(vs[len(vs)-1])
	c.MinSeverity = sev
	return err
}

func applyMax(c *Config, vs []Value) error {
	c.Policy.Max = nil
	for _, v := range vs {
		for _, word := range strings.Split(v.Text, ",") {
			limit, err := parseLimit(strings.TrimSpace(word))
			if err == nil {
				err = addLimit(&c.Policy, limit)
			}
			if err != nil {
				return &Error{Source: v.Source, Text: err.Error()}
			}
		}
	}
	return nil
}

func addLimit(p *result.Policy, limit result.Limit) error {
	for _, l := range p.Max {
		if l.Kind == limit.Kind && l.Severity == limit.Severity {
			return fmt.Errorf("a budget for %s is given twice", limitName(limit))
		}
	}
	p.Max = append(p.Max, limit)
	return nil
}

func limitName(l result.Limit) string {
	if l.Kind == "" {
		return l.Severity.String()
	}
	return string(l.Kind) + ":" + l.Severity.String()
}

func parseLimit(word string) (result.Limit, error) {
	name, number, ok := strings.Cut(word, "=")
	if !ok {
		return result.Limit{}, fmt.Errorf("%q: write [KIND:]SEVERITY=N, for example high=5 or image:medium=100", word)
	}
	var limit result.Limit
	if kind, sev, ok := strings.Cut(name, ":"); ok {
		k, err := parseKind(kind, limitKinds[:])
		if err != nil {
			return limit, err
		}
		limit.Kind, name = k, sev
	}
	sev, err := result.ParseSeverity(name)
	if err != nil {
		return limit, err
	}
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil {
		return limit, fmt.Errorf("%q: the budget must be a whole number from 0 on", word)
	}
	limit.Severity, limit.Max = sev, int(n)
	return limit, nil
}

func applyOutputs(c *Config, vs []Value) error {
	c.Outputs = nil
	paths := map[string]bool{}
	for _, v := range vs {
		format, path, hasPath := strings.Cut(v.Text, "=")
		if hasPath && path == "" {
			return &Error{Source: v.Source, Text: fmt.Sprintf("%q: the path after = is empty", v.Text)}
		}
		if paths[path] {
			if path == "" {
				return &Error{Source: v.Source, Text: fmt.Sprintf("%q: only one output can go to standard output; give this one a path, as in %s=FILE", v.Text, format)}
			}
			return &Error{Source: v.Source, Text: fmt.Sprintf("%q: another output is written to %s", v.Text, path)}
		}
		paths[path] = true
		c.Outputs = append(c.Outputs, Output{Format: format, Path: path})
	}
	return nil
}

// applyCategory ends the category in a slash: GitHub takes what stands before the
// last one for the category, and the whole text for a run's id where there is none.
func applyCategory(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	name := strings.Trim(v.Text, "/")
	if name == "" || strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q: write a name such as scangate/infra/", v.Text)}
	}
	c.Category = name + "/"
	return nil
}

func applyProfile(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	if v.Text != ProfileGitHub && v.Text != ProfileGitLab {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is neither github nor gitlab", v.Text)}
	}
	c.SARIFProfile = v.Text
	return nil
}

// applyNewFrom refuses what git would take for an option, or for nothing.
func applyNewFrom(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	if v.Text == "" || strings.HasPrefix(v.Text, "-") || strings.ContainsFunc(v.Text, unicode.IsControl) {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is no revision: write one such as origin/main, HEAD~1 or a commit's hash", v.Text)}
	}
	c.NewFrom = v.Text
	return nil
}

func applyTimeout(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	d, err := time.ParseDuration(v.Text)
	if err != nil || d <= 0 {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is no duration above zero: write it like 90s, 30m or 1h30m", v.Text)}
	}
	c.Timeout = d
	return nil
}

func applyLogFormat(c *Config, vs []Value) error {
	v := vs[len(vs)-1]
	if v.Text != "text" && v.Text != "json" {
		return &Error{Source: v.Source, Text: fmt.Sprintf("%q is neither text nor json", v.Text)}
	}
	c.LogFormat = v.Text
	return nil
}
