// Package bake reads the files of docker buildx bake (docker-bake.hcl and .json): it
// resolves variables, functions, matrices and inherited targets, and returns the builds
// with their lines.
//
// Only the given files are read. A variable has the user's value or its default; the
// environment is never used. What can't be evaluated concerns its own target alone.
package bake
