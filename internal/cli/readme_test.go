package cli_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/config"
)

const readme = "../../README.md"

// section is a part of a file that is made from something else: what stands
// between two lines.
type section struct{ begin, end, want string }

// replaceSections holds the sections of a file. UPDATE=1 writes them anew.
func replaceSections(t *testing.T, path string, sections []section) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	for _, s := range sections {
		before, rest, ok := strings.Cut(whole, s.begin)
		_, after, ok2 := strings.Cut(rest, s.end)
		if !ok || !ok2 {
			t.Fatalf("%s has no section %s", path, strings.TrimSpace(s.begin))
		}
		whole = before + s.begin + s.want + s.end + after
	}
	if whole == string(text) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("%s is not what the settings say; run UPDATE=1 go test ./internal/cli", path)
	}
	if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The README's tables of flags and of the action are made from the settings.
// UPDATE=1 writes them anew.
func TestReadmeFlags(t *testing.T) {
	t.Parallel()
	replaceSections(t, readme, []section{
		{"<!-- flags: kept true by a test -->\n\n", "<!-- /flags -->", flagTable()},
		{"<!-- inputs: kept true by a test -->\n\n", "<!-- /inputs -->", inputsList()},
		{"<!-- outputs: kept true by a test -->\n\n", "<!-- /outputs -->", outputsTable()},
	})
}

func flagTable() string {
	var b strings.Builder
	b.WriteString("| flag | default | config key | meaning |\n|---|---|---|---|\n")
	for _, group := range config.Groups() {
		fmt.Fprintf(&b, "| **%s** | | | |\n", group)
		for _, s := range config.Settings(config.Scan) {
			if s.Group == group {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", flagCell(s), code(s.Default), code(s.FileKey), escape(s.Usage))
			}
		}
	}
	return b.String()
}

func flagCell(s config.Setting) string {
	name := "--" + s.Name
	if s.Short != "" {
		name = "-" + s.Short + ", " + name
	}
	if s.Value != "" {
		name += " " + s.Value
	}
	return code(name)
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + escape(s) + "`"
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
