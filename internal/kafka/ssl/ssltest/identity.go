package ssltest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Password protects every store and key that this package makes.
const Password = "a-test-password"

// Identity is a certificate with its key and the authority that signed it.
type Identity struct {
	Cert   *x509.Certificate
	Key    *ecdsa.PrivateKey
	issuer *Identity
}

// NewAuthority returns a self-signed authority.
func NewAuthority(t testing.TB, name string) *Identity {
	return issue(t, nil, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
}

// Issue returns an identity signed by the authority, for hosts: names and addresses
// that become its alternative names.
func (a *Identity) Issue(t testing.TB, commonName string, hosts ...string) *Identity {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: commonName},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return issue(t, a, template)
}

func issue(t testing.TB, issuer *Identity, template *x509.Certificate) *Identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.Cert, issuer.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	check(t, err)
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	return &Identity{Cert: cert, Key: key, issuer: issuer}
}

// TLS returns the identity as a certificate of crypto/tls.
func (i *Identity) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{i.Cert.Raw}, PrivateKey: i.Key, Leaf: i.Cert}
}

// CertPEM returns the certificate as PEM text.
func (i *Identity) CertPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Cert.Raw}))
}

// KeyPEM returns the key as PEM text (PKCS#8).
func (i *Identity) KeyPEM(t testing.TB) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: i.pkcs8(t)}))
}

func (i *Identity) pkcs8(t testing.TB) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(i.Key)
	check(t, err)
	return der
}

// TrustJKS writes a JKS store that trusts the identity and returns its path.
func (i *Identity) TrustJKS(t testing.TB) string {
	ks := keystore.New()
	check(t, ks.SetTrustedCertificateEntry("ca", keystore.TrustedCertificateEntry{
		CreationTime: time.Now(), Certificate: i.jks(),
	}))
	return writeJKS(t, ks)
}

// KeyJKS writes a JKS store with the key, protected by keyPassword, and returns its
// path.
func (i *Identity) KeyJKS(t testing.TB, keyPassword string) string {
	ks := keystore.New()
	chain := []keystore.Certificate{i.jks()}
	if i.issuer != nil {
		chain = append(chain, i.issuer.jks())
	}
	check(t, ks.SetPrivateKeyEntry("key", keystore.PrivateKeyEntry{
		CreationTime: time.Now(), PrivateKey: i.pkcs8(t), CertificateChain: chain,
	}, []byte(keyPassword)))
	return writeJKS(t, ks)
}

func (i *Identity) jks() keystore.Certificate {
	return keystore.Certificate{Type: "X509", Content: i.Cert.Raw}
}

// TrustPKCS12 writes a PKCS12 store that trusts the identity and returns its path.
func (i *Identity) TrustPKCS12(t testing.TB) string {
	data, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{i.Cert}, Password)
	check(t, err)
	return WriteFile(t, "trust.p12", data)
}

// KeyPKCS12 writes a PKCS12 store with the key and returns its path.
func (i *Identity) KeyPKCS12(t testing.TB) string {
	var others []*x509.Certificate
	if i.issuer != nil {
		others = append(others, i.issuer.Cert)
	}
	data, err := pkcs12.Modern.Encode(i.Key, i.Cert, others, Password)
	check(t, err)
	return WriteFile(t, "key.p12", data)
}

func writeJKS(t testing.TB, ks keystore.KeyStore) string {
	var b bytes.Buffer
	check(t, ks.Store(&b, []byte(Password)))
	return WriteFile(t, "store.jks", b.Bytes())
}

// WriteFile writes a file in a directory of its own and returns its path.
func WriteFile(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(path, data, 0o600))
	return path
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
