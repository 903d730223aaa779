package ssl

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/millrace/millrace/connect/config"
)

// maxStoreBytes bounds a store file.
const maxStoreBytes = 16 << 20

func readStore(key, location string) ([]byte, error) {
	f, err := os.Open(location)
	if err != nil {
		return nil, storeError(key, location, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxStoreBytes+1))
	if err == nil && len(data) > maxStoreBytes {
		err = fmt.Errorf("the file is larger than %d bytes", maxStoreBytes)
	}
	if err != nil {
		return nil, storeError(key, location, err)
	}
	return data, nil
}

// storeError names the key and the file. Causes come from parsers, which do not
// show passwords.
func storeError(key, location string, err error) error {
	where := key
	if location != "" {
		where = location + " (" + key + ")"
	}
	return &config.Error{Key: key, Msg: fmt.Sprintf("Failed to load SSL keystore %s: %v", where, err), Err: err}
}

// isJKS tells JKS from PKCS12 by its first bytes. JCEKS counts as JKS and fails
// there.
func isJKS(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xFE, 0xED, 0xFE, 0xED}) || bytes.HasPrefix(data, []byte{0xCE, 0xCE, 0xCE, 0xCE})
}

func loadJKS(data []byte, password string) (keystore.KeyStore, error) {
	ks := keystore.New(keystore.WithOrderedAliases())
	if data[0] == 0xCE {
		return ks, errors.New("stores of type JCEKS are not supported")
	}
	if err := ks.Load(bytes.NewReader(data), []byte(password)); err != nil {
		return ks, fmt.Errorf("keystore was tampered with, or password was incorrect: %w", err)
	}
	return ks, nil
}

func jksKey(data []byte, storePassword, password string) (crypto.PrivateKey, []*x509.Certificate, error) {
	ks, err := loadJKS(data, storePassword)
	if err != nil {
		return nil, nil, err
	}
	for _, alias := range ks.Aliases() {
		if !ks.IsPrivateKeyEntry(alias) {
			continue
		}
		entry, err := ks.GetPrivateKeyEntry(alias, []byte(password))
		if err != nil {
			return nil, nil, fmt.Errorf("the key %s cannot be recovered with the password of ssl.key.password: %w", alias, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(entry.PrivateKey)
		if err != nil {
			return nil, nil, fmt.Errorf("read the key %s: %w", alias, err)
		}
		chain, err := parseJKS(entry.CertificateChain)
		return key, chain, err
	}
	return nil, nil, errors.New("the store holds no private key")
}

// jksCertificates returns the certificates to trust: the trusted ones and, as in
// Java, those of private keys. Without a password the file is not checked.
func jksCertificates(data []byte, password string, given bool) ([]*x509.Certificate, error) {
	if !given {
		data = signJKS(data)
	}
	ks, err := loadJKS(data, password)
	if err != nil {
		return nil, err
	}
	var found []keystore.Certificate
	for _, alias := range ks.Aliases() {
		if entry, err := ks.GetTrustedCertificateEntry(alias); err == nil {
			found = append(found, entry.Certificate)
		} else if chain, err := ks.GetPrivateKeyEntryCertificateChain(alias); err == nil && len(chain) > 0 {
			found = append(found, chain[0])
		}
	}
	return parseJKS(found)
}

// signJKS replaces the digest at the end of a JKS file by that of the empty
// password: the reader insists on a check that Java leaves out when no password is
// given.
func signJKS(data []byte) []byte {
	if len(data) <= sha1.Size {
		return data
	}
	body := data[: len(data)-sha1.Size : len(data)-sha1.Size]
	h := sha1.New()
	h.Write([]byte("Mighty Aphrodite"))
	h.Write(body)
	return h.Sum(body)
}

func parseJKS(certs []keystore.Certificate) ([]*x509.Certificate, error) {
	var parsed []*x509.Certificate
	for _, c := range certs {
		cert, err := x509.ParseCertificate(c.Content)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, cert)
	}
	return parsed, nil
}

func pkcs12Key(data []byte, password string) (crypto.PrivateKey, []*x509.Certificate, error) {
	key, cert, others, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, nil, err
	}
	return key, append([]*x509.Certificate{cert}, others...), nil
}

// pkcs12Certificates returns the certificates to trust. A store that also holds a
// private key is read as a whole: the library does not tell its trusted
// certificates from those of the key.
func pkcs12Certificates(data []byte, password string) ([]*x509.Certificate, error) {
	certs, err := pkcs12.DecodeTrustStore(data, password)
	if err == nil || errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return certs, err
	}
	_, cert, others, keyErr := pkcs12.DecodeChain(data, password)
	if keyErr != nil {
		return nil, err
	}
	return append([]*x509.Certificate{cert}, others...), nil
}
