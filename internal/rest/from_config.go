package rest

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
	"github.com/millrace/millrace/internal/workerconfig"
)

const (
	keyListeners      = "listeners"
	keyAdminListeners = "admin.listeners"
	keyOrigins        = "access.control.allow.origin"
	keyMethods        = "access.control.allow.methods"
	keyHeaders        = "response.http.headers.config"
	keyExtensions     = "rest.extension.classes"
	keyClientAuth     = "ssl.client.auth"
)

// FromConfig reads a worker's configuration. Version, Loggers and Log are for the
// caller to set. Key stores are read here. The error names the key.
func FromConfig(cfg *workerconfig.Config) (Settings, error) {
	r, err := cfg.REST()
	if err != nil {
		return Settings{}, err
	}
	s := Settings{REST: *r}
	if _, given := cfg.Originals()[keyListeners]; !given {
		s.Listeners = nil // this machine only, see the package comment
	}
	if strings.Join(r.Extensions, "") != "" {
		return s, config.Invalid(keyExtensions, r.Extensions, "REST extensions are not supported yet")
	}
	if s.TLS, err = serverTLS(s.Listeners, cfg.HTTPS(false)); err != nil {
		return s, fmt.Errorf("%s: %w", keyListeners, err)
	}
	if s.AdminTLS, err = serverTLS(s.AdminListeners, cfg.HTTPS(true)); err != nil {
		return s, fmt.Errorf("%s: %w", keyAdminListeners, err)
	}
	return s, nil
}

// serverTLS reads the key and trust store of https listeners from ssl.* properties;
// nil when there is no such listener.
func serverTLS(listeners []workerconfig.Listener, props map[string]string) (*tls.Config, error) {
	if !slices.ContainsFunc(listeners, func(l workerconfig.Listener) bool { return l.Protocol == "https" }) {
		return nil, nil
	}
	stores, err := ssl.NewClient(props)
	if err != nil {
		return nil, err
	}
	base := stores.Config("")
	if len(base.Certificates) == 0 {
		return nil, config.Errorf("ssl.keystore.location", "an https listener needs a key store: set listeners.https.ssl.keystore.location or ssl.keystore.location")
	}
	cfg := &tls.Config{
		Certificates: base.Certificates, ClientCAs: base.RootCAs, CipherSuites: base.CipherSuites,
		MinVersion: base.MinVersion, MaxVersion: base.MaxVersion, NextProtos: []string{"http/1.1"},
	}
	switch auth := props[keyClientAuth]; auth {
	case "", "none":
	case "requested":
		cfg.ClientAuth = tls.VerifyClientCertIfGiven
	case "required":
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		return nil, config.Invalid(keyClientAuth, auth, "String must be one of: required, requested, none")
	}
	return cfg, nil
}
