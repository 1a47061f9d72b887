package campaign

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// severities, from the one that says nothing to the worst.
func severities() []string { return []string{"unknown", "info", "low", "medium", "high", "critical"} }

// level is the rank of a severity.
func level(severity string) int { return slices.Index(severities(), severity) }

// budget is one --max; kind is empty where it counts all kinds together.
type budget struct {
	kind, severity string
	max            int
}

// policy is what the command line asks for.
type policy struct {
	failOn     string // "" is the default, "none" none
	budgets    []budget
	unknownAs  string
	soft       bool
	warnErrors bool
	warnNoKey  bool
	allowEmpty bool
	timeout    time.Duration
	only       []string
	exclude    []string
	// excludeImages are references: no two of the campaign are of one repository.
	excludeImages []string
	images        []image // --image
	buildArg      bool    // --build-arg BASE=…
	anonymous     bool    // neither --repo-url nor --branch
	save          bool    // --save-results
	noKey         bool
	tolerate      []string                  // --tolerate
	extra         []string                  // flags that change no verdict
	own           map[string]map[string]int // limits of single rows
}

func newPolicy(seed uint64, t *tree) *policy {
	d := newDice(seed, "policy")
	p := &policy{
		failOn:     oneOf(d, "", "", "", "critical", "medium", "low", "info", "none"),
		soft:       d.chance(12),
		warnErrors: d.chance(12),
		warnNoKey:  d.chance(20),
		allowEmpty: d.chance(25),
		timeout:    oneOf(d, 30*time.Second, 2*time.Minute, 10*time.Minute, 10*time.Minute, 0),
		buildArg:   d.chance(60),
		anonymous:  d.chance(2),
		save:       d.chance(20),
		noKey:      d.chance(4),
	}
	if d.chance(12) {
		p.unknownAs = oneOf(d, severities()...)
	}
	for _, name := range tolerations() {
		if d.chance(6) {
			p.tolerate = append(p.tolerate, name)
		}
	}
	p.drawBudgets(d)
	if forcedOn(seed) == nil {
		p.drawSelection(d, t)
	} else {
		p.noKey, p.anonymous = false, false
	}
	for _, flag := range []string{"--debug", "-v", "--no-progress", "--quiet", "--log-format=json", "--min-severity=high", "--no-color"} {
		if d.chance(35) {
			p.extra = append(p.extra, flag)
		}
	}
	return p
}

// tolerations are the contradictions that --tolerate accepts.
func tolerations() []string {
	return []string{"summary-mismatch", "success-with-error", "report-error", "files-scanned-zero", "alert-count"}
}

func (p *policy) drawBudgets(d dice) {
	for range d.IntN(4) {
		b := budget{oneOf(d, "", "", kindImage, kindIaC, kindDockerfile, kindAlerts), oneOf(d, severities()...), oneOf(d, 0, 1, 3, 10, 1000)}
		same := func(o budget) bool {
			contradicts := o.kind == "" && b.max > o.max || b.kind == "" && o.max > b.max
			return o.severity == b.severity && (o.kind == b.kind || contradicts)
		}
		if d.chance(60) && !slices.ContainsFunc(p.budgets, same) {
			p.budgets = append(p.budgets, b)
		}
	}
}

func (p *policy) drawSelection(d dice, t *tree) {
	if d.chance(25) {
		for _, kind := range []string{kindDockerfile, kindImage, kindIaC} {
			if d.chance(50) {
				p.only = append(p.only, kind)
			}
		}
	}
	if d.chance(20) && p.wants(kindImage) { // else it is a usage error
		p.images = append(p.images, oneOf(d, images()...))
	}
	for range d.IntN(3) {
		if d.chance(75) {
			continue
		}
		i := oneOf(d, images()...)
		p.excludeImages = append(p.excludeImages, oneOf(d, i.written, i.full))
	}
	if len(t.files) > 0 && d.chance(15) {
		name := oneOf(d, t.files...).path
		if dir := path.Dir(name); dir != "." && d.chance(40) {
			name = dir
		}
		p.exclude = append(p.exclude, name)
	}
}

// args is the command line; dir is where the reports go.
func (s *schedule) args(root, dir string) []string {
	args := []string{"--endpoint", s.front.endpoint(), "-o", "json=" + dir + "/result.json", "-o", "sarif=" + dir + "/scangate.sarif"}
	args = append(args, s.policy.verdictArgs()...)
	if s.alerts {
		return append([]string{"alerts", "--config", root + "/" + configFile}, args...)
	}
	return append(append([]string{"scan", root}, args...), s.policy.scanArgs()...)
}

