package locate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// hash is the first half of a SHA-256; a fingerprint is its 32 hexadecimal digits.
type hash [16]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

func digest(parts ...string) hash {
	all := make([]byte, 0, 512)
	for _, p := range parts {
		all = append(strconv.AppendInt(all, int64(len(p)), 10), ':')
		all = append(all, p...)
	}
	sum := sha256.Sum256(all)
	return hash(sum[:len(hash{})])
}

// baseFingerprint hashes what stays the same in another scan or branch, when lines shift
// or a count changes: rule, path, resource and text. prose is the text without references,
// and b the block of the resource, whose numbers and names stay in the text: a finding about
// port 22 must not have the fingerprint of an accepted one about port 443.
func baseFingerprint(f *result.Finding, prose string, b *block) hash {
	if f.Kind == result.KindImage {
		return digest("image", f.Rule, f.Image, f.Severity.String(), strings.ToLower(f.RawSeverity))
	}
	if id := f.Submission; strings.Trim(id, digits) != "" && !b.has(strings.ToLower(id)) {
		prose = text.ReplaceWord(prose, id, "", "-_")
	}
	head, _ := cutLine(f.File)
	path := foldIDs(head)
	if f.Placed() {
		path = f.Locations[0].Path
	}
	return digest(string(f.Kind), f.Rule, path, resourceOf(f), foldText(prose, b.has))
}

// resourceOf is the resource of a finding: its address, or else the service's name for it.
// Copies of a module share their file, and so the addresses in it.
func resourceOf(f *result.Finding) string {
	switch {
	case f.Resource == "":
		return foldIDs(f.Ref)
	case strings.HasPrefix(f.Ref, "module."):
		return f.Resource + " " + f.Ref
	}
	return f.Resource
}

// setFingerprints sets the fingerprint of every finding. Of findings with equal bases, the
// first has the base, the second a hash of the base and 1, and so on, in an order that does
// not depend on that of the alerts. So n equal findings have the first n fingerprints of one
// sequence: if one of them is fixed, whichever it is, the last fingerprint is gone; one more
// adds exactly one. In the order, the lower severities come first: a worse finding never takes
// the fingerprint of one that was there.
//
// former has the bases of findings in files that were moved. They keep their place in the order.
func setFingerprints(findings []result.Finding, bases []hash, former map[int]hash) {
	order := make([]int, len(bases))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := bytes.Compare(bases[a][:], bases[b][:]); c != 0 {
			return c
		}
		return cmp.Or(compareStable(&findings[a], &findings[b]), cmp.Compare(a, b))
	})
	n := 0
	for at, i := range order {
		base := bases[i]
		if n++; at == 0 || bases[order[at-1]] != base {
			n = 0
		}
		findings[i].Fingerprint = numbered(base, n)
		if old, moved := former[i]; moved {
			findings[i].Former = numbered(old, n)
		}
	}
}

// numbered is the fingerprint of the finding that has n others of its base before it.
func numbered(base hash, n int) string {
	if n == 0 {
		return base.String()
	}
	return digest(base.String(), strconv.Itoa(n)).String()
}

func compareStable(a, b *result.Finding) int {
	return cmp.Or(
		cmp.Compare(badness(a.Severity), badness(b.Severity)),
		cmp.Compare(a.Details, b.Details),
		cmp.Compare(a.Ref, b.Ref),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.RawSeverity, b.RawSeverity),
		cmp.Compare(a.Submission, b.Submission),
	)
}

// badness orders severities. Unknown may be as bad as any.
func badness(s result.Severity) int {
	if s == result.Unknown {
		return len(result.Severities())
	}
	return int(s)
}
