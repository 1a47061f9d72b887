// Package dockerfile finds the images that the FROM instructions of a
// Dockerfile name, and the lines on which they do, with the parser and the
// variable rules of BuildKit itself.
//
// Only what decides about FROM is judged: the ARG instructions before the first
// stage and the FROM instructions. Flags and arguments of other instructions
// are left to the builder, so that a newer Dockerfile syntax is no error here.
package dockerfile
