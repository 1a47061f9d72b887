package transport

import (
	"crypto/x509"
	"errors"
)

// LoadCAs returns the certificate authorities of the system and those in pem. A pem
// without a certificate is an error.
func LoadCAs(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		// Without a pool of the system, only the given authorities are trusted.
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate found; fix: give a file with PEM blocks that start with -----BEGIN CERTIFICATE-----")
	}
	return pool, nil
}
