// Package tree reads JSON and YAML into trees of values that know their lines.
// It knows nothing of the languages that are written in them.
//
// Input may be hostile: nesting, aliases and sizes are bounded.
package tree
