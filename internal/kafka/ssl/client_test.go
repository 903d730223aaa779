package ssl

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl/ssltest"
)

// server accepts one connection at a time, completes the handshake and sends what
// the client's certificate is for.
func server(t *testing.T, cfg *tls.Config) (port string) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			greet(conn.(*tls.Conn))
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

func greet(conn *tls.Conn) {
	defer conn.Close()
	if conn.Handshake() != nil {
		return
	}
	name := "nobody"
	if certs := conn.ConnectionState().PeerCertificates; len(certs) > 0 {
		name = certs[0].Subject.CommonName
	}
	conn.Write([]byte(name))
}

func dial(t *testing.T, props map[string]string, addr string) (greeting string, version uint16, err error) {
	t.Helper()
	client, err := NewClient(props)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := client.Dialer(10*time.Second)(context.Background(), "tcp", addr)
	if err != nil {
		return "", 0, err
	}
	defer conn.Close()
	text, err := io.ReadAll(conn)
	return string(text), conn.(*tls.Conn).ConnectionState().Version, err
}

func TestTrust(t *testing.T) {
	ca, stranger := ssltest.NewAuthority(t, "ca"), ssltest.NewAuthority(t, "stranger")
	named, bare := ca.Issue(t, "named", "localhost", "127.0.0.1"), ca.Issue(t, "localhost")
	elsewhere := ca.Issue(t, "localhost", "broker.example")
	jks := map[string]string{"ssl.truststore.location": ca.TrustJKS(t), "ssl.truststore.password": ssltest.Password}
	unchecked := map[string]string{"ssl.truststore.location": ca.TrustJKS(t)}
	p12 := map[string]string{"ssl.truststore.location": ca.TrustPKCS12(t), "ssl.truststore.password": ssltest.Password, "ssl.truststore.type": "PKCS12"}
	mislabelled := map[string]string{"ssl.truststore.location": ca.TrustPKCS12(t), "ssl.truststore.password": ssltest.Password}
	file := map[string]string{"ssl.truststore.location": ssltest.WriteFile(t, "ca.pem", []byte(ca.CertPEM())), "ssl.truststore.type": "PEM"}
	inline := map[string]string{"ssl.truststore.certificates": strings.ReplaceAll(stranger.CertPEM()+ca.CertPEM(), "\n", " "), "ssl.truststore.type": "PEM"}
	other := map[string]string{"ssl.truststore.certificates": stranger.CertPEM(), "ssl.truststore.type": "PEM"}
	pinned := map[string]string{"ssl.truststore.certificates": named.CertPEM(), "ssl.truststore.type": "PEM"}
	ownKey := map[string]string{"ssl.truststore.location": ca.KeyJKS(t, ssltest.Password), "ssl.truststore.password": ssltest.Password}
	anyHost := map[string]string{"ssl.truststore.certificates": ca.CertPEM(), "ssl.truststore.type": "PEM", "ssl.endpoint.identification.algorithm": ""}
	anyHostOther := map[string]string{"ssl.truststore.certificates": stranger.CertPEM(), "ssl.truststore.type": "PEM", "ssl.endpoint.identification.algorithm": ""}

	for _, test := range []struct {
		name   string
		props  map[string]string
		server *ssltest.Identity
		host   string
		fails  any // a pointer to the expected error's type, nil for success
	}{
		{"jks", jks, named, "localhost", nil},
		{"jks without password", unchecked, named, "localhost", nil},
		{"pkcs12", p12, named, "localhost", nil},
		{"pkcs12 declared as jks", mislabelled, named, "localhost", nil},
		{"pem file", file, named, "localhost", nil},
		{"inline pem on one line", inline, named, "localhost", nil},
		{"the server's own certificate", pinned, named, "localhost", nil},
		{"a key store as trust store", ownKey, named, "localhost", nil},
		{"address", jks, named, "127.0.0.1", nil},
		{"address that is not in the certificate", jks, bare, "127.0.0.1", new(x509.HostnameError)},
		{"common name only", jks, bare, "localhost", nil},
		{"common name does not count beside other names", jks, elsewhere, "localhost", new(x509.HostnameError)},
		{"unknown authority", other, named, "localhost", new(x509.UnknownAuthorityError)},
		{"system authorities", nil, named, "localhost", new(x509.UnknownAuthorityError)},
		{"host not checked", anyHost, elsewhere, "localhost", nil},
		{"host not checked, chain is", anyHostOther, elsewhere, "localhost", new(x509.UnknownAuthorityError)},
	} {
		t.Run(test.name, func(t *testing.T) {
			port := server(t, &tls.Config{Certificates: []tls.Certificate{test.server.TLS()}})
			greeting, _, err := dial(t, test.props, net.JoinHostPort(test.host, port))
			if test.fails == nil && (err != nil || greeting != "nobody") {
				t.Fatalf("got %q, %v", greeting, err)
			}
			if test.fails != nil && !errors.As(err, test.fails) {
				t.Fatalf("got error %v, want a %T", err, test.fails)
			}
		})
	}
}

