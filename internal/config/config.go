// Package config turns flags, the environment and .scangate.yaml into one
// [Config], and knows where each value came from.
//
// The order is flag > environment > file > default. The file travels with the
// code that a merge request changes, so it can say what is scanned and what is
// allowed, never where things are sent, with what credentials, where reports
// are written, or whether failure counts.
package config

import (
	"time"

	"github.com/scangate/scangate/internal/result"
)

// DefaultEndpoint is the service's public address.
const DefaultEndpoint = "https://optix.sophos.com"

// Embedded is the endpoint's name for the emulator in this process.
const Embedded = "embedded"

// DefaultCategory tells this program's SARIF files from those of others.
const DefaultCategory = "scangate/"

// The values of --sarif-profile: whose limits a SARIF file for upload keeps.
const (
	ProfileGitHub = "github"
	ProfileGitLab = "gitlab"
)

// Image is an image that a flag, the environment or the file names.
type Image struct {
	Ref string
	// Location is where the file names it; nil for flags and the environment.
	Location *result.Location
}

// Output is one report to write.
type Output struct {
	Format string
	// Path is empty for standard output.
	Path string
}

// Reaction says what an incomplete run does.
type Reaction string

// The reactions: a failing exit code, or exit 0 with the verdict UNVERIFIED.
const (
	ReactFail Reaction = "fail"
	ReactWarn Reaction = "warn"
)

// Config is everything that can be asked for. Its zero value is not usable: it
// is made by [Resolve].
type Config struct {
	Endpoint    string
	APIKeyFile  string
	APIKeyStdin bool
	CAFile      string

	// Only holds the kinds that are scanned.
	Only        map[result.Kind]bool
	Dockerfiles []string
	Templates   []string
	Images      []Image
	Exclude     []string
	// IncludeSensitive sends files that may hold secrets as well.
	IncludeSensitive bool
	BuildArgs        map[string]string
	Platform         string

	Policy      result.Policy
	MinSeverity result.Severity

	Outputs []Output
	// Category ends in a slash.
	Category     string
	SARIFProfile string
	// Comment keeps a comment on the pull request.
	Comment         bool
	SoftFail        bool
	OnError         Reaction
	OnNoCredentials Reaction
	AllowEmpty      bool
	Timeout         time.Duration
	// NewFrom is the revision since whose merge base with HEAD a target must have
	// changed to be planned; empty for no such limit.
	NewFrom string
	// State is the file of the resume state; empty for none.
	State string

	RepoURL        string
	Branch         string
	CommitterName  string
	CommitterEmail string

	// Alerts and Checks are the alert sources and posture checks of the file.
	Alerts []Entry
	Checks []Entry
	// PersonalData shows the data of people that alerts hold.
	PersonalData bool

	IaCPolicy   string
	SaveResults bool
	DryRun      bool

	Quiet      bool
	Verbose    bool
	Debug      bool
	NoColor    bool
	NoProgress bool
	LogFormat  string

	sources map[string]Source
}

// Source says where the value of a setting came from: the flag, the variable,
// the place in the file, or the default.
func (c *Config) Source(setting string) Source { return c.sources[setting] }

// Embedded reports whether the run goes to the emulator in this process.
func (c *Config) Embedded() bool { return c.Endpoint == Embedded }
