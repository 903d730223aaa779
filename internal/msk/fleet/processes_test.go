//go:build linux

package fleet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/java/properties"
)

func TestStartScaleStop(t *testing.T) {
	d := open(t)
	three := d.apply(spec(3))
	d.ready(three)
	if len(three) != 3 || !slices.Equal(d.Fleets(), []string{"orders_1-2"}) {
		t.Fatalf("%d workers in %q", len(three), d.Fleets())
	}
	seen := map[string]bool{}
	for _, w := range three {
		if w.State != Running || !alive(w.PID) || w.MCUs != 1 || w.Memory != 1<<30 || w.Restarts != 0 || w.LastDeath != "" {
			t.Errorf("worker %+v", w)
		}
		if !regexp.MustCompile(`^Worker-[0-9a-f]{17}$`).MatchString(w.ID) || seen[w.ID] || seen[w.URL] || seen[w.AdminURL] || w.URL == w.AdminURL {
			t.Errorf("identity of %+v", w)
		}
		seen[w.ID], seen[w.URL], seen[w.AdminURL] = true, true, true
	}
	if again := d.apply(spec(3)); !slices.Equal(pids(again), pids(three)) {
		t.Errorf("the same spec again: %v, before %v", pids(again), pids(three))
	}
	one := d.apply(spec(1))
	if !slices.Equal(ids(one), ids(three)[:1]) || alive(three[1].PID) || alive(three[2].PID) || !alive(three[0].PID) {
		t.Errorf("after scale-in: %v of %v", ids(one), ids(three))
	}
	if two := d.apply(spec(2)); len(two) != 2 || two[0].PID != three[0].PID || seen[two[1].ID] {
		t.Errorf("after scale-out: %+v", two)
	}
	for range 2 {
		if err := d.Remove(t.Context(), "orders_1-2"); err != nil {
			t.Fatal(err)
		}
	}
	if left := leftOvers(t, d.dir); len(left) > 0 || len(d.Fleets()) > 0 || len(d.fleet()) > 0 {
		t.Errorf("after removal: %q, fleets %q", left, d.Fleets())
	}
	if got := []int{len(d.told(Started)), len(d.told(Stopped)), len(d.told(Removed)), len(d.told(Died))}; !slices.Equal(got, []int{4, 4, 4, 0}) {
		t.Errorf("events: %v", got)
	}
}

// What a worker is started with is seen by nobody else, and is what the spec says.
func TestFilesAndEnvironment(t *testing.T) {
	d := open(t)
	s := spec(1)
	s.MCUs = 2
	s.Env["AWS_SECRET_ACCESS_KEY"] = "hidden"
	s.Properties["sasl.password"] = "a=b\\c ü"
	w := d.apply(s)[0]
	d.ready([]Worker{w})
	dir := filepath.Dir(w.LogFile)
	props, err := properties.Parse([]byte(read(filepath.Join(dir, propertiesFile))))
	want := map[string]string{
		"group.id": "g", "sasl.password": "a=b\\c ü", "listeners": w.URL, "admin.listeners": w.AdminURL,
		"rest.advertised.listener": "http", "rest.advertised.host.name": "127.0.0.1", "rest.advertised.port": w.URL[strings.LastIndex(w.URL, ":")+1:],
	}
	if err != nil || fmt.Sprint(props) != fmt.Sprint(want) {
		t.Errorf("properties %v, %v; want %v", props, err, want)
	}
	for _, name := range []string{recordFile, processFile, propertiesFile, logFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v, %v", dir, info, err)
	}
	command := read(fmt.Sprintf("/proc/%d/cmdline", w.PID))
	if want := os.Args[0] + "\x00" + filepath.Join(dir, propertiesFile) + "\x00"; command != want {
		t.Errorf("command line %q, want %q", command, want)
	}
	env := strings.Split(read(fmt.Sprintf("/proc/%d/environ", w.PID)), "\x00")
	for _, want := range []string{"PATH=/bin", "AWS_SECRET_ACCESS_KEY=hidden", "GOMEMLIMIT=1932735276", "MILLRACE_WORKER=" + dir} {
		if !slices.Contains(env, want) {
			t.Errorf("environment %q lacks %q", env, want)
		}
	}
	if s, err := readStat(w.PID); err != nil || s.session != w.PID {
		t.Errorf("session %d of process %d, %v", s.session, w.PID, err)
	}
}

func TestKilledWorkerIsReplaced(t *testing.T) {
	d := open(t)
	before := d.apply(spec(2))
	d.ready(before)
	if err := syscall.Kill(before[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 })
	after := d.fleet()
	if after[0].PID == before[0].PID || after[0].ID != before[0].ID || after[0].URL != before[0].URL || after[0].LogFile != before[0].LogFile || after[1].PID != before[1].PID {
		t.Errorf("after %+v, before %+v", after, before)
	}
	died := d.told(Died)[0]
	if died.PID != before[0].PID || died.Reason != "signal: killed" || !slices.Equal(died.Lines, []string{"ready"}) {
		t.Errorf("event %+v", died)
	}
	if after[0].Restarts != 1 || after[0].LastDeath != "signal: killed" || after[1].Restarts != 0 {
		t.Errorf("workers %+v", after)
	}
}