func TestClientCertificate(t *testing.T) {
	ca := ssltest.NewAuthority(t, "ca")
	broker, user := ca.Issue(t, "broker", "localhost"), ca.Issue(t, "user")
	roots := x509.NewCertPool()
	roots.AddCert(ca.Cert)
	port := server(t, &tls.Config{
		Certificates: []tls.Certificate{broker.TLS()}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
	})
	pem := user.KeyPEM(t) + user.CertPEM()
	for name, props := range map[string]map[string]string{
		"jks":            {"ssl.keystore.location": user.KeyJKS(t, ssltest.Password), "ssl.keystore.password": ssltest.Password},
		"jks, own key":   {"ssl.keystore.location": user.KeyJKS(t, "other-password"), "ssl.keystore.password": ssltest.Password, "ssl.key.password": "other-password"},
		"pkcs12":         {"ssl.keystore.location": user.KeyPKCS12(t), "ssl.keystore.password": ssltest.Password, "ssl.keystore.type": "PKCS12"},
		"pem file":       {"ssl.keystore.location": ssltest.WriteFile(t, "user.pem", []byte(pem)), "ssl.keystore.type": "PEM"},
		"inline pem":     {"ssl.keystore.key": user.KeyPEM(t), "ssl.keystore.certificate.chain": user.CertPEM(), "ssl.keystore.type": "PEM"},
		"chain reversed": {"ssl.keystore.key": user.KeyPEM(t), "ssl.keystore.certificate.chain": ca.CertPEM() + user.CertPEM(), "ssl.keystore.type": "PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			props["ssl.truststore.certificates"], props["ssl.truststore.type"] = ca.CertPEM(), "PEM"
			if greeting, _, err := dial(t, props, "localhost:"+port); err != nil || greeting != "user" {
				t.Fatalf("got %q, %v", greeting, err)
			}
		})
	}
}

func TestVersionsAndSuites(t *testing.T) {
	ca := ssltest.NewAuthority(t, "ca")
	port := server(t, &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, "broker", "localhost").TLS()}})
	for _, test := range []struct {
		protocols, suites string
		want              uint16
	}{
		{"", "", tls.VersionTLS13},
		{"TLSv1.2,TLSv1.3", "", tls.VersionTLS13},
		{"TLSv1.2", "", tls.VersionTLS12},
		{"TLSv1.2,TLSv1.3", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", tls.VersionTLS12},
		{"TLSv1.2,TLSv1.3", "TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", tls.VersionTLS13},
		{"TLSv1.2,TLSv1.3", "TLS_AES_256_GCM_SHA384", tls.VersionTLS13},
	} {
		props := map[string]string{
			"ssl.truststore.certificates": ca.CertPEM(), "ssl.truststore.type": "PEM",
			"ssl.enabled.protocols": test.protocols, "ssl.cipher.suites": test.suites,
		}
		_, got, err := dial(t, props, "localhost:"+port)
		if err != nil || got != test.want {
			t.Errorf("%s / %s: got version %x, %v, want %x", test.protocols, test.suites, got, err, test.want)
		}
	}
}

// TestKeytool reads stores that the JDK's keytool wrote.
func TestKeytool(t *testing.T) {
	for _, props := range []map[string]string{
		{"ssl.keystore.location": "testdata/key.jks", "ssl.keystore.password": "storepass", "ssl.key.password": "keypass1"},
		{"ssl.keystore.location": "testdata/key.p12", "ssl.keystore.password": "storepass", "ssl.keystore.type": "PKCS12"},
		{"ssl.keystore.location": "testdata/mixed.p12", "ssl.keystore.password": "storepass", "ssl.keystore.type": "PKCS12"},
		{"ssl.keystore.location": "testdata/mixed.p12", "ssl.keystore.password": "storepass"},
	} {
		client, err := NewClient(props)
		if err != nil {
			t.Errorf("%v: %v", props, err)
			continue
		}
		if cn := client.base.Certificates[0].Leaf.Subject.CommonName; cn != "broker.example" {
			t.Errorf("%v: got certificate %s", props, cn)
		}
	}
	for _, props := range []map[string]string{
		{"ssl.truststore.location": "testdata/trust.jks", "ssl.truststore.password": "storepass"},
		{"ssl.truststore.location": "testdata/trust.jks"},
		{"ssl.truststore.location": "testdata/trust.p12", "ssl.truststore.password": "storepass", "ssl.truststore.type": "PKCS12"},
		{"ssl.truststore.location": "testdata/mixed.p12", "ssl.truststore.password": "storepass"},
		{"ssl.truststore.location": "testdata/broker.pem", "ssl.truststore.type": "PEM"},
	} {
		client, err := NewClient(props)
		if err != nil {
			t.Errorf("%v: %v", props, err)
			continue
		}
		signed, err := NewClient(map[string]string{"ssl.keystore.location": "testdata/key.p12", "ssl.keystore.password": "storepass"})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.verify([]*x509.Certificate{signed.base.Certificates[0].Leaf}, "broker.example"); err != nil {
			t.Errorf("%v: %v", props, err)
		}
	}
}

