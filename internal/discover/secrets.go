package discover

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/template/tree"
)

// sensitive reports whether files of this name usually hold secrets. Terraform
// sources don't, whatever they are about: kubeconfig.tf is a program that writes a
// kubeconfig.
func sensitive(name string) bool {
	return !isTerraform(strings.ToLower(name)) && secret.IsSensitiveName(name)
}

// byItsName is why a file must not be sent whose content shows no secret.
const byItsName = "files of this name usually hold secrets"

// secretIn returns why a file must not be sent, "" if it may be. content is its
// beginning, or all of it.
func (s *selection) secretIn(o *opener, c candidate, size int64, content []byte) (string, error) {
	switch {
	case s.IncludeSensitive:
		return "", nil
	case sensitive(c.path) && !(secret.IsAboutKubeconfigs(c.path) && int64(len(content)) == size && isHarmlessManifest(content)):
		return byItsName, nil
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

// isHarmlessManifest reports whether a file consists of Kubernetes objects alone, of kinds that
// carry no data, without a key or a text that may be of a credential. It is false where that is not
// certain.
func isHarmlessManifest(content []byte) bool {
	for line := range bytes.Lines(content) {
		if secret.HasShape(string(line)) {
			return false
		}
	}
	s, err := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if err != nil || len(s.Docs) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.Docs, func(doc *tree.Node) bool {
		kind := doc.Get("kind").Str()
		isObject := kind != "" && doc.Get("apiVersion").Str() != "" && doc.Get("metadata").Is(tree.Map)
		return !isObject || strings.HasSuffix(kind, "Config") || strings.HasSuffix(kind, "List") || mayHoldCredential(doc, 0)
	})
}

// mayHoldCredential reports whether a key or a text in a value may be of a credential.
func mayHoldCredential(n *tree.Node, depth int) bool {
	if depth > tree.MaxDepth || strings.Contains(n.Text, "clusters") && strings.Contains(n.Text, "users") {
		return true
	}
	return slices.ContainsFunc(n.Items, func(item *tree.Node) bool { return mayHoldCredential(item, depth+1) }) ||
		slices.ContainsFunc(n.Entries, func(e tree.Entry) bool {
			key := strings.ToLower(e.Key)
			names := func(word string) bool { return strings.Contains(key, word) }
			return slices.ContainsFunc([]string{"data", "key", "auth", "token", "passw", "secret", "credential", "kubeconfig", "users", "clusters"}, names) && key != "metadata" ||
				mayHoldCredential(e.Value, depth+1)
		})
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
