// Package dockerfile finds the images that the FROM instructions of a Dockerfile
// name, with their lines. The parser and the rules for variables are BuildKit's.
//
// It checks the FROM instructions and the ARG instructions before the first stage.
// It ignores the flags and arguments of other instructions, so that a newer
// Dockerfile syntax is not an error.
package dockerfile
