package dockerfile

import (
	"regexp"
	"strings"
	"sync"
)

// reference is an image reference in its parts. Docker Hub's domain is docker.io.
type reference struct{ domain, path, tag, digest string }

const (
	hub         = "docker.io"
	official    = "library/"
	longestPath = 255
)

// grammar is that of github.com/distribution/reference, which the tests hold it
// against. Its package isn't linked because it compiles ten expressions whenever
// a program starts: a fifth of the time that scangate version takes. This one is
// compiled when it is first needed.
var grammar = sync.OnceValue(func() *regexp.Regexp {
	const (
		label  = `[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`
		host   = `(?:` + label + `(?:\.` + label + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
		part   = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
		path   = part + `(?:/` + part + `)*`
		tag    = `\w[\w.-]{0,127}`
		digest = `sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}`
	)
	return regexp.MustCompile(`^(?:(` + host + `)/)?(` + path + `)(?::(` + tag + `))?(?:@(` + digest + `))?$`)
})

// Normalize completes an image reference as every container tool does: nginx is
// docker.io/library/nginx:latest. A digest stays, and a tag before it; no tag
// is added to a digest. It fails with a [*ReferenceError].
func Normalize(ref string) (string, error) {
	r, err := parse(ref)
	if err != nil {
		return "", err
	}
	return r.name() + r.rest(), nil
}

// Forms returns the spellings by which people may mean the image ref: the
// normalised one and the short one (nginx:latest), each with and without what
// follows the name. It is empty for an invalid reference.
func Forms(ref string) []string {
	r, err := parse(ref)
	if err != nil {
		return nil
	}
	return []string{r.name() + r.rest(), r.short() + r.rest(), r.name(), r.short()}
}

func parse(ref string) (reference, error) {
	invalid := func(msg string) (reference, error) { return reference{}, &ReferenceError{Ref: ref, Msg: msg} }
	domain, path := splitDomain(ref)
	name, _, _ := strings.Cut(path, ":")
	switch m := grammar().FindStringSubmatch(domain + "/" + path); {
	case ref == "":
		return invalid("it is empty")
	case len(ref) == 64 && strings.Trim(ref, "0123456789abcdef") == "":
		return invalid("64 hexadecimal digits are the id of an image and not its name")
	case strings.ToLower(name) != name:
		return invalid("the name must be in lower case")
	case m == nil:
		return invalid("it is not of the form [HOST/]NAME[:TAG][@DIGEST]")
	case len(m[2]) > longestPath:
		return invalid("the name must not have more than 255 characters")
	default:
		r := reference{m[1], m[2], m[3], m[4]}
		if r.tag == "" && r.digest == "" {
			r.tag = "latest"
		}
		return r, nil
	}
}

// splitDomain tells a registry from the first part of a name: the latter has
// neither a dot, a colon nor a capital letter, and isn't localhost.
func splitDomain(ref string) (domain, path string) {
	first, rest, slash := strings.Cut(ref, "/")
	isDomain := first == "localhost" || strings.ContainsAny(first, ".:") || strings.ToLower(first) != first
	domain, path = hub, ref
	if slash && isDomain {
		domain, path = first, rest
	}
	if domain == "index.docker.io" {
		domain = hub
	}
	if domain == hub && !strings.Contains(path, "/") {
		path = official + path
	}
	return domain, path
}

func (r reference) name() string {
	if r.domain == "" {
		return r.path
	}
	return r.domain + "/" + r.path
}

// short is the name as people write it.
func (r reference) short() string {
	if r.domain != hub {
		return r.name()
	}
	if name, ok := strings.CutPrefix(r.path, official); ok && !strings.Contains(name, "/") {
		return name
	}
	return r.path
}

// rest is what follows the name.
func (r reference) rest() string {
	rest := ""
	if r.tag != "" {
		rest = ":" + r.tag
	}
	if r.digest != "" {
		rest += "@" + r.digest
	}
	return rest
}
