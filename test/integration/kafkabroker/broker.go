package kafkabroker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/jvm"
	"github.com/millrace/millrace/test/integration/prerequisite"
	"github.com/millrace/millrace/test/integration/process"
)

// Requirement is the name of this package's broker in MILLRACE_REQUIRE.
const Requirement = "kafka"

const (
	startWindow   = 90 * time.Second
	stopGrace     = 20 * time.Second
	startAttempts = 4
)

// Broker is a running Kafka broker. Its methods are for one goroutine at a time,
// except those that only tell something about it.
type Broker struct {
	dir          string
	clusterID    string
	ports        ports
	users        []User
	certificates Certificates
	program      jvm.Program
	output       *os.File
	process      *process.Process
}

// Start starts a broker that lives until the test ends. It blocks until clients
// can use it. Its log is shown when the test fails.
func Start(t testing.TB, options ...Option) *Broker {
	t.Helper()
	b, err := start(t.TempDir(), newSettings(options), freePorts)
	if err != nil {
		giveUp(t, err)
	}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Errorf("stop the kafka broker: %v", err)
		}
	})
	b.showLogOnFailure(t)
	return b
}

// giveUp ends the test for which no broker could be started.
func giveUp(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, jvm.ErrMissing) {
		prerequisite.Missing(t, Requirement, err)
	}
	t.Fatalf("start a kafka broker: %v", err)
}

// start sets up and starts a broker with its files in dir, with other ports when
// someone took one between choice and use.
func start(dir string, s settings, choose func() (ports, error)) (*Broker, error) {
	for attempt := 1; ; attempt++ {
		chosen, err := choose()
		if err != nil {
			return nil, err
		}
		b, err := prepare(filepath.Join(dir, fmt.Sprintf("kafka-%d", attempt)), s, chosen)
		if err != nil {
			return nil, err
		}
		err = b.run()
		if err == nil {
			return b, nil
		}
		if err = errors.Join(err, b.close()); !errors.Is(err, errPortTaken) || attempt == startAttempts {
			return nil, err
		}
	}
}

// Bootstrap returns the address of the Plaintext listener.
func (b *Broker) Bootstrap() string { return b.Address(Plaintext) }

// Address returns host and port of a listener. They stay the same over Restart.
func (b *Broker) Address(l Listener) string { return b.ports.address(l) }

// ClusterID returns the id that the broker gives its cluster; every broker that
// is started has another one.
func (b *Broker) ClusterID() string { return b.clusterID }

// Certificates returns what clients of the TLS listeners need.
func (b *Broker) Certificates() Certificates { return b.certificates }

// User returns the account of that name, and an empty one when there is none.
func (b *Broker) User(name string) User {
	for _, u := range b.users {
		if u.Name == name {
			return u
		}
	}
	return User{}
}

// PID returns the process id of the broker, for tests that signal it.
func (b *Broker) PID() int { return b.process.PID() }

// Kill ends the broker without warning (SIGKILL) and returns when it is gone.
// What clients had acknowledged is in the data directory. Killing a killed broker
// does nothing.
func (b *Broker) Kill(t testing.TB) {
	t.Helper()
	if err := b.process.Kill(); err != nil {
		t.Fatalf("kill the kafka broker: %v", err)
	}
}

// Restart starts the broker again on its data directory and ports, after an
// orderly stop if it still runs, and returns when clients can use it.
func (b *Broker) Restart(t testing.TB) {
	t.Helper()
	if _, err := b.process.Stop(stopGrace); err != nil {
		t.Fatalf("stop the kafka broker: %v", err)
	}
	if err := b.run(); err != nil {
		t.Fatalf("restart the kafka broker: %v", err)
	}
}

// run starts the process and waits until the broker serves clients; on an error
// no process is left.
func (b *Broker) run() error {
	from := b.logSize()
	started, err := b.program.Start()
	if err != nil {
		return err
	}
	b.process = started
	if err := b.awaitReady(from, startWindow); err != nil {
		err = fmt.Errorf("%w\n%s", b.explain(err, from), b.logSince(from))
		return errors.Join(err, started.Kill())
	}
	return nil
}

// close ends the broker for good.
func (b *Broker) close() error {
	var err error
	if b.process != nil {
		_, err = b.process.Stop(stopGrace)
	}
	return errors.Join(err, b.output.Close())
}
