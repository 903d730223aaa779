package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Settings are what the program gives to [Open]. A zero value means the default.
type Settings struct {
	// Dir is the directory of the driver; it is made. It needs a local file system.
	Dir string
	// Command is what is run with the file of a worker's properties as one more
	// argument: this program's file and "distributed".
	Command []string
	// Env is the environment of the workers, as in [os/exec.Cmd]; nil is this
	// process's own.
	Env []string
	// MCUMemory is the memory of an MCU in bytes: 4 GiB.
	MCUMemory int64
	// Host is where workers listen, and what they advertise: 127.0.0.1.
	Host string
	// FirstPort and LastPort are the range of the workers' ports: 20000 to 32767, below
	// those that systems give to outgoing connections.
	FirstPort, LastPort int
	// Grace is how long a worker may take to stop before it is killed: 30 seconds.
	Grace time.Duration
	// A worker whose process ended before it was Stable, a minute old, for the second
	// time waits MinBackoff, a second, before it is started again, then twice as long
	// each time up to MaxBackoff, a minute.
	Stable, MinBackoff, MaxBackoff time.Duration
	// SampleEvery is how often use is measured: 5 seconds.
	SampleEvery time.Duration
	// A worker that accepts connections and answers nothing for so long is replaced:
	// a minute for 0, never if negative.
	Silence time.Duration
	// CutEvery is how often the size of logs is looked at: a second. LogBytes is that at
	// which a log is cut, 10 MiB, and LogFiles how many older parts are kept, 3; the oldest
	// go earlier when all together have more than LogFiles+1 times LogBytes.
	CutEvery time.Duration
	LogBytes int64
	LogFiles int
	// NoCgroups leaves the control groups of Linux alone.
	NoCgroups bool
	// Ready blocks until a worker that was just started is of use, or ctx ends; nil
	// takes it for ready at once. Its error ends the operation that started the
	// worker; the worker stays.
	Ready func(ctx context.Context, w Worker) error
	// Events receives what happens to workers. It may be called concurrently, must
	// not call the driver, and must return soon; nil is allowed.
	Events func(Event)
	// Leaving is called when no process of a worker that is removed runs any more,
	// before its directory is removed. It may be called concurrently and more than once
	// for a worker, must not call the driver, and the removal waits for it; nil is
	// allowed.
	Leaving func(ctx context.Context, w Worker)
	Log     *slog.Logger // nil discards
}

func (s Settings) withDefaults() (Settings, error) {
	if s.Dir == "" {
		return s, errors.New("a fleet driver needs a directory")
	}
	if err := os.MkdirAll(s.Dir, dirMode); err != nil {
		return s, fmt.Errorf("make the fleet directory: %w", err)
	}
	dir, err := filepath.Abs(s.Dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir) // it is part of names that are compared
	}
	if err != nil {
		return s, fmt.Errorf("find the fleet directory: %w", err)
	}
	s.Dir = dir
	if len(s.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return s, fmt.Errorf("find this program's file: %w", err)
		}
		s.Command = []string{self, "distributed"}
	}
	if s.Env == nil {
		s.Env = os.Environ()
	}
	s.fill()
	return s, nil
}

func (s *Settings) fill() {
	s.MCUMemory = cmp.Or(s.MCUMemory, 4<<30)
	s.Host = cmp.Or(s.Host, "127.0.0.1")
	s.FirstPort = cmp.Or(s.FirstPort, 20000)
	s.LastPort = cmp.Or(s.LastPort, 32767)
	s.Grace = cmp.Or(s.Grace, 30*time.Second)
	s.Stable = cmp.Or(s.Stable, time.Minute)
	s.MinBackoff = cmp.Or(s.MinBackoff, time.Second)
	s.MaxBackoff = cmp.Or(s.MaxBackoff, time.Minute)
	s.SampleEvery = cmp.Or(s.SampleEvery, 5*time.Second)
	s.Silence = cmp.Or(s.Silence, time.Minute)
	s.CutEvery = cmp.Or(s.CutEvery, time.Second)
	s.LogBytes = cmp.Or(s.LogBytes, 10<<20)
	s.LogFiles = cmp.Or(s.LogFiles, 3)
	if s.Events == nil {
		s.Events = func(Event) {}
	}
	if s.Leaving == nil {
		s.Leaving = func(context.Context, Worker) {}
	}
	if s.Ready == nil {
		s.Ready = func(context.Context, Worker) error { return nil }
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
}

// backoff returns how long to wait before the next start after so many processes in a
// row that ended too early.
func (s Settings) backoff(failures int) time.Duration {
	if failures < 2 {
		return 0
	}
	wait := s.MinBackoff
	for range failures - 2 {
		if wait *= 2; wait >= s.MaxBackoff {
			break
		}
	}
	return min(wait, s.MaxBackoff)
}
