package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/workerconfig"
)

const (
	headTimeout  = 10 * time.Second
	bodyTimeout  = 60 * time.Second
	idleTimeout  = 90 * time.Second
	stopTimeout  = 60 * time.Second
	answerMargin = 30 * time.Second // to send an answer after the request timeout
)

// Server is a worker's REST API. Between Open and Mount its ports are open, so that
// the worker knows its own address, and every path is 404.
type Server struct {
	settings    Settings
	main, admin *site // admin is nil when it has no listeners of its own
	ports       []port
	wg          sync.WaitGroup
}

// port is an open listener.
type port struct {
	listener net.Listener
	server   *http.Server
	url      string
}

// Open opens the listeners. The error names the property and the address that cannot
// be had; nothing is open then. Close must follow.
func Open(s Settings) (*Server, error) {
	s = s.complete()
	if s.Auth != nil {
		s.Auth.Log = s.Log
	}
	srv := &Server{settings: s, main: &site{log: s.Log}}
	var err error
	if srv.main.cors, err = newCORS(s.AllowedOrigin, s.AllowedMethods); err != nil {
		return nil, err
	}
	if srv.main.headers, err = newHeaders(s.Headers); err != nil {
		return nil, err
	}
	err = srv.listen(keyListeners, s.Listeners, s.TLS, srv.main)
	if err == nil && len(s.AdminListeners) > 0 {
		srv.admin = &site{log: s.Log}
		err = srv.listen(keyAdminListeners, s.AdminListeners, s.AdminTLS, srv.admin)
	}
	if err != nil {
		for _, p := range srv.ports {
			_ = p.listener.Close()
		}
		return nil, err
	}
	for i := range srv.ports {
		srv.wg.Go(func() { srv.serve(&srv.ports[i]) })
	}
	return srv, nil
}

func (s *Server) listen(key string, listeners []workerconfig.Listener, cfg *tls.Config, at *site) error {
	for _, c := range listeners {
		if c.Protocol == "https" && cfg == nil {
			return fmt.Errorf("%s: https://%s has no key store", key, c.Address())
		}
		l, err := s.settings.Listen("tcp", c.Address())
		if err != nil {
			return fmt.Errorf("%s: open %s://%s: %w", key, c.Protocol, c.Address(), err)
		}
		url := c.Protocol + "://" + l.Addr().String()
		if c.Protocol == "https" {
			l = tls.NewListener(l, cfg)
		}
		s.ports = append(s.ports, port{l, s.newServer(at), url})
	}
	return nil
}

func (s *Server) newServer(at *site) *http.Server {
	server := &http.Server{
		Handler: at, MaxHeaderBytes: maxHead, ReadHeaderTimeout: headTimeout,
		WriteTimeout: bodyTimeout + s.settings.RequestTimeout + answerMargin, IdleTimeout: idleTimeout,
		DisableGeneralOptionsHandler: true, Protocols: new(http.Protocols),
		ErrorLog: slog.NewLogLogger(s.settings.Log.Handler(), slog.LevelDebug),
	}
	server.Protocols.SetHTTP1(true)
	return server
}

func (s *Server) serve(p *port) {
	if err := p.server.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
		s.settings.Log.Error("A listener failed", "listener", p.url, "err", err)
	}
}

// Mount makes the API over a herder available.
func (s *Server) Mount(h herder.Herder) {
	a := &api{Settings: s.settings, herder: h}
	routes := a.routes()
	if s.admin != nil {
		s.admin.router.Store(newRouter(a, a.adminRoutes()))
	} else if !s.settings.AdminOff {
		routes = append(routes, a.adminRoutes()...)
	}
	s.main.router.Store(newRouter(a, routes))
}

// URLs returns what is open, the admin listeners last: scheme://host:port with the
// ports that were found.
func (s *Server) URLs() []string {
	var list []string
	for _, p := range s.ports {
		list = append(list, p.url)
	}
	return list
}

// AdvertisedURL returns the URL by which others reach the worker; it ends in a slash.
func (s *Server) AdvertisedURL() string {
	url, _ := s.advertised()
	return url
}

// WorkerID returns the advertised host:port.
func (s *Server) WorkerID() string {
	_, id := s.advertised()
	return id
}

func (s *Server) advertised() (url, workerID string) {
	return s.settings.Advertised(localAddress(), func(n int) int {
		if tcp, ok := s.ports[n].listener.Addr().(*net.TCPAddr); ok {
			return tcp.Port
		}
		return 0
	})
}

// localAddress returns an address of this machine that others can reach, if it has
// one.
func localAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "localhost"
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	return "localhost"
}

// Close stops to listen, lets requests end for up to a minute or until ctx is done,
// and cuts off those that remain.
func (s *Server) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	errs := make([]error, len(s.ports))
	var wg sync.WaitGroup
	for i, p := range s.ports {
		wg.Go(func() {
			if errs[i] = p.server.Shutdown(ctx); errs[i] != nil {
				errs[i] = errors.Join(errs[i], p.server.Close())
			}
		})
	}
	wg.Wait()
	s.wg.Wait()
	s.settings.Leader.Close()
	return errors.Join(errs...)
}
