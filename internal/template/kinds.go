package template

import (
	"strings"
	"sync"
)

// Fit says how well a resource type fits the service's kind word.
type Fit uint8

// The fits, from none to certain.
const (
	FitNone    Fit = iota
	FitRelated     // the type's name begins with the word
	FitHolder      // the type holds the thing, or its name ends in the word
	FitSame        // the type is the thing
)

// cloudPrefix is how the types of a cloud begin in a language. The cloud is empty
// for types that run in any cloud.
type cloudPrefix struct{ prefix, cloud string }

// KindFit says how well a type of any language fits a kind word of the service:
// AWS_S3 means aws_s3_bucket, AWS::S3::Bucket and s3_bucket. The words are the
// keys of the service's search call, and those that its alerts use.
func KindFit(kind, typ string) Fit {
	wanted, word := splitKind(kind)
	typ = strings.TrimPrefix(typ, "data.")
	cloud, rest := splitType(typ)
	if wanted != "" && cloud != "" && cloud != wanted {
		return FitNone
	}
	types, lower := kindTable()[word], strings.ToLower(typ)
	module := lower[strings.LastIndexByte(lower, '.')+1:] // s3_bucket of amazon.aws
	return max(types[lower], types[module], fitByName(word, rest))
}

// fitByName compares the words of names that no table lists.
func fitByName(word, rest string) Fit {
	have := strings.Join(typeWords(rest), " ")
	want := strings.ToLower(strings.ReplaceAll(word, "_", " "))
	switch {
	case have == want:
		return FitSame
	case strings.HasSuffix(have, " "+want):
		return FitHolder
	case strings.HasPrefix(have, want+" "):
		return FitRelated
	}
	return FitNone
}

// kindTable joins the tables of the languages: kind word without its cloud, then
// type in lower case. It is made when a name first fits several resources. A line
// of a language's table is "WORD: type, (holder), type".
var kindTable = sync.OnceValue(func() map[string]map[string]Fit {
	table := map[string]map[string]Fit{}
	for _, l := range languages() {
		for line := range strings.Lines(l.kinds) {
			word, types, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok {
				continue
			}
			if table[word] == nil {
				table[word] = map[string]Fit{}
			}
			for typ := range strings.SplitSeq(strings.ToLower(types), ", ") {
				fit := FitSame
				if typ[0] == '(' {
					typ, fit = strings.Trim(typ, "()"), FitHolder
				}
				table[word][typ] = fit
			}
		}
	}
	return table
})

// splitKind takes the cloud off a kind word: AWS_S3 is S3 of aws.
func splitKind(kind string) (cloud, word string) {
	first, rest, ok := strings.Cut(kind, "_")
	switch {
	case !ok:
		return "", kind
	case first == "AWS" || first == "AZURE" || first == "GCP":
		return strings.ToLower(first), rest
	case first == "NATIVE" || first == "KUBERNETES" || first == "K8S":
		return "", rest
	}
	return "", kind
}

// splitType takes the cloud off a type: aws_s3_bucket is s3_bucket of aws.
func splitType(typ string) (cloud, rest string) {
	lower := strings.ToLower(typ)
	for _, l := range languages() {
		for _, c := range l.clouds {
			if strings.HasPrefix(lower, c.prefix) && len(lower) == len(typ) {
				return c.cloud, typ[len(c.prefix):]
			}
		}
	}
	return "", typ
}

// typeWords splits a type into lower-case words, the last one in the singular:
// S3::Bucket is s3 bucket, Storage/storageAccounts is storage storage account.
func typeWords(typ string) []string {
	words := strings.Fields(splitCamelCase(typ))
	if n := len(words) - 1; n >= 0 {
		words[n] = singular(words[n])
	}
	return words
}

// singular undoes the plural of ARM's types: storageAccounts.
func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && len(word) > 3:
		return word[:len(word)-1]
	}
	return word
}

// splitCamelCase lower-cases a name and puts blanks between its words.
func splitCamelCase(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && !isDigit(c) {
			b.WriteByte(' ')
			continue
		}
		if startsWord(name, i) {
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return strings.ToLower(b.String())
}

// startsWord reports whether the capital at i begins a word: it follows a small
// letter, or ends a run of capitals as the I in DBInstance.
func startsWord(name string, i int) bool {
	if i == 0 || !isUpper(name[i]) {
		return false
	}
	return !isUpper(name[i-1]) || i+1 < len(name) && isLetter(name[i+1]) && !isUpper(name[i+1])
}

func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
