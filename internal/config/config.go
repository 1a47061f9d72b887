// Package config merges flags, the environment and .scangate.yaml into one [Config]
// that knows the [Origin] of each value. [Settings] is the registry: one entry is a
// flag, its variable and its key in the file.
//
// The order is flag > environment > file > default. A merge request can change the
// file. So the file says what is scanned and what is allowed, never where things are
// sent, with what credentials, where reports are written, or whether failure counts.
package config

import (
	"slices"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// DefaultEndpoint is the service's public address.
const DefaultEndpoint = "https://optix.sophos.com"

// Embedded is the endpoint of the emulator in this process.
const Embedded = "embedded"

// The values of --sarif-profile: the platform whose limits the report keeps.
const (
	ProfileGitHub = "github"
	ProfileGitLab = "gitlab"
)

// Output is one report to write.
type Output struct {
	Format string
	// Path is empty for standard output.
	Path string
}

// Reaction is what an incomplete run does.
type Reaction string

// The reactions: a failing exit code, or exit 0 with the verdict UNVERIFIED.
const (
	ReactFail Reaction = "fail"
	ReactWarn Reaction = "warn"
)

// RenderTool is a program that renders templates.
type RenderTool string

// The programs.
const (
	RenderHelm      RenderTool = "helm"
	RenderKustomize RenderTool = "kustomize"
)

// Shard is one of Total equal shares, from 1. With Auto the CI host knows which one.
type Shard struct {
	Index, Total int
	Auto         bool
}

// Config holds every setting of a run. Use [Resolve] to make one.
type Config struct {
	Endpoint    string
	APIKeyFile  string
	APIKeyStdin bool
	// Pace is the number of requests to Cloud Optix in a second.
	Pace   int
	CAFile string

	// Only holds the kinds that are scanned.
	Only        map[result.Kind]bool
	Dockerfiles []string
	Templates   []string
	Images      []result.NamedImage
	// CIFiles are the kinds of files whose images are scanned, although they are not deployed.
	CIFiles []result.CIFiles
	// Exclude leaves out files, and ExcludeImages leaves out images.
	Exclude, ExcludeImages []result.Exclusion
	// AllowRegistries are patterns of the only images that the service may be asked for, none for
	// all.
	AllowRegistries []string
	// IncludeSensitive also sends files that may hold secrets.
	IncludeSensitive bool
	// BuildArgs hold one value for each name and Dockerfile.
	BuildArgs []result.BuildArg
	// Vars are the values of variables in Compose, bake and Skaffold files, by name, and
	// VarSources where they are stated.
	Vars       map[string]string
	VarSources map[string]result.Origin
	// Platforms are those that FROM lines are resolved for, at least one.
	Platforms []string

	// Render holds the programs that render templates.
	Render map[RenderTool]bool

	Policy result.Policy
	// PolicyFrom is the revision whose policy judges, "" for that of the target branch.
	PolicyFrom string
	// Approve are hashes of changes to the policy that count before they are merged.
	Approve     []string
	MinSeverity result.Severity

	// Baseline is the file of the baseline; see [Config.Origin] for what it is relative to.
	Baseline string
	// MaxAge is the number of days after which an entry of a severity covers nothing any more.
	MaxAge map[result.Severity]int
	// WriteBaseline is the file to write the baseline to, and AllowGrowth lets it grow.
	WriteBaseline string
	AllowGrowth   bool
	// Compare is an earlier result that the findings are compared with.
	Compare string

	Outputs []Output
	// Template is the file that the template format writes by.
	Template string
	// Category ends in a slash; "" if it is not stated.
	Category     string
	SARIFProfile string
	// Comment keeps a comment on the pull request.
	Comment         bool
	SoftFail        bool
	OnError         Reaction
	OnNoCredentials Reaction
	AllowEmpty      bool
	// RequireSeal: a saved result must have a seal that is checked.
	RequireSeal bool
	// Tolerate are the contradictions in answers that are accepted, each once.
	Tolerate []result.Contradiction
	Timeout  time.Duration
	// Commit is the revision that is scanned, or the full id that a saved result must have. Staged
	// is set to scan the index. Without both, the work tree is scanned.
	Commit string
	Staged bool
	// NewFrom is a revision: only what changed since its merge base with HEAD is
	// planned. Empty plans everything.
	NewFrom string
	// NewOnly plans only what changed since the base that the CI host names.
	NewOnly bool
	// Shard is the share of the plan that is scanned; the zero Shard is all of it.
	Shard Shard
	// State is the file that records pending scans; empty for none.
	State string

	RepoURL        string
	Branch         string
	CommitterName  string
	CommitterEmail string

	// Alerts and Checks are the alert sources and posture checks of the file, and then the sources
	// of flags.
	Alerts []Entry
	Checks []Entry
	// NewerThan is an age or a time, "" for none: only newer alerts count.
	NewerThan string
	// PersonalData shows names, email addresses and file names from alerts.
	PersonalData bool

	IaCPolicy   string
	SaveResults bool
	DryRun      bool

	Quiet   bool
	Verbose bool
	Debug   bool
	// TraceDir is the folder for the requests and answers of the run, "" for none.
	TraceDir   string
	NoColor    bool
	NoProgress bool
	LogFormat  string

	origins map[string]Origin
	stated  []Stated
}

// DropExpired removes the exclusions that count no more, and returns them.
func (c *Config) DropExpired(now time.Time) []result.Exclusion {
	var expired []result.Exclusion
	for _, list := range []*[]result.Exclusion{&c.Exclude, &c.ExcludeImages} {
		*list = slices.DeleteFunc(*list, func(e result.Exclusion) bool {
			if e.Expired(now) {
				expired = append(expired, e)
			}
			return e.Expired(now)
		})
	}
	return expired
}

// Origin returns where the value of a setting came from. Its zero value means that the
// setting has no value.
func (c *Config) Origin(setting string) Origin { return c.origins[setting] }

// Embedded reports whether the run uses the emulator in this process.
func (c *Config) Embedded() bool { return c.Endpoint == Embedded }
