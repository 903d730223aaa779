package devbrokertest

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// Network connects listeners and hosts. Any name is a host; port 0 means a free
// one. Methods are safe for concurrent use.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener // by host:port
	hosts     map[string]*Host
	nextPort  int
}

// NewNetwork returns a network without listeners.
func NewNetwork() *Network {
	return &Network{listeners: map[string]*listener{}, hosts: map[string]*Host{}, nextPort: 40000}
}

// Listen is a net.Listen for this network. The error of an address that is taken
// is syscall.EADDRINUSE.
func (n *Network) Listen(_, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen in memory: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if port == "0" {
		n.nextPort++
		address = net.JoinHostPort(host, strconv.Itoa(n.nextPort))
	}
	if n.listeners[address] != nil {
		return nil, fmt.Errorf("listen in memory on %s: %w", address, syscall.EADDRINUSE)
	}
	l := &listener{network: n, addr: addr(address), incoming: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// Host returns the machine of a name, from which programs connect. It is made at
// the first call.
func (n *Network) Host(name string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.hosts[name]
	if h == nil {
		h = n.newHost(name)
	}
	return h
}

// Replace puts a new machine in the place of a host, with its name: what the old one
// was cut off from stays so.
func (n *Network) Replace(name string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.newHost(name)
}

func (n *Network) newHost(name string) *Host {
	h := &Host{
		network: n, addr: addr(net.JoinHostPort(name, "0")), open: closedChannel(),
		apart: map[string]bool{}, conns: map[*conn]struct{}{},
	}
	n.hosts[name] = h
	return h
}

// at returns the host of an address, nil when there is none that is known.
func (n *Network) at(address string) *Host {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hosts[name]
}

func (n *Network) listener(address string) *listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.listeners[address]
}

func (n *Network) forget(l *listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[string(l.addr)] == l {
		delete(n.listeners, string(l.addr))
	}
}

type addr string

func (addr) Network() string  { return "memory" }
func (a addr) String() string { return string(a) }

type listener struct {
	network  *Network
	addr     addr
	incoming chan net.Conn
	once     sync.Once
	closed   chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.forget(l)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return l.addr }

// connect hands one end of a new connection to whoever accepts.
func (l *listener) connect(ctx context.Context, from addr) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.incoming <- &end{Conn: far, local: l.addr, remote: from}:
		return &end{Conn: near, local: from, remote: l.addr}, nil
	case <-l.closed:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// end is one end of a connection, with addresses.
type end struct {
	net.Conn
	local, remote addr
}

func (e *end) LocalAddr() net.Addr  { return e.local }
func (e *end) RemoteAddr() net.Addr { return e.remote }
