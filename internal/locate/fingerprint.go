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
)

// hash is the first half of a SHA-256; a fingerprint is its 32 hexadecimal digits.
type hash [16]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

func digest(parts ...string) hash {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return hash(h.Sum(nil)[:len(hash{})])
}

// baseFingerprint hashes what stays the same in another scan or branch, when lines
// shift or a count changes: rule, path, resource and text. prose is the text
// without references.
func baseFingerprint(f *result.Finding, prose string) hash {
	if f.Kind == result.KindImage {
		return digest("image", f.Rule, f.Image, f.Severity.String(), strings.ToLower(f.RawSeverity))
	}
	if f.Submission != "" {
		prose = strings.ReplaceAll(prose, f.Submission, "")
	}
	path, resource := normalText(f.File), f.Resource
	if f.Placed() {
		path = f.Locations[0].Path
	}
	if resource == "" {
		resource = normalText(f.Ref)
	}
	return digest(string(f.Kind), f.Rule, path, resource, normalText(prose))
}

// normalText removes what differs between two scans of the same thing: case,
// blanks, numbers (counts, lines, times) and ids.
func normalText(text string) string {
	text = strings.ToLower(text)
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && (isAlnum(text[end]) || text[end] == '-') {
			end++
		}
		switch {
		case end == i:
			b.WriteByte(text[i])
			end++
		case isID(text[i:end]):
			b.WriteByte('#')
		default:
			writeWithoutDigits(&b, text[i:end])
		}
		i = end
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func writeWithoutDigits(b *strings.Builder, word string) {
	for i := range len(word) {
		switch {
		case !isDigit(word[i]):
			b.WriteByte(word[i])
		case i == 0 || !isDigit(word[i-1]):
			b.WriteByte('#')
		}
	}
}

// isID reports whether a word is a UUID, a longer id of the same form, or a hash.
func isID(word string) bool {
	if !strings.ContainsAny(word, "0123456789") {
		return false
	}
	if groups := strings.Split(word, "-"); len(groups) == 5 && len(word) >= 32 {
		return !slices.ContainsFunc(groups, func(g string) bool { return len(g) < 4 })
	}
	return len(word) >= 16 && strings.Trim(word, "0123456789abcdef") == ""
}

// setFingerprints sets the fingerprint of every finding. Findings with equal bases
// get an ordinal, in an order that does not depend on that of the alerts.
func setFingerprints(findings []result.Finding, bases []hash) {
	order := make([]int, len(bases))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(bytes.Compare(bases[a][:], bases[b][:]), compareStable(&findings[a], &findings[b]))
	})
	n := 0
	for at, i := range order {
		base := bases[i]
		if n++; at == 0 || bases[order[at-1]] != base {
			n = 0
		}
		findings[i].Fingerprint = base.String()
		if n > 0 {
			findings[i].Fingerprint = digest(base.String(), strconv.Itoa(n)).String()
		}
	}
}

func compareStable(a, b *result.Finding) int {
	return cmp.Or(
		cmp.Compare(a.Details, b.Details),
		cmp.Compare(a.Ref, b.Ref),
		cmp.Compare(a.File, b.File),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.RawSeverity, b.RawSeverity),
		cmp.Compare(a.Submission, b.Submission),
	)
}
