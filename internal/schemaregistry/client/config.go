package client

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

// Keys of a registry's clients.
const (
	urlKey       = "schema.registry.url"
	randomizeKey = "schema.registry.url.randomize"
	basicSource  = "basic.auth.credentials.source"
	basicUser    = "basic.auth.user.info"
	bearerSource = "bearer.auth.credentials.source"
	bearerToken  = "bearer.auth.token"
	proxyHost    = "proxy.host"
	proxyPort    = "proxy.port"
	connectMS    = "http.connect.timeout.ms"
	readMS       = "http.read.timeout.ms"
	maxRetries   = "max.retries"
	retryWait    = "retries.wait.ms"
	retryMaxWait = "retries.max.wait.ms"

	sslPrefix     = "schema.registry.ssl."
	headerPrefix  = "request.header."
	oldUserInfo   = "schema.registry.basic.auth.user.info"
	userInfo      = "USER_INFO"
	urlSource     = "URL"
	staticToken   = "STATIC_TOKEN"
	registryGroup = "Schema Registry"
)

// ConfigKeys are the keys that say which registry to call and how.
func ConfigKeys() []config.Key {
	keys := []config.Key{
		{Name: urlKey, Type: config.List, Required: true, Importance: config.High, Doc: "Addresses of the schema registry, separated by commas. When one cannot be reached the next is called."},
		{Name: randomizeKey, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Begin with any of the addresses, not with the first."},
		{Name: basicSource, Type: config.StringType, Default: urlSource, Importance: config.Medium, Doc: "Where user and password for the registry come from: URL for its address, USER_INFO for " + basicUser + "."},
		{Name: basicUser, Type: config.PasswordType, Default: "", Importance: config.Medium, Doc: "User and password for the registry, as user:password."},
		{Name: bearerSource, Type: config.StringType, Importance: config.Medium, Doc: "Where the token for the registry comes from: STATIC_TOKEN for " + bearerToken + ". Other sources are not supported."},
		{Name: bearerToken, Type: config.PasswordType, Default: "", Importance: config.Medium, Doc: "The token for the registry."},
		{Name: proxyHost, Type: config.StringType, Default: "", Importance: config.Low, Doc: "Name of the proxy in front of the registry."},
		{Name: proxyPort, Type: config.Int, Default: -1, Importance: config.Low, Doc: "Port of the proxy."},
		{Name: connectMS, Type: config.Int, Default: 60000, Validator: config.AtLeast(0), Importance: config.Low, Doc: "How long connecting to the registry may take, in milliseconds."},
		{Name: readMS, Type: config.Int, Default: 60000, Validator: config.AtLeast(0), Importance: config.Low, Doc: "How long an answer of the registry may take, in milliseconds."},
		{Name: maxRetries, Type: config.Int, Default: 3, Validator: config.AtLeast(0), Importance: config.Low, Doc: "How often a request is sent again when the registry is too busy to answer it."},
		{Name: retryWait, Type: config.Int, Default: 1000, Validator: config.AtLeast(0), Importance: config.Low, Doc: "Pause before the first retry, in milliseconds; it doubles with each."},
		{Name: retryMaxWait, Type: config.Int, Default: 20000, Validator: config.AtLeast(0), Importance: config.Low, Doc: "Longest pause between retries, in milliseconds."},
	}
	for i := range keys {
		keys[i].Group, keys[i].Order, keys[i].Display = registryGroup, i, keys[i].Name
	}
	return keys
}

// FromConfig returns the settings that a configuration has. It also reads
// schema.registry.ssl.* and request.header.*.
func FromConfig(v *config.Values) (Settings, error) {
	s := Settings{
		URLs: slices.Clone(v.List(urlKey)), Randomize: v.Bool(randomizeKey), Headers: config.WithPrefix(v.Originals(), headerPrefix),
		ConnectTimeout: millis(v, connectMS), ReadTimeout: millis(v, readMS), Retries: v.Int(maxRetries),
		Backoff: millis(v, retryWait), MaxBackoff: millis(v, retryMaxWait),
	}
	if host := v.String(proxyHost); host != "" {
		s.Proxy = net.JoinHostPort(host, strconv.Itoa(v.Int(proxyPort)))
	}
	if err := s.credentials(v); err != nil {
		return s, err
	}
	return s, s.secure(v)
}

func millis(v *config.Values, key string) time.Duration {
	return time.Duration(v.Int(key)) * time.Millisecond
}

func (s *Settings) credentials(v *config.Values) error {
	_, basic := v.Originals()[basicSource]
	if source := v.String(bearerSource); source != "" {
		if basic {
			return config.Errorf(bearerSource, "Only one of '%s' and '%s' may be specified", basicSource, bearerSource)
		}
		if source != staticToken {
			return config.Invalid(bearerSource, source, "only "+staticToken+" is supported")
		}
		if s.Token = v.Password(bearerToken).Reveal(); s.Token == "" {
			return config.Errorf(bearerToken, "%s must be set for %s %s", bearerToken, bearerSource, staticToken)
		}
		return nil
	}
	switch source := v.String(basicSource); source {
	case userInfo:
		info := v.Password(basicUser).Reveal()
		if info == "" {
			info = v.Originals()[oldUserInfo]
		}
		return s.user(info)
	case urlSource, "":
		return s.userInAddress()
	default:
		return config.Invalid(basicSource, source, "only "+urlSource+" and "+userInfo+" are supported")
	}
}

func (s *Settings) user(info string) error {
	user, password, ok := strings.Cut(info, ":")
	if !ok || user == "" {
		return config.Errorf(basicUser, "%s must be provided as user:password when %s is set to %s", basicUser, basicSource, userInfo)
	}
	s.User, s.Password = user, password
	return nil
}

// userInAddress takes the user out of the addresses.
func (s *Settings) userInAddress() error {
	for i, address := range s.URLs {
		u, err := url.Parse(address)
		if err != nil {
			return config.Errorf(urlKey, "an address of the schema registry cannot be read")
		}
		if u.User == nil {
			continue
		}
		s.User = u.User.Username()
		s.Password, _ = u.User.Password()
		u.User = nil
		s.URLs[i] = u.String()
	}
	return nil
}

// secure reads schema.registry.ssl.*.
func (s *Settings) secure(v *config.Values) error {
	props := map[string]string{}
	for name, value := range config.WithPrefix(v.Originals(), sslPrefix) {
		props["ssl."+name] = value
	}
	if len(props) == 0 {
		return nil
	}
	c, err := ssl.NewClient(props)
	if err != nil {
		return fmt.Errorf("read %s*: %w", sslPrefix, err)
	}
	s.TLS = func(host string) *tls.Config { return c.Config(host) }
	return nil
}
