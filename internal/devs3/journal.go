package devs3

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// journal is a file of JSON lines that is appended to. A line reaches the
// operating system in one write, so a killed process loses none it answered
// for; a torn last line is skipped when reading.
type journal struct {
	path  string
	file  *os.File
	sync  bool
	lines int
}

// openJournal reads the lines of the file at path into visit and opens it for
// appending. Lines that cannot be decoded are skipped.
func openJournal[T any](path string, sync bool, visit func(T)) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	j := &journal{path: path, file: f, sync: sync}
	torn, err := j.read(func(line []byte) {
		var v T
		if json.Unmarshal(line, &v) == nil {
			visit(v)
		}
	})
	if err == nil && torn {
		_, err = f.Write([]byte("\n"))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

func (j *journal) read(visit func([]byte)) (torn bool, err error) {
	r := bufio.NewReaderSize(j.file, copyBufferSize)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return len(line) > 0, nil
		}
		if err != nil {
			return false, err
		}
		j.lines++
		visit(line)
	}
}

func (j *journal) append(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode journal line: %w", err)
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	j.lines++
	if j.sync {
		return j.file.Sync()
	}
	return nil
}

// appendOnce appends one line to a journal that is not kept open.
func appendOnce(path string, sync bool, v any) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	j := journal{file: f, sync: sync}
	return errors.Join(j.append(v), f.Close())
}

// rewrite replaces the contents by values, atomically.
func (j *journal) rewrite(values iter.Seq[*object]) error {
	next, err := os.OpenFile(j.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	lines, err := writeLines(next, values)
	if err == nil && j.sync {
		err = next.Sync()
	}
	if err == nil {
		err = os.Rename(j.path+".new", j.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("rewrite journal: %w", err), next.Close())
	}
	old := j.file
	j.file, j.lines = next, lines
	return old.Close()
}

func writeLines(w io.Writer, values iter.Seq[*object]) (int, error) {
	buf := bufio.NewWriterSize(w, copyBufferSize)
	lines := 0
	for v := range values {
		line, err := json.Marshal(v)
		if err != nil {
			return 0, err
		}
		lines++
		if _, err := buf.Write(append(bytes.TrimSpace(line), '\n')); err != nil {
			return 0, err
		}
	}
	return lines, buf.Flush()
}

func (j *journal) close() error { return j.file.Close() }
