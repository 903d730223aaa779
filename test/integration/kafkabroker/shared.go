package kafkabroker

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"sync"
	"testing"
)

// Shared is a broker for all tests of a package. It starts when the first test
// asks for it. Tests keep apart by using names of their own (see UniqueName), and
// must neither kill nor restart it.
type Shared struct {
	options []Option
	once    sync.Once
	dir     string
	broker  *Broker
	err     error
}

// NewShared returns a shared broker that is not started yet.
func NewShared(options ...Option) *Shared {
	return &Shared{options: options}
}

// UniqueName returns a name for a topic, group or transactional id that no other
// test, nor another run of this one, uses. It tells which test it is for.
func UniqueName(t testing.TB) string {
	word := regexp.MustCompile(`[^A-Za-z0-9.-]+`).ReplaceAllString(t.Name(), "-")
	return fmt.Sprintf("%.100s-%08x", word, rand.Uint32())
}

// Main runs the tests of a package, ends the broker if one was started, and
// returns the status with which TestMain must exit.
func (s *Shared) Main(m *testing.M) int {
	code := m.Run()
	if err := s.close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the shared kafka broker:", err)
		return max(code, 1)
	}
	return code
}

// Broker returns the broker, starting it on the first call. What it logs during
// a test that fails is shown. It may be called by parallel tests.
func (s *Shared) Broker(t testing.TB) *Broker {
	t.Helper()
	s.once.Do(s.start)
	if s.err != nil {
		giveUp(t, s.err)
	}
	s.broker.showLogOnFailure(t)
	return s.broker
}

func (s *Shared) start() {
	if s.dir, s.err = os.MkdirTemp("", "millrace-kafka-"); s.err == nil {
		s.broker, s.err = start(s.dir, newSettings(s.options), freePorts)
	}
}

func (s *Shared) close() error {
	if s.broker != nil {
		if err := s.broker.close(); err != nil {
			return err
		}
	}
	if s.dir != "" {
		return os.RemoveAll(s.dir)
	}
	return nil
}
