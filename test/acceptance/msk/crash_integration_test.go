//go:build integration

package msk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/process"
)

const (
	crashTimeEnv = "MILLRACE_CRASH_TIME" // how long TestCrashes kills, as 10m
	crashSeedEnv = "MILLRACE_CRASH_SEED"
	crashTime    = 12 * time.Second
	crashClients = 3
	crashFlows   = 2
)

// TestCrashes kills the control plane again and again while clients work with it. What
// it has answered must be true in the end, and nothing may be left over or be lost.
func TestCrashes(t *testing.T) {
	t.Parallel()
	lasts, seed := crashTime, rand.Uint64()
	var err error
	if text := os.Getenv(crashTimeEnv); text != "" {
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv(crashSeedEnv); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%s=%d", crashSeedEnv, seed)
	m := newMortal(t)
	s := &stage{T: t, plane: m.plane, sdk: m.impatient(4)}
	s.plugin = s.newPlugin("files")
	flows := s.startFlows(seed)
	end := time.Now().Add(lasts)
	var clients []*client
	var group sync.WaitGroup
	for i := range crashClients {
		c := s.newClient(fmt.Sprint("client", i), seed+100+uint64(i))
		for _, name := range c.names() {
			s.source(name, "one", "two")
		}
		clients = append(clients, c)
		group.Go(func() { c.work(end) })
	}
	for _, f := range flows {
		group.Go(func() { f.work(end) })
	}
	m.killUntil(t, end, rand.New(rand.NewPCG(seed, 0)))
	group.Wait()
	t.Logf("%d crashes", m.kills)
	s.isSettled()
	for _, c := range clients {
		c.isTrue()
	}
	for _, f := range flows {
		f.isComplete()
	}
	s.isAllThereIs()
}

// mortal is a control plane that is killed and started again, at the same address.
type mortal struct {
	*plane
	args  []string
	kills int
}

func newMortal(t *testing.T) *mortal {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return newMortalIn(t, dir)
}

func newMortalIn(t *testing.T, dir string) *mortal {
	t.Helper()
	m := &mortal{plane: &plane{dir: dir}}
	m.startKafka(t)
	m.fillBucket(t)
	startReaper(t, dir)
	m.args = append(m.flags(t), "--listen", quietAddress(t))
	m.start(t, m.args)
	return m
}

// impatient returns a client of the SDK that makes few tries and waits little between them.
func (m *mortal) impatient(tries int) *kafkaconnect.Client {
	return kafkaconnect.New(kafkaconnect.Options{
		Region: region, BaseEndpoint: &m.url, Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxBackoff, o.MaxAttempts, o.RateLimiter = 300*time.Millisecond, tries, ratelimit.None
		}),
	})
}

// quietAddress returns one whose port neither workers nor outgoing connections get.
func quietAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		at := fmt.Sprint("127.0.0.1:", 10000+rand.IntN(10000))
		if l, err := net.Listen("tcp", at); err == nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return at
		}
	}
	t.Fatal("no port is free")
	return ""
}

// killUntil kills the control plane at any moment of its life, its start included. At
// the end it runs.
func (m *mortal) killUntil(t *testing.T, end time.Time, dice *rand.Rand) {
	t.Helper()
	for time.Now().Before(end) {
		life := time.Duration(dice.ExpFloat64() * float64(500*time.Millisecond))
		select {
		case <-time.After(min(life, time.Until(end))):
		case <-m.process.Exited():
			t.Fatalf("the control plane has ended: %v\n%s", m.process.Err(), m.text())
		}
		if err := m.process.Kill(); err != nil {
			t.Fatal(err)
		}
		m.kills++
		m.revive(t)
	}
}

func (m *mortal) revive(t *testing.T) {
	t.Helper()
	cmd := exec.Command(binary.Path(t), m.args...)
	cmd.Stdout, cmd.Stderr = m.log, m.log
	cmd.Env = append(os.Environ(), "AWS_EC2_METADATA_DISABLED=true", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
		"AWS_ACCESS_KEY_ID="+m.bucket["aws.access.key.id"], "AWS_SECRET_ACCESS_KEY="+m.bucket["aws.secret.access.key"])
	next, err := process.Start(cmd)
	if err != nil {
		t.Fatalf("start the control plane: %v", err)
	}
	m.process = next
}

// isSettled waits until nothing is under way, and checks what everything has come to.
func (s *stage) isSettled() {
	s.Helper()
	millrace.Await(s.T, 2*window, "the end of all operations", func() error {
		connectors, err := s.connectors()
		if err != nil {
			return err
		}
		for _, c := range connectors {
			if c.ConnectorState != types.ConnectorStateRunning && c.ConnectorState != paused {
				return fmt.Errorf("%s is %s", *c.ConnectorName, c.ConnectorState)
			}
		}
		for _, q := range s.plugins() {
			if q.CustomPluginState != types.CustomPluginStateActive {
				return fmt.Errorf("plugin %s is %s", *q.Name, q.CustomPluginState)
			}
		}
		return nil
	})
	connectors, err := s.connectors()
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range connectors {
		s.isConsistent(c)
	}
}

// isAllThereIs checks that each connector has its workers, as directories and as
// processes, each plugin its file, and that there is nothing else.
func (s *stage) isAllThereIs() {
	s.Helper()
	fleets := s.file("control/fleet")
	connectors, err := s.connectors()
	if err != nil {
		s.Fatal(err)
	}
	want := map[string]int{}
	for _, c := range connectors {
		_, id, _ := strings.Cut(*c.ConnectorArn, ":connector/")
		want[strings.Replace(id, "/", "_", 1)] = int(c.Capacity.ProvisionedCapacity.WorkerCount)
	}
	millrace.Await(s.T, window, "the workers of connectors and no others", func() error {
		entries, err := os.ReadDir(fleets)
		if err != nil {
			return err
		}
		var problems []error
		total := 0
		for _, e := range entries {
			if !e.IsDir() {
				continue
			}
			workers, err := os.ReadDir(filepath.Join(fleets, e.Name()))
			pids := workerPIDs(filepath.Join(fleets, e.Name()))
			if err != nil || len(workers) != want[e.Name()] || len(pids) != want[e.Name()] {
				problems = append(problems, fmt.Errorf("%s has %d directories, %d processes, want %d, %v", e.Name(), len(workers), len(pids), want[e.Name()], err))
			}
			total += len(pids)
		}
		if all := len(workerPIDs(s.dir)); all != total {
			problems = append(problems, fmt.Errorf("%d processes, %d in fleets", all, total))
		}
		return errors.Join(problems...)
	})
	s.hasFilesOfPlugins()
}

func (s *stage) hasFilesOfPlugins() {
	s.Helper()
	known := map[string]bool{}
	for _, q := range s.plugins() {
		id := (*q.CustomPluginArn)[strings.LastIndexByte(*q.CustomPluginArn, '/')+1:]
		known[id] = true
		if files, err := os.ReadDir(s.file("control/plugins/" + id)); err != nil || len(files) != 1 {
			s.Errorf("plugin %s has the files %v, %v", *q.Name, files, err)
		}
	}
	entries, err := os.ReadDir(s.file("control/plugins"))
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		if !known[e.Name()] {
			s.Errorf("%s belongs to no plugin", e.Name())
		}
	}
}
