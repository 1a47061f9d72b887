package discover

import (
	"bytes"
	"io"
	"strings"

	"github.com/scangate/scangate/internal/secret"
)

// sensitive reports whether files of this name usually hold secrets. Terraform
// sources don't, whatever they are about: kubeconfig.tf is a program that writes a
// kubeconfig.
func sensitive(name string) bool {
	return !isTerraform(strings.ToLower(name)) && secret.IsSensitiveName(name)
}

// secretIn returns why a file must not be sent, "" if it may be. content is its
// beginning, or all of it.
func (s *selection) secretIn(o *opener, c candidate, size int64, content []byte) (string, error) {
	switch {
	case s.IncludeSensitive:
		return "", nil
	case sensitive(c.path):
		return "files of this name usually hold secrets", nil
	case secret.HoldsKubeconfig(content):
		return "it holds a kubeconfig", nil
	}
	var rest io.Reader = bytes.NewReader(content)
	if int64(len(content)) < size {
		f, err := o.tree.FS.Open(c.path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		rest = f
	}
	holds, err := secret.HoldsPrivateKey(rest)
	if !holds {
		return "", err
	}
	return "it holds a private key", nil
}
