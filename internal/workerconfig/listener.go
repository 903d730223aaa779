package workerconfig

import (
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// Listener is an address of the REST API.
type Listener struct {
	Protocol string // http or https
	Host     string // "" for every interface; an IPv6 address without brackets
	Port     int    // 0 for any free one
}

var listenerForm = regexp.MustCompile(`^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)`)

// ParseListener reads protocol://host:port.
func ParseListener(text string) (Listener, error) {
	parts := listenerForm.FindStringSubmatch(text)
	if parts == nil || len(parts[0]) != len(text) {
		return Listener{}, config.Errorf(keyListeners, "Listener doesn't have the right format (protocol://hostname:port).")
	}
	l := Listener{Protocol: strings.ToLower(parts[1]), Host: parts[2]}
	if l.Protocol != "http" && l.Protocol != "https" {
		return Listener{}, config.Errorf(keyListeners, `Listener protocol must be either "http" or "https".`)
	}
	var err error
	l.Port, err = strconv.Atoi(parts[3])
	if err != nil || l.Port < 0 || l.Port > 65535 {
		return Listener{}, config.Errorf(keyListeners, "Port %s of listener %s is not between 0 and 65535.", parts[3], text)
	}
	return l, nil
}

// Address returns host and port as net.Listen takes them.
func (l Listener) Address() string { return net.JoinHostPort(l.Host, strconv.Itoa(l.Port)) }

func parseListeners(texts []string) ([]Listener, error) {
	var list []Listener
	for _, text := range texts {
		l, err := ParseListener(text)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

// listenerList checks the list only; the form of each URL is looked at when the
// server starts, as Java does.
type listenerList struct{}

func (listenerList) String() string {
	return "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443."
}

func (listenerList) Check(key string, value any) error {
	list, _ := value.([]string)
	if len(list) == 0 {
		return config.Errorf(key, "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.")
	}
	if slices.Contains(list, "") {
		return config.Errorf(key, "Empty URL found when parsing listeners list.")
	}
	return nil
}

// advertised is the URL under which other workers reach this one, in parts.
type advertised struct {
	protocol, host string
	port           int
}

// Advertised returns the URL under which other workers reach this one, which ends
// in a slash, and host:port, the worker's id. localHost is the address of this
// machine; bound returns the port that the n-th listener got.
func (r *REST) Advertised(localHost string, bound func(n int) int) (url, workerID string) {
	a := advertised{protocol: r.advertisedProtocol(), host: r.AdvertisedHost, port: r.AdvertisedPort}
	n := slices.IndexFunc(r.Listeners, func(l Listener) bool { return l.Protocol == a.protocol })
	if n >= 0 {
		a.fill(r.Listeners[n], func() int { return bound(n) })
	}
	if a.host == "" {
		a.host = localHost
	}
	workerID = net.JoinHostPort(strings.Trim(a.host, "[]"), strconv.Itoa(a.port))
	return a.protocol + "://" + workerID + "/", workerID
}

func (a *advertised) fill(l Listener, bound func() int) {
	if a.host == "" {
		a.host = l.Host
	}
	if a.port == 0 {
		a.port = l.Port
	}
	if a.port == 0 {
		a.port = bound()
	}
}

func (r *REST) advertisedProtocol() string {
	if r.AdvertisedProtocol != "" {
		return r.AdvertisedProtocol
	}
	for _, l := range r.Listeners {
		if l.Protocol == "http" {
			return "http"
		}
	}
	if len(r.Listeners) > 0 {
		return "https"
	}
	return "http"
}
