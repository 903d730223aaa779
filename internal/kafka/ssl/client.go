package ssl

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// Client opens TLS connections as the ssl.* properties say. It is immutable and
// safe for concurrent use.
type Client struct {
	base      *tls.Config
	checkHost bool
}

// NewClient reads the ssl.* properties; others are ignored. Store files are read
// here, once. The error is a *config.Error that names the key at fault and, where
// there is one, the file; it never shows a password.
func NewClient(props map[string]string) (*Client, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return nil, err
	}
	if class := v.String(keyEngineFactory); class != "" && !strings.HasSuffix(class, ".DefaultSslEngineFactory") {
		return nil, config.Invalid(keyEngineFactory, class, "custom SSL engines are not supported")
	}
	base := &tls.Config{}
	if base.MinVersion, base.MaxVersion, err = versions(v.List(keyProtocols)); err != nil {
		return nil, err
	}
	if err := setCipherSuites(base, v.List(keyCipherSuites)); err != nil {
		return nil, err
	}
	if base.Certificates, err = keyStore(v); err != nil {
		return nil, err
	}
	if base.RootCAs, err = trustStore(v); err != nil {
		return nil, err
	}
	return &Client{base: base, checkHost: v.String(keyIdentification) != ""}, nil
}

// Config returns the TLS configuration of connections to host, a name or an IP
// address. The caller owns it.
func (c *Client) Config(host string) *tls.Config {
	cfg := c.base.Clone()
	cfg.ServerName = host
	// The chain is always verified, by verify: Go's own check cannot leave the name
	// out, and refuses certificates that name their host in the subject only, which
	// Java accepts.
	cfg.InsecureSkipVerify = true
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		return c.verify(cs.PeerCertificates, host)
	}
	return cfg
}

// Dialer returns a function that connects to host:port and completes the TLS
// handshake, both within timeout (0 for none).
func (c *Client) Dialer(timeout time.Duration) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		d := tls.Dialer{NetDialer: &net.Dialer{Timeout: timeout}, Config: c.Config(host)}
		return d.DialContext(ctx, network, addr)
	}
}

func (c *Client) verify(chain []*x509.Certificate, host string) error {
	opts := x509.VerifyOptions{Roots: c.base.RootCAs, Intermediates: x509.NewCertPool()}
	for _, cert := range chain[1:] {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := chain[0].Verify(opts); err != nil {
		return fmt.Errorf("verify the certificate of %s: %w", host, err)
	}
	if !c.checkHost {
		return nil
	}
	if err := verifyHost(chain[0], host); err != nil {
		return fmt.Errorf("verify the certificate of %s: %w", host, err)
	}
	return nil
}

// verifyHost checks the name as Java's HTTPS rules do: a certificate without any
// alternative name is known by the common name of its subject.
func verifyHost(leaf *x509.Certificate, host string) error {
	named := len(leaf.DNSNames)+len(leaf.IPAddresses)+len(leaf.EmailAddresses)+len(leaf.URIs) > 0
	if named || net.ParseIP(host) != nil {
		return leaf.VerifyHostname(host)
	}
	byCommonName := *leaf
	byCommonName.DNSNames = []string{leaf.Subject.CommonName}
	return byCommonName.VerifyHostname(host)
}
