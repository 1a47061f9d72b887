package image

import (
	"regexp"
	"sync"
)

// placeholder matches what people and tools write where a value is to be filled in:
// {{ x }}, $(x), ${X}, $X, <x>, {x}, %X%, @X@, __X__, words like IMAGE_NAME, and a blank.
var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s+$|\$\{\{.*?\}\}|\{\{.*?\}\}|\$\([^)]*\)|\$\{[^}]*\}|\$\w*|<[^<>]*>|\{[^{}]*\}|%\w+%|@[A-Za-z_]\w*@|__\w+__|\b[A-Z][A-Z0-9]*_[A-Z0-9_]*\b`)
})

// Placeholder returns the part of a text that stands for a value which is filled in
// before anything is deployed, "" if there is none. No reference holds one.
func Placeholder(ref string) string {
	if _, err := Parse(ref); err == nil {
		return ""
	}
	return placeholder().FindString(ref)
}
