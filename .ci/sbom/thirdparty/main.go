// Command thirdparty says under which licenses the modules in scangate's binaries are.
//
//	thirdparty notices                        prints the license texts, for THIRD_PARTY_LICENSES
//	thirdparty sbom VERSION DOCUMENT BINARY   writes a CycloneDX SBOM with SPDX identifiers
//
// Both read the license files in the module cache, which go.sum covers. A module without a license
// that is recognized is an error. The SBOM itself is cyclonedx-gomod's, which must be on PATH; its
// own detection of licenses takes a variant or the license of documentation for the license.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 1 && args[0] == "notices":
		err = notices()
	case len(args) == 4 && args[0] == "sbom":
		err = sbom(args[1], args[2], args[3])
	default:
		err = errors.New("usage: thirdparty notices | thirdparty sbom VERSION DOCUMENT BINARY")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "thirdparty:", err)
		os.Exit(1)
	}
}

// module is a module with the folders of its packages that are in a binary.
type module struct {
	Path, Version, Dir string
	packages           []string
}

// file is one license file of a module.
type file struct{ name, text string }

// license matches the names of files that state a license, and kept also those that go with it.
var (
	license = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying)(\.[a-z0-9.-]+)?$`)
	kept    = regexp.MustCompile(`(?i)^((un)?(licen[cs]e|copying)|notice|patents)(\.[a-z0-9.-]+)?$`)
)

// isKept reports whether a file belongs to the notices. LICENSE.docs is for documentation, which no
// binary holds.
func isKept(e os.DirEntry) bool {
	name := e.Name()
	return !e.IsDir() && kept.MatchString(name) && !strings.HasSuffix(name, ".docs") && !strings.HasSuffix(name, ".go")
}

// files returns the license files beside the packages of a module and in the folders above them.
func (m module) files() ([]file, error) {
	var all []file
	for _, dir := range m.folders() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !isKept(e) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			name, err := filepath.Rel(m.Dir, filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, file{filepath.ToSlash(name), strings.TrimSpace(string(text))})
		}
	}
	return all, nil
}

// folders returns the module's folder and those from it down to its packages, each once.
func (m module) folders() []string {
	all := []string{m.Dir}
	for _, dir := range m.packages {
		for ; len(dir) > len(m.Dir); dir = filepath.Dir(dir) {
			all = append(all, dir)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// expression returns the SPDX expression of a module: all licenses that its files state.
func (m module) expression() (string, error) {
	all, err := m.files()
	if err != nil {
		return "", err
	}
	var ids []string
	for _, f := range all {
		if !license.MatchString(filepath.Base(f.name)) {
			continue
		}
		for _, match := range licensecheck.Scan([]byte(f.text)).Match {
			if !match.IsURL {
				ids = append(ids, match.ID)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return "", fmt.Errorf("%s: no license was recognized in %s", m.Path, m.Dir)
	}
	return strings.Join(ids, " AND "), nil
}

// notices prints which module is under which license, and each distinct text once.
func notices() error {
	modules, err := linked()
	if err != nil {
		return err
	}
	var list, texts bytes.Buffer
	users := map[string][]string{} // of a text
	var order []string
	for _, m := range modules {
		expression, err := m.expression()
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "  %s: %s\n", m.title(), expression)
		files, err := m.files()
		if err != nil {
			return err
		}
		for _, f := range files {
			if users[f.text] == nil {
				order = append(order, f.text)
			}
			users[f.text] = append(users[f.text], m.title()+", "+f.name)
		}
	}
	for _, text := range order {
		fmt.Fprintf(&texts, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(users[text], "\n"), text)
	}
	_, err = fmt.Printf("The binaries of scangate hold code of these modules:\n\n%s%s", &list, &texts)
	return err
}

func (m module) title() string { return strings.TrimSpace(m.Path + " " + m.Version) }

// linked returns the modules of the packages in the binaries, of all systems, and Go's own library.
func linked() ([]module, error) {
	goroot, err := output("go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	byPath := map[string]*module{"": {Path: "The Go standard library", Dir: strings.TrimSpace(string(goroot))}}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		out, err := output("env", "GOOS="+goos, "CGO_ENABLED=0", "go", "list", "-deps",
			"-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", "./cmd/scangate")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			field := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
			if len(field) != 4 {
				continue // the standard library, and scangate itself
			}
			m := byPath[field[0]]
			if m == nil {
				m = &module{Path: field[0], Version: field[1], Dir: field[2]}
				byPath[field[0]] = m
			}
			m.packages = append(m.packages, field[3])
		}
	}
	var all []module
	for _, m := range byPath {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(x, y module) int { return cmp.Compare(x.Path, y.Path) })
	return all, nil
}

// sbom writes the SBOM of a binary, with the licenses of its components.
func sbom(version, document, binary string) error {
	if _, err := output("cyclonedx-gomod", "bin", "-json", "-std", "-noserial", "-notimestamp",
		"-version", version, "-output", document, binary); err != nil {
		return err
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	var bom map[string]any
	if err := json.Unmarshal(text, &bom); err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	components, _ := bom["components"].([]any)
	if len(components) == 0 {
		return fmt.Errorf("%s: no components", document)
	}
	metadata, _ := bom["metadata"].(map[string]any)
	for _, c := range append(components, metadata["component"]) {
		component, ok := c.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: a component is not an object", document)
		}
		expression, err := licenseOf(component)
		if err != nil {
			return err
		}
		component["licenses"] = licenses(expression)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(bom); err != nil {
		return err
	}
	return os.WriteFile(document, out.Bytes(), 0o644)
}

// licenses is the value of CycloneDX: one identifier, or an expression of several.
func licenses(expression string) []any {
	if strings.Contains(expression, " ") {
		return []any{map[string]any{"expression": expression}}
	}
	return []any{map[string]any{"license": map[string]any{"id": expression}}}
}

// licenseOf returns the SPDX expression of a component.
func licenseOf(component map[string]any) (string, error) {
	name, _ := component["name"].(string)
	version, _ := component["version"].(string)
	switch name {
	case "github.com/scangate/scangate":
		return "Apache-2.0", nil
	case "std":
		return "BSD-3-Clause", nil
	}
	out, err := output("go", "mod", "download", "-json", name+"@"+version)
	if err != nil {
		return "", err
	}
	var m module
	if err := json.Unmarshal(out, &m); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return m.expression()
}

func output(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return out, nil
}
