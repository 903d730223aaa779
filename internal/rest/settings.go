package rest

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/rest/basicauth"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/workerconfig"
)

// LoggerName is the name of the logger for Settings.Log.
const LoggerName = "org.apache.kafka.connect.runtime.rest.RestServer"

const (
	defaultTimeout = 90 * time.Second
	defaultMaxBody = 32 << 20
	defaultPort    = 8083
)

// Settings are what a Server is made of. The zero value serves on 127.0.0.1:8083.
// FromConfig makes them of a worker's configuration.
type Settings struct {
	workerconfig.REST             // without listeners the default counts
	TLS, AdminTLS     *tls.Config // of the https listeners

	Version, Commit string  // as GET / tells; "" for those of the Kafka Connect that Millrace equals
	Loggers         Loggers // nil: /admin/loggers answers 404

	Metrics http.Handler // answers GET /metrics; nil: 404

	Auth   *basicauth.Auth    // who may use the API; nil: everybody
	Leader *restclient.Leader // asks other workers; nil for one that trusts what the system trusts

	// Listen replaces net.Listen, for a network in memory.
	Listen func(network, address string) (net.Listener, error)

	Log            *slog.Logger  // a line for each request, and trouble; nil for none
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

// complete returns the settings with the defaults in place.
func (s Settings) complete() Settings {
	if len(s.Listeners) == 0 {
		s.Listeners = []workerconfig.Listener{{Protocol: "http", Host: "127.0.0.1", Port: defaultPort}}
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Leader == nil {
		s.Leader = restclient.NewLeader(restclient.LeaderSettings{})
	}
	if s.Listen == nil {
		s.Listen = net.Listen
	}
	s.Version = cmp.Or(s.Version, pluginset.KafkaVersion)
	s.Commit = cmp.Or(s.Commit, pluginset.KafkaCommit)
	s.RequestTimeout = cmp.Or(s.RequestTimeout, defaultTimeout)
	s.MaxBody = cmp.Or(s.MaxBody, defaultMaxBody)
	return s
}
