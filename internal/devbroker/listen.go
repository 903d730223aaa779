package devbroker

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	maxRequestSize = 100 << 20 // socket.request.max.bytes of Kafka
	minRequestSize = 8
)

// listen opens one listener per broker.
func (b *Broker) listen() ([]net.Listener, error) {
	addr := b.settings.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %s: port is not a number between 0 and 65535", addr)
	}
	advertised := b.settings.Advertised
	if ip := net.ParseIP(host); advertised == "" && (host == "" || ip != nil && ip.IsUnspecified()) {
		return nil, fmt.Errorf("listen address %s: no client can connect to it, so an advertised host is needed", addr)
	}
	var all []net.Listener
	for i := range max(1, b.settings.Brokers) {
		own := port
		if port != 0 {
			own += uint64(i)
		}
		ln, err := b.listenOn(net.JoinHostPort(host, strconv.FormatUint(own, 10)), advertised)
		if err != nil {
			return nil, errors.Join(err, closeAll(all))
		}
		all = append(all, ln)
	}
	return all, nil
}

func (b *Broker) listenOn(addr, advertised string) (net.Listener, error) {
	listen := b.settings.Listen
	if listen == nil {
		listen = net.Listen
	}
	ln, err := listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if b.settings.TLS != nil {
		ln = tls.NewListener(ln, b.settings.TLS)
	}
	return &listener{Listener: ln, advertised: advertised}, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, ln := range listeners {
		if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// listener tells kfake the advertised address and guards its connections.
type listener struct {
	net.Listener
	advertised string
}

// Addr returns the address clients are told.
func (l *listener) Addr() net.Addr {
	if l.advertised == "" {
		return l.Listener.Addr()
	}
	_, port, _ := net.SplitHostPort(l.Listener.Addr().String())
	return hostPort(net.JoinHostPort(l.advertised, port))
}

type hostPort string

func (hostPort) Network() string  { return "tcp" }
func (a hostPort) String() string { return string(a) }

// Accept returns the next connection.
func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &guardedConn{Conn: conn}, nil
}

var errNotKafka = errors.New("not a Kafka request")

// guardedConn looks at the first bytes of every request, its size and kind.
// kfake believes both: a stray HTTP request would make it reserve a gigabyte,
// an unknown kind would end the process. It is read by one goroutine at a time.
type guardedConn struct {
	net.Conn
	head []byte // checked but not yet read by kfake
	left int    // bytes of the request behind head
}

// Read returns bytes of checked requests.
func (c *guardedConn) Read(p []byte) (int, error) {
	if len(c.head) == 0 && c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	if len(c.head) > 0 {
		n := copy(p, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func (c *guardedConn) next() error {
	head := make([]byte, 6)
	if _, err := io.ReadFull(c.Conn, head); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head)
	key := int16(binary.BigEndian.Uint16(head[4:]))
	if size < minRequestSize || size > maxRequestSize || kmsg.RequestForKey(key) == nil {
		return errNotKafka
	}
	c.head, c.left = head, int(size)-2
	return nil
}
