//go:build linux

package fleet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAdopt(t *testing.T) {
	d := open(t)
	before := d.apply(spec(2))
	d.ready(before)
	d = d.reopen()
	after := d.fleet()
	if !slices.Equal(pids(after), pids(before)) || !slices.Equal(ids(after), ids(before)) || after[0].URL != before[0].URL || !after[0].Started.Equal(before[0].Started) {
		t.Fatalf("after %+v, before %+v", after, before)
	}
	if len(d.told(Adopted)) != 2 || len(d.told(Started)) != 0 {
		t.Errorf("events %+v", d.events)
	}
	if again := d.apply(spec(2)); !slices.Equal(pids(again), pids(before)) {
		t.Errorf("the same spec restarts them: %v, before %v", pids(again), pids(before))
	}
	// They are watched, and obey, as those that this driver started.
	if err := syscall.Kill(before[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "replacement", func() bool { return len(d.told(Replaced)) == 1 })
	died := d.told(Died)[0]
	if died.PID != before[0].PID || !strings.Contains(died.Reason, "how is unknown") || !slices.Equal(died.Lines, []string{"ready"}) {
		t.Errorf("event %+v", died)
	}
	if err := d.Remove(t.Context(), before[0].Fleet); err != nil || alive(before[1].PID) {
		t.Errorf("%v, alive %t", err, alive(before[1].PID))
	}
	if got := read(before[1].LogFile); got != "" || len(d.fleet()) > 0 {
		t.Errorf("left: %q, %+v", got, d.fleet())
	}
}

// Without pidfd, an end is found by looking.
func TestPoll(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1))[0]
	is, err := identify(w.PID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := adopt(started{Identity: is})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- p.poll(t.Context()) }()
	if err := syscall.Kill(w.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A worker that died while no driver was there is started again.
func TestDeadWhileClosed(t *testing.T) {
	d := open(t)
	before := d.apply(spec(2))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(before[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "end", func() bool { return !alive(before[0].PID) })
	d = openIn(t, d.dir)
	await(t, "start", func() bool { return len(d.told(Replaced)) == 1 })
	after := d.fleet()
	if after[0].PID == before[0].PID || after[0].ID != before[0].ID || after[1].PID != before[1].PID {
		t.Errorf("after %+v, before %+v", after, before)
	}
}

// The id of a worker that is gone may be another process's by now, or by the next boot.
func TestReusedPID(t *testing.T) {
	stranger := exec.Command(os.Args[0])
	stranger.Env = []string{fakeWorker + "=plain"}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	})
	is, err := identify(stranger.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*identity){
		"another start": func(id *identity) { id.StartTicks-- },
		"another boot":  func(id *identity) { id.BootID = "b" },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			before := d.apply(spec(1))
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			killMarked(t, d.dir)
			edit(t, filepath.Join(filepath.Dir(before[0].LogFile), processFile), func(s *started) {
				s.Identity = is
				change(&s.Identity)
			})
			d = openIn(t, d.dir)
			await(t, "start", func() bool { return len(d.told(Replaced)) == 1 })
			if err := d.Remove(t.Context(), before[0].Fleet); err != nil || len(d.told(Adopted)) > 0 || !alive(is.PID) {
				t.Errorf("%v, events %+v, stranger alive %t", err, d.events, alive(is.PID))
			}
		})
	}
}

// A driver that was killed between the start of a process and the note of it.
func TestUnnotedProcess(t *testing.T) {
	d := open(t)
	before := d.apply(spec(1))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	note := filepath.Join(filepath.Dir(before[0].LogFile), processFile)
	if err := os.Remove(note); err != nil {
		t.Fatal(err)
	}
	d = openIn(t, d.dir)
	if after := d.apply(spec(1)); after[0].PID != before[0].PID || read(note) == "" {
		t.Errorf("after %+v, before %+v", after, before)
	}
}

