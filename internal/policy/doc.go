// Package policy reads and writes what a repository accepts: the baseline, waivers in files, and
// waivers in comments.
package policy
