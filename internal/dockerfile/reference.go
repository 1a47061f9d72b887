package dockerfile

import (
	// The digests of references are checked with these.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"strings"

	"github.com/distribution/reference"
)

// Normalize completes an image reference as every container tool does: nginx is
// docker.io/library/nginx:latest. A digest stays, and a tag before it; no tag
// is added to a digest. It fails with a [*ReferenceError].
func Normalize(ref string) (string, error) {
	named, err := parse(ref)
	if err != nil {
		return "", err
	}
	return reference.TagNameOnly(named).String(), nil
}

// Forms returns the spellings by which people may mean the image ref: the
// normalised one and the short one (nginx:latest), each with and without what
// follows the name. It is empty for an invalid reference.
func Forms(ref string) []string {
	named, err := parse(ref)
	if err != nil {
		return nil
	}
	full := reference.TagNameOnly(named)
	return []string{full.String(), reference.FamiliarString(full), full.Name(), reference.FamiliarName(full)}
}

func parse(ref string) (reference.Named, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		msg := strings.TrimPrefix(err.Error(), "invalid reference format: ")
		if ref == "" {
			msg = "it is empty"
		}
		return nil, &ReferenceError{Ref: ref, Msg: msg}
	}
	return named, nil
}
