package filestream

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
)

// sinkTask appends a line for each record. The lines of one Put are written at once,
// so those of several tasks do not mix.
type sinkTask struct {
	file   *os.File
	toSync bool // a regular file, not the standard output
	dirty  bool
	buffer []byte
}

const keepBuffer = 1 << 20 // a larger buffer is not kept for the next Put

// Start opens the file for appending.
func (t *sinkTask) Start(_ context.Context, _ sink.Runtime, props map[string]string) error {
	v, err := sinkDef.Parse(props)
	if err != nil {
		return err
	}
	name := v.String(keyFile)
	if name == "" {
		t.file = os.Stdout
		return nil
	}
	t.file, err = os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return &connect.Error{Msg: "Couldn't find or create file '" + name + "' for FileStreamSinkTask", Err: err}
	}
	info, err := t.file.Stat()
	t.toSync = err == nil && info.Mode().IsRegular()
	return nil
}

// Put writes the records' values as Java prints them.
func (t *sinkTask) Put(_ context.Context, records []connect.Record) error {
	if len(records) == 0 {
		return nil
	}
	b := t.buffer[:0]
	for i := range records {
		b = append(data.AppendText(b, records[i].Value), '\n')
	}
	if cap(b) <= keepBuffer {
		t.buffer = b
	}
	t.dirty = true
	if _, err := t.file.Write(b); err != nil {
		return fmt.Errorf("write sink file: %w", err)
	}
	return nil
}

// Flush makes the lines safe from a crash of the machine, too, where Java only hands
// them to the operating system.
func (t *sinkTask) Flush(context.Context, sink.Offsets) error {
	if !t.dirty || !t.toSync {
		return nil
	}
	if err := t.file.Sync(); err != nil {
		return fmt.Errorf("sync sink file: %w", err)
	}
	t.dirty = false
	return nil
}

// Stop closes the file.
func (t *sinkTask) Stop() error {
	if t.file == nil || t.file == os.Stdout {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// AlterOffsets agrees to any change: the file does not depend on offsets.
func (c *sinkConnector) AlterOffsets(context.Context, map[string]string, map[connect.TopicPartition]*int64) (bool, error) {
	return true, nil
}
