package rules

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// File is a file of a submission: its path as uploaded, and its content.
type File struct {
	Path    string
	Content []byte
}

// Alert is what a rule reports for a submission. Details has a line for each
// resource, such as "… AWS_S3 (Ref: logs, File: infra/main.tf)", and a last line
// that says how to fix it. A rule with many resources reports several alerts.
type Alert struct {
	Rule     string
	Severity string // CRITICAL, HIGH, MEDIUM or LOW
	Provider string // AWS, Azure, GCP or Kubernetes
	Summary  string
	Details  string
}

// Evaluate parses the files of a submission and returns its alerts in the order of
// the rules. Files that are not templates are ignored. A template that can't be
// parsed is an error that names it.
func Evaluate(files []File) ([]Alert, error) {
	set, err := load()
	if err != nil {
		return nil, err
	}
	folders, err := parse(files)
	if err != nil {
		return nil, err
	}
	found := make([]details, len(set.rules))
	for _, f := range folders {
		for _, res := range f.resources {
			for _, at := range set.checks[res.Type] {
				r := &set.rules[at.rule]
				if line, fires := set.evaluate(r, &r.Checks[at.check], res, f); fires {
					found[at.rule].add(line)
				}
			}
		}
	}
	var alerts []Alert
	for i, r := range set.rules {
		for _, text := range found[i] {
			alerts = append(alerts, Alert{
				Rule: r.ID, Severity: r.Severity, Provider: set.words[r.Word].Provider, Summary: r.Summary,
				Details: text.String() + "Remediation: " + r.Remedy,
			})
		}
	}
	return alerts, nil
}

// maxDetails bounds the details of an alert in bytes, unless a line is longer: clients
// bound what they read at once.
const maxDetails = 256 << 10

// details are the texts of the alerts of a rule.
type details []*strings.Builder

// add adds a line, in a further text if the last one has no room.
func (d *details) add(line string) {
	last := len(*d) - 1
	if last < 0 || (*d)[last].Len()+len(line) > maxDetails {
		*d = append(*d, &strings.Builder{})
		last++
	}
	(*d)[last].WriteString(line)
	(*d)[last].WriteByte('\n')
}

// evaluate returns the line that a check adds for a resource, false if it does not
// fire.
func (set *ruleSet) evaluate(r *rule, c *check, res *resource, f *folder) (line string, fires bool) {
	s := subject{node: res.root, res: res, folder: f, port: r.Port}
	var containers []string
	switch c.Scope {
	case "pod":
		s.node = podOf(res)
		fires = s.node != nil && c.fires(s)
	case "container":
		s.pod = podOf(res)
		containers = c.failingContainers(s)
		fires = len(containers) > 0
	default:
		fires = s.node != nil && c.fires(s)
	}
	if !fires {
		return "", false
	}
	return set.line(r, c, res, containers), true
}

func (c *check) fires(s subject) bool { return c.When == nil || c.When.eval(s) == yes }

// failingContainers names the containers of a pod, init containers included, for
// which the check fires.
func (c *check) failingContainers(s subject) []string {
	var failing []string
	for _, container := range append(s.pod.All("initContainers"), s.pod.All("containers")...) {
		if container.Get("image") != nil && c.fires(s.at(container)) {
			failing = append(failing, container.Get("name").Scalar())
		}
	}
	return failing
}

// line is the sentence about a resource and its place, in the service's form.
func (set *ruleSet) line(r *rule, c *check, res *resource, containers []string) string {
	w := set.words[r.Word]
	text := w.Noun + " '" + w.nameOf(res) + "' "
	if len(containers) > 0 {
		text += "(container " + strings.Join(containers, ", ") + ") "
	}
	says := strings.ReplaceAll(c.Says, "{port}", portName(r.Port))
	return text + says + ". " + r.Word + " (Ref: " + res.ref + ", File: " + res.file + ")"
}

func portName(port int) string {
	if port == 0 {
		return "all ports"
	}
	return "port " + strconv.Itoa(port)
}

// nameOf is the resource's own name: a literal attribute, or else its name in the
// template.
func (w kindWord) nameOf(res *resource) string {
	for _, path := range w.Names {
		if name := res.Body.Get(strings.Split(path, ".")...).Scalar(); name != "" {
			return withoutControls(name)
		}
	}
	return cmp.Or(res.Name, res.Address)
}

// withoutControls keeps a name from looking like another line of the details.
func withoutControls(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, name)
}

// podOf returns the pod of a Kubernetes object, or nil. A pod without an image in
// any container is a patch of another one.
func podOf(res *resource) *tree.Node {
	var pod *tree.Node
	switch res.Type {
	case "Pod":
		pod = res.Body.Get("spec")
	case "CronJob":
		pod = res.Body.Get("spec", "jobTemplate", "spec", "template", "spec")
	default:
		pod = res.Body.Get("spec", "template", "spec")
	}
	if len(pod.All("containers", "image")) == 0 {
		return nil
	}
	return pod
}
