//go:build linux

package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/java/properties"
)

// The test binary is a worker, or a control plane, when one of these is set.
const (
	fakeWorker  = "MILLRACE_TEST_WORKER"
	fakeControl = "MILLRACE_TEST_CONTROL"
	patience    = 60 * time.Second
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(fakeWorker); kind != "" {
		syscall.Exit(beWorker(kind)) // not what the Go tools add to os.Exit
	}
	if dir := os.Getenv(fakeControl); dir != "" {
		os.Exit(beControl(dir))
	}
	os.Exit(runAndReap(m))
}

// runAndReap takes in the workers of control planes that were killed, as the first
// process of a system does, so that none is left when they end.
func runAndReap(m *testing.M) int {
	const setChildSubreaper = 36
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
	code := m.Run()
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if pid <= 0 && !errors.Is(err, syscall.EINTR) {
			return code
		}
	}
}

// beWorker does what its kind says until it gets SIGTERM.
func beWorker(kind string) int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	say := func(args ...any) { fmt.Println(args...) }
	switch name, arg, _ := strings.Cut(kind, " "); name {
	case "stubborn":
		signal.Reset(syscall.SIGTERM)
		signal.Ignore(syscall.SIGTERM)
		say("ready")
		select {}
	case "dies":
		say("first line\nlast line")
		fmt.Fprintln(os.Stderr, "panic: "+arg)
		return 3
	case "greedy":
		var size int
		_, _ = fmt.Sscan(arg, &size)
		block := make([]byte, size)
		for i := range block {
			block[i] = 1
		}
		say("ready")
		<-stop
		runtime.KeepAlive(block)
		return 0
	case "busy":
		say("ready")
		for len(stop) == 0 {
			runtime.Gosched()
		}
		return 0
	case "chatty":
		say("ready")
		for i := 0; len(stop) == 0; i++ {
			say(strings.Repeat("x", 1000), i)
			time.Sleep(5 * time.Millisecond)
		}
		return 0
	case "deaf":
		l, err := listen()
		if err != nil {
			return 1
		}
		defer func() { _ = l.Close() }()
	case "parent":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), fakeWorker+"=child")
		if err := child.Start(); err != nil {
			return 1
		}
		say("child", child.Process.Pid)
	}
	say("ready")
	<-stop
	say("stopped")
	return 0
}

// listen accepts connections, as the system does for a process that is stopped.
func listen() (net.Listener, error) {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		return nil, err
	}
	props, err := properties.Parse(text)
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", strings.TrimPrefix(props["admin.listeners"], "http://"))
}

// beControl opens a driver and changes a fleet until it is killed.
func beControl(dir string) int {
	d, err := Open(settings(dir, func(Event) {}))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for n := 2; ; n = n%4 + 1 {
		if err := d.Apply(context.Background(), spec(n)); err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println("applied")
		if os.Getenv(fakeControl+"_ONCE") != "" {
			select {}
		}
	}
}

func settings(dir string, events func(Event)) Settings {
	return Settings{
		Dir: dir, Command: []string{os.Args[0]}, Env: []string{"PATH=/bin", "MILLRACE_WORKER=/inherited"},
		MCUMemory: 1 << 30, Grace: patience, SampleEvery: 20 * time.Millisecond, CutEvery: 20 * time.Millisecond, MinBackoff: time.Millisecond, MaxBackoff: 5 * time.Millisecond,
		NoCgroups: true, Events: events,
	}
}

func spec(workers int) Spec {
	return Spec{
		Fleet: "orders_1-2", Workers: workers, MCUs: 1,
		Properties: map[string]string{"group.id": "g"}, Env: map[string]string{fakeWorker: "plain"},
	}
}

func (s Spec) kind(k string) Spec {
	s.Env = map[string]string{fakeWorker: k}
	return s
}

// journal keeps the events of a driver.
type journal struct {
	mu     sync.Mutex
	events []Event
}

func (j *journal) add(e Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
}

func (j *journal) told(kind EventKind) (found []Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// test is a driver over a directory. Nothing it starts outlives the test.
type test struct {
	*testing.T
	*Processes
	*journal
	dir string
}

func open(t *testing.T, change ...func(*Settings)) *test {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() { killMarked(t, dir) })
	return openIn(t, dir, change...)
}

func openIn(t *testing.T, dir string, change ...func(*Settings)) *test {
	t.Helper()
	j := &journal{}
	s := settings(dir, j.add)
	for _, c := range change {
		c(&s)
	}
	d, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return &test{t, d, j, dir}
}

// reopen closes the driver and opens another for the same directory.
func (t *test) reopen(change ...func(*Settings)) *test {
	t.Helper()
	if err := t.Close(); err != nil {
		t.Fatal(err)
	}
	return openIn(t.T, t.dir, change...)
}

func killMarked(t *testing.T, dir string) {
	found, err := findMarked(dir)
	if err == nil {
		err = killAll(context.Background(), found)
	}
	if err != nil {
		t.Error(err)
	}
}

func (t *test) apply(s Spec) []Worker {
	t.Helper()
	if err := t.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return t.fleet()
}

func (t *test) fleet() []Worker { return t.Workers(spec(1).Fleet) }

func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("timed out: %s", what)
		}
	}
}

// ready waits until each worker has said something.
func (t *test) ready(workers []Worker) {
	t.Helper()
	for _, w := range workers {
		await(t, w.ID+" is ready", func() bool { return strings.Contains(read(w.LogFile), "ready\n") })
	}
}

func read(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

func alive(pid int) bool {
	id, err := identify(pid)
	return err == nil && id.alive()
}

func pids(workers []Worker) (pids []int) {
	for _, w := range workers {
		pids = append(pids, w.PID)
	}
	return pids
}

func ids(workers []Worker) (ids []string) {
	for _, w := range workers {
		ids = append(ids, w.ID)
	}
	return ids
}

// startControl starts a control plane in a process of its own.
func startControl(t *testing.T, dir string, env ...string) (cmd *exec.Cmd, out io.Reader) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = slices.Concat(os.Environ(), []string{fakeControl + "=" + dir}, env)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, out
}

// leftOvers returns what is left in a directory, the lock aside.
func leftOvers(t *testing.T, dir string) (left []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir && filepath.Base(path) != lockName {
			left = append(left, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func edit[T any](t *testing.T, path string, change func(*T)) {
	t.Helper()
	var v T
	if err := readJSON(path, &v); err != nil {
		t.Fatal(err)
	}
	change(&v)
	b, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(path, b, fileMode)
	}
	if err != nil {
		t.Fatal(err)
	}
}
