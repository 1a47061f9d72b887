package config

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Group orders the settings in help and README.
type Group string

// The groups, in the order in which they are shown.
const (
	GroupTargets Group = "What is scanned"
	GroupPolicy  Group = "What is allowed"
	GroupReport  Group = "Reports"
	GroupService Group = "The service"
	GroupRun     Group = "The run"
)

// Groups returns the groups in their order.
func Groups() []Group {
	return []Group{GroupTargets, GroupPolicy, GroupReport, GroupService, GroupRun}
}

// Setting is one thing that can be set: as the flag --Name, as SCANGATE_NAME,
// as INPUT_NAME inside a GitHub action, and, where FileKey is not empty, in the
// config file.
type Setting struct {
	Name string
	// Short is the one-letter flag, if any.
	Short string
	// Value names the value in help; it is empty for a switch.
	Value string
	Usage string
	Group Group
	// FileKey is the dotted path of the key in .scangate.yaml; empty means that
	// the file may not say it.
	FileKey string
	// Repeat: every occurrence adds to the setting. In the environment each line
	// is one occurrence.
	Repeat bool
	// Default is the value where no source gives one; empty means none.
	Default string

	apply func(*Config, []Value) error
}

// Switch reports whether the setting is on or off and takes no value.
func (s Setting) Switch() bool { return s.Value == "" }

// Value is one raw value of a setting and where it stands.
type Value struct {
	Text   string
	Source Source
}

// ScanSettings returns the settings of scangate scan, in the order of help.
func ScanSettings() []Setting {
	return slices.Concat(decisionSettings(), runSettings())
}

// decisionSettings say what is scanned, what is allowed and what is reported.
func decisionSettings() []Setting {
	return []Setting{
		{Name: "only", Value: "KINDS", Group: GroupTargets, FileKey: "targets.only", Default: "dockerfile,image,iac", apply: applyOnly,
			Usage: "kinds to scan: dockerfile (with the images of its FROM lines), image (named by --image, the config, Compose files, manifests), iac"},
		{Name: "dockerfile", Value: "GLOB", Repeat: true, Group: GroupTargets, apply: list(func(c *Config) *[]string { return &c.Dockerfiles }),
			Usage: "files to take as Dockerfiles, instead of those found by name (repeatable)"},
		{Name: "iac", Value: "GLOB", Repeat: true, Group: GroupTargets, apply: list(func(c *Config) *[]string { return &c.Templates }),
			Usage: "take only templates that match (repeatable)"},
		{Name: "image", Value: "REF", Repeat: true, Group: GroupTargets, FileKey: "targets.images", apply: applyImages,
			Usage: "an image to scan besides those found (repeatable)"},
		{Name: "exclude", Value: "PATTERN", Repeat: true, Group: GroupTargets, FileKey: "targets.exclude", apply: list(func(c *Config) *[]string { return &c.Exclude }),
			Usage: "files or images to leave out, as globs (repeatable)"},
		{Name: "include-sensitive", Group: GroupTargets, apply: toggle(func(c *Config) *bool { return &c.IncludeSensitive }),
			Usage: "send files that may hold secrets too (private keys, kubeconfigs, .env), and files that git ignores where --dockerfile or --iac names them"},
		{Name: "build-arg", Value: "NAME=VALUE", Repeat: true, Group: GroupTargets, FileKey: "targets.build-args", apply: applyBuildArgs,
			Usage: "a value for an ARG that a FROM line uses (repeatable)"},
		{Name: "platform", Value: "OS/ARCH", Group: GroupTargets, Default: "linux/amd64", apply: applyPlatform,
			Usage: "to resolve FROM lines that depend on the platform; the service picks the architecture by itself"},
		{Name: "new-from", Value: "REV", Group: GroupTargets, apply: applyNewFrom,
			Usage: "only targets that the change since the merge base of REV and HEAD touches, the work tree included, and only findings on them"},

		{Name: "fail-on", Value: "SEVERITY", Group: GroupPolicy, FileKey: "limits.fail-on", Default: "high", apply: applyFailOn,
			Usage: "fail at or above: critical, high, medium, low, info; none switches it off"},
		{Name: "max", Value: "[KIND:]SEVERITY=N", Repeat: true, Group: GroupPolicy, FileKey: "limits.max", apply: applyMax,
			Usage: "budgets, comma-separated; a budget takes the place of --fail-on for its severity (repeatable)"},
		{Name: "unknown-severity", Value: "SEVERITY", Group: GroupPolicy, apply: applyUnknown,
			Usage: "count severities that nobody knows as this one; without it each of them fails the gate"},
		{Name: "soft-fail", Group: GroupPolicy, apply: toggle(func(c *Config) *bool { return &c.SoftFail }),
			Usage: "findings don't fail the build; an incomplete run still does"},
		{Name: "on-error", Value: "fail|warn", Group: GroupPolicy, Default: "fail", apply: reaction(func(c *Config) *Reaction { return &c.OnError }),
			Usage: "what an incomplete run does: exit 3 or 5, or exit 0 with the verdict UNVERIFIED"},
		{Name: "on-no-credentials", Value: "fail|warn", Group: GroupPolicy, Default: "fail", apply: reaction(func(c *Config) *Reaction { return &c.OnNoCredentials }),
			Usage: "the same for a missing key alone, as in merge requests of forks"},
		{Name: "allow-empty", Group: GroupPolicy, apply: toggle(func(c *Config) *bool { return &c.AllowEmpty }),
			Usage: "nothing to scan is fine"},

		{Name: "output", Short: "o", Value: "FORMAT[=PATH]", Repeat: true, Group: GroupReport, apply: applyOutputs,
			Usage: "write a report (repeatable); the one without PATH takes the console's place on standard output"},
		{Name: "min-severity", Value: "SEVERITY", Group: GroupReport, Default: "unknown", apply: applyMinSeverity,
			Usage: "what the reports show; never result.json, and never the verdict"},
		{Name: "category", Value: "NAME/", Group: GroupReport, Default: DefaultCategory, apply: applyCategory,
			Usage: "tells the SARIF files of several jobs of one commit apart"},
		{Name: "comment", Group: GroupReport, apply: toggle(func(c *Config) *bool { return &c.Comment }),
			Usage: "keep one comment on the GitHub pull request up to date, with GITHUB_TOKEN; see scangate help github"},
		{Name: "sarif-profile", Value: "github|gitlab", Group: GroupReport, Default: ProfileGitHub, apply: applyProfile,
			Usage: "whose limits sarif keeps: 25,000 results for github, 5,000 for gitlab"},
	}
}

