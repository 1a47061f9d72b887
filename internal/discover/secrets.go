package discover

import (
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
	holds := secret.HoldsPrivateKey(content)
	if !holds && int64(len(content)) < size {
		var err error
		if holds, err = o.readsPrivateKey(c, size); err != nil {
			return "", err
		}
	}
	if !holds {
		return "", nil
	}
	return "it holds a private key", nil
}

// chunkSize is how much of a file is read at a time that is not kept in memory, in bytes.
const chunkSize = 256 << 10

// readsPrivateKey reads a file that is to be sent and is not kept in memory, once for all that is
// asked about its content.
func (o *opener) readsPrivateKey(c candidate, size int64) (bool, error) {
	f, err := o.tree.FS.Open(c.path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // it was only read
	buffer, ok := o.chunks.Get().(*[]byte)
	if !ok {
		buffer = new(make([]byte, chunkSize))
	}
	defer o.chunks.Put(buffer)
	passing := o.contents.passing()
	holds, err := secret.ReadsPrivateKey(io.TeeReader(f, passing), *buffer)
	if !holds && err == nil {
		passing.note(c, size)
	}
	return holds, err
}
