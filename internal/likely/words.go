package likely

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
)

// maxText bounds how much of a text is read, in bytes: faults are described in a few sentences.
const maxText = 4096

// isSwitch reports whether a stem says that something is on or off: a key with one other word is
// about that word.
func isSwitch(stem string) bool { return stem == "enabl" || stem == "disabl" || stem == "is" }

// isSetting reports whether a stem only says that something is a setting: storage_type is not
// about storage.
func isSetting(stem string) bool {
	switch stem {
	case "configur", "config", "set", "specif", "option", "type", "arn", "list", "valu", "default", "param", "paramet",
		"properti", "attribut", "spec", "metadata", "rule", "polici":
		return true
	}
	return false
}

// binds reports whether a stem is of a short word that names are put together with.
func binds(stem string) bool {
	switch stem {
	case "name", "id", "use", "the", "a", "an", "and", "or", "of", "on", "in", "to", "for", "by", "at", "as", "with", "only":
		return true
	}
	return false
}

// partsOf splits an identifier into its lower-case words: publicly_accessible, hostPID,
// KMSMasterKeyId, serial-port-enable.
func partsOf(ident string) []string {
	var parts []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			parts = append(parts, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(ident)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return parts
}

func stemOf(word string) string { return english.Stem(word, true) }

// key is what a key of the block is called.
type key struct {
	// stems are those of its words that say something.
	stems []string
	// whole is unset if a word was left out that is not a switch.
	whole bool
	// inverse is set for a switch that turns something off.
	inverse bool
	// normal is equal for the spellings of one name, see [normal].
	normal string
}

func keyOf(ident string) key {
	k := key{whole: true, normal: normal(ident)}
	for _, p := range partsOf(ident) {
		stem := stemOf(p)
		k.inverse = k.inverse || stem == "disabl" || stem == "deni" || stem == "block"
		if isSwitch(stem) || isSetting(stem) || binds(stem) {
			k.whole = k.whole && isSwitch(stem)
			continue
		}
		k.stems = append(k.stems, stem)
	}
	return k
}

// normal is equal for the spellings of one identifier: publicly_accessible, PubliclyAccessible,
// publicly-accessible. Words of switches and settings are left out unless there is no other.
func normal(ident string) string {
	parts := partsOf(ident)
	var kept []string
	for _, p := range parts {
		if stem := stemOf(p); !isSwitch(stem) && !isSetting(stem) {
			kept = append(kept, stem)
		}
	}
	if len(kept) == 0 {
		return strings.Join(parts, "_")
	}
	return strings.Join(kept, "_")
}

// looksLikeIdentifier reports whether a word of running text can only be an identifier: it has an
// underscore, a capital after a small letter, or a dot inside.
func looksLikeIdentifier(word string) bool {
	afterSmall := false
	for _, r := range word {
		if r == '_' || afterSmall && unicode.IsUpper(r) {
			return true
		}
		afterSmall = unicode.IsLower(r)
	}
	dot := strings.IndexByte(word, '.')
	return dot > 0 && dot < len(word)-1
}
