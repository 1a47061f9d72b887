// Package alerts reads the open alerts of cloud accounts, and the hits of posture checks, as
// findings of the gate.
//
// A vendor is one file: its variables, its filters and the pages of its API. What the vendors share
// stands in files of its own: paging, pacing, tokens, severity words and the fields of a config
// entry. The list in [Vendors] is the registry.
//
// Each source and each check is one row of the ledger. A failure is that row's fault, never an
// error of the run. A list that was not read to its end yields no findings.
package alerts
