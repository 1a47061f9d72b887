package cli_test

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

const githubToken = "ghs_0123456789abcdef"

// hubs holds the fake GitHub of each script, by its work folder.
var hubs sync.Map

// startGitHub [forbidden] starts a fake GitHub, and sets the variables of a step
// of a job that runs for pull request 7.
func startGitHub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "forbidden" {
		ts.Fatalf("usage: github [forbidden]")
	}
	api := &citest.API{Repository: "acme/shop", Token: githubToken, Account: "github-actions[bot]", App: true, Forbidden: len(args) == 1}
	srv := httptest.NewServer(api)
	ts.Defer(srv.Close)
	work := ts.Getenv("WORK")
	hubs.Store(work, api)
	ts.Check(os.WriteFile(filepath.Join(work, "event.json"), []byte(`{"pull_request":{"number":7}}`), 0o600))
	for name, value := range map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_API_URL": srv.URL, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_TOKEN": githubToken,
		"GITHUB_EVENT_PATH": filepath.Join(work, "event.json"), "GITHUB_WORKSPACE": work, "GITHUB_SERVER_URL": "https://github.com",
		"GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "feature", "GITHUB_OUTPUT": filepath.Join(work, "outputs"),
		"GITHUB_STEP_SUMMARY": filepath.Join(work, "summary"),
	} {
		ts.Setenv(name, value)
	}
}

func hubOf(ts *testscript.TestScript) *citest.API {
	v, ok := hubs.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no github yet")
	}
	return v.(*citest.API)
}

// comment LOGIN TEXT adds a comment of somebody to pull request 7; without
// arguments, all comments are printed, their lines indented.
func comments(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 2:
		hubOf(ts).Add(7, args[0], args[1])
	case !neg && len(args) == 0:
		for _, c := range hubOf(ts).Comments(7) {
			fmt.Fprintf(ts.Stdout(), "%s:\n  %s\n", c.User.Login, strings.ReplaceAll(c.Body, "\n", "\n  "))
		}
	default:
		ts.Fatalf("usage: comments [LOGIN TEXT]")
	}
}

// hubrequests prints what the fake GitHub was asked, a line each.
func hubRequests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: hubrequests")
	}
	fmt.Fprint(ts.Stdout(), strings.Join(append(hubOf(ts).Requests(), ""), "\n"))
}

// outputs [set] prints what the step has set, sorted, and forgets it; with set, only
// what is not empty. Every format for files must have an output.
func stepOutputs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "set" {
		ts.Fatalf("usage: outputs [set]")
	}
	file := ts.Getenv("GITHUB_OUTPUT")
	all, err := citest.ParseOutputs(ts.ReadFile(file))
	ts.Check(err)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if value := all[name]; value != "" || len(args) == 0 {
			fmt.Fprintf(ts.Stdout(), "%s=%s\n", name, strings.ReplaceAll(value, "\n", "<LF>"))
		}
	}
	if _, decided := all["verdict"]; decided && len(all) != outputCount() {
		ts.Fatalf("%d outputs, want %d", len(all), outputCount())
	}
	ts.Check(os.Truncate(file, 0))
}

// outputCount is the number of a step's outputs: a path for each format for files, a
// count for each severity, new, known, fixed, planned, answered, policy-loosened, exit-code and
// verdict.
func outputCount() int {
	n := len(result.Severities()) + 8
	for _, f := range report.Formats() {
		if !f.ToLog {
			n++
		}
	}
	return n
}

// commands FILE prints the runner's commands in a log, a line each: name,
// properties, text.
func logCommands(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: commands FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		c := citest.ParseLine(strings.TrimSuffix(line, "\n"))
		if c == nil {
			continue
		}
		fmt.Fprint(ts.Stdout(), c.Name)
		for _, key := range slices.Sorted(maps.Keys(c.Properties)) {
			fmt.Fprintf(ts.Stdout(), " %s=%s", key, strconv.Quote(c.Properties[key]))
		}
		fmt.Fprintf(ts.Stdout(), " %q\n", c.Data)
	}
}
