package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/secret"
)

// State is how a check of [Doctor] ended.
type State string

const (
	// StateOK: a run can rely on it.
	StateOK State = "ok"
	// StateNote: a run works, and somebody may want to know.
	StateNote State = "note"
	// StateProblem: a run would fail, or would have no verdict.
	StateProblem State = "problem"
)

// Check is what one check of [Doctor] found.
type Check struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// doctorTime bounds the check of the service: a person waits.
const doctorTime = 30 * time.Second

// maxClockSkew is how far the clock may be off before it is a problem: expiry dates of waivers and
// the ages of alerts depend on it.
const maxClockSkew = 5 * time.Minute

// Doctor checks what a run with the same settings needs, and sends nothing but one question for the
// state of a scan that does not exist. It writes a line for each check, or JSON. The error says how
// many problems there are.
func Doctor(ctx context.Context, sys System, req Request, asJSON bool) error {
	d := doctor{inputs: inputs{sys: sys, req: req, started: sys.Now()}}
	d.run(ctx)
	d.close()
	if err := d.write(sys.Out, asJSON); err != nil {
		return NotPrinted(err)
	}
	problems := 0
	for _, c := range d.found {
		if c.State == StateProblem {
			problems++
		}
	}
	if problems > 0 {
		return fmt.Errorf("doctor: %d of %d checks found a problem; fix: see above", problems, len(d.found))
	}
	return nil
}

// doctor collects the checks of one run.
type doctor struct {
	inputs
	found []Check
}

// run makes the checks in the order in which a run needs what they check. What rests on something
// that is broken is not checked.
func (d *doctor) run(ctx context.Context) {
	if !d.checkSettings() {
		return
	}
	d.checkOutputs(ctx)
	if d.checkTree(ctx) {
		d.checkConfig(ctx)
	}
	d.checkHost(ctx)
	d.checkComment(ctx)
	if d.checkKey() {
		d.checkService(ctx)
	}
	d.checkState()
}

func (d *doctor) ok(name, format string, args ...any) {
	d.found = append(d.found, Check{Name: name, State: StateOK, Text: fmt.Sprintf(format, args...)})
}

// problem adds an error, whose last "fix: " is the fix.
func (d *doctor) problem(name string, err error) { d.add(name, StateProblem, err.Error()) }

func (d *doctor) add(name string, s State, text string) {
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		what, fix, _ := strings.Cut(line, "fix: ")
		what = strings.TrimRight(strings.TrimSuffix(strings.TrimSpace(what), ";"), " ")
		d.found = append(d.found, Check{Name: name, State: s, Text: what, Fix: fix})
	}
}

// checkSettings reads flags and variables.
func (d *doctor) checkSettings() bool {
	cfg, out, err := readFlags(d.sys, d.req)
	if err == nil {
		d.cfg, d.outputs = cfg, out
		d.apiKey = sync.OnceValues(func() (secret.Value, error) { return apiKey(d.sys, cfg) })
		d.address, err = address(d.sys, cfg)
	}
	if err == nil {
		d.transport, err = d.sys.transport(cfg)
	}
	if err != nil {
		d.problem("settings", err)
		return false
	}
	d.ok("settings", "flags and variables are valid")
	return true
}

func (d *doctor) checkOutputs(ctx context.Context) {
	if err := d.outputs.checkWritten(ctx, d.sys.Environ); err != nil {
		d.problem("output", err)
		return
	}
	for _, f := range d.outputs.files {
		if err := probe(f.Path); err != nil {
			d.problem("output", fmt.Errorf("%s=%s: %w", f.Format, f.Path, err))
			continue
		}
		d.ok("output", "%s=%s can be written", f.Format, f.Path)
	}
}

// checkTree opens PATH, and looks at the history of its repository.
func (d *doctor) checkTree(ctx context.Context) bool {
	if err := d.openTree(ctx); err != nil {
		d.problem("git", err)
		return false
	}
	repo := d.tree.Repo
	if repo == nil {
		d.add("git", StateNote, "PATH is not in a git repository: all files below it are looked at, and --new-from has nothing to compare with")
		return true
	}
	history := ci.Detect(d.sys.Getenv).FullHistory
	if d.cfg.NewOnly {
		d.checkBase(ctx)
		return true
	}
	if d.cfg.NewFrom != "" {
		if _, err := repo.MergeBase(ctx, d.cfg.NewFrom); err != nil {
			if errors.Is(err, git.ErrNoRevision) {
				history = "check the name and fetch it; or " + history
			}
			d.problem("git", fmt.Errorf("--new-from: %w; fix: %s", withoutFix(err), history))
			return true
		}
		d.ok("git", "the change since %s has a merge base", d.cfg.NewFrom)
		return true
	}
	if shallow, err := repo.Shallow(ctx); err == nil && shallow {
		d.found = append(d.found, Check{Name: "git", State: StateNote, Text: "the clone is shallow: --new-from may find no merge base", Fix: history})
		return true
	}
	d.ok("git", "the clone has all of the history")
	return true
}

// checkBase says what --new-only compares with.
func (d *doctor) checkBase(ctx context.Context) {
	base, err := d.base(ctx)
	switch {
	case err != nil:
		d.problem("base", fmt.Errorf("--new-only: %w", err))
	case base.Whole != "":
		d.add("base", StateNote, "--new-only: everything is scanned: "+base.Whole)
	default:
		d.ok("base", "--new-only: the change is compared with %s", base.Revision)
	}
}

