// Package result holds the plain values that one run hands from stage to
// stage: targets, ledger rows, findings, locations, the policy that was applied
// and the record of the verdict. Their JSON encoding is result.json, from which
// a verdict can be taken again and every other report can be written.
//
// The package decides nothing and does no I/O but the encoding of a [Result].
package result
