// Package cli is the command line: it reads what is asked for, wires the stages
// of a run together, and is the only place that turns an outcome into an exit
// code, and that reads the environment and the clock.
package cli