// runSettings say where everything is sent, and how.
func runSettings() []Setting {
	return []Setting{
		{Name: "endpoint", Value: "URL", Group: GroupService, Default: DefaultEndpoint, apply: text(func(c *Config) *string { return &c.Endpoint }),
			Usage: "the service; \"embedded\" is an emulator in this process, for trials and tests"},
		{Name: "api-key-file", Value: "FILE", Group: GroupService, apply: text(func(c *Config) *string { return &c.APIKeyFile }),
			Usage: "read the API key from a file instead of SCANGATE_API_KEY"},
		{Name: "api-key-stdin", Group: GroupService, apply: toggle(func(c *Config) *bool { return &c.APIKeyStdin }),
			Usage: "read the API key from standard input"},
		{Name: "ca-file", Value: "FILE", Group: GroupService, apply: text(func(c *Config) *string { return &c.CAFile }),
			Usage: "more certificate authorities, in PEM"},
		{Name: "include-personal-data", Group: GroupReport, apply: toggle(func(c *Config) *bool { return &c.PersonalData }),
			Usage: "show names, mail addresses and file names that alerts hold; without it they appear nowhere"},
		{Name: "iac-policy", Value: "NAME", Group: GroupService, FileKey: "iac.policy", apply: text(func(c *Config) *string { return &c.IaCPolicy }),
			Usage: "scan templates against this Cloud Optix policy only"},
		{Name: "save-results", Group: GroupService, FileKey: "iac.save-results", apply: toggle(func(c *Config) *bool { return &c.SaveResults }),
			Usage: "let Cloud Optix keep the results of templates as alerts of the account"},
		{Name: "repo-url", Value: "URL", Group: GroupService, apply: text(func(c *Config) *string { return &c.RepoURL }),
			Usage: "the repository that results are associated with (default: from CI variables or git)"},
		{Name: "branch", Value: "NAME", Group: GroupService, apply: text(func(c *Config) *string { return &c.Branch }),
			Usage: "the branch (default: from CI variables or git)"},
		{Name: "committer-name", Value: "NAME", Group: GroupService, apply: text(func(c *Config) *string { return &c.CommitterName }),
			Usage: "the committer (default: from CI variables or git)"},
		{Name: "committer-email", Value: "ADDRESS", Group: GroupService, apply: text(func(c *Config) *string { return &c.CommitterEmail }),
			Usage: "the committer's address (default: from CI variables or git)"},

		{Name: "config", Value: "FILE", Group: GroupRun, apply: ignore,
			Usage: "the config file (default: .scangate.yaml at PATH or above it, up to the top of the git tree)"},
		{Name: "timeout", Value: "DURATION", Group: GroupRun, FileKey: "timeout", Default: "30m", apply: applyTimeout,
			Usage: "for the whole run"},
		{Name: "state", Value: "FILE", Group: GroupRun, apply: text(func(c *Config) *string { return &c.State }),
			Usage: "remember here what is under way, so that a later run of the same content attaches to it instead of uploading again"},
		{Name: "dry-run", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.DryRun }),
			Usage: "list exactly what would be sent, and send nothing"},
		{Name: "quiet", Short: "q", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.Quiet }),
			Usage: "print the verdict line alone"},
		{Name: "verbose", Short: "v", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.Verbose }),
			Usage: "say more: the details of every finding, every row of the ledger"},
		{Name: "debug", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.Debug }),
			Usage: "log every request to standard error, without credentials and contents"},
		{Name: "no-color", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.NoColor }),
			Usage: "no colours (NO_COLOR does the same)"},
		{Name: "no-progress", Group: GroupRun, apply: toggle(func(c *Config) *bool { return &c.NoProgress }),
			Usage: "no status line"},
		{Name: "log-format", Value: "text|json", Group: GroupRun, Default: "text", apply: applyLogFormat,
			Usage: "the form of the log on standard error"},
	}
}

