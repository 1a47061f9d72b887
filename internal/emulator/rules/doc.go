// Package rules evaluates security rules on infrastructure templates: files in,
// alerts out.
//
// The rules are data (data/*.yaml): types of resources, and a condition over their
// attributes. A condition is yes, no or maybe, and a rule fires on yes alone: what
// the files of a submission leave open never causes an alert.
package rules