// What belongs to no worker is cleared away, and nothing else.
func TestClearsAway(t *testing.T) {
	d := open(t)
	keep := d.apply(spec(1))
	fleet := filepath.Join(d.dir, spec(1).Fleet)
	half, torn, empty := filepath.Join(fleet, newPrefix+newID()), filepath.Join(fleet, newID()), filepath.Join(fleet, newID())
	for _, dir := range []string{half, torn, empty, filepath.Join(d.dir, ".hidden"), filepath.Join(fleet, "notes")} {
		if err := os.MkdirAll(dir, dirMode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(torn, recordFile), []byte(`{"Fleet":`), fileMode); err != nil {
		t.Fatal(err)
	}
	stray := func(dir string) int {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{fakeWorker + "=plain", marker + "=" + dir}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		return cmd.Process.Pid
	}
	orphans := []int{stray(torn), stray(filepath.Join(fleet, "Worker-gone")), stray(filepath.Dir(keep[0].LogFile))}
	other := stray(d.dir + "-of-another/x/y")
	await(t, "markers", func() bool { found, _ := findMarked(d.dir); return len(found) == 4 })
	d = d.reopen()
	for _, pid := range orphans {
		if alive(pid) {
			t.Errorf("orphan %d is alive", pid)
		}
	}
	if after := d.fleet(); len(after) != 1 || after[0].PID != keep[0].PID || !alive(keep[0].PID) || !alive(other) {
		t.Errorf("after %+v, before %+v; the other driver's is alive: %t", after, keep, alive(other))
	}
	for dir, want := range map[string]bool{half: false, torn: false, empty: false, filepath.Join(d.dir, ".hidden"): true, filepath.Join(fleet, "notes"): true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if got := len(d.told(Discarded)); got != 6 {
		t.Errorf("%d events: %+v", got, d.told(Discarded))
	}
}

func TestOneDriverPerDirectory(t *testing.T) {
	d := open(t)
	if f, err := lockFile(filepath.Join(d.dir, lockName)); err == nil {
		_ = f.Close()
		t.Error("the directory is not locked")
	}
	if _, err := Open(Settings{}); err == nil {
		t.Error("a driver without directory")
	}
}

// A control plane that is killed leaves its workers running, and the next one has them.
func TestControlPlaneIsKilled(t *testing.T) {
	dir := t.TempDir()
	t.Cleanup(func() { killMarked(t, dir) })
	cmd, out := startControl(t, dir, fakeControl+"_ONCE=1")
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "applied" {
		t.Fatalf("control plane: %q", lines.Text())
	}
	found, err := findMarked(dir)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d workers, %v", len(found), err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	d := openIn(t, dir)
	running := pids(d.fleet())
	if len(running) != 2 || len(d.told(Adopted)) != 2 || len(d.events) != 2 {
		t.Fatalf("workers %v, events %+v", running, d.events)
	}
	for _, m := range found {
		if !slices.Contains(running, m.PID) || !alive(m.PID) {
			t.Errorf("process %d is not among %v, or not alive", m.PID, running)
		}
	}
}

// Wherever a kill finds the control plane, no process and no directory is lost.
func TestControlPlaneIsKilledAnywhere(t *testing.T) {
	dir := t.TempDir()
	t.Cleanup(func() { killMarked(t, dir) })
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		cmd, out := startControl(t, dir)
		time.AfterFunc(time.Duration(random.IntN(300))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		text, _ := io.ReadAll(out)
		_ = cmd.Wait()
		if said := strings.ReplaceAll(string(text), "applied\n", ""); said != "" {
			t.Fatalf("control plane: %s", said)
		}
	}
	d := openIn(t, dir)
	for _, w := range d.apply(spec(3)) {
		if w.State != Running || !alive(w.PID) {
			t.Errorf("worker %+v", w)
		}
	}
	found, err := findMarked(dir)
	if err != nil || len(found) != 3 {
		t.Errorf("%d processes, %v: %+v", len(found), err, found)
	}
	if err := d.Remove(t.Context(), spec(1).Fleet); err != nil {
		t.Fatal(err)
	}
	found, err = findMarked(dir)
	if left := leftOvers(t, dir); len(found)+len(left) > 0 || err != nil {
		t.Errorf("left: %+v, %q, %v", found, left, err)
	}
}

// An error of the disk is no reason to throw a worker away.
func TestUnreadableRecord(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1))[0]
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(w.LogFile), recordFile)
	err := os.Remove(path)
	if err == nil {
		err = os.Mkdir(path, dirMode) // reading it is an error, also for root
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(settings(d.dir, nil)); err == nil || !alive(w.PID) {
		t.Errorf("error %v, alive %t", err, alive(w.PID))
	}
	if f, err := lockFile(filepath.Join(d.dir, lockName)); err != nil {
		t.Errorf("the lock is kept: %v", err)
	} else {
		_ = f.Close()
	}
}

func TestParseStat(t *testing.T) {
	const rest = " S 1 77 78 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 987654 1000 250 18446744073709551615 1"
	for name, command := range map[string]string{"plain": "(millrace)", "spaces": "(a b)", "brackets": "(a) R 1 2 3)"} {
		s, err := parseStat([]byte("42 " + command + rest + "\n"))
		if want := (stat{state: 'S', session: 78, ticks: 127, start: 987654, pages: 250}); err != nil || s != want {
			t.Errorf("%s: %+v, %v; want %+v", name, s, err, want)
		}
	}
	for _, text := range []string{"", "42 (x) S 1", "42 (x)" + strings.Replace(rest, "987654", "-", 1)} {
		if _, err := parseStat([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	if _, err := readStat(1 << 30); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if fmt.Sprint(identity{}.alive(), identity{PID: 1}.alive()) != "false false" {
		t.Error("nobody is alive")
	}
}
