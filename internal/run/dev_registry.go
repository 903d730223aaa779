package run

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"syscall"

	"github.com/millrace/millrace/internal/devregistry"
)

// devRegistry is where the schema registry of millrace dev listens when it can.
const devRegistry = "127.0.0.1:8081"

// startRegistry starts the schema registry, which lets everybody in that reaches it.
func (d *dev) startRegistry() error {
	listener, err := listenOr(d.Registry, devRegistry)
	if err != nil {
		return inUse(err, "--registry", d.Registry)
	}
	registry, err := devregistry.Open(filepath.Join(d.dir, "schemas.jsonl"))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.registryURL = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, listener, registry) }()
	d.closes = append(d.closes, func() error {
		stop()
		return errors.Join(<-ended, registry.Close())
	})
	return nil
}

// listenOr listens at an address; without one at the usual one, or at any that is free
// when that is taken.
func listenOr(address, usual string) (net.Listener, error) {
	if address != "" {
		return net.Listen("tcp", address)
	}
	listener, err := net.Listen("tcp", usual)
	if errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return listener, err
}