// A worker that accepts connections and never answers is replaced; one that does not
// listen is left alone.
func TestSilentWorkerIsReplaced(t *testing.T) {
	d := open(t, func(s *Settings) { s.Silence = 300 * time.Millisecond })
	quiet := spec(1)
	quiet.Fleet = "quiet"
	left := d.apply(quiet)
	w := d.apply(spec(1).kind("deaf"))[0]
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 })
	died := d.told(Died)
	if now := d.fleet()[0]; now.ID != w.ID || now.PID == w.PID || !strings.HasPrefix(died[0].Reason, "it has not answered for 300ms") || died[0].PID != w.PID {
		t.Errorf("worker %+v, events %+v", now, died)
	}
	if now := d.Workers(quiet.Fleet)[0]; now.Restarts != 0 || len(left) > 0 && now.PID != left[0].PID {
		t.Errorf("the other worker was restarted: %+v", now)
	}
}

// A worker whose directory somebody removed is started again all the same.
func TestRemovedDirectoryIsMadeAgain(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1))[0]
	dir := filepath.Dir(w.LogFile)
	if err := errors.Join(os.RemoveAll(dir), syscall.Kill(w.PID, syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 })
	again := d.reopen().fleet()
	if len(again) != 1 || again[0].ID != w.ID || again[0].URL != w.URL || !alive(again[0].PID) {
		t.Errorf("workers %+v, before %+v", again, w)
	}
}

// A log says how its worker ended, which the worker could not.
func TestLogSaysHowTheWorkerEnded(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1))
	d.ready(w)
	if err := syscall.Kill(w[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 })
	pattern := `\nready\n\[[-0-9]{10} [0-9:]{8},[0-9]{3}\] FATAL The worker has ended reason="signal: killed" \(millrace\.control\.fleet:[0-9]+\)\n`
	if text := "\n" + read(w[0].LogFile); !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("log: %s", text)
	}
}

// A worker that dies at once is not started in a tight loop, and says why it died.
func TestBackoff(t *testing.T) {
	d := open(t, func(s *Settings) { s.MinBackoff, s.MaxBackoff = time.Hour, time.Hour })
	d.apply(spec(1).kind("dies of testing"))
	await(t, "two deaths", func() bool { return len(d.told(Died)) == 2 && d.fleet()[0].State == Waiting })
	died := d.told(Died)[1]
	if want := []string{"first line", "last line", "panic: of testing"}; died.Reason != "exit status 3" || !slices.Equal(died.Lines, want) {
		t.Errorf("event %+v", died)
	}
	// Other settings are tried at once.
	if w := d.apply(spec(1)); w[0].State != Running || w[0].Restarts != 2 {
		t.Errorf("worker %+v", w[0])
	}
	s := Settings{MinBackoff: time.Second, MaxBackoff: time.Minute}
	for failures, want := range []time.Duration{0, 0, 1, 2, 4, 8, 16, 32, 60, 60} {
		if got := s.backoff(failures); got != want*time.Second {
			t.Errorf("after %d failures %s, want %ds", failures, got, want)
		}
	}
	if got := s.backoff(1 << 30); got != time.Minute {
		t.Errorf("after many failures %s", got)
	}
}

// A process that was old enough when it died is no failure.
func TestStableWorkerIsReplacedAtOnce(t *testing.T) {
	d := open(t, func(s *Settings) { s.Stable, s.MinBackoff, s.MaxBackoff = 1, time.Hour, time.Hour })
	d.apply(spec(1))
	for n := range 4 {
		if err := syscall.Kill(d.fleet()[0].PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		await(t, "replacement", func() bool { return len(d.told(Replaced)) == n+1 })
	}
}

func TestStubbornWorkerIsKilled(t *testing.T) {
	d := open(t, func(s *Settings) { s.Grace = 10 * time.Millisecond })
	w := d.apply(spec(1).kind("stubborn"))
	d.ready(w)
	if err := d.Remove(t.Context(), w[0].Fleet); err != nil || alive(w[0].PID) {
		t.Errorf("%v, alive %t", err, alive(w[0].PID))
	}
}

// What a worker started goes with it, whether it is killed or removed.
func TestChildrenGoToo(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1).kind("parent"))
	d.ready(w)
	child := func() (pid int) {
		_, text, _ := strings.Cut(read(w[0].LogFile), "child ")
		_, _ = fmt.Sscan(text, &pid)
		return pid
	}
	first := child()
	if !alive(first) {
		t.Fatalf("child %d does not run", first)
	}
	if err := errors.Join(os.Truncate(w[0].LogFile, 0), syscall.Kill(w[0].PID, syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 && strings.Contains(read(w[0].LogFile), "child ") })
	second := child()
	if alive(first) || second == first {
		t.Errorf("child %d of the dead worker is alive", first)
	}
	if err := d.Remove(t.Context(), w[0].Fleet); err != nil || alive(second) {
		t.Errorf("%v, alive %t", err, alive(second))
	}
}

