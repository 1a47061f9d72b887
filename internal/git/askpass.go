package git

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/secret"
)

// answerScript answers git's questions for user name and password of one host, and no others. Git
// asks only if the host wants a credential.
const answerScript = `#!/bin/sh
case $1 in
"$SCANGATE_ASK_USER") printf '%s\n' "$SCANGATE_USER" ;;
"$SCANGATE_ASK_PASSWORD") printf '%s\n' "$SCANGATE_PASSWORD" ;;
*) exit 1 ;;
esac
`

// writeAskpass writes the program that answers git, and returns the variables that it needs. They
// are those of this git process alone.
func (f *fetcher) writeAskpass(address *url.URL) ([]string, error) {
	path := filepath.Join(f.folder, "askpass")
	if err := os.WriteFile(path, []byte(answerScript), 0o700); err != nil {
		return nil, err
	}
	host := address.Scheme + "://" + address.Host
	withUser := address.Scheme + "://" + url.User(f.User).String() + "@" + address.Host
	return []string{
		"GIT_ASKPASS=" + path,
		"SCANGATE_ASK_USER=Username for '" + host + "': ",
		"SCANGATE_ASK_PASSWORD=Password for '" + withUser + "': ",
		"SCANGATE_USER=" + f.User,
		"SCANGATE_PASSWORD=" + f.Token.Reveal(),
	}, nil
}

// Credential returns user name and password of the header with which this clone was made from an
// address, as actions/checkout leaves it; both are "" if there is none.
func (r *Repo) Credential(ctx context.Context, address string) (user string, token secret.Value) {
	header, err := r.query(ctx, "find the credential for "+StripUserInfo(address), "config", "--get-urlmatch", "http.extraheader", address)
	if err != nil {
		return "", ""
	}
	name, value, _ := strings.Cut(header, ":")
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(value), " ")
	if !strings.EqualFold(strings.TrimSpace(name), "authorization") || !strings.EqualFold(scheme, "basic") {
		return "", ""
	}
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", ""
	}
	user, password, _ := strings.Cut(string(pair), ":")
	return user, secret.Value(password)
}

// writeBundle writes the authorities of the system and those of CAFiles into one file, because git
// takes one file in the place of the system's. It returns "" if there are no CAFiles.
func (f *fetcher) writeBundle() (string, error) {
	files := f.CAFiles
	if len(files) == 0 {
		return "", nil
	}
	if system := systemBundle(f.Env); system != "" {
		files = append([]string{system}, files...)
	}
	var all bytes.Buffer
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		all.Write(pem)
		all.WriteByte('\n')
	}
	path := filepath.Join(f.folder, "authorities.pem")
	return path, os.WriteFile(path, all.Bytes(), 0o600)
}

// systemBundle returns the file with the system's authorities, "" where there is none.
func systemBundle(env []string) string {
	for _, file := range []string{
		lookup(env, "GIT_SSL_CAINFO"), lookup(env, "SSL_CERT_FILE"),
		// Where Go looks for them: crypto/x509/root_linux.go.
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
	} {
		if info, err := os.Stat(file); file != "" && err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}
