package change

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// MarkUnrelated sets Unrelated of the open alerts, of the sources that related names by their
// row's ID, that are about nothing in the templates of folders. An alert that says neither its
// resource nor its account counts, and so does one that may be about a resource whose name the
// templates don't state.
func MarkUnrelated(alerts []result.Finding, related map[string]bool, folders [][]template.RawFile) {
	d := newDeployed(folders)
	for i := range alerts {
		f := &alerts[i]
		f.Unrelated = related[f.Target] && !d.mayHold(f)
	}
}

// deployed is what templates say of what they deploy.
type deployed struct {
	// words are those of the templates' text, in lower case.
	words map[string]bool
	// unnamed are the types, in lower case, of resources whose name at the provider is not stated.
	unnamed map[string]bool
}

// anyType stands in unnamed for files that may deploy anything: modules, what can't be read, and
// what is not sent.
const anyType = ""

func newDeployed(folders [][]template.RawFile) deployed {
	d := deployed{words: map[string]bool{}, unnamed: map[string]bool{}}
	for _, files := range folders {
		for i, parsed := range template.ParseFolder(files) {
			for _, word := range wordsOf(string(files[i].Content)) {
				d.words[word] = true
			}
			if files[i].Content == nil || parsed.File == nil {
				d.unnamed[anyType] = true
				continue
			}
			d.add(parsed.File.Resources)
		}
	}
	return d
}

func (d deployed) add(resources []template.Resource) {
	for i := range resources {
		switch r := &resources[i]; {
		case r.Type == "module":
			d.unnamed[anyType] = true
		case deploys(r.Type) && !d.isNamed(r.Body):
			d.unnamed[strings.ToLower(r.Type)] = true
		}
	}
}

// deploys reports whether a block of this type brings something about at the provider.
func deploys(typ string) bool {
	switch typ {
	case "variable", "output", "local", "provider", "play":
		return false
	}
	return !strings.HasPrefix(typ, "data.")
}

// isNamed reports whether the attributes that name a resource are all stated, or are those of other
// resources. A value that stands nowhere as it is comes from a variable, which may have another
// value when it is deployed.
func (d deployed) isNamed(body *tree.Node) bool {
	named := false
	for _, e := range slices.Concat(body.Pairs(), body.Get("metadata").Pairs()) {
		switch key := strings.ToLower(e.Key); {
		case key != "bucket" && !strings.HasSuffix(key, "name") && !strings.HasSuffix(key, "identifier"):
		case e.Value.Is(tree.String) && d.holdAll(wordsOf(e.Value.Text)), e.Value.Is(tree.Unknown) && isReference(e.Value.Text):
			named = true
		default:
			return false
		}
	}
	return named
}

// isReference reports whether an expression of Terraform is an attribute of another resource.
func isReference(expression string) bool {
	return reference().MatchString(strings.TrimSpace(expression))
}

var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]+_[a-z0-9_]+\.[\w-]+(\[[^\]]*\])?\.\w+$`)
})

// mayHold reports whether an alert may be about something in the templates.
func (d deployed) mayHold(f *result.Finding) bool {
	resources := f.Resources
	if len(resources) == 0 {
		resources = []string{f.Resource}
	}
	if d.hold(wordsOf(f.InCloud().Account)) {
		return true
	}
	for _, r := range resources {
		s := parseSubject(r)
		if len(s.names) == 0 || d.hold(s.names) || d.hold(s.accounts) || d.mayCreate(s.service) {
			return true
		}
	}
	return false
}

func (d deployed) hold(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return d.words[w] })
}

func (d deployed) holdAll(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !d.words[w] })
}

// mayCreate reports whether one of the resources without a stated name may be one of a service.
func (d deployed) mayCreate(service string) bool {
	for typ := range d.unnamed {
		if typ == anyType || !namesTypes(service) || strings.Contains(typ, service) {
			return true
		}
	}
	return false
}

// namesTypes reports whether the types of a service's resources hold its name in every language.
// Others, such as ec2 and rds, have types like aws_vpc and aws_db_instance.
func namesTypes(service string) bool {
	return slices.Contains([]string{
		"athena", "cloudfront", "cloudtrail", "dynamodb", "ecr", "ecs", "eks", "glue", "iam", "kinesis", "kms", "lambda",
		"redshift", "s3", "secretsmanager", "sns", "sqs",
	}, service)
}

// subject is the resource of an alert by its parts.
type subject struct {
	// service is that of an ARN, "" if unknown.
	service string
	// names and accounts are words by which templates may state it.
	names, accounts []string
}

// parseSubject reads the id of a resource: an ARN
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html), the id of Azure
// (/subscriptions/ID/…/NAME), or a text that names it.
func parseSubject(id string) subject {
	id = strings.ToLower(strings.TrimSpace(id))
	if arn := strings.SplitN(id, ":", 6); len(arn) == 6 && arn[0] == "arn" {
		s := subject{service: arn[2], names: wordsOf(arn[5]), accounts: wordsOf(arn[4])}
		if len(s.names) > 1 && s.service != "s3" {
			s.names = s.names[1:] // role/NAME, security-group/ID, function:NAME
		}
		return s
	}
	if path, ok := strings.CutPrefix(id, "/subscriptions/"); ok {
		account, rest, _ := strings.Cut(path, "/")
		return subject{names: wordsOf(rest[strings.LastIndex(rest, "/")+1:]), accounts: wordsOf(account)}
	}
	return subject{names: namesIn(id)}
}

// namesIn returns the words of a text that may be names: those in quotes, and those with a digit or
// a hyphen. Without quotes, all words may be.
func namesIn(text string) []string {
	quoted := inQuotes().FindAllString(text, -1)
	if quoted == nil {
		return wordsOf(text)
	}
	names := wordsOf(strings.Join(quoted, " "))
	for _, w := range wordsOf(text) {
		if strings.ContainsAny(w, "0123456789-") {
			names = append(names, w)
		}
	}
	return names
}

var inQuotes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`'[^']*'|"[^"]*"|` + "`[^`]*`")
})

// wordsOf returns the words of a text in lower case: letters, digits, hyphens, underscores and
// dots.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	})
	for i, w := range words {
		words[i] = strings.Trim(w, ".")
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
