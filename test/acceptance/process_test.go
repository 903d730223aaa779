package acceptance

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// processes is the key of a script's processes by name.
type processes struct{}

// process is one that start started.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	told time.Time     // when it was last sent a signal
}

func processOf(ts *testscript.TestScript, name string) *process {
	p, ok := ts.Value(processes{}).(map[string]*process)[name]
	if !ok {
		ts.Fatalf("there is no process %s", name)
	}
	return p
}

// start [-tty] [-in FILE] NAME PROGRAM ARGS... runs a program in the background. What
// it prints is in NAME.out and NAME.err; with -tty its standard output is a pseudo
// terminal.
func start(ts *testscript.TestScript, neg bool, args []string) {
	var terminal bool
	var input string
	for len(args) > 0 && args[0][0] == '-' {
		switch args[0] {
		case "-tty":
			terminal, args = true, args[1:]
		case "-in":
			input, args = args[1], args[2:]
		}
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start [-tty] [-in FILE] NAME PROGRAM ARGS...")
	}
	p := &process{cmd: exec.Command(args[1], args[2:]...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = ts.Getenv("WORK"), environment(ts)
	stdout, stderr := create(ts, args[0]+".out"), create(ts, args[0]+".err")
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	after := func() { _, _ = stdout.Close(), stderr.Close() }
	if terminal {
		after = onTerminal(ts, p.cmd, stdout)
	}
	if input != "" {
		f, err := os.Open(ts.MkAbs(input))
		ts.Check(err)
		ts.Defer(func() { _ = f.Close() })
		p.cmd.Stdin = f
	}
	ts.Check(p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		after()
		close(p.done)
	}()
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
	})
	ts.Value(processes{}).(map[string]*process)[args[0]] = p
}

func create(ts *testscript.TestScript, name string) *os.File {
	f, err := os.Create(ts.MkAbs(name))
	ts.Check(err)
	return f
}

// environment returns the script's variables as a program gets them.
func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "WORK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION",
		"AWS_EC2_METADATA_DISABLED", "GOCOVERDIR", "GORACE", "SECRET",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// signal NAME INT|TERM|KILL sends a signal.
func signalProcess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME INT|TERM|KILL")
	}
	s, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[1]]
	if !ok {
		ts.Fatalf("unknown signal %s", args[1])
	}
	p := processOf(ts, args[0])
	select {
	case <-p.done:
		ts.Fatalf("%s has ended before: %v", args[0], p.cmd.ProcessState)
	default:
	}
	p.told = time.Now()
	ts.Check(p.cmd.Process.Signal(s))
}

// ended NAME CODE [WITHIN] waits for a process and checks how it ended: CODE is its
// exit code, or "killed". WITHIN counts from the last signal.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: ended NAME CODE [WITHIN]")
	}
	p := processOf(ts, args[0])
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		ts.Fatalf("%s has not ended after %v", args[0], patience)
	}
	took := time.Since(p.told)
	if got := exitStatus(p.cmd.ProcessState); got != args[1] {
		ts.Fatalf("%s ended with %s, want %s\n%s%s", args[0], got, args[1], ts.ReadFile(args[0]+".out"), ts.ReadFile(args[0]+".err"))
	}
	if len(args) == 3 {
		if limit, err := time.ParseDuration(args[2]); err != nil || took > limit {
			ts.Fatalf("%s took %v to end, longer than %s (%v)", args[0], took, args[2], err)
		}
	}
}

func exitStatus(s *os.ProcessState) string {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return "killed"
	}
	return strconv.Itoa(s.ExitCode())
}

// onTerminal makes a pseudo terminal the command's standard output and copies what
// comes out of it; the result is to be called when the command has ended.
func onTerminal(ts *testscript.TestScript, cmd *exec.Cmd, out *os.File) (after func()) {
	master, slave, err := openTerminal()
	if errors.Is(err, errors.ErrUnsupported) {
		ts.Fatalf("no pseudo terminals here; guard the script with [linux]")
	}
	ts.Check(err)
	cmd.Stdout = slave
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = out.ReadFrom(master) // ends with an error when nobody has the other side
	}()
	return func() {
		_ = slave.Close()
		<-copied
		_, _ = master.Close(), out.Close()
	}
}
