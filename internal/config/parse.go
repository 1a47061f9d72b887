package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/result"
)

var errEmpty = errors.New("must not be empty; fix: give a value, or leave the setting out")

// kinds returns the kinds that --only accepts.
func kinds() []result.Kind {
	var scanned []result.Kind
	for _, k := range result.Kinds() {
		if k.Scanned {
			scanned = append(scanned, k.Kind)
		}
	}
	return scanned
}

func contradictions() []result.Contradiction {
	var all []result.Contradiction
	for _, c := range result.Contradictions() {
		all = append(all, c.Contradiction)
	}
	return all
}

func reactions() []Reaction { return []Reaction{ReactFail, ReactWarn} }

func profiles() []string { return []string{ProfileGitHub, ProfileGitLab} }

func logFormats() []string { return []string{"text", LogJSON} }

func severityWords() []string {
	var words []string
	for _, s := range result.Severities() {
		words = append(words, s.String())
	}
	return words
}

// names returns the texts of values.
func names[T ~string](values []T) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// oneOf accepts the given values alone.
func oneOf[T ~string](accepted []T) func(string) (T, error) {
	return func(text string) (T, error) {
		if !slices.Contains(accepted, T(text)) {
			return "", notOneOf(text, names(accepted))
		}
		return T(text), nil
	}
}

func notOneOf(text string, accepted []string) error {
	return choice.Unknown("value", text, accepted)
}

// ignore is for --config, which [FilePath] reads before the other settings.
func ignore(*Config, Value) error { return nil }

func asText(text string) (string, error) { return text, nil }

// parseText is asText for what can't be empty. A flag may get the value of a variable that is not
// set, and the setting's default would then count without a word.
func parseText(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errEmpty
	}
	return text, nil
}

// parseRepository accepts what git clones: a URL, host:path, or a path that looks like one. The
// error does not repeat a value, which may hold a password.
func parseRepository(text string) (string, error) {
	if _, err := parseText(text); err != nil {
		return "", err
	}
	if !isRepository(strings.TrimSpace(text)) {
		return "", errors.New("must be an address that git clones, for example https://git.example/team/app")
	}
	return text, nil
}

func isRepository(text string) bool {
	scheme, rest, isURL := strings.Cut(text, "://")
	host, path, isShort := strings.Cut(text, ":")
	switch {
	case isURL:
		return scheme == "file" || scheme != "" && rest != "" && rest[0] != '/'
	case isShort:
		return host != "" && path != ""
	}
	return text[0] == '/' || text[0] == '.'
}

// parseSwitch accepts true and false alone: a workflow's "yes" or "False " that
// silently means off turns a gate off
// (https://github.com/anchore/scan-action/issues/22).
func parseSwitch(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("must be true or false, got %q", text)
}

func parseKind(text string, accepted []result.Kind) (result.Kind, error) {
	if !slices.Contains(accepted, result.Kind(text)) {
		return "", choice.Unknown("kind", text, names(accepted))
	}
	return result.Kind(text), nil
}

// addKinds adds comma-separated kinds.
func addKinds(c *Config, v Value) error {
	if c.Only == nil {
		c.Only = map[result.Kind]bool{}
	}
	for _, word := range strings.Split(v.Text, ",") {
		kind, err := parseKind(strings.TrimSpace(word), kinds())
		if err != nil {
			return err
		}
		c.Only[kind] = true
	}
	return nil
}

// addCIFiles adds comma-separated kinds of files.
func addCIFiles(c *Config, v Value) error {
	for _, word := range strings.Split(v.Text, ",") {
		kind, err := oneOf(result.AllCIFiles())(strings.TrimSpace(word))
		if err != nil {
			return err
		}
		c.CIFiles = append(c.CIFiles, kind)
	}
	return nil
}

// addApproval adds the hash of a change to the policy.
func addApproval(c *Config, v Value) error {
	if len(v.Text) != result.ApprovalDigits || strings.Trim(v.Text, "0123456789abcdef") != "" {
		return fmt.Errorf("must be the %d hexadecimal digits that a run prints, got %q", result.ApprovalDigits, v.Text)
	}
	c.Approve = append(c.Approve, v.Text)
	return nil
}

// addContradiction adds a contradiction unless it is there already.
func addContradiction(c *Config, v Value) error {
	kind, err := oneOf(contradictions())(v.Text)
	if err != nil {
		return err
	}
	if !slices.Contains(c.Tolerate, kind) {
		c.Tolerate = append(c.Tolerate, kind)
	}
	return nil
}

func addImage(c *Config, v Value) error {
	if v.Text == "" {
		return errEmpty
	}
	c.Images = append(c.Images, result.NamedImage{Ref: v.Text, Location: v.Origin.Plain().Location()})
	return nil
}

