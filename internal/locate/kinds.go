package locate

import (
	_ "embed"
	"strings"
	"sync"
)

// kindTable lists what the service's words mean. They are the keys of its search
// call and the words that its alerts are known to use.
//
//go:embed kinds.txt
var kindTable string

// kindWords parses the table once, when the first bare name fits several
// resources.
var kindWords = sync.OnceValue(func() map[string][]string {
	words := map[string][]string{}
	for line := range strings.SplitSeq(kindTable, "\n") {
		word, types, ok := strings.Cut(line, ": ")
		if ok && !strings.HasPrefix(line, "#") {
			words[word] = strings.Split(types, ", ")
		}
	}
	return words
})

// The scores of a type against a kind word, from none to certain.
const (
	kindNone = iota
	kindRelated
	kindHolder
	kindSame
)

// kindScore says how well a resource type fits the vendor's word: the same
// thing, something that holds it, or a type whose name has the same words at its
// end or its start.
func kindScore(kind, typ string) int {
	provider, word := splitKind(kind)
	cloud, rest := splitType(typ)
	if provider != "" && cloud != "" && cloud != provider {
		return kindNone
	}
	have := strings.Join(typeWords(rest), " ")
	score := kindNone
	for _, want := range kindWords()[word] {
		switch {
		case have == want:
			return kindSame
		case "("+have+")" == want:
			score = max(score, kindHolder)
		}
	}
	want := strings.ToLower(strings.ReplaceAll(word, "_", " "))
	switch {
	case have == want:
		return kindSame
	case strings.HasSuffix(have, " "+want):
		return max(score, kindHolder)
	case strings.HasPrefix(have, want+" "):
		return max(score, kindRelated)
	}
	return score
}

// splitKind takes the provider off AWS_S3.
func splitKind(kind string) (provider, word string) {
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

// providerPrefixes are how types begin that belong to a cloud; the longer ones
// stand before their own beginnings. Kubernetes objects run in any cloud.
func providerPrefixes() [][2]string {
	return [][2]string{
		{"aws_", "aws"}, {"aws::", "aws"}, {"amazon.aws.", "aws"}, {"community.aws.", "aws"},
		{"azurerm_", "azure"}, {"azuread_", "azure"}, {"microsoft.", "azure"},
		{"azure.azcollection.azure_rm_", "azure"}, {"azure_rm_", "azure"},
		{"google_", "gcp"}, {"google.cloud.gcp_", "gcp"}, {"gcp_", "gcp"},
		{"kubernetes_", ""}, {"kubernetes.core.", ""},
	}
}

// splitType takes the provider off a type: aws_s3_bucket is s3_bucket of aws.
func splitType(typ string) (provider, rest string) {
	typ = strings.TrimPrefix(typ, "data.")
	lower := strings.ToLower(typ)
	for _, p := range providerPrefixes() {
		if strings.HasPrefix(lower, p[0]) && len(lower) == len(typ) {
			return p[1], typ[len(p[0]):]
		}
	}
	return "", typ
}

// typeWords splits what is left of a type into lower-case words, the last one in
// the singular: S3::Bucket is s3 bucket, Storage/storageAccounts is storage
// storage account.
func typeWords(rest string) []string {
	words := strings.Fields(camelSplit(rest))
	if n := len(words) - 1; n >= 0 {
		words[n] = singular(words[n])
	}
	return words
}

// singular takes the plural of ARM's types away: storageAccounts.
func singular(w string) string {
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && len(w) > 3:
		return w[:len(w)-1]
	}
	return w
}

// camelSplit lower-cases a name and puts blanks between its words.
func camelSplit(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case !isAlnum(c):
			b.WriteByte(' ')
			continue
		case isUpper(c) && i > 0 && (!isUpper(name[i-1]) || i+1 < len(name) && isLetter(name[i+1]) && !isUpper(name[i+1])):
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return strings.ToLower(b.String())
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
