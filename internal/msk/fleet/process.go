package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// marker is the name of the variable that holds the directory of the worker a process
// belongs to.
const marker = "MILLRACE_WORKER"

// started is process.json: the process of a worker.
type started struct {
	Identity identity
	Started  time.Time
	Revision string // of the settings it was started with
	LogFrom  int64  // where its output begins
	Cgroup   string // the directory of its control group, "" for none
}

// process is a process of a worker, started here or taken over.
type process struct {
	started
	handle *os.Process
	child  bool
	// gone is closed when the process has ended; end says how. Not when the driver
	// is closed first.
	gone chan struct{}
	end  string
}

// launch starts the process of a worker. What it needs is on disk.
func (d *Processes) launch(dir string, r record) (*process, error) {
	log, end, err := openLog(filepath.Join(dir, logFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer func() { _ = null.Close() }()
	group, err := d.cgroups.create(r.ID, r.MCUs, d.memory(r.MCUs))
	if err != nil {
		return nil, fmt.Errorf("make the control group of a worker: %w", err)
	}
	defer group.close()
	argv := append(slices.Clone(d.settings.Command), filepath.Join(dir, propertiesFile))
	handle, err := os.StartProcess(argv[0], argv, &os.ProcAttr{
		Dir: dir, Env: d.environment(dir, r), Files: []*os.File{null, log, log}, Sys: attributes(group),
	})
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	p := &process{
		started: started{Started: time.Now(), Revision: r.revision(), LogFrom: end, Cgroup: group.path()},
		handle:  handle, child: true, gone: make(chan struct{}),
	}
	p.Identity, err = identify(handle.Pid)
	if err == nil {
		err = writeJSON(filepath.Join(dir, processFile), p.started)
	}
	if err != nil { // nobody would find it again
		_ = handle.Kill()
		_, _ = handle.Wait()
		return nil, fmt.Errorf("note the process of a worker: %w", err)
	}
	return p, nil
}

// environment returns that of a worker.
func (d *Processes) environment(dir string, r record) []string {
	env := map[string]string{}
	for _, line := range d.settings.Env {
		if name, value, ok := strings.Cut(line, "="); ok {
			env[name] = value
		}
	}
	env["GOMAXPROCS"] = strconv.Itoa(min(r.MCUs, runtime.NumCPU()))
	env["GOMEMLIMIT"] = strconv.FormatInt(d.memory(r.MCUs)/10*9, 10) // the rest is for what is not Go's
	maps.Copy(env, r.Env)
	env[marker] = dir
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		lines = append(lines, name+"="+env[name])
	}
	return lines
}

func (d *Processes) memory(mcus int) int64 { return int64(mcus) * d.settings.MCUMemory }

// adopt takes over a process that an earlier driver started.
func adopt(s started) (*process, error) {
	handle, err := os.FindProcess(s.Identity.PID)
	if err != nil {
		return nil, err
	}
	// Only now is it certain whose the handle is: the id may have been given away
	// before, and cannot be given away any more.
	if !s.Identity.alive() {
		_ = handle.Release()
		return nil, os.ErrProcessDone
	}
	return &process{started: s, handle: handle, gone: make(chan struct{})}, nil
}

// watch closes gone when the process ends, unless ctx ends first.
func (p *process) watch(ctx context.Context) {
	if err := p.wait(ctx); err != nil {
		return
	}
	switch {
	case p.child:
		p.end = describe(p.handle.Wait())
	case p.end == "":
		p.end = "it ended; how is unknown, because an earlier control plane started it"
		reap(p.Identity.PID)
	}
	close(p.gone)
}

func describe(state *os.ProcessState, err error) string {
	if err != nil {
		return "it ended; how is unknown: " + err.Error()
	}
	return state.String()
}

// signal is no error when the process has ended.
func (p *process) signal(s os.Signal) error {
	err := p.handle.Signal(s)
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// stop asks the process to end, kills it when grace has passed, and returns when it is
// gone, or with the error of ctx.
func (p *process) stop(ctx context.Context, grace time.Duration) error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		grace = 0
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	if err := p.signal(os.Kill); err != nil {
		return fmt.Errorf("kill process %d: %w", p.Identity.PID, err)
	}
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