func TestErrors(t *testing.T) {
	const secret = "do-not-show-me"
	cut := ssltest.WriteFile(t, "cut.pem", []byte("-----BEGIN CERTIFICATE-----\nMIIB"))
	junk := ssltest.WriteFile(t, "junk.jks", []byte("junk"))
	jceks := ssltest.WriteFile(t, "store.jceks", []byte{0xCE, 0xCE, 0xCE, 0xCE})
	for _, test := range []struct {
		name  string
		props map[string]string
		key   string
		text  string // a part of the error
	}{
		{"no such file", map[string]string{"ssl.truststore.location": "no/such.jks"}, "ssl.truststore.location", "no/such.jks (ssl.truststore.location)"},
		{"wrong jks password", map[string]string{"ssl.truststore.location": "testdata/trust.jks", "ssl.truststore.password": secret}, "ssl.truststore.location", "password was incorrect"},
		{"wrong p12 password", map[string]string{"ssl.truststore.location": "testdata/trust.p12", "ssl.truststore.password": secret}, "ssl.truststore.location", "password incorrect"},
		{"wrong key password", map[string]string{"ssl.keystore.location": "testdata/key.jks", "ssl.keystore.password": "storepass", "ssl.key.password": secret}, "ssl.keystore.location", "cannot be recovered"},
		{"not a store", map[string]string{"ssl.truststore.location": junk}, "ssl.truststore.location", junk},
		{"jceks", map[string]string{"ssl.truststore.location": jceks}, "ssl.truststore.location", "JCEKS are not supported"},
		{"cut pem", map[string]string{"ssl.truststore.location": cut, "ssl.truststore.type": "PEM"}, "ssl.truststore.location", "cut"},
		{"no key in the store", map[string]string{"ssl.keystore.location": "testdata/trust.jks", "ssl.keystore.password": "storepass"}, "ssl.keystore.location", "no private key"},
		{"store without password", map[string]string{"ssl.keystore.location": "testdata/key.p12"}, "ssl.keystore.password", "SSL key store is specified, but key store password is not specified."},
		{"password without store", map[string]string{"ssl.keystore.password": secret}, "ssl.keystore.location", "SSL key store is not specified, but key store password is specified."},
		{"trust password without store", map[string]string{"ssl.truststore.password": secret}, "ssl.truststore.location", "SSL trust store is not specified, but trust store password is specified."},
		{"inline key that is not pem", map[string]string{"ssl.keystore.key": secret}, "ssl.keystore.type", "SSL private key can be specified only for PEM, but key store type is JKS."},
		{"inline chain alone", map[string]string{"ssl.keystore.certificate.chain": "x", "ssl.keystore.type": "PEM"}, "ssl.keystore.key", "private key is not specified"},
		{"inline and file", map[string]string{"ssl.truststore.certificates": "x", "ssl.truststore.location": "y", "ssl.truststore.type": "PEM"}, "ssl.truststore.location", "Both SSL trust store location"},
		{"inline certs that are not pem", map[string]string{"ssl.truststore.certificates": "x"}, "ssl.truststore.type", "only for PEM, but trust store type is JKS."},
		{"pem with password", map[string]string{"ssl.truststore.certificates": "x", "ssl.truststore.password": secret, "ssl.truststore.type": "PEM"}, "ssl.truststore.password", "cannot be specified for PEM"},
		{"pem key with store password", map[string]string{"ssl.keystore.location": cut, "ssl.keystore.password": secret, "ssl.keystore.type": "PEM"}, "ssl.keystore.password", "only key password may be specified"},
		{"key of another certificate", map[string]string{"ssl.keystore.key": read(t, "testdata/plain.pem"), "ssl.keystore.certificate.chain": ssltest.NewAuthority(t, "x").CertPEM(), "ssl.keystore.type": "PEM"}, "ssl.keystore.certificate.chain", "no certificate belongs"},
		{"store type", map[string]string{"ssl.keystore.type": "BKS"}, "ssl.keystore.type", "Invalid value BKS for configuration ssl.keystore.type"},
		{"protocol", map[string]string{"ssl.enabled.protocols": "TLSv1.2,SSLv3"}, "ssl.enabled.protocols", "Unsupported protocol SSLv3"},
		{"suite", map[string]string{"ssl.cipher.suites": "TLS_NOTHING"}, "ssl.cipher.suites", "Unsupported CipherSuite: TLS_NOTHING"},
		{"suite of another protocol", map[string]string{"ssl.cipher.suites": "TLS_AES_128_GCM_SHA256", "ssl.enabled.protocols": "TLSv1.2"}, "ssl.cipher.suites", "none of these"},
		{"engine factory", map[string]string{"ssl.engine.factory.class": "com.example.Fips"}, "ssl.engine.factory.class", "custom SSL engines are not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewClient(test.props)
			var e *config.Error
			if !errors.As(err, &e) || e.Key != test.key || !strings.Contains(e.Error(), test.text) {
				t.Fatalf("got %v, want an error of %s with %q", err, test.key, test.text)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "storepass") {
				t.Fatalf("the error shows a password: %v", err)
			}
		})
	}
}
