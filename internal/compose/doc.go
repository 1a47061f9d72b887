// Package compose reads Compose files as Compose does, and keeps the lines: includes,
// extends, overrides, variables and .env files. It returns the builds and the images
// of a project.
//
// It only reads what decides about images. Everything is read through [Options.Read],
// so that nothing outside the tree is. Profiles are all active. env_file and
// label_file are never read, because they decide about nothing here.
//
// The loader of compose-go is not used: it reads files past every hook, has no lines,
// and gives up at the first error. It is the oracle of the tests.
package compose
