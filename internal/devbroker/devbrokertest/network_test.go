package devbrokertest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
)

// echo listens and sends back what comes.
func echo(t *testing.T, n *Network, address string) net.Listener {
	t.Helper()
	l, err := n.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	return l
}

func ping(c net.Conn) error {
	if _, err := c.Write([]byte("ping")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 4))
	return err
}

func TestCutAndStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNetwork()
		l := echo(t, n, "server:0")
		defer l.Close()
		h := n.Host("client")
		dial := func() net.Conn {
			c, err := h.DialContext(t.Context(), "tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := dial()
		if err := ping(c); err != nil {
			t.Fatal(err)
		}
		if c.LocalAddr().String() != "client:0" || c.RemoteAddr().String() != l.Addr().String() {
			t.Errorf("connection from %v to %v", c.LocalAddr(), c.RemoteAddr())
		}

		h.Stall()
		began := time.Now()
		_ = c.SetDeadline(began.Add(time.Minute))
		if err := ping(c); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("stalled: %v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.DialContext(ctx, "tcp", l.Addr().String()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dial while stalled: %v", err)
		}
		_ = c.SetDeadline(time.Time{})
		time.AfterFunc(time.Hour, h.Heal)
		if err := ping(c); err != nil {
			t.Errorf("healed: %v", err)
		}

		h.Cut()
		if err := ping(c); err == nil {
			t.Error("a cut connection works")
		}
		if _, err := h.DialContext(t.Context(), "tcp", l.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial while cut: %v", err)
		}
		h.Heal()
		c = dial()
		if err := ping(c); err != nil {
			t.Error(err)
		}
		_ = c.Close()
	})
}

func TestListen(t *testing.T) {
	n := NewNetwork()
	l, err := n.Listen("tcp", "w1:8083")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen("tcp", "w1:8083"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listen twice: %v", err)
	}
	_ = l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept after close: %v", err)
	}
	if _, err := n.Host("w2").DialContext(t.Context(), "tcp", "w1:8083"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after close: %v", err)
	}
}

func TestHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNetwork()
		l, err := n.Listen("tcp", "w1:8083")
		if err != nil {
			t.Fatal(err)
		}
		server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Minute)
			_, _ = io.WriteString(w, "late")
		})}
		go func() { _ = server.Serve(l) }()
		defer server.Close()
		transport := &http.Transport{DialContext: n.Host("w2").DialContext}
		defer transport.CloseIdleConnections()
		response, err := (&http.Client{Transport: transport}).Get("http://w1:8083/")
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(response.Body); string(b) != "late" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		_ = response.Body.Close()
	})
}

func TestBroker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNetwork()
		b, err := devbroker.Start(devbroker.Settings{Addr: "kafka:9092", Brokers: 3, Listen: n.Listen})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		c, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.Dialer(n.Host("w1").DialContext), kgo.AllowAutoTopicCreation())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
