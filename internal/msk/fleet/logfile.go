package fleet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
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

// cutLog moves what is in a log of more than most bytes to path.1, the older parts one
// on, and the last of keep away. Of a log that grew far beyond that, while no driver
// was there, the end is kept. What the worker writes in the moment between the copy and
// the cut is lost.
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
	return os.Truncate(path, 0)
}

func part(path string, n int) string { return fmt.Sprintf("%s.%d", path, n) }

// copyEnd copies a file from an offset on, which may be negative.
func copyEnd(path, to string, from int64) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
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
