package rest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/kafka/ssl/ssltest"
	"github.com/millrace/millrace/internal/workerconfig"
)

func settingsOf(t *testing.T, more map[string]string) (Settings, error) {
	t.Helper()
	props := map[string]string{
		"bootstrap.servers": "localhost:9092", "offset.storage.file.filename": "offsets",
		"key.converter":   "org.apache.kafka.connect.storage.StringConverter",
		"value.converter": "org.apache.kafka.connect.storage.StringConverter",
	}
	maps.Copy(props, more)
	cfg, err := workerconfig.ParseStandalone(props, nil)
	if err != nil {
		t.Fatal(err)
	}
	return FromConfig(cfg)
}

func TestFromConfig(t *testing.T) {
	cases := []struct {
		name  string
		props map[string]string
		check func(Settings) bool
	}{
		{"default", nil, func(s Settings) bool { return s.Listeners == nil && s.complete().Listeners[0].Host == "127.0.0.1" }},
		{"all interfaces, asked for", map[string]string{"listeners": "http://:8083"}, func(s Settings) bool { return s.Listeners[0].Host == "" && s.Listeners[0].Port == 8083 }},
		{"several", map[string]string{"listeners": "HTTP://a:1,http://[::1]:2"}, func(s Settings) bool { return len(s.Listeners) == 2 && s.Listeners[1].Address() == "[::1]:2" }},
		{"admin off", map[string]string{"admin.listeners": ""}, func(s Settings) bool { return s.AdminOff }},
		{"admin apart", map[string]string{"admin.listeners": "http://localhost:9"}, func(s Settings) bool { return !s.AdminOff && s.AdminListeners[0].Port == 9 }},
		{"headers", map[string]string{"response.http.headers.config": `add A: b, "set C: d, e"`}, func(s Settings) bool { return len(s.Headers) == 2 && s.Headers[1].Value == "d, e" }},
	}
	for _, c := range cases {
		if s, err := settingsOf(t, c.props); err != nil || !c.check(s) {
			t.Errorf("%s: got %+v, %v", c.name, s, err)
		}
	}
}

func TestFromConfigErrors(t *testing.T) {
	cases := []struct {
		name  string
		props map[string]string
		want  string
	}{
		{"form", map[string]string{"listeners": "localhost:8083"}, "Listener doesn't have the right format"},
		{"extension", map[string]string{"rest.extension.classes": "x.Y"}, "this REST extension is not supported"},
		{"no key store", map[string]string{"listeners": "https://127.0.0.1:0"}, "listeners: an https listener needs a key store"},
		{"key store is missing", map[string]string{"listeners": "https://127.0.0.1:0", "ssl.keystore.location": "no-such-file", "ssl.keystore.password": "p"}, "no-such-file"},
	}
	for _, c := range cases {
		if _, err := settingsOf(t, c.props); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestHTTPS(t *testing.T) {
	authority := ssltest.NewAuthority(t, "ca")
	server, client := authority.Issue(t, "server", "127.0.0.1"), authority.Issue(t, "client")
	pool := x509.NewCertPool()
	pool.AddCert(authority.Cert)
	cases := []struct {
		auth          string
		with, without bool // a client certificate: is it let in?
		storeOf       func() (string, string)
	}{
		{"none", true, true, func() (string, string) { return server.KeyJKS(t, ssltest.Password), "JKS" }},
		{"requested", true, true, func() (string, string) { return server.KeyPKCS12(t), "PKCS12" }},
		{"required", true, false, func() (string, string) { return server.KeyJKS(t, ssltest.Password), "JKS" }},
	}
	for _, c := range cases {
		t.Run(c.auth, func(t *testing.T) {
			location, kind := c.storeOf()
			const p = "listeners.https.ssl."
			s, err := settingsOf(t, map[string]string{
				"listeners": "https://127.0.0.1:0", p + "client.auth": c.auth,
				p + "keystore.location": location, p + "keystore.password": ssltest.Password, p + "keystore.type": kind, p + "key.password": ssltest.Password,
				p + "truststore.location": authority.TrustJKS(t), p + "truststore.password": ssltest.Password,
				"ssl.keystore.location": "ignored",
			})
			if err != nil {
				t.Fatal(err)
			}
			srv := start(t, newFake(), func(to *Settings) { to.REST, to.TLS = s.REST, s.TLS })
			if !strings.HasPrefix(srv.AdvertisedURL(), "https://127.0.0.1:") {
				t.Errorf("advertised %s", srv.AdvertisedURL())
			}
			if got := letIn(t, srv.URLs()[0], pool, client.TLS()); got != c.with {
				t.Errorf("with a certificate: %v", got)
			}
			if got := letIn(t, srv.URLs()[0], pool); got != c.without {
				t.Errorf("without a certificate: %v", got)
			}
		})
	}
}

// letIn creates a connector over https and looks at its Location.
func letIn(t *testing.T, url string, pool *x509.CertPool, certs ...tls.Certificate) bool {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs}}}
	defer client.CloseIdleConnections()
	res, err := client.Post(url+"/connectors", jsonType, strings.NewReader(`{"name":"a","config":{"connector.class":"C"}}`))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if got := res.Header.Get("Location"); got != url+"/connectors/a" {
		t.Errorf("location %s", got)
	}
	return true
}

// TestAdminHTTPS has a certificate of its own for the admin listener.
func TestAdminHTTPS(t *testing.T) {
	authority, other := ssltest.NewAuthority(t, "ca"), ssltest.NewAuthority(t, "other")
	props := map[string]string{"listeners": "https://127.0.0.1:0", "admin.listeners": "https://127.0.0.1:0"}
	for prefix, ca := range map[string]*ssltest.Identity{"": authority, "admin.listeners.https.": other} {
		props[prefix+"ssl.keystore.location"] = ca.Issue(t, "server", "127.0.0.1").KeyJKS(t, ssltest.Password)
		props[prefix+"ssl.keystore.password"], props[prefix+"ssl.key.password"] = ssltest.Password, ssltest.Password
	}
	s, err := settingsOf(t, props)
	if err != nil {
		t.Fatal(err)
	}
	srv := start(t, newFake(), func(to *Settings) { to.REST, to.TLS, to.AdminTLS = s.REST, s.TLS, s.AdminTLS })
	for i, path := range []string{"/connectors", "/admin/loggers"} {
		for ca, want := range map[*ssltest.Identity]bool{authority: i == 0, other: i == 1} {
			pool := x509.NewCertPool()
			pool.AddCert(ca.Cert)
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
			res, err := client.Get(srv.URLs()[i] + path)
			if err == nil {
				_ = res.Body.Close()
			}
			if (err == nil && res.StatusCode == http.StatusOK) != want {
				t.Errorf("%s: got %v, %v", path, res, err)
			}
			client.CloseIdleConnections()
		}
	}
}
