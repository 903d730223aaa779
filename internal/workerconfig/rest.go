package workerconfig

import (
	"maps"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// REST says how the REST API is served.
type REST struct {
	Listeners      []Listener
	AdminListeners []Listener // on their own; empty with AdminShared or AdminOff
	AdminShared    bool       // the admin endpoints are on the normal listeners
	AdminOff       bool

	AdvertisedProtocol, AdvertisedHost string // "" when not given
	AdvertisedPort                     int    // 0 when not given

	Headers        []HeaderRule
	AllowedOrigin  string
	AllowedMethods string
	Extensions     []string
}

// REST reads how the REST API is served. Kafka Connect looks at the form of
// listeners only then, so this is apart from parsing. The error is a *config.Error.
func (c *Config) REST() (*REST, error) {
	r := &REST{
		AdvertisedHost:     c.String(keyAdvertisedHost),
		AdvertisedPort:     c.Int(keyAdvertisedPort),
		AdvertisedProtocol: strings.ToLower(c.String(keyAdvertisedListener)),
		AllowedOrigin:      c.String("access.control.allow.origin"),
		AllowedMethods:     c.String("access.control.allow.methods"),
		Extensions:         c.List("rest.extension.classes"),
		AdminShared:        !c.IsSet(keyAdminListeners),
	}
	r.AdminOff = !r.AdminShared && len(c.List(keyAdminListeners)) == 0
	if p := r.AdvertisedProtocol; p != "" && p != "http" && p != "https" {
		return nil, config.Invalid(keyAdvertisedListener, p, "it is neither http nor https")
	}
	var err error
	if r.Headers, err = ParseHeaderRules(c.String(keyHeaders)); err != nil {
		return nil, err
	}
	if r.Listeners, err = parseListeners(c.List(keyListeners)); err != nil {
		return nil, err
	}
	if r.AdminListeners, err = parseListeners(c.List(keyAdminListeners)); err != nil {
		return nil, err
	}
	return r, nil
}

// HTTPS returns the ssl.* properties of the HTTPS listeners, or of the admin
// listeners. With one property of their own prefix, only those of the prefix count.
func (c *Config) HTTPS(admin bool) map[string]string {
	prefix := "listeners.https."
	if admin {
		prefix = "admin." + prefix
	}
	props := c.WithPrefix(prefix)
	if len(props) == 0 {
		props = maps.Clone(c.Originals())
	}
	maps.DeleteFunc(props, func(k, _ string) bool { return !strings.HasPrefix(k, "ssl.") })
	return props
}
