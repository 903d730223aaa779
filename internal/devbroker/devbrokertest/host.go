package devbrokertest

import (
	"context"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Host is a machine on a network. Methods are safe for concurrent use.
type Host struct {
	network *Network
	addr    addr

	mu    sync.Mutex
	cut   bool
	apart map[string]bool // addresses that the host is cut off from
	open  chan struct{}   // closed while traffic flows
	conns map[*conn]struct{}
}

// DialContext is the dial function of programs on the host. A refused connection
// is a *net.OpError with syscall.ECONNREFUSED, as from a real network.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := h.dial(ctx, address)
	if err != nil {
		if ctx.Err() == nil {
			err = os.NewSyscallError("connect", err)
		}
		return nil, &net.OpError{Op: "dial", Net: network, Addr: addr(address), Err: err}
	}
	return c, nil
}

func (h *Host) dial(ctx context.Context, address string) (net.Conn, error) {
	for _, end := range []*Host{h, h.network.at(address)} {
		if end == nil {
			continue
		}
		if err := end.pass(ctx.Done(), nil); err != nil {
			return nil, ctx.Err()
		}
		if end.refuses(address) {
			return nil, syscall.ECONNREFUSED
		}
	}
	l := h.network.listener(address)
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	pipe, err := l.connect(ctx, h.addr)
	if err != nil {
		return nil, err
	}
	return h.own(pipe), nil
}

// own makes an end of a connection that of the host.
func (h *Host) own(pipe net.Conn) *conn {
	c := &conn{Conn: pipe, host: h, closed: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns[c] = struct{}{}
	return c
}

func (h *Host) refuses(address string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cut || h.apart[address]
}

// Listen is the listen function of programs on the host: what is accepted is cut and
// stalled with the host. Its address must have the name of the host.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	l, err := h.network.Listen(network, address)
	if err != nil {
		return nil, err
	}
	return hostListener{l, h}, nil
}

type hostListener struct {
	net.Listener
	host *Host
}

func (l hostListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.host.own(c), nil
}

// Cut breaks all connections of the host and refuses new ones. It ends Stall.
func (h *Host) Cut() {
	h.mu.Lock()
	h.cut = true
	if !h.flowing() {
		close(h.open)
	}
	h.mu.Unlock()
	h.drop(func(*conn) bool { return true })
}

// CutFrom is Cut for the connections that the host opens to an address.
func (h *Host) CutFrom(address string) {
	h.mu.Lock()
	h.apart[address] = true
	h.mu.Unlock()
	h.drop(func(c *conn) bool { return c.RemoteAddr().String() == address })
}

// drop closes connections.
func (h *Host) drop(which func(*conn) bool) {
	h.mu.Lock()
	var conns []*conn
	for c := range h.conns {
		if which(c) {
			conns = append(conns, c)
		}
	}
	h.mu.Unlock()
	for _, c := range conns {
		_ = c.Close() // a pipe has no other error than being closed already
	}
}

// Stall lets nothing through any more in either direction, without an error: what
// the host sends vanishes in a queue, as behind a broken router. Connections that
// it opens hang.
func (h *Host) Stall() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.flowing() {
		h.open = make(chan struct{})
	}
}

// Heal ends Cut, CutFrom and Stall. What was held back arrives now.
func (h *Host) Heal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut = false
	clear(h.apart)
	if !h.flowing() {
		close(h.open)
	}
}

func (h *Host) flowing() bool {
	select {
	case <-h.open:
		return true
	default:
		return false
	}
}

// pass waits until traffic flows.
func (h *Host) pass(closed, late <-chan struct{}) error {
	h.mu.Lock()
	open := h.open
	h.mu.Unlock()
	select {
	case <-open:
		return nil
	case <-closed:
		return net.ErrClosed
	case <-late:
		return os.ErrDeadlineExceeded
	}
}

func closedChannel() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// conn is the host's end of a connection. What passes it waits while the host is
// stalled; deadlines hold meanwhile.
type conn struct {
	net.Conn
	host   *Host
	once   sync.Once
	closed chan struct{}

	read, write deadline
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		return n, err
	}
	return n, c.host.pass(c.closed, c.read.passed())
}

func (c *conn) Write(p []byte) (int, error) {
	if err := c.host.pass(c.closed, c.write.passed()); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *conn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.host.mu.Lock()
		delete(c.host.conns, c)
		c.host.mu.Unlock()
	})
	return c.Conn.Close()
}

func (c *conn) SetDeadline(t time.Time) error {
	c.read.set(t)
	c.write.set(t)
	return c.Conn.SetDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.write.set(t)
	return c.Conn.SetWriteDeadline(t)
}

// deadline is a channel that closes when a time has come.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	done  chan struct{}
}

func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == nil {
		d.done = make(chan struct{})
	}
	return d.done
}

// set moves the deadline of calls that wait already, too.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	stopped := d.timer == nil || d.timer.Stop()
	d.timer = nil
	if d.done == nil || !stopped || isClosed(d.done) {
		d.done = make(chan struct{})
	}
	if t.IsZero() {
		return
	}
	done := d.done
	if wait := time.Until(t); wait > 0 {
		d.timer = time.AfterFunc(wait, func() { close(done) })
		return
	}
	close(done)
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
