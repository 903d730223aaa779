package acceptance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devs3"
)

// patience is how long anything may take.
const patience = 60 * time.Second

// Ports below those that the system gives to outgoing connections.
const firstPort, portCount = 18_000, 14_000

// handedOut has every port that a script got, so that no other gets it.
var handedOut sync.Map

// port NAME... sets variables to host:port of 127.0.0.1 on which nobody listens.
func port(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: port NAME...")
	}
	for _, name := range args {
		ts.Setenv(name, freePort(ts))
	}
}

func freePort(ts *testscript.TestScript) string {
	for range 1000 {
		n := firstPort + rand.N(portCount)
		if _, taken := handedOut.LoadOrStore(n, true); taken {
			continue
		}
		addr := fmt.Sprintf("127.0.0.1:%d", n)
		if l, err := net.Listen("tcp", addr); err == nil {
			ts.Check(l.Close())
			return addr
		}
	}
	ts.Fatalf("no port is free")
	return ""
}

// occupy NAME listens on an address of its own until the script ends.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy NAME")
	}
	l, err := net.Listen("tcp", freePort(ts))
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// free ADDRESS... checks that nobody listens.
func free(ts *testscript.TestScript, neg bool, args []string) {
	for _, addr := range args {
		l, err := net.Listen("tcp", addr)
		if taken := errors.Is(err, syscall.EADDRINUSE); taken != neg {
			ts.Fatalf("%s: somebody listens is %v (%v)", addr, taken, err)
		}
		if err == nil {
			ts.Check(l.Close())
		}
	}
}

// broker starts a Kafka broker in memory and sets BROKER.
func broker(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: broker")
	}
	b, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	ts.Check(err)
	ts.Defer(func() { ts.Check(b.Close()) })
	ts.Setenv("BROKER", b.Addrs()[0])
}

// bucket [NAME...] starts an S3 server with these buckets and sets S3 to its URL.
func bucket(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: bucket [NAME...]")
	}
	s, err := devs3.New(devs3.Settings{Dir: ts.MkAbs("objects"), Buckets: args})
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	ts.Defer(func() { ts.Check(errors.Join(s.Close(), <-served)) })
	ts.Setenv("S3", "http://"+l.Addr().String())
}

// produce TOPIC FILE writes the lines of a file to a topic, as values without keys.
func produce(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: produce TOPIC FILE")
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(ts.Getenv("BROKER")), kgo.AllowAutoTopicCreation(), kgo.DisableClientMetrics())
	ts.Check(err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	in := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[1])))
	for in.Scan() {
		r := &kgo.Record{Topic: args[0], Value: []byte(in.Text())}
		ts.Check(client.ProduceSync(ctx, r).FirstErr())
	}
	ts.Check(in.Err())
}

// worker FILE [KEY=VALUE...] writes the properties of a worker with string
// converters, on BROKER and on a REST port that it puts into REST. KEY= leaves a key
// out.
func worker(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: worker FILE [KEY=VALUE...]")
	}
	if ts.Getenv("BROKER") == "" {
		broker(ts, false, nil)
	}
	if ts.Getenv("REST") == "" {
		ts.Setenv("REST", freePort(ts))
	}
	const text = "org.apache.kafka.connect.storage.StringConverter"
	props := [][2]string{
		{"bootstrap.servers", ts.Getenv("BROKER")},
		{"listeners", "http://" + ts.Getenv("REST")},
		{"key.converter", text},
		{"value.converter", text},
		{"offset.storage.file.filename", ts.MkAbs("connect.offsets")},
		{"offset.flush.interval.ms", "200"},
		{"consumer.auto.offset.reset", "earliest"},
		{"task.shutdown.graceful.timeout.ms", "1500"},
	}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		props = append(props, [2]string{key, value})
	}
	last := map[string]string{}
	for _, p := range props {
		last[p[0]] = p[1]
	}
	var b strings.Builder
	for key, value := range last {
		if value != "" {
			fmt.Fprintf(&b, "%s=%s\n", key, value)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}
