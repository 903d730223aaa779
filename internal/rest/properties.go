package rest

import (
	"crypto/tls"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

const (
	keyListeners      = "listeners"
	keyAdminListeners = "admin.listeners"
	keyHost           = "rest.advertised.host.name"
	keyPort           = "rest.advertised.port"
	keyListener       = "rest.advertised.listener"
	keyOrigins        = "access.control.allow.origin"
	keyMethods        = "access.control.allow.methods"
	keyHeaders        = "response.http.headers.config"
	keyClientAuth     = "ssl.client.auth"
	keyExtensions     = "rest.extension.classes"
)

var definition = sync.OnceValue(func() *config.Def { return config.NewDef(Keys()...) })

// Keys returns the worker properties of the REST API, without those of TLS.
func Keys() []config.Key {
	text := func(name, doc string) config.Key {
		return config.Key{Name: name, Type: config.StringType, Importance: config.Low, Doc: doc}
	}
	return []config.Key{
		{
			Name: keyListeners, Type: config.List, Importance: config.Low,
			Doc: "Addresses to listen on, as http://HOST:PORT or https://HOST:PORT. Without HOST all interfaces are meant. By default http://127.0.0.1:8083.",
		},
		{
			Name: keyAdminListeners, Type: config.List, Importance: config.Low,
			Doc: "Addresses for /admin/loggers alone. Empty switches it off; by default it is on the listeners.",
		},
		text(keyHost, "Host name by which other workers reach this one."),
		{Name: keyPort, Type: config.Int, Importance: config.Low, Doc: "Port by which other workers reach this one."},
		text(keyListener, "Scheme by which other workers reach this one: http or https."),
		text(keyOrigins, "Origins that browsers may call the API from, as regular expressions with commas between. Empty for none."),
		text(keyMethods, "HTTP methods for such calls; by default GET, POST and HEAD."),
		text(keyHeaders, "Headers to add to each response: rules [action] [name]:[value] with commas between; the action is set, add, setDate or addDate."),
		{
			Name: keyClientAuth, Type: config.StringType, Default: "none", Importance: config.Low, Validator: config.OneOf("required", "requested", "none"),
			Doc: "Whether clients of https listeners need a certificate.",
		},
		{Name: keyExtensions, Type: config.List, Default: "", Importance: config.Low, Validator: config.ListRule{AllowEmpty: true}, Doc: "REST extensions."},
	}
}

// Parse reads the worker properties. Version, Loggers and Log are for the caller to
// set. Key stores are read here.
func Parse(props map[string]string) (Settings, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return Settings{}, err
	}
	s := Settings{AdvertisedHost: v.String(keyHost), AdvertisedListener: strings.ToLower(v.String(keyListener))}
	if v.IsSet(keyPort) {
		s.AdvertisedPort = v.Int(keyPort)
	}
	if s.AdvertisedListener != "" && s.AdvertisedListener != "http" && s.AdvertisedListener != "https" {
		return s, config.Invalid(keyListener, v.String(keyListener), "Must be either http or https.")
	}
	if classes := v.List(keyExtensions); len(classes) > 0 && strings.Join(classes, "") != "" {
		return s, config.Invalid(keyExtensions, classes, "REST extensions are not supported yet")
	}
	if err := s.parseBrowser(v); err != nil {
		return s, err
	}
	return s, s.parseListeners(v, props)
}

func (s *Settings) parseBrowser(v *config.Values) (err error) {
	if strings.TrimSpace(v.String(keyOrigins)) != "" {
		if s.AllowOrigins, err = distinct(keyOrigins, v.String(keyOrigins)); err != nil {
			return err
		}
		for i, origin := range s.AllowOrigins {
			s.AllowOrigins[i] = strings.TrimSpace(origin)
		}
		if _, err := newCORS(s.AllowOrigins, nil); err != nil {
			return config.Invalid(keyOrigins, v.String(keyOrigins), err.Error())
		}
		if v.String(keyMethods) != "" {
			if s.AllowMethods, err = distinct(keyMethods, v.String(keyMethods)); err != nil {
				return err
			}
		}
	}
	s.Headers, err = ParseHeaders(v.String(keyHeaders))
	return err
}

