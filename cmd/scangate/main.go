// Command scangate is a CI gate for Sophos Cloud Optix.
package main

import (
	"context"
	"os"

	"github.com/scangate/scangate/internal/cli"
)

// version is set by the linker for a release.
var version string

func main() {
	os.Exit(cli.Main(context.Background(), os.Args[1:], cli.OS(version)))
}
