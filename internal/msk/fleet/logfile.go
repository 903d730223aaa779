package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/logs"
)

const (
	tailLines = 20
	tailBytes = 16 << 10
)

// openLog opens a worker's log for appending, which is what lets [cutLog] empty it
// under a worker that knows nothing of that. It also returns where the log ends.
func openLog(path string) (f *os.File, end int64, err error) {
	f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, fileMode)
	if err != nil {
		return nil, 0, fmt.Errorf("open the log of a worker: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open the log of a worker: %w", err), f.Close())
	}
	return f, info.Size(), nil
}

// cutLogs keeps the logs of all workers short until the driver is closed.
func (d *Processes) cutLogs() {
	tick := time.NewTicker(d.settings.CutEvery)
	defer tick.Stop()
	for {
		select {
		case <-d.closing.Done():
			return
		case <-tick.C:
		}
		for _, w := range d.all() {
			w.note("cut its log", cutLog(w.snapshot().LogFile, d.settings.LogBytes, d.settings.LogFiles))
		}
	}
}

// cutLog moves what is in a log of more than most bytes to path.1, the older parts one
// on, and the last of keep away. Of a log that grew far beyond that, because its worker
// writes faster than it is looked at or no driver was there, the end is kept, and fewer
// parts. What the worker writes in the moment between the copy and the cut is lost.
func cutLog(path string, most int64, keep int) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() <= most {
		return nil
	}
	if err != nil {
		return err
	}
	for n := keep - 1; n >= 1; n-- {
		err := os.Rename(part(path, n), part(path, n+1))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := copyEnd(path, part(path, 1), info.Size()-2*most); err != nil {
		return err
	}
	return errors.Join(os.Truncate(path, 0), dropParts(path, most*int64(keep+1), keep))
}

// dropParts removes the oldest parts as long as all have more than most bytes. The newest
// stays.
func dropParts(path string, most int64, keep int) error {
	left := most
	for n := 1; n <= keep; n++ {
		info, err := os.Stat(part(path, n))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if left -= info.Size(); left >= 0 || n == 1 {
			continue
		}
		if err := os.Remove(part(path, n)); err != nil {
			return err
		}
	}
	return nil
}

func part(path string, n int) string { return fmt.Sprintf("%s.%d", path, n) }

// copyEnd copies a file from the first line that begins at an offset or later, which may
// be negative.
func copyEnd(path, to string, from int64) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if from > 0 {
		if from, err = nextLine(in, from); err != nil {
			return err
		}
	}
	if _, err := in.Seek(max(from, 0), io.SeekStart); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// nextLine returns where the first line begins at an offset or later; the offset itself
// when that would be far away.
func nextLine(f io.ReaderAt, from int64) (int64, error) {
	b := make([]byte, tailBytes)
	n, err := f.ReadAt(b, from-1)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
		return from + int64(i), nil
	}
	return from, nil
}

// lastLine writes to the log of a worker why its process is gone, which it could not do
// itself.
func (w *worker) lastLine(reason string) error {
	f, _, err := openLog(filepath.Join(w.dir, logFile))
	if err != nil {
		return err
	}
	asJSON := slices.Contains(w.d.settings.Env, "MILLRACE_LOG_FORMAT=json") // which workers heed
	registry := logs.New(logs.Settings{Out: f, JSON: asJSON})
	registry.For("millrace.control.fleet").Log(context.Background(), logs.Fatal, "The worker has ended", "reason", reason)
	return f.Close()
}

// tail returns the last lines of a log that were written after an offset. It is for
// people: what cannot be read is not there.
func tail(path string, from int64) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	if from > info.Size() { // the log was cut
		from = 0
	}
	from = max(from, info.Size()-tailBytes)
	b, err := io.ReadAll(io.NewSectionReader(f, from, tailBytes))
	if err != nil {
		return nil
	}
	text := strings.TrimRight(strings.ToValidUTF8(string(b), "?"), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}
