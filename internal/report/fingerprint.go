package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
)

// uniquePrints makes fingerprints that occur once in a report: platforms count two entries with one
// fingerprint as one.
type uniquePrints map[[16]byte]int

// of returns the fingerprint of l, 32 hexadecimal digits. It hashes the findings' own fingerprints,
// and the place only if they have none.
func (d uniquePrints) of(l lineResult) string {
	return d.name(cmp.Or(l.fingerprint(), fmt.Sprintf("%s:%d", l.uri, l.line)) + " " + l.ruleID())
}

// name makes a fingerprint of a name, with a number if the name was used before.
func (d uniquePrints) name(name string) string {
	key := short(name)
	d[key]++
	if n := d[key]; n > 1 {
		key = short(fmt.Sprintf("%s #%d", name, n))
	}
	return fmt.Sprintf("%x", key)
}

func short(name string) [16]byte {
	sum := sha256.Sum256([]byte(name))
	return [16]byte(sum[:16])
}
