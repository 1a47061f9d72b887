package config

import (
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// targets are the settings of what is scanned.
func targets() []Setting {
	return []Setting{{
		Name: "only", Value: "KINDS", Choices: names(kinds()), Default: "dockerfile,image,iac",
		Group: GroupTargets, FileKey: "targets.only", shape: shapeList,
		Usage: "kinds to scan: dockerfile (and the images that Dockerfiles name), " +
			"image (named by --image, the config file, and all other files), iac",
		set: each(addKinds),
	}, {
		Name: "dockerfile", Value: "GLOB", Repeat: true, Group: GroupTargets,
		Usage: "take the files that match as Dockerfiles, instead of finding them by name (repeatable)",
		set:   each(addGlob(func(c *Config) *[]string { return &c.Dockerfiles })),
	}, {
		Name: "iac", Value: "GLOB", Repeat: true, Group: GroupTargets,
		Usage: "scan only the templates that match (repeatable)",
		set:   each(addGlob(func(c *Config) *[]string { return &c.Templates })),
	}, {
		Name: "image", Value: "REF", Repeat: true,
		Group: GroupTargets, FileKey: "targets.images", shape: shapeList,
		Usage: "scan this image as well (repeatable)",
		set:   each(addImage),
	}, {
		Name: "ci-files", Value: "KINDS", Choices: names(result.AllCIFiles()),
		Group: GroupTargets, FileKey: "targets.ci-files", shape: shapeList,
		Usage: "also scan the images of GitHub workflows and actions (github), GitLab pipelines (gitlab) " +
			"and development containers (devcontainer), comma-separated",
		set: each(addCIFiles),
	}, {
		Name: "exclude", Value: "PATTERN", Repeat: true,
		Group: GroupTargets, FileKey: "targets.exclude", shape: shapeExclusions,
		Usage: "leave out the files that match, with the images that only they name (repeatable)",
		set:   each(addExclusion),
	}, {
		Name: "exclude-image", Value: "IMAGE", Repeat: true,
		Group: GroupTargets, FileKey: excludedImages, shape: shapeExclusions,
		Usage: "leave out the images of this repository, or this one with its tag or digest (repeatable)",
		set:   each(addImageExclusion),
	}, {
		Name: "allow-registry", Value: "PATTERN", Repeat: true, Group: GroupTargets,
		Usage: "have only these images scanned, as for a change from a fork: a registry, a repository, or a glob; " +
			"what names another one fails (repeatable; see scangate help forks)",
		set: each(addAllowedRegistry),
	}, {
		Name: "include-sensitive", Group: GroupTargets,
		Usage: "also send files that may hold secrets (private keys, kubeconfigs, .env), " +
			"and files that git ignores if --dockerfile or --iac names them",
		set: last(func(c *Config) *bool { return &c.IncludeSensitive }, parseSwitch),
	}, {
		Name: "build-arg", Value: "[DOCKERFILE:]NAME=VALUE", Repeat: true, PerName: true,
		Group: GroupTargets, FileKey: "targets.build-args", shape: shapePairs,
		Usage: "value of an ARG that FROM lines use, for every Dockerfile, or for the one at a path " +
			"or in a folder, as in docker/api:VERSION=3.11 (repeatable)",
		set: each(addBuildArg),
	}, {
		Name: "var", Value: "NAME[=VALUE]", Repeat: true, PerName: true, Group: GroupTargets,
		FileKey: "vars", shape: shapePairs,
		Usage: "value of a variable in Compose and bake files; a NAME alone, on the command line or as the " +
			"action's input, takes the environment variable of that name (repeatable)",
		fromProcess: true,
		set:         each(addVar),
	}, {
		Name: "platform", Value: "OS/ARCH", Repeat: true, Default: "linux/amd64",
		Group: GroupTargets, FileKey: "targets.platforms", shape: shapeList,
		Usage: "platforms for FROM lines that depend on it, comma-separated; " +
			"the service chooses the architecture of an image itself (repeatable)",
		set: each(addPlatforms),
	}, {
		Name: "render", Value: "TOOLS", Choices: names(renderTools()), Group: GroupTargets,
		Usage: "render Helm charts and Kustomize overlays, and scan the manifests, comma-separated: helm, kustomize; " +
			"it runs the installed programs (see scangate help render)",
		set: each(addRenderTools),
	}}
}

// trees are the settings of whose files are scanned, and which of them.
func trees() []Setting {
	return []Setting{{
		Name: "new-from", Value: "REV", Group: GroupTargets,
		Usage: "scan only what changed since the merge base of REV and HEAD, uncommitted changes included, " +
			"and count only findings in it (see scangate help new-from)",
		set: last(func(c *Config) *string { return &c.NewFrom }, ParseRevision),
	}, {
		Name: "new-only", Group: GroupTargets,
		Usage: "--new-from with the base of the change that the CI host names, or SCANGATE_BASE; everything is scanned " +
			"in a run of the default or a protected branch, of a tag or on a schedule, and where no base is known",
		set: last(func(c *Config) *bool { return &c.NewOnly }, parseSwitch),
	}, {
		Name: "commit", Value: "REV", Group: GroupTargets, Also: Verify,
		Usage: "scan the files of this commit, read from git, and nothing of the work tree (see scangate help commit)",
		set:   last(func(c *Config) *string { return &c.Commit }, ParseRevision),
	}, {
		Name: "staged", Group: GroupTargets,
		Usage: "scan the files of the index, as git commit would commit them, and nothing of the work tree",
		set:   last(func(c *Config) *bool { return &c.Staged }, parseSwitch),
	}}
}

// sources are the settings of which open alerts are asked for.
func sources() []Setting {
	return []Setting{{
		Name: "source", Value: "VENDOR[:NAME]", Repeat: true, Group: GroupTargets, Also: Alerts,
		Usage: "ask this source of open alerts as well, without an entry in the config file; NAME chooses a tenant " +
			"(repeatable; see scangate help sources)",
		set: each(addSource),
	}, {
		Name: "newer-than", Value: "AGE|TIME", Group: GroupTargets, Also: Alerts,
		Usage: "count only alerts that are new since then, for example 24h, 7d or 2026-01-31T12:00:00Z; " +
			"it replaces newer-than of the config file",
		set: last(func(c *Config) *string { return &c.NewerThan }, parseFilled),
	}}
}

// policy are the settings of what is allowed.
func policy() []Setting {
	return []Setting{{
		Name: "fail-on", Value: "SEVERITY", Choices: failOnWords(), Default: "high",
		Group: GroupPolicy, FileKey: "limits.fail-on", Also: Alerts | Verdict,
		Usage:      "fail on findings of this severity or worse: critical, high, medium, low, info; none turns it off",
		EachSource: true,
		set:        each(addFailOn),
	}, {
		Name: "max", Value: "[KIND:]SEVERITY=N|NUMBER=N", Repeat: true,
		Group: GroupPolicy, FileKey: "limits.max", shape: shapePairs, Also: Alerts | Verdict,
		Usage: "limits, comma-separated; each replaces the --fail-on of its source for its severity; not-sent limits what is recognized " +
			"and can't be sent, and policy-loosened what a change loosens in the policy (repeatable)",
		EachSource: true,
		set:        each(addLimits),
	}, {
		Name: "unknown-severity", Value: "SEVERITY", Choices: severityWords(),
		Group: GroupPolicy, Also: Alerts | Verdict,
		Usage: "count findings of an unknown severity as this one; without it each of them fails the gate",
		set:   last(func(c *Config) **result.Severity { return &c.Policy.UnknownAs }, parseSeverityPointer),
	}, {
		Name: "baseline", Value: "FILE", Group: GroupPolicy, FileKey: "baseline", Also: Alerts | Verdict,
		Usage: "findings that do not count, because they were there when this file was recorded; in the config file relative to it",
		set:   last(func(c *Config) *string { return &c.Baseline }, parseFileName),
	}, {
		Name: "baseline-max-age", Value: "SEVERITY=DAYSd", Repeat: true,
		Group: GroupPolicy, FileKey: "baseline-max-age", shape: shapePairs, Also: Alerts | Verdict,
		Usage:      "age after which known findings of a severity count again, for example critical=7d,high=30d (repeatable); the shortest of all sources counts",
		EachSource: true,
		set:        each(addMaxAge),
	}, {
		Name: "write-baseline", Value: "FILE", Group: GroupPolicy, Also: Alerts | Verdict, NoVariable: true,
		Usage: "record the findings of this run as the baseline, and judge by it; an existing one may only shrink",
		set:   last(func(c *Config) *string { return &c.WriteBaseline }, parseFileName),
	}, {
		Name: "allow-growth", Group: GroupPolicy, Also: Alerts | Verdict, NoVariable: true,
		Usage: "let --write-baseline add findings to an existing baseline",
		set:   last(func(c *Config) *bool { return &c.AllowGrowth }, parseSwitch),
	}, {
		Name: "compare", Value: "RESULT", Group: GroupReport, Also: Alerts | Verdict,
		Usage: "show what is new, known and fixed against this saved result; without it against the baseline",
		set:   last(func(c *Config) *string { return &c.Compare }, parseFileName),
	}, {
		Name: "soft-fail", Group: GroupPolicy, Also: Alerts | Verdict,
		Usage: "exit 0 although a limit is crossed; an incomplete run still fails",
		set:   last(func(c *Config) *bool { return &c.SoftFail }, parseSwitch),
	}, {
		Name: "on-error", Choices: names(reactions()), Default: "fail",
		Group: GroupPolicy, Also: Alerts | Verdict,
		Usage: "what an incomplete run does: fail (exit 3 or 5), or warn (exit 0 with the verdict UNVERIFIED)",
		set:   last(func(c *Config) *Reaction { return &c.OnError }, oneOf(reactions())),
	}, {
		Name: "on-no-credentials", Choices: names(reactions()), Default: "fail",
		Group: GroupPolicy, Also: Alerts | Verdict,
		Usage: "the same for a missing API key only, as in pull requests from forks",
		set:   last(func(c *Config) *Reaction { return &c.OnNoCredentials }, oneOf(reactions())),
	}, {
		Name: "allow-empty", Group: GroupPolicy, Also: Alerts | Verdict,
		Usage: "exit 0 when there is nothing to scan",
		set:   last(func(c *Config) *bool { return &c.AllowEmpty }, parseSwitch),
	}, {
		Name: "require-seal", Group: GroupPolicy, Also: Verdict | Verify, SavedOnly: true,
		Usage: "exit 3 unless the seal of the result could be checked with the API key (see scangate help result)",
		set:   last(func(c *Config) *bool { return &c.RequireSeal }, parseSwitch),
	}, {
		Name: "tolerate", Value: "NAME", Choices: names(contradictions()), Repeat: true, FlagOnly: true,
		Group: GroupPolicy, Also: Alerts,
		Usage: "accept answers with this contradiction, and say so in the verdict: " +
			strings.Join(names(contradictions()), ", ") + " (repeatable; see scangate help answers)",
		set: each(addContradiction),
	}}
}

// ofResult is the setting --commit of a command that reads a saved result.
func ofResult(s Setting) Setting {
	s.Value, s.Group = "SHA", GroupPolicy
	s.Usage = "exit 2 unless the result is that of this commit, named by its full id"
	s.set = last(func(c *Config) *string { return &c.Commit }, parseCommit)
	return s
}

// judges are the settings of whose policy judges.
func judges() []Setting {
	return []Setting{{
		Name: "policy-from", Value: "REV", Group: GroupPolicy, Also: Alerts, NoVariable: true,
		Usage: "judge by the policy of this commit, instead of the target branch's in GitHub Actions and GitLab CI; " +
			"worktree is that of the files that are scanned (see scangate help policy)",
		set: last(func(c *Config) *string { return &c.PolicyFrom }, ParseRevision),
	}, {
		Name: "approve", Value: "HASH", Repeat: true, Group: GroupPolicy, Also: Alerts, NoVariable: true,
		Usage: "let what the change changes in the policy count in this run, if it has this hash (repeatable; see scangate help policy)",
		set:   each(addApproval),
	}}
}

// reports are the settings of what is reported.
func reports() []Setting {
	return []Setting{{
		Name: "output", Short: "o", Value: "FORMAT[=PATH]", Repeat: true,
		Group: GroupReport, Also: Alerts | Verdict | Report,
		Usage: "write reports, comma-separated (repeatable); without PATH, or with -, one replaces the console report on standard output",
		set:   each(addOutputs),
	}, {
		Name: "min-severity", Value: "SEVERITY", Choices: severityWords(), Default: "unknown",
		Group: GroupReport, Also: Alerts | Verdict | Report,
		Usage: "hide findings below this severity from the reports; result.json and the verdict keep them",
		set:   last(func(c *Config) *result.Severity { return &c.MinSeverity }, result.ParseSeverity),
	}, {
		Name: "category", Value: "NAME/",
		Group: GroupReport, Also: Alerts | Verdict | Report,
		Usage: "tells the SARIF report and the comment from those of other gates of the commit " +
			"(default: from the workflow, the job, its matrix and PATH; see scangate help reports)",
		set: last(func(c *Config) *string { return &c.Category }, parseCategory),
	}, {
		Name: "comment", Group: GroupReport, Also: Alerts | Verdict,
		Usage: "keep one comment on the GitHub pull request up to date; needs GITHUB_TOKEN (see scangate help github)",
		set:   last(func(c *Config) *bool { return &c.Comment }, parseSwitch),
	}, {
		Name: "sarif-profile", Choices: profiles(), Default: ProfileGitHub,
		Group: GroupReport, Also: Alerts | Verdict | Report,
		Usage: "platform whose limits the sarif report keeps: github takes 25,000 results, gitlab 5,000",
		set:   last(func(c *Config) *string { return &c.SARIFProfile }, oneOf(profiles())),
	}, {
		Name: "template", Value: "FILE", Group: GroupReport, Also: Alerts | Verdict | Report,
		Usage: "template of the report -o template=PATH, with the values of result.json (see scangate help templates)",
		set:   last(func(c *Config) *string { return &c.Template }, parseFileName),
	}, {
		Name: "include-personal-data", Group: GroupReport, Also: Alerts | Optix,
		Usage: "show names, email addresses and file names from alerts and lists; without it they appear nowhere",
		set:   last(func(c *Config) *bool { return &c.PersonalData }, parseSwitch),
	}}
}

// service are the settings of where things are sent.
func service() []Setting {
	return []Setting{{
		Name: "endpoint", Value: "ENDPOINT", Default: DefaultEndpoint, Group: GroupService, Also: Alerts | Optix,
		Usage: "URL of the service; \"embedded\" is an emulator in this process, for trials and tests",
		set:   last(func(c *Config) *string { return &c.Endpoint }, asText),
	}, {
		Name: "api-key-file", Value: "FILE", Group: GroupService, Also: Alerts | Verdict | Verify | Optix,
		Usage: "read the API key from a file instead of SCANGATE_API_KEY",
		set:   last(func(c *Config) *string { return &c.APIKeyFile }, asText),
	}, {
		Name: "api-key-stdin", Group: GroupService, Also: Alerts | Verdict | Verify | Optix,
		Usage: "read the API key from standard input",
		set:   last(func(c *Config) *bool { return &c.APIKeyStdin }, parseSwitch),
	}, {
		Name: "ca-file", Value: "FILE", Group: GroupService, Also: Alerts | Verdict | Optix,
		Usage: "trust these certificate authorities too (PEM)",
		set:   last(func(c *Config) *string { return &c.CAFile }, asText),
	}, {
		Name: "pace", Value: "N", Default: "10", Group: GroupService, Also: Alerts | Optix,
		Usage: "requests to Cloud Optix in a second, at most; the embedded one takes any number",
		set:   last(func(c *Config) *int { return &c.Pace }, parsePace),
	}, {
		Name: "iac-policy", Value: "NAME", Group: GroupService, FileKey: "iac.policy",
		Usage: "check templates against this Cloud Optix policy only",
		set:   last(func(c *Config) *string { return &c.IaCPolicy }, asText),
	}, {
		Name: "save-results", Group: GroupService, FileKey: "iac.save-results",
		Usage: "let Cloud Optix keep the results of templates as alerts of the account",
		set:   last(func(c *Config) *bool { return &c.SaveResults }, parseSwitch),
	}, {
		Name: "repo-url", Value: "URL", Group: GroupService,
		Usage: "repository that the results belong to (default: from CI variables or git)",
		set:   last(func(c *Config) *string { return &c.RepoURL }, parseRepository),
	}, {
		Name: "branch", Value: "NAME", Group: GroupService,
		Usage: "branch that the results belong to (default: from CI variables or git)",
		set:   last(func(c *Config) *string { return &c.Branch }, parseText),
	}, {
		Name: "committer-name", Value: "NAME", Group: GroupService,
		Usage: "name of the committer (default: from CI variables or git)",
		set:   last(func(c *Config) *string { return &c.CommitterName }, parseText),
	}, {
		Name: "committer-email", Value: "ADDRESS", Group: GroupService,
		Usage: "email address of the committer (default: from CI variables or git)",
		set:   last(func(c *Config) *string { return &c.CommitterEmail }, parseText),
	}}
}

// run are the settings of how the program itself behaves.
func run() []Setting {
	return []Setting{{
		Name: "config", Value: "FILE", Group: GroupRun, Also: Alerts,
		Usage: "config file (default: .scangate.yaml in PATH or the nearest folder above it, up to the top of the git tree)",
		set:   each(ignore),
	}, {
		Name: "timeout", Value: "DURATION", Default: "30m", Group: GroupRun, FileKey: "timeout", Also: Alerts | Optix,
		Usage: "deadline of the whole run",
		set:   last(func(c *Config) *time.Duration { return &c.Timeout }, parseTimeout),
	}, {
		Name: "state", Value: "FILE", Group: GroupRun,
		Usage: "record pending scans in this file: a later run of the same content resumes them, or reads what ended within the hour, instead of uploading again",
		set:   last(func(c *Config) *string { return &c.State }, asText),
	}, {
		Name: "shard", Value: "I/N", Group: GroupRun,
		Usage: "scan share I of N, and leave the verdict to scangate verdict with the results of all shares; " +
			"auto takes both numbers from the CI host (see scangate help shards)",
		set: last(func(c *Config) *Shard { return &c.Shard }, parseShard),
	}, {
		Name: "dry-run", Group: GroupRun, Also: Alerts,
		Usage: "list exactly what would be sent, and send nothing",
		set:   last(func(c *Config) *bool { return &c.DryRun }, parseSwitch),
	}, {
		Name: "quiet", Short: "q", Group: GroupRun, Also: Alerts | Verdict,
		Usage: "print only the verdict line",
		set:   last(func(c *Config) *bool { return &c.Quiet }, parseSwitch),
	}, {
		Name: "verbose", Short: "v", Group: GroupRun, Also: Alerts | Verdict | Report,
		Usage: "show the details of every finding and every row of the ledger",
		set:   last(func(c *Config) *bool { return &c.Verbose }, parseSwitch),
	}, {
		Name: "debug", Group: GroupRun, Also: Alerts | Verdict | Optix,
		Usage: "log every request to standard error with its status, time and ids, without credentials and bodies",
		set:   last(func(c *Config) *bool { return &c.Debug }, parseSwitch),
	}, {
		Name: "trace-dir", Value: "DIR", Group: GroupRun, Also: Alerts | Optix,
		Usage: "keep the requests to the services and their answers, without credentials, in this new folder (see scangate help logs)",
		set:   last(func(c *Config) *string { return &c.TraceDir }, parseFileName),
	}, {
		Name: "no-color", Group: GroupRun, Also: Alerts | Verdict | Report,
		Usage: "no colors (NO_COLOR does the same)",
		set:   last(func(c *Config) *bool { return &c.NoColor }, parseSwitch),
	}, {
		Name: "no-progress", Group: GroupRun, Also: Alerts,
		Usage: "do not show how far the run is",
		set:   last(func(c *Config) *bool { return &c.NoProgress }, parseSwitch),
	}, {
		Name: "log-format", Choices: logFormats(), Default: "text", Group: GroupRun, Also: Alerts | Verdict | Optix,
		Usage: "text, or json: each line on standard error is a JSON object (see scangate help logs)",
		set:   last(func(c *Config) *string { return &c.LogFormat }, oneOf(logFormats())),
	}}
}
