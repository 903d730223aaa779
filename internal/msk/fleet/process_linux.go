package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// adoptable says that workers can live on without the driver.
	adoptable = true
	// pollEvery is how often a process is looked for on kernels that tell nobody of
	// its end.
	pollEvery = 100 * time.Millisecond
	// ticksPerSecond is the unit of CPU time under /proc, the same on all
	// architectures.
	ticksPerSecond = 100
	// pidfdOpen is the number of a system call that package syscall does not name, the
	// same on all architectures of Go.
	pidfdOpen = 434
)

// identity tells a process from all others, earlier and later ones too.
type identity struct {
	PID        int
	StartTicks uint64 // since the boot
	BootID     string
}

func identify(pid int) (identity, error) {
	boot, err := bootID()
	if err != nil {
		return identity{}, err
	}
	s, err := readStat(pid)
	return identity{PID: pid, StartTicks: s.start, BootID: boot}, err
}

func bootID() (string, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b)), err
}

// alive reports whether the process runs. One that has ended and waits to be noticed
// does not.
func (id identity) alive() bool {
	if id.PID <= 0 {
		return false
	}
	s, err := readStat(id.PID)
	if err != nil || s.start != id.StartTicks || s.ended() && !hasThreads(id.PID) {
		return false
	}
	boot, err := bootID()
	return err == nil && boot == id.BootID
}

// hasThreads reports whether more than the first thread of a process is there. As long
// as that is so, the process has its files and ports, even if the first has ended.
func hasThreads(pid int) bool {
	tasks, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "task"))
	return err == nil && len(tasks) > 1
}

// stat is what is needed of /proc/PID/stat.
type stat struct {
	state   byte
	session int
	ticks   uint64 // of CPU time, that of children who ended included
	start   uint64
	pages   int64 // resident
}

func (s stat) ended() bool { return s.state == 'Z' || s.state == 'X' }

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, err
	}
	return parseStat(b)
}

// parseStat reads the fields after the command, which may have spaces and brackets in
// it. See proc_pid_stat(5); field 3 is the first.
func parseStat(b []byte) (s stat, err error) {
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 22 {
		return s, fmt.Errorf("/proc/PID/stat has %d fields", len(fields))
	}
	var errs []error
	number := func(field int) uint64 {
		n, err := strconv.ParseInt(fields[field-3], 10, 64)
		errs = append(errs, err)
		return uint64(n)
	}
	s.state = fields[0][0]
	s.session = int(number(6))
	s.ticks = number(14) + number(15) + number(16) + number(17)
	s.start = number(22)
	s.pages = int64(number(24))
	return s, errors.Join(errs...)
}

func attributes(g *cgroup) *syscall.SysProcAttr {
	// A session of its own: what ends this process, or its terminal, does not end
	// the worker.
	a := &syscall.SysProcAttr{Setsid: true}
	if g.dir != nil {
		a.UseCgroupFD, a.CgroupFD = true, int(g.dir.Fd())
	}
	return a
}

// wait returns when the process has ended, or with the error of ctx. Unlike
// [os.Process.Wait] it works for other processes than children, and can be given up.
func (p *process) wait(ctx context.Context) error {
	f, err := p.pidfd()
	if err != nil {
		return p.poll(ctx)
	}
	defer func() { _ = f.Close() }()
	raw, err := f.SyscallConn()
	if err == nil {
		err = f.SetReadDeadline(time.Time{}) // whether the runtime can watch it
	}
	if err != nil {
		return p.poll(ctx)
	}
	release := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	defer release()
	err = raw.Read(func(uintptr) bool { return !p.Identity.alive() })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return p.poll(ctx)
}

// pidfd returns a descriptor that becomes readable when the process ends. It is not
// that of the handle, for which a wait must block.
func (p *process) pidfd() (*os.File, error) {
	fd, _, errno := syscall.Syscall(pidfdOpen, uintptr(p.Identity.PID), syscall.O_NONBLOCK, 0)
	if errno != 0 {
		return nil, errno
	}
	return os.NewFile(fd, "pidfd"), nil
}

func (p *process) poll(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for p.Identity.alive() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// reap lets a process that has ended go for good, if it is a child of this one: as one
// is that was left by a worker when this is the first process of a container.
func reap(pid int) {
	_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
}

// marked is a process whose environment names the directory of a worker.
type marked struct {
	identity
	session int
	dir     string
}

// leads reports whether it is the worker itself and not what a worker started.
func (m marked) leads() bool { return m.PID == m.session }

// findMarked returns the processes of all workers whose directory is root or below.
// Processes of other users are not seen.
func findMarked(root string) ([]marked, error) {
	boot, err := bootID()
	if err != nil {
		return nil, err
	}
	var found []marked
	err = eachProcess(func(pid int, s stat) {
		env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err != nil || s.ended() || pid == os.Getpid() {
			return
		}
		dir, ok := markedDir(env)
		if ok && (dir == root || strings.HasPrefix(dir, root+"/")) {
			found = append(found, marked{identity{pid, s.start, boot}, s.session, dir})
		}
	})
	return found, err
}

func markedDir(env []byte) (string, bool) {
	for line := range bytes.SplitSeq(env, []byte{0}) {
		if dir, ok := bytes.CutPrefix(line, []byte(marker+"=")); ok {
			return string(dir), true
		}
	}
	return "", false
}

// eachProcess calls f for every process that is there.
func eachProcess(f func(pid int, s stat)) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		s, err := readStat(pid)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it ended meanwhile
		}
		if err == nil {
			f(pid, s)
		}
	}
	return nil
}

// spent is what the processes of a session used, and use.
type spent struct {
	cpu    time.Duration
	memory int64
}

// spentBySession measures all sessions.
func spentBySession() (map[int]spent, error) {
	all := map[int]spent{}
	page := int64(os.Getpagesize())
	err := eachProcess(func(_ int, s stat) {
		sum := all[s.session]
		sum.cpu += time.Duration(s.ticks) * (time.Second / ticksPerSecond)
		sum.memory += s.pages * page
		all[s.session] = sum
	})
	return all, err
}
