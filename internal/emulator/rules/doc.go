// Package rules judges infrastructure templates: parsed files in, alerts out.
//
// The rules are data (data/*.yaml): for each, the types of resources that it is
// about and a condition over their attributes. Conditions have three values,
// and a rule fires on a plain yes only: what can't be known from the files of a
// submission is never held against anyone.
package rules