// verdictSettings are the names of the settings that scangate verdict shares
// with scan.
var verdictSettings = [...]string{
	"fail-on", "max", "unknown-severity", "soft-fail", "on-error", "on-no-credentials", "allow-empty",
	"output", "min-severity", "category", "comment", "sarif-profile", "ca-file", "quiet", "verbose", "debug", "no-color", "log-format",
}

// alertsSettings are those that scangate alerts shares with scan.
var alertsSettings = [...]string{
	"fail-on", "max", "unknown-severity", "soft-fail", "on-error", "on-no-credentials", "allow-empty",
	"output", "min-severity", "category", "comment", "sarif-profile", "include-personal-data",
	"endpoint", "api-key-file", "api-key-stdin", "ca-file", "config", "timeout", "dry-run",
	"quiet", "verbose", "debug", "no-color", "no-progress", "log-format",
}

// reportSettings are those that scangate report shares with scan: what is
// written, and nothing that decides.
var reportSettings = [...]string{
	"output", "min-severity", "category", "sarif-profile", "verbose", "no-color",
}

// VerdictSettings returns the settings of scangate verdict. Those that have a
// default in scan have none here where the saved result says what was in force.
func VerdictSettings() []Setting {
	out := named(verdictSettings[:])
	for i := range out {
		if out[i].FileKey != "" {
			out[i].Default = ""
		}
	}
	return out
}

// AlertsSettings returns the settings of scangate alerts.
func AlertsSettings() []Setting { return named(alertsSettings[:]) }

// ReportSettings returns the settings of scangate report.
func ReportSettings() []Setting { return named(reportSettings[:]) }

// named picks settings of scan, in the order of help.
func named(names []string) []Setting {
	var out []Setting
	for _, s := range ScanSettings() {
		if slices.Contains(names, s.Name) {
			out = append(out, s)
		}
	}
	return out
}

// kinds are the kinds that --only accepts.
var kinds = [...]result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC}

// limitKinds are the kinds that --max accepts: alerts are those of sources
// without limits of their own.
var limitKinds = [...]result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC, result.KindAlerts}
