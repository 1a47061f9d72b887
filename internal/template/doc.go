// Package template recognises infrastructure-as-code files by their content and
// lists their resources and images with line numbers. Its registry of languages
// is in language.go.
//
// Values that follow from the files alone are literals in the attribute trees.
// All others are [tree.Unknown] with their source text: a guess must not look
// like a value.
//
// Input may be hostile: nesting, aliases and expansion are bounded.
package template
