package dockerfile_test

import (
	"fmt"
	"testing"

	"github.com/scangate/scangate/internal/dockerfile"
)

func TestParsePlatform(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"": "linux/amd64", "linux": "linux/amd64", "windows": "windows/amd64", "arm64": "linux/arm64", "linux/arm64/v8": "linux/arm64",
		"linux/arm": "linux/arm/v7", "linux/arm/v6": "linux/arm/v6", "linux/x86_64": "linux/amd64", "Linux/AArch64": "linux/arm64",
		"linux/armhf": "linux/arm/v7", "linux/i386": "linux/386", "linux/amd64/v3": "linux/amd64/v3", "armel": "linux/arm/v6",
	}
	for s, want := range tests {
		if got, err := dockerfile.ParsePlatform(s); got.String() != want || err != nil {
			t.Errorf("ParsePlatform(%q) = %q, %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"/", "linux/", "a/b/c/d", "linux/am d64", "$X"} {
		want := fmt.Sprintf("platform %q: must be OS/ARCH[/VARIANT], for example linux/arm64", s)
		if got, err := dockerfile.ParsePlatform(s); err == nil || err.Error() != want {
			t.Errorf("ParsePlatform(%q) = %q, %v, want %s", s, got, err, want)
		}
	}
}
