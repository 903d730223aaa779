package kafkabroker

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// ClientName is the common name of the client certificate: under MTLS the
// client's principal is User:CN=millrace-client.
const ClientName = "millrace-client"

// Names of PEM files in the broker's directory.
const (
	serverFile    = "server.pem"
	authorityFile = "ca.pem"
)

const (
	certificateAge  = time.Hour
	certificateLife = 24 * time.Hour
)

// Certificates holds PEM text for clients of the TLS listeners.
type Certificates struct {
	Authority []byte // the certificate that signed the broker's
	Client    []byte // a client certificate that MTLS accepts
	ClientKey []byte // its private key, PKCS #8, not encrypted
}

// ClientTLS returns a configuration that trusts the broker and, when
// withCertificate is set, shows the client certificate.
func (c Certificates) ClientTLS(withCertificate bool) (*tls.Config, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.Authority) {
		return nil, fmt.Errorf("read the authority's certificate: no certificate in the PEM text")
	}
	cfg := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if withCertificate {
		pair, err := tls.X509KeyPair(c.Client, c.ClientKey)
		if err != nil {
			return nil, fmt.Errorf("read the client certificate: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// writeCertificates makes an authority, a broker and a client certificate and
// writes what the broker reads into dir.
func writeCertificates(dir string) (Certificates, error) {
	ca, err := newIdentity(nil, authorityTemplate())
	if err != nil {
		return Certificates{}, fmt.Errorf("make the authority: %w", err)
	}
	server, err := newIdentity(ca, serverTemplate())
	if err != nil {
		return Certificates{}, fmt.Errorf("make the broker's certificate: %w", err)
	}
	client, err := newIdentity(ca, clientTemplate())
	if err != nil {
		return Certificates{}, fmt.Errorf("make the client certificate: %w", err)
	}
	for name, content := range map[string][]byte{
		serverFile:    bytes.Join([][]byte{server.keyPEM, server.certPEM}, nil),
		authorityFile: ca.certPEM,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return Certificates{}, fmt.Errorf("write the broker's certificates: %w", err)
		}
	}
	return Certificates{Authority: ca.certPEM, Client: client.certPEM, ClientKey: client.keyPEM}, nil
}

type tlsIdentity struct {
	cert            *x509.Certificate
	key             *ecdsa.PrivateKey
	certPEM, keyPEM []byte
}

// newIdentity makes a key and has issuer sign its certificate; without an issuer
// it signs itself.
func newIdentity(issuer *tlsIdentity, template *x509.Certificate) (*tlsIdentity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &tlsIdentity{
		cert: cert, key: key,
		certPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		keyPEM:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	}, nil
}

func certificateTemplate(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-certificateAge),
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func authorityTemplate() *x509.Certificate {
	c := certificateTemplate(1, "millrace-test-authority")
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	return c
}

func serverTemplate() *x509.Certificate {
	c := certificateTemplate(2, "localhost")
	c.DNSNames, c.IPAddresses = []string{"localhost"}, []net.IP{net.ParseIP(host), net.IPv6loopback}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return c
}

func clientTemplate() *x509.Certificate {
	c := certificateTemplate(3, ClientName)
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return c
}
