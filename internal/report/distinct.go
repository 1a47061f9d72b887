package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
)

// distinct hands out fingerprints that occur once in a report: platforms take two
// entries with the same one for one.
type distinct map[[16]byte]int

// of returns the fingerprint of p, 32 hexadecimal digits. It is made of the
// findings' own, and of the place only where they have none.
func (d distinct) of(p placed) string {
	return d.name(cmp.Or(p.fingerprint(), fmt.Sprintf("%s:%d", p.uri, p.line)) + " " + p.ruleID())
}

// name makes a fingerprint of a name. A name that was used before gets a number.
func (d distinct) name(name string) string {
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
