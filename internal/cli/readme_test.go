package cli_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/config"
)

const readme = "../../README.md"

// The README's table of flags is made from the settings. UPDATE=1 writes it anew.
func TestReadmeFlags(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- flags: kept true by a test -->\n\n", "<!-- /flags -->"
	before, rest, ok := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no table of flags", readme)
	}
	want := flagTable()
	if old == want {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("the README's table of flags is not that of the settings; run UPDATE=1 go test ./internal/cli")
	}
	if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func flagTable() string {
	var b strings.Builder
	b.WriteString("| flag | default | config key | meaning |\n|---|---|---|---|\n")
	for _, group := range config.Groups() {
		fmt.Fprintf(&b, "| **%s** | | | |\n", group)
		for _, s := range config.ScanSettings() {
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