// addSource adds an entry that names a source, and its tenant if there is one.
func addSource(c *Config, v Value) error {
	vendor, tenant, named := strings.Cut(v.Text, ":")
	e := Entry{Origin: v.Origin, Fields: []EntryField{{Key: "source", Texts: []string{vendor}, Origin: v.Origin}}}
	if named {
		e.Fields = append(e.Fields, EntryField{Key: "name", Texts: []string{tenant}, Origin: v.Origin})
	}
	c.Alerts = append(c.Alerts, e)
	return nil
}

// parseFilled refuses an empty text: a variable that is not set must not mean no value.
func parseFilled(text string) (string, error) {
	if text == "" {
		return "", errEmpty
	}
	return text, nil
}

// parseCommit accepts a full id, because a prefix could be that of another commit.
func parseCommit(text string) (string, error) {
	if text = strings.ToLower(text); len(text) != 40 && len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
		return "", fmt.Errorf("must be the full id of a commit, 40 or 64 hexadecimal digits, got %q", text)
	}
	return text, nil
}

// ParseRevision reads a revision. It refuses what git would read as an option, and one that ends in
// a slash: that is what a variable without a value leaves of origin/$BRANCH.
func ParseRevision(text string) (string, error) {
	if strings.HasSuffix(text, "/") {
		return "", fmt.Errorf("%q names no branch: nothing follows the slash, so a variable is empty there "+
			"(GITHUB_BASE_REF, for example, is empty outside of pull requests); "+
			"fix: leave the setting out in such runs; --new-only takes the base of a change from the CI host", text)
	}
	if text == "" || strings.HasPrefix(text, "-") || strings.ContainsFunc(text, unicode.IsControl) {
		return "", fmt.Errorf("must be a revision, for example origin/main, HEAD~1 or a commit id, got %q", text)
	}
	return text, nil
}

func parseSeverityPointer(text string) (*result.Severity, error) {
	severity, err := result.ParseSeverity(text)
	if err != nil {
		return nil, err
	}
	return &severity, nil
}

// addOutputs adds comma-separated reports.
func addOutputs(c *Config, v Value) error {
	for rest := v.Text; ; {
		end := endOfOutput(rest)
		if err := addOutput(c, Value{Text: strings.TrimSpace(rest[:end]), Origin: v.Origin}); err != nil {
			return err
		}
		if end == len(rest) {
			return nil
		}
		rest = rest[end+1:]
	}
}

// endOfOutput returns where the first of several reports ends: at a comma before what may be the
// name of a format. A path may hold other commas.
func endOfOutput(text string) int {
	for i, r := range text {
		if r != ',' {
			continue
		}
		next := strings.TrimLeft(text[i+1:], " abcdefghijklmnopqrstuvwxyz-")
		if next == "" || next[0] == '=' || next[0] == ',' {
			return i
		}
	}
	return len(text)
}

// addOutput refuses two reports in one file, or on standard output, whose path is "" or "-".
func addOutput(c *Config, v Value) error {
	format, path, hasPath := strings.Cut(v.Text, "=")
	if path == "-" {
		path, hasPath = "", false
	}
	if hasPath && path == "" {
		return fmt.Errorf("%q: the path after = is empty; fix: write %sFILE", v.Text, v.Text)
	}
	if slices.ContainsFunc(c.Outputs, func(o Output) bool { return o.Path == path }) {
		if path == "" {
			return fmt.Errorf("%q: only one report can go to standard output; fix: write this one to a file, as in %s=FILE",
				v.Text, format)
		}
		return fmt.Errorf("%q: duplicate path %s; fix: give each report a file of its own", v.Text, path)
	}
	c.Outputs = append(c.Outputs, Output{Format: format, Path: path})
	return nil
}

// parseCategory ends the category in a slash: GitHub takes what stands before the last
// slash as the category, and a text without a slash as the id of the run.
func parseCategory(text string) (string, error) {
	name := strings.Trim(text, "/")
	if name == "" || strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return "", fmt.Errorf("must be a name, for example scangate/infra/, got %q", text)
	}
	return name + "/", nil
}

// maxPace bounds the requests in a second.
const maxPace = 1000

func parsePace(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPace {
		return 0, fmt.Errorf("must be an integer from 1 to %d, got %q", maxPace, text)
	}
	return n, nil
}

// parseShard reads I/N or auto.
func parseShard(text string) (Shard, error) {
	if text == "auto" {
		return Shard{Auto: true}, nil
	}
	before, after, _ := strings.Cut(text, "/")
	index, err := strconv.Atoi(before)
	total, wrong := strconv.Atoi(after)
	if err != nil || wrong != nil || index < 1 || index > total || total > result.MaxShards {
		return Shard{}, fmt.Errorf("must be I/N with 1 <= I <= N <= %d, for example 2/8, or auto, got %q", result.MaxShards, text)
	}
	return Shard{Index: index, Total: total}, nil
}

func parseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("must be a duration > 0, for example 90s, 30m or 1h30m, got %q", text)
	}
	return d, nil
}