func distinct(key, list string) ([]string, error) {
	items := strings.Split(list, ",")
	seen := map[string]bool{}
	for _, item := range items {
		if item = strings.TrimSpace(item); seen[item] {
			return nil, config.Invalid(key, list, "duplicate element: "+item)
		}
		seen[item] = true
	}
	return items, nil
}

func (s *Settings) parseListeners(v *config.Values, props map[string]string) (err error) {
	if v.IsSet(keyListeners) {
		if s.Listeners, err = parseAddresses(keyListeners, v.List(keyListeners), props); err != nil {
			return err
		}
		if len(s.Listeners) == 0 {
			return config.Errorf(keyListeners, "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.")
		}
	}
	if v.IsSet(keyAdminListeners) {
		s.AdminListeners, err = parseAddresses(keyAdminListeners, v.List(keyAdminListeners), props)
		s.NoAdmin = len(s.AdminListeners) == 0
	}
	return err
}

func parseAddresses(key string, list []string, props map[string]string) ([]ListenerConfig, error) {
	if strings.TrimSpace(strings.Join(list, "")) == "" && len(list) < 2 {
		return nil, nil
	}
	var found []ListenerConfig
	for _, text := range list {
		l, err := parseAddress(key, text)
		if err == nil && l.TLS != nil {
			l.TLS, err = serverTLS(props, key+".https.")
		}
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, nil
}

// parseAddress reads scheme://host:port. TLS is set, and empty, for https.
func parseAddress(key, text string) (ListenerConfig, error) {
	l := ListenerConfig{Key: key}
	if strings.TrimSpace(text) == "" {
		return l, config.Errorf(key, "Empty URL found when parsing listeners list.")
	}
	format := regexp.MustCompile(`^(.*)://(?:\[([0-9a-zA-Z\-%._:]*)\]|([0-9a-zA-Z\-%._:]*)):(-?[0-9]+)$`)
	m := format.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return l, config.Errorf(key, "Listener doesn't have the right format (protocol://hostname:port).")
	}
	port, err := strconv.ParseUint(m[4], 10, 16)
	if err != nil {
		return l, config.Errorf(key, "Listener doesn't have the right format (protocol://hostname:port).")
	}
	l.Host, l.Port = m[2]+m[3], int(port)
	switch strings.ToLower(m[1]) {
	case "http":
	case "https":
		l.TLS = &tls.Config{}
	default:
		return l, config.Errorf(key, `Listener protocol must be either "http" or "https".`)
	}
	return l, nil
}

// serverTLS reads the key and trust store of https listeners: from the keys with the
// prefix, and only if there are none from those without.
func serverTLS(props map[string]string, prefix string) (*tls.Config, error) {
	own := config.WithPrefix(props, prefix)
	if len(own) == 0 {
		own, prefix = props, ""
	}
	stores, err := ssl.NewClient(own)
	if err != nil {
		return nil, fmt.Errorf("set up https listeners (%sssl.*): %w", prefix, err)
	}
	base := stores.Config("")
	if len(base.Certificates) == 0 {
		return nil, config.Errorf(prefix+"ssl.keystore.location", "An https listener needs a key store: set %sssl.keystore.location.", prefix)
	}
	cfg := &tls.Config{
		Certificates: base.Certificates, ClientCAs: base.RootCAs, CipherSuites: base.CipherSuites,
		MinVersion: base.MinVersion, MaxVersion: base.MaxVersion, NextProtos: []string{"http/1.1"},
	}
	switch auth := own[keyClientAuth]; auth {
	case "", "none":
	case "requested":
		cfg.ClientAuth = tls.VerifyClientCertIfGiven
	case "required":
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		return nil, config.Invalid(prefix+keyClientAuth, auth, "String must be one of: required, requested, none")
	}
	return cfg, nil
}

// hostPort joins a host, which may be an IPv6 address in brackets already.
func hostPort(host string, port int) string {
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}