// scanArgs say what is scanned.
func (p *policy) scanArgs() []string {
	var args []string
	add := func(on bool, flags ...string) {
		if on {
			args = append(args, flags...)
		}
	}
	add(!p.anonymous, "--repo-url", repoURL, "--branch", branch)
	add(p.buildArg, "--build-arg", "BASE="+baseArg.written)
	add(p.save, "--save-results")
	add(len(p.only) > 0, "--only", strings.Join(p.only, ","))
	for _, e := range p.exclude {
		args = append(args, "--exclude", e)
	}
	for _, e := range p.excludeImages {
		args = append(args, "--exclude-image", e)
	}
	for _, i := range p.images {
		args = append(args, "--image", i.written)
	}
	return args
}

// verdictArgs say what is allowed.
func (p *policy) verdictArgs() []string {
	var args []string
	add := func(on bool, flags ...string) {
		if on {
			args = append(args, flags...)
		}
	}
	add(p.failOn != "", "--fail-on", p.failOn)
	add(p.unknownAs != "", "--unknown-severity", p.unknownAs)
	add(p.soft, "--soft-fail")
	add(p.warnErrors, "--on-error", "warn")
	add(p.warnNoKey, "--on-no-credentials", "warn")
	add(p.allowEmpty, "--allow-empty")
	add(p.timeout != 0, "--timeout", p.timeout.String())
	for _, b := range p.budgets {
		args = append(args, "--max", b.String())
	}
	for _, name := range p.tolerate {
		args = append(args, "--tolerate", name)
	}
	return append(args, p.extra...)
}

const (
	repoURL = "https://git.example/acme/shop"
	branch  = "campaign"
)

func (b budget) String() string {
	if b.kind == "" {
		return fmt.Sprintf("%s=%d", b.severity, b.max)
	}
	return fmt.Sprintf("%s:%s=%d", b.kind, b.severity, b.max)
}

// deadline is the length of a run; half an hour by default.
func (p *policy) deadline() time.Duration {
	if p.timeout == 0 {
		return 30 * time.Minute
	}
	return p.timeout
}

func (p *policy) wants(kind string) bool { return len(p.only) == 0 || slices.Contains(p.only, kind) }

func (p *policy) excludesImage(forms []string) bool {
	return slices.ContainsFunc(forms, func(form string) bool { return slices.Contains(p.excludeImages, form) })
}

// excludesFile: a pattern names a file or a folder that it lies in.
func (p *policy) excludesFile(name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if slices.Contains(p.exclude, name) {
			return true
		}
	}
	return false
}

// take reads the limits that sources have of their own.
func (p *policy) take(sources []*source) {
	p.own = map[string]map[string]int{}
	for _, s := range sources {
		if s.max != nil {
			p.own[s.row()] = s.max
		}
	}
}

// sum is a number of findings of one kind and severity; own is the row that is judged by its
// own limits.
type sum struct{ kind, severity, own string }

// crossed is the arithmetic of limits (DESIGN, "The command line" and "Rules of
// the domain"), done anew: a budget for a severity takes the place of --fail-on;
// one of a kind takes it for that kind, and counts rows with limits of their own, too; unknown
// fails unless it is budgeted.
func (p *policy) crossed(sums map[sum]int) bool {
	total, byKind := map[string]int{}, map[string]int{}
	for s, n := range sums {
		byKind[s.kind+":"+s.severity] = plus(byKind[s.kind+":"+s.severity], n)
		switch {
		case s.own == "":
			total[s.severity] = plus(total[s.severity], n)
		case n > p.own[s.own][s.severity] && p.limitsOwn(s):
			return true
		}
	}
	budgeted := map[string]bool{}
	for _, b := range p.budgets {
		n := total[b.severity]
		if b.kind != "" {
			n = byKind[b.kind+":"+b.severity]
		}
		if n > b.max {
			return true
		}
		budgeted[b.kind+":"+b.severity] = true
	}
	for s, n := range sums {
		covered := budgeted[":"+s.severity] || budgeted[s.kind+":"+s.severity]
		if n > 0 && s.own == "" && !covered && p.fatal(s.severity) {
			return true
		}
	}
	return false
}

// limitsOwn: a row's own limits say something of a severity that they name, of those above the
// lowest one that they name, and of unknown.
func (p *policy) limitsOwn(s sum) bool {
	if _, named := p.own[s.own][s.severity]; named || s.severity == "unknown" {
		return true
	}
	for named := range p.own[s.own] {
		if named != "unknown" && level(s.severity) > level(named) {
			return true
		}
	}
	return false
}

// fatal: without a budget, one of it is too many.
func (p *policy) fatal(severity string) bool {
	switch {
	case severity == "unknown":
		return true
	case p.failOn == "none":
		return false
	case p.failOn == "":
		return level(severity) >= level("high")
	}
	return level(severity) >= level(p.failOn)
}

// counted is the severity that a finding counts as.
func (p *policy) counted(severity string) string {
	if severity == "unknown" && p.unknownAs != "" {
		return p.unknownAs
	}
	return severity
}
