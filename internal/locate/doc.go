// Package locate puts findings on files and lines. The service names no line and
// no rule: it gives a summary, and details in which references such as
// "(Ref: logs, File: infra/main.tf)" occur. From these come one finding for each
// reference, the resource in the file and its first line, a rule id, and a
// fingerprint that survives line shifts, other branches and repeated scans.
//
// The package never guesses. What fits several files is ambiguous and lists the
// candidates; what fits several resources of a file goes to the file's first
// line and says so; what names nothing that was submitted stays unplaced.
package locate
