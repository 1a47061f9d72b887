// Package cli is the command line: commands, flags, help and completion. It is the
// only place that reads the environment and the clock, and that turns an outcome into
// an exit code. What a command does is the work of package run.
package cli
