package docs

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
)

const (
	gitlabTemplate  = "examples/gitlab/template.yml"
	gitlabComponent = "templates/scangate.yml"
	gitlabShards    = "templates/shards.yml"
)

// gitlabFiles are all pipelines for GitLab.
func gitlabFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "examples/gitlab/*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	return append(files, filepath.Join(root, gitlabComponent), filepath.Join(root, gitlabShards))
}

// Every flag and variable of scangate that the pipelines for GitLab use exists.
func TestGitLabFlags(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"SCANGATE_API_KEY": true}
	for _, name := range report.DotenvVariables() {
		known[name] = true
	}
	for _, s := range config.Settings(config.Scan) {
		known["--"+s.Name], known[s.Variable()] = true, !s.FlagOnly && !s.NoVariable
	}
	for _, path := range gitlabFiles(t) {
		used := regexp.MustCompile(`--[a-z][a-z-]+|SCANGATE_[A-Z][A-Z_]+`).FindAllString(read(t, path), -1)
		if len(used) == 0 {
			t.Errorf("%s uses nothing of scangate", path)
		}
		for _, name := range used {
			if !known[name] {
				t.Errorf("%s: %s does not exist", path, name)
			}
		}
	}
}

// gitlabSpec is the header of a template or component.
type gitlabSpec struct {
	Spec struct {
		Inputs map[string]gitlabInput
	}
}

type gitlabInput struct {
	Type, Description string
	Default           any
	Options           []any
	Regex             string
}

// Every input is used and typed, its default fits, and each interpolation names an input. GitLab
// refuses anything else only when somebody includes the file.
func TestGitLabComponent(t *testing.T) {
	t.Parallel()
	inputs, jobs := checkGitLabComponent(t, gitlabComponent)
	checkGitLabJobs(t, jobs, 2)
	ofShards, jobs := checkGitLabComponent(t, gitlabShards)
	checkGitLabJobs(t, jobs, 3)
	delete(ofShards, "shards")
	if diff := cmp.Diff(inputs, ofShards); diff != "" {
		t.Errorf("inputs of the two components (-%s +%s):\n%s", gitlabComponent, gitlabShards, diff)
	}
}

// checkGitLabComponent returns the inputs of a component, and the text of its jobs.
func checkGitLabComponent(t *testing.T, path string) (map[string]gitlabInput, string) {
	t.Helper()
	header, jobs, ok := strings.Cut(read(t, filepath.Join(root, path)), "\n---\n")
	var spec gitlabSpec
	if err := yaml.Unmarshal([]byte(header), &spec); err != nil || !ok {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\[\[ inputs\.([a-z-]+) \]\]`).FindAllStringSubmatch(jobs, -1) {
		used[m[1]] = true
		if _, declared := spec.Spec.Inputs[m[1]]; !declared {
			t.Errorf("input %s is used and not declared", m[1])
		}
	}
	for name, input := range spec.Spec.Inputs {
		if !used[name] {
			t.Errorf("input %s is not used", name)
		}
		if got := gitlabType(input.Default); got != input.Type {
			t.Errorf("input %s: type %q, and its default is of type %q", name, input.Type, got)
		}
		if len(input.Options) > 0 && !slices.Contains(input.Options, input.Default) {
			t.Errorf("input %s: the default %v is not an option", name, input.Default)
		}
		if fits := regexp.MustCompile(input.Regex).MatchString; input.Regex != "" && !fits(input.Default.(string)) {
			t.Errorf("input %s: the default %q does not match its own expression", name, input.Default)
		}
		if input.Type == "string" && input.Regex == "" && input.Options == nil {
			t.Errorf("input %s: any text is accepted, and becomes a part of the pipeline", name)
		}
	}
	return spec.Spec.Inputs, jobs
}

// checkGitLabJobs requires that all jobs run where the inputs say, and that no input becomes a part
// of a script.
func checkGitLabJobs(t *testing.T, text string, number int) {
	t.Helper()
	var jobs map[string]struct {
		Stage, Image, Tags, Rules string
		Script                    []string
	}
	if err := yaml.Unmarshal([]byte(text), &jobs); err != nil || len(jobs) != number {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	for name, job := range jobs {
		for input, got := range map[string]string{"stage": job.Stage, "image": job.Image, "tags": job.Tags, "rules": job.Rules} {
			if got != "$[[ inputs."+input+" ]]" {
				t.Errorf("%s: %s is %q", name, input, got)
			}
		}
		if script := strings.Join(job.Script, "\n"); strings.Contains(script, "$[[") || !strings.Contains(script, "scangate ") {
			t.Errorf("%s: an input is a part of the script, or nothing of scangate is: %s", name, script)
		}
	}
}

// gitlabType is the type of an input's value, by GitLab's names.
func gitlabType(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case int:
		return "number"
	case []any:
		return "array"
	}
	return ""
}

// gitlabInputs lists the inputs of a template or component.
func gitlabInputs(t *testing.T, path string) string {
	t.Helper()
	var template struct {
		Spec struct {
			Inputs yaml.Node // in their order
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, path))), &template); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	pairs := template.Spec.Inputs.Content
	for i := 0; i+1 < len(pairs); i += 2 {
		var input struct {
			Description string
			Default     any
		}
		if err := pairs[i+1].Decode(&input); err != nil || input.Description == "" {
			t.Errorf("input %s of the template: description %q, %v", pairs[i].Value, input.Description, err)
		}
		text := code(pairs[i].Value) + ": " + strings.TrimSuffix(input.Description, ".")
		if input.Default != "" {
			text += " [default " + code(strings.TrimSpace(toYAML(t, input.Default))) + "]"
		}
		b.WriteString(item(text))
	}
	return b.String()
}

// toYAML writes a value as one line of YAML.
func toYAML(t *testing.T, value any) string {
	t.Helper()
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		t.Fatal(err)
	}
	node.Style = yaml.FlowStyle
	text, err := yaml.Marshal(&node)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
