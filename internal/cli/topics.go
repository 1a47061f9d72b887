package cli

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/result"
)

// topics are the pages of scangate help TOPIC.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "Help: the exit codes", Long: "The exit codes of scangate scan and scangate verdict:\n\n" + exitCodes},
		{Use: "environment", Short: "Help: the environment variables", Long: environmentHelp},
		{Use: "config", Short: "Help: the config file", Long: configHelp},
		{Use: "sources", Short: "Help: alert sources and posture checks", Long: sourcesHelp()},
		{Use: "github", Short: "Help: outputs, annotations and comments in GitHub Actions", Long: githubHelp},
		{Use: "result", Short: "Help: the JSON schema of result.json", Long: result.Schema()},
	}
}

// helpCommand is cobra's, but for the exit code of an unknown topic.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about any command or topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("unknown help topic %q; see scangate help", strings.Join(args, " "))
			}
			return about.Help()
		},
	}
}

const environmentHelp = `Every flag of a command is also a variable: --fail-on is SCANGATE_FAIL_ON. Inside
a GitHub action INPUT_FAIL_ON (or INPUT_FAIL-ON) is read as well, before
SCANGATE_FAIL_ON. An empty variable is unset. Switches take true or false alone.
Settings that may be given several times take one value a line.

The order is: flag, environment, config file, default.

  SCANGATE_API_KEY            the Cloud Optix API key. It is never a flag, because flags
                              show in process lists. --api-key-file and --api-key-stdin
                              are the other ways.
  SCANGATE_ZSCALER_ZPC_URL …  the alert sources: see scangate help sources
  HTTPS_PROXY, NO_PROXY       the proxy, as usual
  NO_COLOR, FORCE_COLOR       colours off or on
  CI                          no live status line
  SCANGATE_VERDICT …          what -o dotenv tells later jobs; no settings, and not read

The repository, branch and committer come from the flags, else from the variables of
GitHub Actions, GitLab CI, Azure Pipelines, Bitbucket Pipelines, CircleCI, Buildkite
or Jenkins, else from git.
`

const configHelp = `The config file is .scangate.yaml, at PATH or in the nearest folder above it, up to
the top of the git tree. --config names another.

It says what is scanned and what is allowed. It can't say where things are sent,
with what credentials, where reports are written, or whether failure counts,
because a merge request can change it. Unknown keys are errors.

  version: 1
  targets:
    only: [dockerfile, image, iac]
    images: ["docker.io/library/redis:7.2"]   # besides those that are found
    exclude: ["third_party/**", "registry.acme.example/**"]
    build-args: {BASE: "debian:12-slim"}
  iac: {policy: "", save-results: false}
  limits:
    fail-on: high
    max: {critical: 0, high: 5, "image:medium": 100}
  alerts:                                     # see scangate help sources
    - {source: cloud-optix, days: 30, max: {critical: 0}}
  checks:
    - {name: no public buckets, search: AWS_S3, term: "isPublic:true", max: 0}
  timeout: 30m
`

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.world.Out, "scangate", a.world.Version)
			return err
		},
	}
}

// version is the release's version, else what Go recorded of the build.
func (s System) version() string {
	if s.Version != "" {
		return s.Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return version
}
