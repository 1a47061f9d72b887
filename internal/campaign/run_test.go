package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
)

// run is one run of the command and all that can be seen of it.
type run struct {
	s       *schedule
	v       *service
	n       *network
	ids     *identities
	args    []string
	state   string // the file of --state
	code    int
	stdout  string
	stderr  string
	took    time.Duration
	signed  bool // the signal was given before the end
	reports map[string][]byte
	resume  string    // what stands in the file of --state at the end
	doc     *document // nil without a result.json
	badDoc  error
}

// document is what the oracle reads of result.json.
type document struct {
	Format      int             `json:"format"`
	Interrupted int             `json:"interrupted"`
	Ledger      []ledgerRow     `json:"ledger"`
	Findings    []findingRecord `json:"findings"`
	Verdict     struct {
		Outcome, Line                      string
		Exit                               int
		Soft                               bool
		Counts                             map[string]int
		Planned, Answered, Failed, Skipped int
	} `json:"verdict"`
}

type ledgerRow struct {
	Target                               struct{ Kind, Name string }
	Status, Evidence, Cause, Reason, Fix string
}

type findingRecord struct {
	Kind, Severity, RawSeverity, Summary, Image, Submission, Fingerprint string
	Target, AlertID, Resource                                            string
	Count                                                                int
	Unplanned                                                            bool
}

// safeBuffer takes what several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// stale is what an earlier run left: an upload of it would be a lie.
const stale = `{"stale":true}`

// perform runs the command once, in a bubble of simulated time, with dir as its
// disk.
func perform(t *testing.T, s *schedule, dir string) *run {
	t.Helper()
	root, out := filepath.Join(dir, "tree"), filepath.Join(dir, "out")
	s.tree.write(t, root)
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if s.sources != nil {
		if err := os.WriteFile(filepath.Join(root, configFile), []byte(config(s.sources)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s.stale {
		for _, name := range []string{"result.json", "scangate.sarif"} {
			if err := os.WriteFile(filepath.Join(out, name), []byte(stale), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	ids, err := newIdentities()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{s: s, ids: ids, args: s.args(root, out), state: filepath.Join(dir, "state", "file")}
	if s.front != plain {
		authorities := filepath.Join(dir, "authorities.pem")
		if err := os.WriteFile(authorities, ids.authority, 0o600); err != nil {
			t.Fatal(err)
		}
		r.args = append(r.args, "--ca-file", authorities)
	}
	if s.earlier != nil {
		r.args = append(r.args, "--state", r.state)
	}
	synctest.Test(t, func(t *testing.T) { r.simulate(t, root) })
	r.collect(t, out)
	return r
}

// simulate is the bubble: the service, and the runs of the command that meet it.
func (r *run) simulate(t *testing.T, root string) {
	t.Helper()
	r.v = newService(r.s)
	if e := r.s.earlier; e != nil {
		key, args := e.meets(r.s, r.args)
		r.v.key, r.v.calm = key, true
		before := &run{s: r.s, v: r.v, n: newNetwork(r.s.front, nil, r.ids, key), args: args}
		before.launch(t, key, e.signal, syscall.SIGINT)
		e.happen(t, r.s, root, r.state)
		time.Sleep(e.between)
		r.v.key, r.v.calm = r.s.key, false
		r.v.begin(e)
	}
	r.n = newNetwork(r.s.front, r.s.outages, r.ids, r.s.key)
	r.launch(t, r.s.key, r.s.signal, r.s.which)
}

// launch runs the command, and has a signal end it where that is not 0.
func (r *run) launch(t *testing.T, key string, signal time.Duration, which syscall.Signal) {
	t.Helper()
	stop := r.n.serve(r.v)
	defer stop()
	var stdout, stderr safeBuffer
	signals := make(chan os.Signal, 1)
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), r.s.policy.deadline()+time.Hour)
	defer cancel()
	end := make(chan struct{})
	if signal > 0 {
		go r.kill(signal, which, signals, end)
	}
	env := []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent"}
	env = append(env, variables(r.s.sources, r.s.front.endpoint())...)
	if !r.s.policy.noKey {
		env = append(env, "SCANGATE_API_KEY="+key)
	}
	sys := cli.System{Signals: signals}
	sys.Stdin, sys.Stdout, sys.Stderr, sys.Environ, sys.Dial = strings.NewReader(""), &stdout, &stderr, env, r.n.Dial
	sys.Now = func() time.Time { return time.Now().Add(r.s.wrong(time.Since(start))) }
	r.code = cli.Main(ctx, r.args, sys)
	r.took = time.Since(start)
	close(end)
	r.stdout, r.stderr = stdout.b.String(), stderr.b.String()
}

func (r *run) kill(after time.Duration, which syscall.Signal, signals chan<- os.Signal, end <-chan struct{}) {
	select {
	case <-time.After(after):
		r.signed = true
		signals <- which
	case <-end:
	}
}

// collect reads what the run left on the disk.
func (r *run) collect(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	r.reports = map[string][]byte{}
	for _, e := range entries {
		if r.reports[e.Name()], err = os.ReadFile(filepath.Join(out, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(r.state); err == nil {
		r.resume = string(text)
	}
	text, ok := r.reports["result.json"]
	if !ok || string(text) == stale {
		return
	}
	r.doc = &document{}
	r.badDoc = json.Unmarshal(text, r.doc)
}

// lines are the lines of standard error. Of records in JSON, they are those without --log-format.
func (r *run) lines() []string {
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	if !slices.Contains(r.args, "--log-format=json") {
		return lines
	}
	for i, line := range lines {
		var record struct{ Msg string }
		if json.Unmarshal([]byte(line), &record) == nil {
			lines[i] = "scangate: " + record.Msg
		}
	}
	return lines
}

// Trace is the run for people.
func (r *run) Trace() string {
	var b strings.Builder
	b.WriteString(r.s.String())
	fmt.Fprintf(&b, "  scangate %s\n", strings.Join(r.args, " "))
	for _, e := range r.v.events {
		blames := ""
		if len(e.blames) > 0 {
			blames = " fails " + strings.Join(e.blames, " ")
		}
		fmt.Fprintf(&b, "  %12v %s [%s] #%d: %s %s%s\n", e.at.Round(time.Millisecond), e.call, e.subject, e.attempt, strings.TrimSpace(e.what), e.temper, blames)
	}
	fmt.Fprintf(&b, "  exit %d after %v, %d requests, %d dials failed\n", r.code, r.took, r.v.requests, len(r.n.lost))
	if r.doc != nil {
		for _, row := range r.doc.Ledger {
			fmt.Fprintf(&b, "  row %s:%s %s %s: %s\n", row.Target.Kind, row.Target.Name, row.Status, row.Cause, row.Reason)
		}
		for _, f := range r.doc.Findings {
			fmt.Fprintf(&b, "  finding %s %s%s %s x%d: %s\n", f.Kind, f.Submission, f.Image, f.Severity, f.Count, f.Summary)
		}
	}
	lines := r.lines()
	fmt.Fprintf(&b, "  stderr ends: %s\n", strings.Join(lines[max(0, len(lines)-3):], "\n               "))
	return b.String()
}
