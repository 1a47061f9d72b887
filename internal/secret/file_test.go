package secret

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// keys returns private keys in several forms, and texts that are not private keys.
func keys(t *testing.T) (private, public map[string]string) {
	t.Helper()
	small, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(small)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	headers := map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}
	rsaKey := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(large))
	private = map[string]string{
		"pkcs1": rsaKey, "pkcs8": block("PRIVATE KEY", pkcs8), "openssh": block("OPENSSH PRIVATE KEY", pkcs8),
		"pgp":       block("PGP PRIVATE KEY BLOCK", pkcs8),
		"encrypted": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: headers, Bytes: pkcs8})),
		"escaped":   strings.ReplaceAll(rsaKey, "\n", "\\n"),
		"indented":  strings.ReplaceAll(rsaKey, "\n", "\n        "),
		"base64":    base64.StdEncoding.EncodeToString([]byte(rsaKey)),
		"crlf":      strings.ReplaceAll(rsaKey, "\n", "\r\n"),
	}
	public = map[string]string{
		"certificate": block("CERTIFICATE", pkcs8), "public key": block("PUBLIC KEY", pkcs8),
		"base64 of a certificate": base64.StdEncoding.EncodeToString([]byte(block("CERTIFICATE", pkcs8))),
		"an example":              "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----\n",
		"a placeholder":           "-----BEGIN PRIVATE KEY-----\n${var.key}\n-----END PRIVATE KEY-----\n" + strings.Repeat("a", 64),
		"a mention":               "must begin with -----BEGIN RSA PRIVATE KEY-----",
		"nothing":                 "",
	}
	return private, public
}

// A key is found at any offset, also across chunks.
func TestHoldsPrivateKey(t *testing.T) {
	t.Parallel()
	private, public := keys(t)
	const keyChunk = 64 << 10
	buffer := make([]byte, keyChunk+keyReach)
	rapid.Check(t, func(t *rapid.T) {
		before := strings.Repeat("x", rapid.SampledFrom([]int{0, 1, 7, keyReach, keyChunk - 40, keyChunk, keyChunk + keyReach - 20, 3 * keyChunk}).Draw(t, "before")+rapid.IntRange(0, 80).Draw(t, "more"))
		after := strings.Repeat("y ", rapid.IntRange(0, 5000).Draw(t, "after"))
		for name, key := range private {
			if got, err := ReadsPrivateKey(strings.NewReader(before+"\n"+key+"\n"+after), buffer); !got || err != nil {
				t.Errorf("%s after %d bytes: %v, %v", name, len(before), got, err)
			}
		}
		for name, text := range public {
			if got, err := ReadsPrivateKey(strings.NewReader(before+"\n"+text+"\n"+after), nil); got || err != nil {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	})
	if _, err := ReadsPrivateKey(iotest.ErrReader(iotest.ErrTimeout), nil); err == nil {
		t.Error("no error for a file that can't be read")
	}
}

func FuzzHoldsPrivateKey(f *testing.F) {
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("A", 64)))
	f.Add([]byte("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2Z0lCQURBTkJna3Foa2lHOXcwQkFRRUZBQVNDQktnd2dnU2tBZ0VBQW9J"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := ReadsPrivateKey(strings.NewReader(string(b)), make([]byte, 64<<10)); err != nil || got != HoldsPrivateKey(b) && len(b) < 64<<10 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestSensitiveNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		".env": true, "a/prod.env": true, ".env.local": true, "Kubeconfig": true, "a/.kube/config": true, "id_rsa": true, "id_rsa.pub": false,
		"x.tfstate.backup": true, "tls.key": true, "a/.aws/credentials": true, "credentials": false, "environment.yaml": false, "main.tf": false,
	} {
		if IsSensitiveName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A name that says what a file is about does not say that it is a kubeconfig.
func TestIsAboutKubeconfigs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a/kubeconfig-creator.yaml": true, "KubeconfigWriter.yml": true, "kubeconfig-prod": true, "kubeconfig.prod.yaml": true,
		"kubeconfig": false, "a/kubeconfig.yaml": false, "kubeconfig.prod": false, "prod.kubeconfig": false, "kubeconfig-prod.kubeconfig": false,
		"kubeconfig-a.key": false, "kubeconfig.env": false, "a.kube/config": false, "id_rsa": false, "main.tf": false,
	} {
		if IsAboutKubeconfigs(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func TestHoldsKubeconfig(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a: 1\n---\nkind: Config\nclusters:\n- name: c\nusers:\n- name: u\n": true,
		"kind: Config\nusers:\n": false, "# kind: Config\nclusters:\nusers:\n": false, "": false,
	} {
		if HoldsKubeconfig([]byte(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
