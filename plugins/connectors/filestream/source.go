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
	stdin     *input
	name      string // "" for the standard input
	topic     string
	limit     int
	log       *slog.Logger
	partition *connect.SourcePartition // nil for the standard input
	file      *follower                // nil for the standard input, and while there is no file
	lines     lines
	position  int64
	batch     []connect.Record
	idle      time.Duration // how long to wait for more
	warned    bool          // that there is no file
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

// Start reads the stored offset. The file is opened by Poll, when it is there.
func (t *sourceTask) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	v, err := sourceDef.Parse(props)
	if err != nil {
		return err
	}
	t.name, t.topic, t.limit, t.log = v.String(keyFile), v.String(keyTopic), max(1, v.Int(keyBatch)), rt.Log
	t.idle = shortWait
	if t.name == "" {
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
		if err := t.read(ctx); err != nil {
			return nil, err
		}
		if len(t.batch) > 0 {
			t.idle = shortWait
			return t.batch, nil
		}
		t.wait(ctx)
	}
	return nil, nil
}

// read fills the batch from what is there, up to the limit.
func (t *sourceTask) read(ctx context.Context) error {
	clear(t.batch)
	t.batch = t.batch[:0]
	now := time.Now().UnixMilli()
	for {
		t.take(now)
		if len(t.batch) >= t.limit {
			return nil
		}
		if t.lines.unread() > maxLine {
			return fmt.Errorf("source file %s has a line longer than %d bytes at position %d", t.name, maxLine, t.position)
		}
		n, err := t.fill(ctx)
		if err != nil {
			return fmt.Errorf("read source file: %w", err)
		}
		if n == 0 || ctx.Err() != nil {
			return nil
		}
	}
}

// take moves whole lines to the batch.
func (t *sourceTask) take(now int64) {
	for len(t.batch) < t.limit {
		line, taken, ok := t.lines.next()
		if !ok {
			return
		}
		t.position += int64(taken)
		t.add(line, now)
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

// fill reads once; 0 bytes mean that there is nothing now. Where bytes come from
// somebody who may keep us waiting, lines that are there go first.
func (t *sourceTask) fill(ctx context.Context) (n int, err error) {
	if t.name == "" {
		return t.fillFromStdin(ctx)
	}
	if err := t.open(); err != nil || t.file == nil {
		return 0, err
	}
	if !t.file.regular && len(t.batch) > 0 {
		return 0, nil
	}
	n, err = t.file.read(t.lines.space())
	t.lines.filled(n)
	if t.file.cutOff() {
		t.log.Warn("The file is shorter than what was read of it. It may have been truncated or replaced: "+
			"nothing is read until it is longer again. To read it from the start, reset the connector's offsets",
			"file", t.name, "position", t.file.position)
	}
	return n, err
}

func (t *sourceTask) fillFromStdin(ctx context.Context) (total int, err error) {
	if len(t.batch) > 0 {
		return 0, nil
	}
	text, err := t.stdin.next(ctx)
	for total < len(text) {
		n := copy(t.lines.space(), text[total:])
		t.lines.filled(n)
		total += n
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return total, err
}

// open opens the file where the stored offset says. A file that is not there yet, or
// a folder of that name, is waited for.
func (t *sourceTask) open() error {
	if t.file != nil {
		return nil
	}
	if info, err := os.Stat(t.name); err == nil && info.IsDir() {
		return t.missing("A folder has the name of")
	}
	f, err := follow(t.name, t.position)
	if errors.Is(err, fs.ErrNotExist) {
		return t.missing("Couldn't find")
	}
	if err != nil {
		return fmt.Errorf("open source file: %w", err)
	}
	t.file = f
	return nil
}

// missing says once why nothing is read, which is no error.
func (t *sourceTask) missing(why string) error {
	if !t.warned {
		t.log.Warn(why+" file for FileStreamSourceTask, waiting for it to be created", "file", t.name)
		t.warned = true
	}
	return nil
}

// wait pauses, longer each time that nothing came, so that an idle file costs
// nothing and a busy one is followed at once.
func (t *sourceTask) wait(ctx context.Context) {
	timer := time.NewTimer(untilTick(t.idle))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	t.idle = min(2*t.idle, longWait)
}

// untilTick makes a long pause end at a tenth of a second, so that many idle tasks wake
// up together: waking the process costs more than looking at a file.
func untilTick(pause time.Duration) time.Duration {
	const tick = 100 * time.Millisecond
	if pause < longWait {
		return pause
	}
	now := time.Now()
	return now.Add(pause).Truncate(tick).Sub(now)
}

// Stop closes the file.
func (t *sourceTask) Stop() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}
