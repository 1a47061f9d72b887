package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// addBuildArg reads [DOCKERFILE:]NAME=VALUE. A later value replaces an earlier one of the
// same name and Dockerfile.
func addBuildArg(c *Config, v Value) error {
	left, value, ok := strings.Cut(v.Text, "=")
	arg := result.BuildArg{Name: left, Value: value, Origin: v.Origin.Plain()}
	if i := strings.LastIndexByte(left, ':'); i >= 0 {
		arg.Dockerfile, arg.Name = left[:i], left[i+1:]
		ok = ok && arg.Dockerfile != ""
	}
	if !ok || !isVariableName(arg.Name) {
		return fmt.Errorf("must be NAME=VALUE or DOCKERFILE:NAME=VALUE, got %q", v.Text)
	}
	c.BuildArgs = slices.DeleteFunc(c.BuildArgs, func(b result.BuildArg) bool {
		return b.Dockerfile == arg.Dockerfile && b.Name == arg.Name
	})
	c.BuildArgs = append(c.BuildArgs, arg)
	return nil
}

// addPlatforms adds comma-separated platforms.
func addPlatforms(c *Config, v Value) error {
	for _, word := range strings.Split(v.Text, ",") {
		word = strings.TrimSpace(word)
		parts := strings.Split(word, "/")
		if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
			return fmt.Errorf("must be OS/ARCH, for example linux/arm64, got %q", word)
		}
		if !slices.Contains(c.Platforms, word) {
			c.Platforms = append(c.Platforms, word)
		}
	}
	return nil
}

func renderTools() []RenderTool { return []RenderTool{RenderHelm, RenderKustomize} }

// addRenderTools adds comma-separated programs.
func addRenderTools(c *Config, v Value) error {
	if c.Render == nil {
		c.Render = map[RenderTool]bool{}
	}
	for _, word := range strings.Split(v.Text, ",") {
		tool, err := oneOf(renderTools())(strings.TrimSpace(word))
		if err != nil {
			return err
		}
		c.Render[tool] = true
	}
	return nil
}
