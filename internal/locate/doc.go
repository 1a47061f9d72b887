// Package locate makes findings of the service's answers and puts them on files
// and lines. An answer names no line and no rule. An alert has a summary, and
// details with references such as "(Ref: logs, File: infra/main.tf)".
//
// Each reference becomes one finding on the first line of its resource, or on the
// line of an attribute that the details quote. The finding has a rule id, and a
// fingerprint that survives line shifts, other branches and repeated scans.
//
// A finding's location is certain. Package likely guesses where in the block the
// fault is. If several files match, the finding is ambiguous and lists them as
// candidates. If several resources of a file match, it is on the file's first line
// with a note. If nothing that was submitted matches, it is unplaced.
package locate