// withoutFix is the error without its own fix: the host's is better.
func withoutFix(err error) error {
	if of, ok := errors.AsType[*git.Error](err); ok && of.Err != nil {
		return fmt.Errorf("%s: %w", of.What, of.Err)
	}
	return err
}

// checkConfig reads the config file, and the policy that judges.
func (d *doctor) checkConfig(ctx context.Context) {
	if err := d.readConfig(ctx); err != nil {
		d.problem("config", err)
		return
	}
	switch {
	case d.config.named:
		d.ok("config", "%s is valid", config.FilePath(d.req.Flags, d.sys.Getenv))
	case d.config.path != "":
		d.ok("config", "%s is valid", d.config.path)
	default:
		d.add("config", StateNote, "there is no .scangate.yaml: a finding of severity high or worse fails the gate")
	}
	d.ok("policy", "the policy that judges: %s", d.policy.Judge.String())
	for _, n := range expired(d.inputs) {
		d.add("policy", StateNote, n.String())
	}
}

// checkHost says which host runs the program.
func (d *doctor) checkHost(ctx context.Context) {
	host := ci.Detect(d.sys.Getenv)
	if host.Name == "plain" {
		d.ok("host", "no CI host is recognized: this is a run by hand")
		return
	}
	d.ok("host", "this is a job of %s", host.Name)
	m := host.Metadata(ctx, d.repository())
	url, branch := cmp.Or(ci.CanonicalURL(d.cfg.RepoURL), m.RepoURL), cmp.Or(d.cfg.Branch, m.Branch)
	if url != "" && branch != "" {
		d.ok("host", "results are filed under the branch %q of %s", branch, url)
	}
	if err := d.sys.Publisher.checkFiles(); err != nil {
		d.problem("host", err)
	}
}

// checkComment asks whether the comment of --comment could be written.
func (d *doctor) checkComment(ctx context.Context) {
	if !d.cfg.Comment {
		return
	}
	err := d.sys.Publisher.canComment(ctx, d.cfg)
	switch {
	case errors.Is(err, ci.ErrNoPullRequest), errors.Is(err, errNoGitHub):
		d.add("comment", StateNote, err.Error())
	case err != nil:
		d.problem("comment", err)
	default:
		d.ok("comment", "this job may comment on its pull request")
	}
}

// repository is that of PATH, nil if there is none.
func (d *doctor) repository() *git.Repo {
	if d.tree == nil {
		return nil
	}
	return d.tree.Repo
}

// checkKey reads the key.
func (d *doctor) checkKey() bool {
	if d.cfg.Embedded() {
		d.ok("key", "the embedded service needs none")
		return true
	}
	if _, err := d.apiKey(); err != nil {
		d.problem("key", err)
		return false
	}
	d.ok("key", "there is a key")
	return true
}

// checkService asks for a scan that does not exist: the answer needs a way to the service, a
// certificate and a key that is accepted, and changes nothing there.
func (d *doctor) checkService(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	svc, err := connect(ctx, d.inputs)
	if err != nil {
		d.problem("endpoint", err)
		return
	}
	defer svc.close()
	asked := d.sys.Now()
	_, err = svc.client.IaCStatus(ctx, "00000000-0000-4000-8000-000000000000")
	if err != nil && !errors.Is(err, optix.ErrScanNotFound) {
		fault := optix.Explain(err, names())
		d.problem("endpoint", fmt.Errorf("%s; fix: %s", fault.Reason, fault.Fix))
		return
	}
	d.ok("endpoint", "%s answers%s, and accepts the key", d.cfg.Endpoint, d.viaProxy())
	d.checkClock(svc, asked)
}

// viaProxy names the proxy of the environment, without its user and password.
func (d *doctor) viaProxy() string {
	if d.address == nil {
		return ""
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: d.address})
	if err != nil || proxy == nil {
		return ""
	}
	return " through the proxy " + proxy.Host
}

// checkClock compares the clock with that of the service.
func (d *doctor) checkClock(svc *service, asked time.Time) {
	date := svc.date.Load()
	if date == nil {
		return
	}
	skew := asked.Sub(*date).Round(time.Second)
	if skew.Abs() > maxClockSkew {
		text := fmt.Sprintf("the clock of this machine is %s off that of the service", skew.Abs())
		d.found = append(d.found, Check{Name: "clock", State: StateProblem, Text: text, Fix: "set it, for example with NTP"})
		return
	}
	d.ok("clock", "at most %s off that of the service", max(skew.Abs(), time.Second))
}

// checkState opens the file of --state.
func (d *doctor) checkState() {
	if d.cfg.State == "" {
		return
	}
	if err := probe(d.cfg.State); err != nil {
		d.problem("state", fmt.Errorf("--state %s: %w", d.cfg.State, err))
		return
	}
	d.ok("state", "%s can be written", d.cfg.State)
}

func (d *doctor) write(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Checks []Check `json:"checks"`
		}{d.found})
	}
	var b strings.Builder
	for _, c := range d.found {
		fmt.Fprintf(&b, "%-8s %-9s %s\n", c.State, c.Name, c.Text)
		if c.Fix != "" {
			fmt.Fprintf(&b, "%-18s fix: %s\n", "", c.Fix)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
