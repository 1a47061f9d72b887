package discover

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// withheld returns the row of a file that is not sent because of a secret. It is
// failed, not skipped, because the user has not chosen to leave it out.
func (s *selection) withheld(t result.Target, secret string) *result.Row {
	return failed(t, result.Fault{
		Cause:  result.CauseSensitive,
		Reason: fmt.Sprintf("%s: not sent: %s", t.Name, secret),
		Fix:    "take the secret out, exclude the file, or send it all the same with " + s.Names.IncludeSensitive,
	})
}

// sensitive reports whether a name is one of those under which secrets are
// kept. Terraform's sources are none, whatever they are about: kubeconfig.tf is
// a program that writes one.
func sensitive(name string) bool {
	name = strings.ToLower(name)
	base := path.Base(name)
	switch {
	case isTerraform(base):
		return false
	case strings.HasSuffix(base, ".tfstate"), strings.Contains(base, ".tfstate."),
		base == ".env", strings.HasPrefix(base, ".env."), strings.HasSuffix(base, ".env"),
		strings.HasPrefix(base, "kubeconfig"), strings.HasSuffix(base, ".kubeconfig"), strings.HasSuffix(name, ".kube/config"),
		base == ".netrc", base == ".npmrc", base == ".pypirc", base == ".pgpass", base == ".git-credentials",
		strings.HasSuffix(name, ".aws/credentials"), strings.HasSuffix(name, ".docker/config.json"):
		return true
	case strings.HasPrefix(base, "id_rsa"), strings.HasPrefix(base, "id_dsa"), strings.HasPrefix(base, "id_ecdsa"), strings.HasPrefix(base, "id_ed25519"):
		return !strings.HasSuffix(base, ".pub")
	}
	switch path.Ext(base) {
	case ".pem", ".key", ".p8", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk":
		return true
	}
	return false
}

// holdsKubeconfig reports whether a client's configuration stands among the
// documents of a file. Alone it is no template, and not sent anyway.
func holdsKubeconfig(content []byte) bool {
	if !bytes.Contains(content, []byte("kind: Config")) {
		return false
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(content) {
		seen[strings.TrimSpace(string(line))] = true
	}
	return seen["kind: Config"] && seen["users:"] && seen["clusters:"]
}

// secret says why a file that is to be sent must not be; "" if nothing is wrong
// with it. content is its beginning, and all of it where it was read whole.
func (s *selection) secret(o *opener, c candidate, size int64, content []byte) (string, error) {
	switch {
	case s.IncludeSensitive:
		return "", nil
	case sensitive(c.path):
		return "its name is one under which secrets are kept", nil
	case holdsKubeconfig(content):
		return "it holds a kubeconfig", nil
	}
	var rest io.Reader = bytes.NewReader(content)
	if int64(len(content)) < size {
		f, err := o.tree.root.Open(filepath.FromSlash(c.path))
		if err != nil {
			return "", err
		}
		defer f.Close()
		rest = f
	}
	holds, err := holdsPrivateKey(rest)
	if !holds {
		return "", err
	}
	return "it holds a private key", nil
}

const (
	keyChunk = 64 << 10
	// keyReach is how much of a block is needed to know it: its first line and
	// the beginning of the key, with headers between them.
	keyReach = 1 << 10
)

// holdsPrivateKey looks for a private key in PEM form, as it is, in a string
// with escaped line breaks, or encoded once more in base64 as in a Kubernetes
// Secret.
func holdsPrivateKey(r io.Reader) (bool, error) {
	buf := make([]byte, 0, keyChunk+keyReach)
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if keyIn(buf) {
			return true, nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		// What was only half seen is seen again with what follows.
		buf = append(buf[:0], buf[len(buf)-keyReach:]...)
	}
}

// keyIn reports whether b holds a key, in either form.
func keyIn(b []byte) bool {
	for _, mark := range []struct {
		text string
		is   func([]byte) bool
	}{{"-----BEGIN ", blockOfKey}, {"LS0tLS1CRUdJTi", encodedKey}} {
		for rest := b; ; {
			i := bytes.Index(rest, []byte(mark.text))
			if i < 0 {
				break
			}
			if mark.is(rest[i:min(len(rest), i+keyReach)]) {
				return true
			}
			rest = rest[i+len(mark.text):]
		}
	}
	return false
}

// blockOfKey reports whether b begins with a block of a private key that has
// some content: a header alone is an example.
func blockOfKey(b []byte) bool {
	b, begins := bytes.CutPrefix(b, []byte("-----BEGIN "))
	label, body, ok := bytes.Cut(b, []byte("-----"))
	if !begins || !ok || len(label) > 40 || !bytes.Contains(label, []byte("PRIVATE KEY")) {
		return false
	}
	body, _, _ = bytes.Cut(body, []byte("-----END"))
	const enough = 32
	run := 0
	for _, c := range body {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '+', c == '/':
			if run++; run >= enough {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}

// encodedKey is blockOfKey for base64.
func encodedKey(b []byte) bool {
	end := bytes.IndexFunc(b, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '+' || r == '/')
	})
	if end < 0 {
		end = len(b)
	}
	plain, err := base64.RawStdEncoding.DecodeString(string(b[:end-end%4]))
	return err == nil && blockOfKey(plain)
}
