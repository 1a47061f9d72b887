package docs

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what is read of a GitHub workflow.
type workflow struct {
	Name        string
	On          map[string]any
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			With, Env map[string]any
		}
	}
}

// readWorkflow reads an example for GitHub.
func readWorkflow(t *testing.T, name string) (workflow, string) {
	t.Helper()
	text := read(t, filepath.Join(root, "examples/github", name))
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	return w, text
}

// The job without the key must not be taken for the status that counts, and the run that has the
// key must not read anything that the pull request wrote, but for its files.
func TestForkWorkflows(t *testing.T) {
	t.Parallel()
	first, firstText := readWorkflow(t, "pull-request.yml")
	second, text := readWorkflow(t, "workflow_run.yml")
	context := regexp.MustCompile(`-f context=([a-z-]+)`).FindStringSubmatch(text)
	if context == nil || first.Jobs[context[1]].Steps != nil || len(first.Jobs) != 1 {
		t.Errorf("the jobs without the key are %v, and the status is %q", first.Jobs, context)
	}
	if strings.Contains(firstText, "secrets.") {
		t.Error("the workflow that the pull request can edit names a secret")
	}
	triggers, _ := second.On["workflow_run"].(map[string]any)
	if names, _ := triggers["workflows"].([]any); !slices.Equal(names, []any{first.Name}) {
		t.Errorf("the second workflow waits for %v, and the first is %q", names, first.Name)
	}
	if bad := regexp.MustCompile(`download-artifact|gh run download|actions/cache|artifacts_url`).FindString(text); bad != "" {
		t.Errorf("the run that has the key reads %s of the pull request's run", bad)
	}
	for name, job := range second.Jobs {
		writes := slices.Contains([]string{job.Permissions["statuses"], job.Permissions["contents"], job.Permissions["checks"]}, "write")
		reads := slices.ContainsFunc(job.Steps, func(step struct {
			Uses, Run string
			With, Env map[string]any
		},
		) bool {
			return strings.HasPrefix(step.Uses, "actions/checkout@") || step.With["api-key"] != nil
		})
		if writes && reads {
			t.Errorf("job %s reads the pull request, and can write", name)
		}
	}
	if !strings.Contains(text, "\n          allow-registry: ") {
		t.Error("the account pulls every image that the pull request names")
	}
}

// A merge queue waits for every check that is required of a pull request.
func TestMergeQueue(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"basic.yml", "sarif.yml", "shards.yml", "workflow_run.yml"} {
		w, _ := readWorkflow(t, name)
		if _, runs := w.On["merge_group"]; !runs {
			t.Errorf("%s does not run on merge_group", name)
		}
	}
}
