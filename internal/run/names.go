package run

import "github.com/scangate/scangate/internal/result"

// names are what users call the settings that messages of the packages below
// mention: of Cloud Optix, where the service matters.
func names() result.Names {
	return result.Names{
		Address: "--endpoint",
		Key:     "SCANGATE_API_KEY",

		CAFile:  "--ca-file",
		Timeout: "--timeout",
		Proxy:   "HTTPS_PROXY",
		NoProxy: "NO_PROXY",

		Tolerate:        "--tolerate",
		OnNoCredentials: "--on-no-credentials",

		Policy:  "--iac-policy",
		RepoURL: "--repo-url",
		Branch:  "--branch",

		Exclude:          "--exclude",
		ExcludeImage:     "--exclude-image",
		Image:            "--image",
		Dockerfile:       "--dockerfile",
		Templates:        "--iac",
		BuildArg:         "--build-arg",
		Var:              "--var",
		Platform:         "--platform",
		Render:           "--render",
		IncludeSensitive: "--include-sensitive",
		NewFrom:          "--new-from",
		AllowRegistry:    "--allow-registry",
	}
}
