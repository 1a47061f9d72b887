package rules

import (
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// File is one file of a submission: its path as it was uploaded, and its content.
type File struct {
	Path    string
	Content []byte
}

// Alert is one rule's verdict over a submission. Details has one line for each
// resource, in the form "… AWS_S3 (Ref: logs, File: infra/main.tf)", and a last
// line that says how to fix it.
type Alert struct {
	Rule     string
	Severity string // CRITICAL, HIGH, MEDIUM or LOW
	Provider string // AWS, Azure, GCP or Kubernetes
	Summary  string
	Details  string
}

// Judge parses the files of a submission, with their variable files, and returns
// its alerts in the order of the rules. A template that can't be parsed is an
// error that names it; a file that is no template is passed over.
func Judge(files []File) ([]Alert, error) {
	b, err := load()
	if err != nil {
		return nil, err
	}
	folders, err := parse(files)
	if err != nil {
		return nil, err
	}
	lines := make([][]string, len(b.Rules))
	for _, all := range folders {
		for _, res := range all.resources {
			for _, at := range b.byType[res.Type] {
				r := &b.Rules[at[0]]
				lines[at[0]] = append(lines[at[0]], b.hold(r, &r.Checks[at[1]], res, all)...)
			}
		}
	}
	var alerts []Alert
	for i, r := range b.Rules {
		if len(lines[i]) > 0 {
			alerts = append(alerts, b.alert(&r, lines[i]))
		}
	}
	return alerts, nil
}

func (b *book) alert(r *rule, lines []string) Alert {
	return Alert{
		Rule: r.ID, Severity: r.Severity, Provider: b.Words[r.Word].Provider, Summary: r.Summary,
		Details: strings.Join(lines, "\n") + "\nRemediation: " + r.Remedy,
	}
}

// hold returns the lines that a check holds against a resource: none, one, or
// one for each container of a pod.
func (b *book) hold(r *rule, c *check, res *resource, all *folder) []string {
	s := subject{node: res.root, res: res, all: all, port: r.Port}
	switch c.Scope {
	case "pod":
		s.node = podOf(res)
	case "container":
		return b.holdContainers(r, c, res, s)
	}
	if s.node == nil || c.When != nil && c.When.eval(s) != yes {
		return nil
	}
	return []string{b.line(r, c, res, "")}
}

// holdContainers judges the containers of a pod, init containers included, and
// names those that fail in one line.
func (b *book) holdContainers(r *rule, c *check, res *resource, s subject) []string {
	s.pod = podOf(res)
	var failing []string
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range s.pod.All(list) {
			if container.Get("image") != nil && c.When.eval(s.at(container)) == yes {
				name, _ := container.Get("name").Literal()
				failing = append(failing, name)
			}
		}
	}
	if len(failing) == 0 {
		return nil
	}
	return []string{b.line(r, c, res, strings.Join(failing, ", "))}
}

// line is the sentence on one resource, and where it is, in the service's form.
func (b *book) line(r *rule, c *check, res *resource, containers string) string {
	w := b.Words[r.Word]
	var text strings.Builder
	text.WriteString(w.Noun + " '" + w.nameOf(res) + "' ")
	if containers != "" {
		text.WriteString("(container " + containers + ") ")
	}
	text.WriteString(strings.ReplaceAll(c.Says, "{port}", portName(r.Port)) + ". " + r.Word + " (Ref: " + res.ref + ", File: " + res.file + ")")
	return text.String()
}

// oneLine keeps a name from looking like the next line of the details.
func oneLine(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, name)
}

func portName(port int) string {
	if port == 0 {
		return "all ports"
	}
	return "port " + strconv.Itoa(port)
}

// nameOf is the name by which people know the resource: a literal attribute, or
// else the name in the template.
func (w word) nameOf(res *resource) string {
	for _, path := range w.Names {
		if name, ok := res.Body.Get(strings.Split(path, ".")...).Literal(); ok && name != "" {
			return oneLine(name)
		}
	}
	if res.Name != "" {
		return res.Name
	}
	return res.Address
}

// podOf returns the pod of a Kubernetes object, or nil. A pod whose containers
// have no image is a patch of another one.
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
