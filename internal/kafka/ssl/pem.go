package ssl

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// pemBlock is one block of PEM text.
type pemBlock struct {
	kind string
	der  []byte
}

// pemBlocks reads PEM text. Unlike encoding/pem it accepts, as Kafka does, blocks
// whose lines were joined by blanks: that is how they stand in property files.
func pemBlocks(text string) ([]pemBlock, error) {
	var blocks []pemBlock
	for {
		_, rest, found := strings.Cut(text, "-----BEGIN ")
		if !found {
			return blocks, nil
		}
		kind, rest, found := strings.Cut(rest, "-----")
		body, after, closed := strings.Cut(rest, "-----END "+kind+"-----")
		if !found || !closed {
			return nil, errors.New("the PEM text is cut")
		}
		if strings.Contains(body, "Proc-Type:") {
			return nil, errors.New("the PEM key is encrypted in the traditional format; convert it to PKCS#8")
		}
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
		if err != nil {
			return nil, fmt.Errorf("read the PEM block %s: %w", kind, err)
		}
		blocks = append(blocks, pemBlock{kind: kind, der: der})
		text = after
	}
}

func pemCertificates(text string) ([]*x509.Certificate, error) {
	blocks, err := pemBlocks(text)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	for _, b := range blocks {
		if !strings.HasSuffix(b.kind, "CERTIFICATE") {
			continue
		}
		cert, err := x509.ParseCertificate(b.der)
		if err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, errors.New("no certificate in the PEM text")
	}
	return certs, nil
}

func pemKey(text, password string) (crypto.PrivateKey, error) {
	blocks, err := pemBlocks(text)
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		switch b.kind {
		case "PRIVATE KEY":
			return x509.ParsePKCS8PrivateKey(b.der)
		case "RSA PRIVATE KEY":
			return x509.ParsePKCS1PrivateKey(b.der)
		case "EC PRIVATE KEY":
			return x509.ParseECPrivateKey(b.der)
		case "ENCRYPTED PRIVATE KEY":
			if password == "" {
				return nil, errors.New("the PEM key is encrypted and ssl.key.password is not set")
			}
			return decryptPKCS8(b.der, password)
		}
	}
	return nil, errors.New("no private key in the PEM text")
}
