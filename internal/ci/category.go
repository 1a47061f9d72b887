package ci

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// MatrixVariable holds the matrix of a GitHub job as JSON: GitHub gives it to no program, so the
// action, or the step, passes toJSON(matrix).
const MatrixVariable = "SCANGATE_MATRIX"

// categoryPrefix tells the categories of scangate from those of other tools.
const categoryPrefix = "scangate/"

// maxCategory bounds a category in bytes: a matrix may hold anything.
const maxCategory = 200

// Category returns what tells a gate from the other gates of a commit: the pipeline, the job with
// its matrix, and the part of the repository that it judges, "" for all of it. It is the same for
// each run of one gate, whatever the branch. It ends in a slash.
//
// Its form on GitHub is the one by which github/codeql-action names the analyses of a job.
func Category(getenv func(string) string, part string) string {
	parts := jobParts(getenv)
	if part != "" {
		parts = append(parts, "path:"+part)
	}
	var b strings.Builder
	for _, p := range parts {
		if p = plainPart(p); p != "" {
			b.WriteString(p + "/")
		}
	}
	name := b.String()
	if len(name) > maxCategory {
		sum := sha256.Sum256([]byte(name))
		name = strings.ToValidUTF8(name[:maxCategory], "") + "-" + hex.EncodeToString(sum[:6]) + "/"
	}
	return categoryPrefix + name
}

// NamesJob reports whether the host tells a job from others, and [Category] so too.
func NamesJob(getenv func(string) string) bool { return Category(getenv, "") != categoryPrefix }

// plainPart removes what can't stand in a line, and slashes at the ends.
func plainPart(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Trim(s, "/ ")
}

// jobParts names the pipeline and the job, as far as the host does.
func jobParts(getenv func(string) string) []string {
	switch {
	case getenv("GITHUB_ACTIONS") == "true":
		return githubJob(getenv)
	case onJenkins(getenv):
		return jenkinsJob(getenv)
	case getenv("CODEBUILD_BUILD_ID") != "":
		project, _, _ := strings.Cut(getenv("CODEBUILD_BUILD_ID"), ":")
		return []string{project, getenv("CODEBUILD_BATCH_BUILD_IDENTIFIER")}
	}
	for _, host := range jobVariables() {
		if getenv(host.signal) == "" {
			continue
		}
		var parts []string
		for _, names := range host.names {
			first, second, _ := strings.Cut(names, "|")
			// Azure's name of a job without a matrix is __default.
			if value := cmp.Or(getenv(first), getenv(second)); value != "__default" {
				parts = append(parts, value)
			}
		}
		return parts
	}
	return nil
}

// hostJob names the variables of a host that name the pipeline and the job.
type hostJob struct {
	// signal is set on this host.
	signal string
	// names may hold an alternative, for where the first is not set: A|B.
	names []string
}

// jobVariables returns them by the documentation of each host, which its profile names. Bitbucket
// has no name of a step, only the number of a parallel one. CI_JOB_NAME of GitLab has the values
// of the matrix.
func jobVariables() []hostJob {
	return []hostJob{
		{"GITLAB_CI", []string{"CI_JOB_NAME"}},
		{"TF_BUILD", []string{"BUILD_DEFINITIONNAME", "SYSTEM_STAGENAME", "SYSTEM_PHASENAME", "SYSTEM_JOBNAME"}},
		{"BITBUCKET_BUILD_NUMBER", []string{"BITBUCKET_PARALLEL_STEP"}},
		{"CIRCLECI", []string{"CIRCLE_JOB", "CIRCLE_NODE_INDEX"}},
		{"BUILDKITE", []string{"BUILDKITE_PIPELINE_SLUG", "BUILDKITE_STEP_KEY|BUILDKITE_LABEL", "BUILDKITE_PARALLEL_JOB"}},
		{"DRONE", []string{"DRONE_STAGE_NAME", "DRONE_STEP_NAME"}},
		{"CI_WORKFLOW_NAME", []string{"CI_WORKFLOW_NAME", "CI_STEP_NAME"}},
		{"TEAMCITY_VERSION", []string{"TEAMCITY_PROJECT_NAME", "TEAMCITY_BUILDCONF_NAME"}},
	}
}

// githubJob is the path of the workflow, the job, and the matrix in the order of its keys. Two jobs
// that call one reusable workflow have the same names here.
func githubJob(getenv func(string) string) []string {
	workflow := cmp.Or(workflowPath(getenv("GITHUB_WORKFLOW_REF")), getenv("GITHUB_WORKFLOW"))
	parts := []string{strings.Trim(workflow+":"+getenv("GITHUB_JOB"), ":")}
	matrix, err := matrixOf(getenv)
	if err != nil {
		return parts // CheckMatrix tells
	}
	for _, key := range slices.Sorted(maps.Keys(matrix)) {
		value, isText := matrix[key].(string)
		if !isText {
			encoded, _ := json.Marshal(matrix[key]) // it was decoded from JSON
			value = string(encoded)
		}
		parts = append(parts, key+":"+value)
	}
	return parts
}

// matrixOf is the matrix of a GitHub job, nil without one.
func matrixOf(getenv func(string) string) (matrix map[string]any, err error) {
	text := getenv(MatrixVariable)
	if text == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &matrix)
	return matrix, err
}

// CheckMatrix returns an error if [MatrixVariable] holds something else than an object or null. It
// has no effect then, so the jobs of a matrix have one category.
func CheckMatrix(getenv func(string) string) error {
	if _, err := matrixOf(getenv); err != nil {
		return fmt.Errorf("%s is not the JSON object of a matrix: %w; fix: give the step env: {%[1]s: \"${{ toJSON(matrix) }}\"}", MatrixVariable, err)
	}
	return nil
}

// workflowPath is the path in OWNER/REPO/PATH@REF.
func workflowPath(ref string) string {
	path, _, _ := strings.Cut(ref, "@")
	if parts := strings.SplitN(path, "/", 3); len(parts) == 3 {
		return parts[2]
	}
	return ""
}

// jenkinsJob is the job without the branch that a multibranch job has at the end of its name, and
// the stage.
func jenkinsJob(getenv func(string) string) []string {
	job := getenv("JOB_NAME")
	if getenv("BRANCH_NAME") != "" {
		job = job[:max(0, strings.LastIndexByte(job, '/'))]
	}
	return []string{job, getenv("STAGE_NAME")}
}
