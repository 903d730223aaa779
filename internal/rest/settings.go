package rest

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/pluginset"
)

// LoggerName is the name of the logger for Settings.Log.
const LoggerName = "org.apache.kafka.connect.runtime.rest.RestServer"

const (
	defaultTimeout = 90 * time.Second
	defaultMaxBody = 32 << 20
	defaultPort    = 8083
)

// Settings are what a Server is made of. The zero value serves on 127.0.0.1:8083.
type Settings struct {
	Listeners      []ListenerConfig // none for the default
	AdminListeners []ListenerConfig // listeners of /admin of its own; none to have it on the others
	NoAdmin        bool             // no /admin at all

	AdvertisedHost     string // "" for that of the first listener
	AdvertisedPort     int    // 0 for that of the first listener
	AdvertisedListener string // http or https; "" for the scheme of the first listener that is http, else https

	AllowOrigins []string     // regular expressions; "*" for any. None switches CORS off
	AllowMethods []string     // none for GET, POST, HEAD
	Headers      []HeaderRule // of every response, except those of the admin listeners

	Version, Commit string  // as GET / tells; "" for the version of Kafka Connect that Millrace equals
	Loggers         Loggers // nil: /admin/loggers answers 404

	Log            *slog.Logger  // a line for each request; nil for none
	RequestTimeout time.Duration // 0 for 90 s
	MaxBody        int64         // bytes; 0 for 32 MiB
}

// Loggers are the loggers of the process, as *logs.Logs is.
type Loggers interface {
	// List returns the loggers that are not off, sorted.
	List() []logs.Logger
	Logger(name string) (logs.Logger, bool)
	// SetLevel changes a logger and those whose names begin with its name; it
	// returns the names of those that changed.
	SetLevel(namespace string, level slog.Level) ([]string, error)
}

// ListenerConfig is an address to listen on.
type ListenerConfig struct {
	Host string      // "" for all interfaces
	Port int         // 0 for any
	TLS  *tls.Config // nil for http
	Key  string      // the property that it comes from, for errors; "" for listeners
}

// Scheme returns http or https.
func (l ListenerConfig) Scheme() string {
	if l.TLS != nil {
		return "https"
	}
	return "http"
}

// address returns host:port as net.Listen takes it.
func (l ListenerConfig) address() string { return net.JoinHostPort(l.Host, strconv.Itoa(l.Port)) }

// complete returns the settings with the defaults in place.
func (s Settings) complete() Settings {
	if len(s.Listeners) == 0 {
		s.Listeners = []ListenerConfig{{Host: "127.0.0.1", Port: defaultPort}}
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.Version = cmp.Or(s.Version, pluginset.KafkaVersion)
	s.Commit = cmp.Or(s.Commit, "unknown")
	s.RequestTimeout = cmp.Or(s.RequestTimeout, defaultTimeout)
	s.MaxBody = cmp.Or(s.MaxBody, defaultMaxBody)
	return s
}
