package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"path"
	"strings"
)

// IsSensitiveName reports whether files of this name usually hold secrets, such as
// .env, kubeconfig and id_rsa. name is a path with slashes.
func IsSensitiveName(name string) bool {
	name = strings.ToLower(name)
	base := path.Base(name)
	switch {
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

// IsAboutKubeconfigs reports whether a file that [IsSensitiveName] finds may be about kubeconfigs,
// and no kubeconfig: kubeconfig-creator.yaml, but not kubeconfig.yaml. The content decides.
func IsAboutKubeconfigs(name string) bool {
	base := strings.ToLower(path.Base(name))
	rest, found := strings.CutPrefix(strings.TrimSuffix(base, path.Ext(base)), "kubeconfig")
	return found && rest != "" && !IsSensitiveName(path.Join(path.Dir(name), "x"+rest+path.Ext(base)))
}

// HoldsKubeconfig reports whether one of the YAML documents in content is the
// configuration of a Kubernetes client.
func HoldsKubeconfig(content []byte) bool {
	if !bytes.Contains(content, []byte("kind: Config")) {
		return false
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(content) {
		seen[strings.TrimSpace(string(line))] = true
	}
	return seen["kind: Config"] && seen["users:"] && seen["clusters:"]
}

// keyReach is how many bytes of a PEM block show that it is a key: its first line and the beginning
// of the key, with headers between them.
const keyReach = 1 << 10

// ReadsPrivateKey is [HoldsPrivateKey] for what r reads into buffer, part by part. The buffer has
// a few KiB or more. The error is one of r's.
func ReadsPrivateKey(r io.Reader, buffer []byte) (bool, error) {
	buf := buffer[:0]
	if cap(buf) < 2*keyReach {
		buf = make([]byte, 0, 2*keyReach)
	}
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if HoldsPrivateKey(buf) {
			return true, nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		// A key may begin at the end of one chunk and continue in the next.
		buf = append(buf[:0], buf[len(buf)-keyReach:]...)
	}
}

// HoldsPrivateKey reports whether b holds a private key in PEM form: as it is, in a string with
// escaped line breaks, or encoded once more in base64, as in a Kubernetes Secret.
func HoldsPrivateKey(b []byte) bool {
	for _, form := range []struct {
		start string
		isKey func([]byte) bool
	}{{"-----BEGIN ", isKeyBlock}, {"LS0tLS1CRUdJTi", isEncodedKeyBlock}} {
		for rest := b; ; {
			i := bytes.Index(rest, []byte(form.start))
			if i < 0 {
				break
			}
			if form.isKey(rest[i:min(len(rest), i+keyReach)]) {
				return true
			}
			rest = rest[i+len(form.start):]
		}
	}
	return false
}

// isKeyBlock reports whether b begins with the PEM block of a private key that has
// some content: a header without a key is an example.
func isKeyBlock(b []byte) bool {
	b, begins := bytes.CutPrefix(b, []byte("-----BEGIN "))
	label, body, ok := bytes.Cut(b, []byte("-----"))
	if !begins || !ok || len(label) > 40 || !bytes.Contains(label, []byte("PRIVATE KEY")) {
		return false
	}
	body, _, _ = bytes.Cut(body, []byte("-----END"))
	const enough = 32
	run := 0
	for _, c := range body {
		if !isBase64(rune(c)) {
			run = 0
		} else if run++; run >= enough {
			return true
		}
	}
	return false
}

// isEncodedKeyBlock is isKeyBlock for base64.
func isEncodedKeyBlock(b []byte) bool {
	end := bytes.IndexFunc(b, func(r rune) bool { return !isBase64(r) })
	if end < 0 {
		end = len(b)
	}
	plain, err := base64.RawStdEncoding.DecodeString(string(b[:end-end%4]))
	return err == nil && isKeyBlock(plain)
}

func isBase64(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '+' || r == '/'
}
