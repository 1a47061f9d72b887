package transport

import (
	"crypto/x509"
	"errors"
)

// LoadCAs returns the system's certificate authorities and those of pem. A pem
// without any certificate is an error.
func LoadCAs(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		// Where the system has no pool, the given authorities are all there is.
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in PEM form found: the file must hold -----BEGIN CERTIFICATE----- blocks")
	}
	return pool, nil
}
