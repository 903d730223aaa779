package rest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
	"github.com/millrace/millrace/internal/restclient"
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
// caller to set. Key stores and the JAAS file are read here, for calls to other workers
// when the first one is made by https. The error names the key.
func FromConfig(cfg *workerconfig.Config) (Settings, error) {
	r, err := cfg.REST()
	if err != nil {
		return Settings{}, err
	}
	s := Settings{REST: *r}
	if _, given := cfg.Originals()[keyListeners]; !given {
		s.Listeners = nil // this machine only, see the package comment
	}
	if s.Auth, err = extensions(cfg, r.Extensions); err != nil {
		return s, err
	}
	s.Leader = restclient.NewLeader(restclient.LeaderSettings{DialTLS: dialer(cfg.HTTPS(false))})
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

const dialTimeout = 10 * time.Second

// dialer returns how connections to other workers are opened: with the key and trust
// store of the https listeners, read when the first one is needed.
func dialer(props map[string]string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	client := sync.OnceValues(func() (*ssl.Client, error) { return ssl.NewClient(props) })
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := client()
		if err != nil {
			return nil, err
		}
		return c.Dialer(dialTimeout)(ctx, network, addr)
	}
}
