// Package likely guesses the line of a resource's block that holds the fault of a finding.
// The service names a resource and no attribute. Its texts describe the fault in words, and
// often name the attribute that fixes it; both are compared with the keys and values of the
// block.
//
// A guess is shown beside the certain line and never replaces it. No guess is better than a
// wrong one: what fits two lines fits none.
package likely