func TestRestartAndRoll(t *testing.T) {
	var atOnce, most int
	d := open(t)
	d.settings.Ready = func(context.Context, Worker) error {
		for _, w := range d.fleet() {
			if w.State == Running {
				atOnce++
			}
		}
		most, atOnce = max(most, 3-atOnce), 0
		return nil
	}
	before := d.apply(spec(3))
	if err := d.Restart(t.Context(), before[1].Fleet, before[1].ID); err != nil {
		t.Fatal(err)
	}
	after := d.fleet()
	if after[1].PID == before[1].PID || after[1].URL != before[1].URL || after[0].PID != before[0].PID || after[2].PID != before[2].PID {
		t.Errorf("restarted %v, before %v", pids(after), pids(before))
	}
	if err := d.Restart(t.Context(), before[1].Fleet, "Worker-0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("restart of nobody: %v", err)
	}
	changed := spec(3)
	changed.MCUs = 2
	rolled := d.apply(changed)
	for i, w := range rolled {
		if w.PID == after[i].PID || w.ID != after[i].ID || w.MCUs != 2 {
			t.Errorf("worker %d: %+v, before %+v", i, w, after[i])
		}
	}
	if most > 0 {
		t.Errorf("%d workers were not running while one became ready", most)
	}
}

// A roll that goes wrong stops at the first worker, and an older spec mends it.
func TestRollBack(t *testing.T) {
	broken := errors.New("not ready")
	d := open(t, func(s *Settings) {
		s.Ready = func(_ context.Context, w Worker) error {
			if w.MCUs == 2 {
				return broken
			}
			return nil
		}
	})
	before := d.apply(spec(2))
	bad := spec(2)
	bad.MCUs = 2
	if err := d.Apply(t.Context(), bad); !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	half := d.fleet()
	if half[0].MCUs != 2 || half[1].PID != before[1].PID {
		t.Errorf("half way: %+v", half)
	}
	if after := d.apply(spec(2)); after[0].MCUs != 1 || after[0].ID != before[0].ID || after[1].PID != before[1].PID {
		t.Errorf("rolled back: %+v", after)
	}
}

func TestBadSpecsAndCommands(t *testing.T) {
	d := open(t, func(s *Settings) { s.Command = []string{"/nowhere/millrace"} })
	for _, s := range []Spec{{Fleet: "../x", Workers: 1, MCUs: 1}, {Fleet: "a b", Workers: 1, MCUs: 1}, {Fleet: "a", MCUs: 1}, {Fleet: "a", Workers: 1}} {
		if err := d.Apply(t.Context(), s); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
	if err := d.Remove(t.Context(), "../x"); err != nil {
		t.Errorf("removal of what cannot be: %v", err)
	}
	if err := d.Apply(t.Context(), spec(2)); !errors.Is(err, fs.ErrNotExist) || len(d.fleet()) != 0 {
		t.Errorf("error %v, workers %+v", err, d.fleet())
	}
	if left := leftOvers(t, filepath.Join(d.dir, spec(1).Fleet)); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestContextEnds(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1).kind("stubborn"))
	d.ready(w)
	ctx, cancel := context.WithCancel(t.Context())
	removed := make(chan error)
	go func() { removed <- d.Remove(ctx, w[0].Fleet) }()
	await(t, "stopping", func() bool { return d.fleet()[0].State == Stopping })
	cancel()
	if err := <-removed; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := d.Close(); err != nil { // not after the grace time
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), spec(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	// What was begun is finished by the next driver.
	next := openIn(t, d.dir, func(s *Settings) { s.Grace = time.Millisecond })
	await(t, "removal", func() bool { return len(next.fleet()) == 0 })
	if alive(w[0].PID) {
		t.Error("the worker is alive")
	}
}

// A worker whose port somebody else took gets another one instead of never starting.
func TestPortsTakenByOthers(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1))[0]
	l, err := net.Listen("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := d.Restart(t.Context(), w.Fleet, w.ID); err != nil {
		t.Fatal(err)
	}
	if moved := d.fleet()[0]; moved.URL == w.URL || moved.ID != w.ID || len(d.told(Moved)) != 1 {
		t.Errorf("worker %+v, events %+v", moved, d.told(Moved))
	}
	none := newPorts(Settings{Host: "127.0.0.1", FirstPort: 20000, LastPort: 20001})
	none.keep(20000, 20001)
	if _, err := none.take(); err == nil {
		t.Error("a port was given twice")
	}
}
