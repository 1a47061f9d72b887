package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/run"
)

// block matches a block of code and its language.
var block = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// Every config file in the documentation is accepted, also one that lacks its version.
func TestConfigExamples(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, path := range documents(t) {
		for _, m := range block.FindAllStringSubmatch(read(t, path), -1) {
			text := m[2]
			if key, _, _ := strings.Cut(text, ":"); slices.Contains([]string{"alerts", "checks", "limits", "targets", "waivers"}, key) {
				text = "version: 1\n" + text
			}
			if m[1] != "yaml" || !strings.HasPrefix(text, "version: 1\n") {
				continue
			}
			seen++
			checkConfig(t, path, text)
		}
	}
	if seen < 3 {
		t.Errorf("found %d config files", seen)
	}
}

func checkConfig(t *testing.T, path, text string) {
	t.Helper()
	file, err := config.ParseFile(path, "", []byte(text))
	if err != nil {
		t.Error(err)
		return
	}
	c, err := config.Resolve(config.Settings(config.Scan), nil, func(string) string { return "" }, file)
	if err != nil {
		t.Error(err)
		return
	}
	for _, e := range c.Alerts {
		if _, err := alerts.ParseSource(fields(e), time.Now()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, e := range c.Checks {
		if _, err := alerts.ParseCheck(fields(e)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func fields(e config.Entry) []alerts.Field {
	var all []alerts.Field
	for _, f := range e.Fields {
		all = append(all, alerts.Field{Key: f.Key, Values: f.Texts})
	}
	return all
}

// Every scangate command in the documentation has flags that exist.
func TestCommandExamples(t *testing.T) {
	t.Parallel()
	// The flags of the emulator, of every command, and of waiver.
	known := []string{"listen", "assume", "replay", "help", "result", "reason", "owner", "expires"}
	for _, s := range config.Settings(config.Scan) {
		known = append(known, s.Name)
	}
	flag := regexp.MustCompile(`--([a-z][a-z-]*)`)
	seen := 0
	for _, path := range documents(t) {
		if showsErrors(path) {
			continue
		}
		for _, m := range block.FindAllStringSubmatch(read(t, path), -1) {
			for line := range strings.Lines(m[2]) {
				_, command, ok := strings.Cut(" "+strings.TrimLeft(line, "$ -"), " scangate ")
				if !ok {
					continue
				}
				seen++
				also := optixFlags(command)
				for _, f := range flag.FindAllStringSubmatch(command, -1) {
					if !slices.Contains(known, f[1]) && !slices.Contains(also, f[1]) {
						t.Errorf("%s: %s: there is no flag --%s", path, strings.TrimSpace(line), f[1])
					}
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("found %d commands", seen)
	}
}

// optixFlags returns the flags of a command of scangate optix alone.
func optixFlags(command string) []string {
	name, ok := strings.CutPrefix(command, "optix ")
	if !ok {
		return nil
	}
	flags := []string{"format", "columns", "limit", "page-size"}
	for _, l := range optix.AddressLists() {
		if strings.HasPrefix(name, l.Name) {
			flags = []string{"account-ids", "yes"}
		}
	}
	for _, a := range optix.Areas() {
		for _, p := range a.Params {
			if strings.HasPrefix(name, a.Name) {
				flags = append(flags, run.FlagName(p.Name))
			}
		}
	}
	return flags
}

// Every help topic that a message, a usage or a document names exists.
func TestNamedTopics(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`scangate help ([a-z][a-z-]*)`)
	seen := 0
	check := func(path string) {
		for _, m := range named.FindAllStringSubmatch(read(t, path), -1) {
			seen++
			if _, err := os.Stat(filepath.Join(root, "internal/cli/help", m[1]+".md")); err != nil {
				t.Errorf("%s names scangate help %s: %v", path, m[1], err)
			}
		}
	}
	for _, path := range documents(t) {
		if !showsErrors(path) {
			check(path)
		}
	}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			check(path)
		}
		return err
	})
	if err != nil || seen < 10 {
		t.Errorf("found %d topics: %v", seen, err)
	}
}

// Every relative link in the documentation leads to a file.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	seen := 0
	for _, path := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, path), -1) {
			seen++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if seen < 20 {
		t.Errorf("found %d links", seen)
	}
}

// The schema of the config file has the name of every source, and every key that several vendors
// have.
func TestSchemaHasEverySource(t *testing.T) {
	t.Parallel()
	vendors := map[string]int{}
	for _, v := range alerts.Vendors() {
		if !strings.Contains(config.Schema(), strconv.Quote(v.Name)) {
			t.Errorf("no source %s", v.Name)
		}
		for _, k := range v.Keys() {
			if vendors[k.Name]++; strings.Contains(k.Values, "patterns of") && vendors[k.Name] == 2 && !strings.Contains(config.Schema(), strconv.Quote(k.Name)+": {") {
				t.Errorf("no key %s", k.Name)
			}
		}
	}
}
