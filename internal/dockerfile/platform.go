package dockerfile

import (
	"fmt"
	"strings"
)

// Platform is an operating system and an architecture, as in linux/arm/v7.
type Platform struct{ OS, Architecture, Variant string }

// ParsePlatform reads os/architecture[/variant], an os, or an architecture; "" is
// linux/amd64. Other names of common architectures become Go's names.
func ParsePlatform(s string) (Platform, error) {
	p := defaultPlatform()
	if s == "" {
		return p, nil
	}
	parts := strings.Split(strings.ToLower(s), "/")
	switch {
	case len(parts) > 3 || !allPlatformWords(parts):
		return p, fmt.Errorf("platform %q: must be OS/ARCH[/VARIANT], for example linux/arm64", s)
	case len(parts) > 1:
		p.OS, p.Architecture = parts[0], parts[1]
	case parts[0] == "linux" || parts[0] == "windows" || parts[0] == "darwin" || parts[0] == "freebsd":
		p.OS = parts[0]
	default:
		p.Architecture = parts[0]
	}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	p.canonical()
	return p, nil
}

func defaultPlatform() Platform { return Platform{OS: "linux", Architecture: "amd64"} }

func allPlatformWords(parts []string) bool {
	for _, part := range parts {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" {
			return false
		}
	}
	return true
}

// canonical gives each platform one name, as containerd does.
func (p *Platform) canonical() {
	switch p.Architecture {
	case "x86_64", "x86-64":
		p.Architecture = "amd64"
	case "aarch64":
		p.Architecture = "arm64"
	case "i386", "i686":
		p.Architecture = "386"
	case "armhf":
		p.Architecture, p.Variant = "arm", "v7"
	case "armel":
		p.Architecture, p.Variant = "arm", "v6"
	}
	switch {
	case p.Architecture == "arm64" && p.Variant == "v8", p.Architecture == "amd64" && p.Variant == "v1":
		p.Variant = ""
	case p.Architecture == "arm" && p.Variant == "":
		p.Variant = "v7"
	}
}

// String returns os/architecture[/variant].
func (p Platform) String() string {
	return strings.TrimSuffix(p.OS+"/"+p.Architecture+"/"+p.Variant, "/")
}
