package probe

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

const dialTimeout = 5 * time.Second

// reach fails when none of the servers accepts a connection.
func reach(ctx context.Context, bootstrap string) error {
	servers := split(bootstrap)
	if len(servers) == 0 {
		return operate.Failed(model.ReasonBootstrapUnreachable, "bootstrapServers names no server; it must be host:port[,host:port...]")
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	answers := make(chan error, len(servers))
	for _, server := range servers {
		go func() { answers <- dial(ctx, server) }()
	}
	var errs []error
	for range servers {
		err := <-answers
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	code, advice := model.ReasonBootstrapUnreachable, "check bootstrapServers, routes and firewalls between this machine and the brokers"
	if unresolved(errs) {
		code, advice = model.ReasonDNSResolution, "check bootstrapServers and the DNS servers of this machine"
	}
	return &operate.Failure{Code: code, Message: "no bootstrap server can be reached: " + strings.ReplaceAll(err.Error(), "\n", "; ") + "; " + advice, Err: err}
}

func split(bootstrap string) (servers []string) {
	for server := range strings.SplitSeq(bootstrap, ",") {
		if server = strings.TrimSpace(server); server != "" {
			servers = append(servers, server)
		}
	}
	return servers
}

func dial(ctx context.Context, server string) error {
	if _, after, ok := strings.Cut(server, "://"); ok { // as in a listener's name
		server = after
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", server)
	if err != nil {
		return err
	}
	return conn.Close()
}

// unresolved reports whether every error is about a name.
func unresolved(errs []error) bool {
	for _, err := range errs {
		var dns *net.DNSError
		if !errors.As(err, &dns) {
			return false
		}
	}
	return true
}
