// Package alerts reads the open alerts of cloud accounts, and the hits of posture
// checks, as findings of the gate: one file per vendor behind one small
// interface.
//
// Each source and each check is a row of the ledger. Run never returns an error:
// what fails is a row, with a cause, a reason and how to fix it. A list that
// could not be read to its end has no answer, and is never a short list.
package alerts
