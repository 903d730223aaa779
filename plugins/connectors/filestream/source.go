package filestream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
)

// sourceTask follows a file as it grows.
type sourceTask struct {
	name      string // "" for the standard input
	topic     string
	limit     int
	log       *slog.Logger
	partition *connect.SourcePartition // nil for the standard input
	file      *os.File
	lines     lines
	position  int64
	batch     []connect.Record
	idle      time.Duration // how long to wait for more
	warned    bool
}

// position is the offset of a line: the bytes up to its end. Java counts characters,
// which loses its place in text that is not ASCII.
type position int64

// Fields returns the offset as it is stored.
func (p position) Fields() connect.Fields { return connect.Fields{"position": int64(p)} }

const (
	shortWait = 20 * time.Millisecond
	longWait  = time.Second
)

// Start reads the stored offset. The file is opened when it is there.
func (t *sourceTask) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	v, err := sourceDef.Parse(props)
	if err != nil {
		return err
	}
	t.name, t.topic, t.limit, t.log = v.String(keyFile), v.String(keyTopic), max(1, v.Int(keyBatch)), rt.Log
	t.idle = shortWait
	if t.name == "" {
		t.file = os.Stdin
		return nil
	}
	t.partition = connect.NewSourcePartition(connect.Fields{"filename": t.name})
	offset, err := rt.Offsets.Offset(ctx, t.partition)
	if err != nil {
		return fmt.Errorf("read the stored offset of file %s: %w", t.name, err)
	}
	if offset == nil {
		return nil
	}
	n, ok := offset["position"].(int64)
	if !ok || n < 0 {
		return fmt.Errorf("the stored offset of file %s has no valid position: %s", t.name, offset)
	}
	t.position = n
	return nil
}

// Poll returns the next whole lines.
func (t *sourceTask) Poll(ctx context.Context) ([]connect.Record, error) {
	for ctx.Err() == nil {
		if err := t.open(); err != nil {
			return nil, err
		}
		if t.file != nil {
			if err := t.read(); err != nil {
				return nil, err
			}
			if len(t.batch) > 0 {
				t.idle = shortWait
				return t.batch, nil
			}
		}
		t.wait(ctx)
	}
	return nil, ctx.Err()
}

// open opens the file where the stored offset says. A file that is not there yet is
// waited for.
func (t *sourceTask) open() error {
	if t.file != nil {
		return nil
	}
	f, err := os.Open(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		if !t.warned {
			t.log.Warn("Couldn't find file for FileStreamSourceTask, waiting for it to be created", "file", t.name)
			t.warned = true
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("open source file: %w", err)
	}
	if t.position > 0 {
		if _, err := f.Seek(t.position, io.SeekStart); err != nil {
			return errors.Join(fmt.Errorf("go to position %d of source file %s: %w", t.position, t.name, err), f.Close())
		}
	}
	t.file = f
	return nil
}

// read fills the batch from what is there, up to the limit.
func (t *sourceTask) read() error {
	clear(t.batch)
	t.batch = t.batch[:0]
	now := time.Now().UnixMilli()
	for {
		for len(t.batch) < t.limit {
			line, taken, ok := t.lines.next()
			if !ok {
				break
			}
			t.position += int64(taken)
			t.add(line, now)
		}
		if len(t.batch) >= t.limit {
			return nil
		}
		if t.lines.unread() > maxLine {
			return fmt.Errorf("source file %s has a line longer than %d bytes at position %d", t.name, maxLine, t.position)
		}
		n, err := t.file.Read(t.lines.space())
		t.lines.filled(n)
		switch {
		case errors.Is(err, io.EOF), err == nil && n == 0:
			return nil
		case err != nil:
			return fmt.Errorf("read source file: %w", err)
		}
	}
}

func (t *sourceTask) add(line string, now int64) {
	t.batch = append(t.batch, connect.Record{
		Topic: t.topic, Partition: connect.NoPartition, Timestamp: now,
		ValueSchema: data.StringSchema, Value: line,
	})
	if t.partition != nil {
		r := &t.batch[len(t.batch)-1]
		r.Source, r.SourceOffset = t.partition, position(t.position)
	}
}

// wait pauses, longer each time that nothing came, so that an idle file costs
// nothing and a busy one is followed at once.
func (t *sourceTask) wait(ctx context.Context) {
	timer := time.NewTimer(t.idle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	t.idle = min(2*t.idle, longWait)
}

// Stop closes the file.
func (t *sourceTask) Stop() error {
	if t.file == nil || t.name == "" {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}
