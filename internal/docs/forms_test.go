package docs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const github = root + "/.github"

// issueForm is an issue form
// (https://docs.github.com/communities, "Syntax for issue forms" and "Syntax for GitHub's form
// schema"). GitHub does not show a form with an error in it.
type issueForm struct {
	Name        string
	Description string
	Title       string
	Labels      []string
	Assignees   []string
	Body        []formField
}

type formField struct {
	Type        string
	ID          string `yaml:"id"`
	Attributes  formAttributes
	Validations struct{ Required bool }
}

type formAttributes struct {
	Label, Description, Placeholder, Value, Render string
	Multiple                                       bool
	Options                                        []yaml.Node
}

func TestIssueForms(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(github + "/ISSUE_TEMPLATE/*.yml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("found %d issue forms: %v", len(paths), err)
	}
	for _, path := range paths {
		if filepath.Base(path) == "config.yml" {
			continue
		}
		var form issueForm
		if err := errors.Join(decodeStrictly(path, &form), form.check()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func decodeStrictly(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

func (f issueForm) check() error {
	var errs []error
	if f.Name == "" || f.Description == "" || len(f.Body) == 0 {
		errs = append(errs, errors.New("a form needs name, description and body"))
	}
	var ids, labels []string
	for i, field := range f.Body {
		if err := field.check(); err != nil {
			errs = append(errs, fmt.Errorf("body[%d]: %w", i, err))
		}
		if field.Type != "markdown" {
			ids, labels = append(ids, field.ID), append(labels, field.Attributes.Label)
		}
	}
	if len(ids) == 0 || hasDuplicates(ids) || hasDuplicates(labels) {
		errs = append(errs, fmt.Errorf("a form needs a field, and ids and labels that are unique: %q, %q", ids, labels))
	}
	return errors.Join(errs...)
}

func hasDuplicates(list []string) bool {
	list = slices.Sorted(slices.Values(list))
	return len(slices.Compact(slices.Clone(list))) < len(list)
}

var formID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (f formField) check() error {
	a := f.Attributes
	switch f.Type {
	case "markdown":
		if a.Value == "" || a.Label != "" || f.ID != "" || f.Validations.Required {
			return errors.New("markdown has a value, and neither label, id nor validations")
		}
		return nil
	case "input", "textarea":
		if len(a.Options) > 0 || f.Type == "input" && a.Render != "" {
			return errors.New("neither options nor, for an input, render")
		}
	case "dropdown", "checkboxes":
		if err := checkOptions(f.Type, a.Options); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown type %q", f.Type)
	}
	if a.Label == "" || !formID.MatchString(f.ID) {
		return fmt.Errorf("a field needs a label and an id, got %q and %q", a.Label, f.ID)
	}
	return nil
}

// checkOptions checks that options are unique texts: YAML takes an unquoted Yes for a boolean, and
// None is reserved.
func checkOptions(kind string, options []yaml.Node) error {
	var texts []string
	for _, n := range options {
		var box struct {
			Label    string
			Required bool
		}
		switch {
		case kind == "dropdown" && n.Tag == "!!str":
			box.Label = n.Value
		case kind == "checkboxes" && n.Decode(&box) == nil:
		default:
			return fmt.Errorf("line %d: not an option of a %s", n.Line, kind)
		}
		if box.Label == "" || strings.EqualFold(box.Label, "none") {
			return fmt.Errorf("line %d: the option %q", n.Line, box.Label)
		}
		texts = append(texts, box.Label)
	}
	if len(texts) == 0 || hasDuplicates(texts) {
		return fmt.Errorf("options must be unique, and at least one: %q", texts)
	}
	return nil
}

// The chooser offers no blank issue, and a private way for vulnerabilities.
func TestIssueChooser(t *testing.T) {
	t.Parallel()
	var chooser struct {
		BlankIssuesEnabled bool                                `yaml:"blank_issues_enabled"`
		ContactLinks       []struct{ Name, URL, About string } `yaml:"contact_links"`
	}
	if err := decodeStrictly(github+"/ISSUE_TEMPLATE/config.yml", &chooser); err != nil {
		t.Fatal(err)
	}
	private := false
	for _, link := range chooser.ContactLinks {
		if link.Name == "" || link.About == "" || !strings.HasPrefix(link.URL, "https://") {
			t.Errorf("a contact link needs name, url and about: %+v", link)
		}
		private = private || strings.HasSuffix(link.URL, "/security/advisories/new")
	}
	if chooser.BlankIssuesEnabled || !private {
		t.Errorf("blank issues %t, a private way for vulnerabilities %t", chooser.BlankIssuesEnabled, private)
	}
}

// Every file has an owner, and an owner is an account, a team or an address
// (https://docs.github.com, "About code owners").
func TestCodeOwners(t *testing.T) {
	t.Parallel()
	owner := regexp.MustCompile(`^(@[A-Za-z0-9-]+(/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s]+)$`)
	all := false
	for line := range strings.Lines(read(t, github+"/CODEOWNERS")) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 || slices.ContainsFunc(fields[1:], func(o string) bool { return !owner.MatchString(o) }) {
			t.Errorf("not a pattern with owners: %s", line)
		}
		all = all || fields[0] == "*"
	}
	if !all {
		t.Error("no line for *")
	}
}
