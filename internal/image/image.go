package image

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/secret"
)

const (
	hub      = "docker.io"
	official = "library/"
	// maxRepository is the limit of the standard grammar, in bytes.
	maxRepository = 255
	maxTag        = 128
)

// Reference is a complete image reference.
type Reference struct {
	// Registry is the host, with a port if there is one: docker.io for Docker Hub.
	Registry string
	// Repository is the path at the registry, such as library/nginx.
	Repository string
	// Tag and Digest are not both empty after [Parse]. The digest counts then.
	Tag, Digest string
}

// ParseError says why a text is not an image reference.
type ParseError struct{ Ref, Msg string }

// Error names the text, without a password in it, and what is wrong with it.
func (e *ParseError) Error() string {
	return fmt.Sprintf("invalid image reference %q: %s", secret.HidePassword(e.Ref), e.Msg)
}

// grammar is the one of github.com/distribution/reference, and the tests compare
// the two. That package is not linked: it compiles ten expressions at the start
// of every program, which takes a fifth of the time of scangate version. Lengths are
// checked by themselves: an expression with them takes ten times as long.
var grammar = sync.OnceValue(func() *regexp.Regexp {
	const (
		label  = `[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`
		host   = `(?:` + label + `(?:\.` + label + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
		part   = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
		path   = part + `(?:/` + part + `)*`
		tag    = `\w[\w.-]*`
		digest = `sha(?:256|384|512):[a-f0-9]+`
	)
	return regexp.MustCompile(`^(?:(` + host + `)/)?(` + path + `)(?::(` + tag + `))?(?:@(` + digest + `))?$`)
})

// Parse reads a reference and completes it as container tools do: nginx becomes
// docker.io/library/nginx:latest. No tag is added to a digest. The error is a
// [*ParseError].
func Parse(ref string) (Reference, error) {
	invalid := func(msg string) (Reference, error) { return Reference{}, &ParseError{Ref: ref, Msg: msg} }
	registry, rest := complete(ref)
	repository, _, _ := strings.Cut(rest, ":")
	switch m := grammar().FindStringSubmatch(registry + "/" + rest); {
	case ref == "":
		return invalid("it is empty")
	case len(ref) == 64 && strings.Trim(ref, "0123456789abcdef") == "":
		return invalid("64 hexadecimal digits are the id of an image, not its name")
	case strings.ToLower(repository) != repository:
		return invalid("the name must be in lower case")
	case m == nil, len(m[3]) > maxTag, !isWhole(m[4]):
		return invalid("it is not of the form [HOST/]NAME[:TAG][@DIGEST]")
	case len(m[2]) > maxRepository:
		return invalid("the name must not have more than 255 characters")
	default:
		r := Reference{m[1], m[2], m[3], m[4]}
		if r.Tag == "" && r.Digest == "" {
			r.Tag = "latest"
		}
		return r, nil
	}
}

// isWhole reports whether a digest has as many digits as its algorithm makes, or is empty.
func isWhole(digest string) bool {
	algorithm, digits, _ := strings.Cut(digest, ":")
	bits, _ := strconv.Atoi(strings.TrimPrefix(algorithm, "sha")) // the grammar has numbers alone
	return 4*len(digits) == bits
}

// complete splits off the registry and fills in what Docker Hub lets people
// leave out.
func complete(ref string) (registry, rest string) {
	registry, rest = splitRegistry(ref)
	if registry == "" || registry == "index.docker.io" {
		registry = hub
	}
	if registry == hub && !strings.Contains(rest, "/") {
		rest = official + rest
	}
	return registry, rest
}

// splitRegistry returns "" as the registry of a reference that begins with the
// repository. The first part of a repository has no dot, colon or capital letter,
// and is not localhost.
func splitRegistry(ref string) (registry, rest string) {
	first, rest, slash := strings.Cut(ref, "/")
	if slash && (first == "localhost" || strings.ContainsAny(first, ".:") || strings.ToLower(first) != first) {
		return first, rest
	}
	return "", ref
}

// Normalize returns the complete form of a reference, or a [*ParseError].
func Normalize(ref string) (string, error) {
	r, err := Parse(ref)
	if err != nil {
		return "", err
	}
	return r.String(), nil
}

// String is the normalised reference.
func (r Reference) String() string { return r.Name() + r.version() }

// Name is the reference without tag and digest.
func (r Reference) Name() string {
	if r.Registry == "" {
		return r.Repository
	}
	return r.Registry + "/" + r.Repository
}

// version is the tag and the digest with their separators.
func (r Reference) version() string {
	version := ""
	if r.Tag != "" {
		version = ":" + r.Tag
	}
	if r.Digest != "" {
		version += "@" + r.Digest
	}
	return version
}

// Forms returns the usual spellings of the reference: the normalised one and the
// short one (nginx:latest), each with and without tag and digest.
func (r Reference) Forms() []string {
	return []string{r.String(), r.short() + r.version(), r.Name(), r.short()}
}

// IsOfficial reports whether the image is one of Docker Hub's own, such as nginx.
func (r Reference) IsOfficial() bool {
	r = r.canonical()
	return r.Registry == hub && strings.HasPrefix(r.Repository, official)
}

// HostForm returns the spelling with the registry and without library/, such as
// docker.io/nginx:latest.
func (r Reference) HostForm() string {
	if r.Registry != hub {
		return r.String()
	}
	return hub + "/" + r.short() + r.version()
}

// short is the name without what Docker Hub lets people leave out.
func (r Reference) short() string {
	if r.Registry != hub {
		return r.Name()
	}
	if name, ok := strings.CutPrefix(r.Repository, official); ok && !strings.Contains(name, "/") {
		return name
	}
	return r.Repository
}
