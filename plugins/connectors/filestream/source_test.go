package filestream

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
)

// values returns the lines of records.
func values(records []connect.Record) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.Value.(string))
	}
	return all
}

// offsets returns the positions of records.
func offsets(records []connect.Record) []int64 {
	var all []int64
	for _, r := range records {
		all = append(all, r.SourceOffset.Fields()["position"].(int64))
	}
	return all
}

// logBuffer is where a task logs while a test reads it.
type logBuffer struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *logBuffer) count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.out.String(), text)
}

func newHost(t *testing.T) (*connecttest.Host, *logBuffer) {
	logged := &logBuffer{}
	h := connecttest.NewHost(t)
	h.Log = slog.New(slog.NewTextHandler(logged, nil))
	return h, logged
}

// pollFor polls for a while, in which nothing may come.
func pollFor(t *testing.T, task *connecttest.SourceTask, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	for ctx.Err() == nil {
		if records, err := task.Poll(ctx); len(records) > 0 || err != nil {
			t.Fatalf("%v, %v", records, err)
		}
	}
}

// pollUntil polls until something holds; nothing may come.
func pollUntil(t *testing.T, task *connecttest.SourceTask, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
		pollFor(t, task, 10*time.Millisecond)
	}
}

func TestPositions(t *testing.T) {
	for _, c := range []struct {
		name, text string
		position   int64
		lines      []string
		offsets    []int64
	}{
		{"from the start", "one\ntwo\r\nthree", 0, []string{"one", "two"}, []int64{4, 9}},
		{"restart", "one\ntwo\r\nthree\n", 4, []string{"two", "three"}, []int64{9, 15}},
		{"restart in text that is not ASCII", "größe\n漢字\nend\n", 8, []string{"漢字", "end"}, []int64{15, 19}},
		{"restart between \\r and \\n", "a\r\nb\n", 2, []string{"", "b"}, []int64{3, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "in")
			appendText(t, name, c.text)
			h, _ := newHost(t)
			if err := h.StoreOffset(connect.Fields{"filename": name}, connect.Fields{"position": c.position}); err != nil {
				t.Fatal(err)
			}
			task := h.Source(Source, map[string]string{"file": name, "topic": "t"})
			records := task.Read(len(c.lines))
			if !slices.Equal(values(records), c.lines) || !slices.Equal(offsets(records), c.offsets) {
				t.Errorf("%q at %d, want %q at %d", values(records), offsets(records), c.lines, c.offsets)
			}
		})
	}
}

func TestStoredOffsetWithoutPosition(t *testing.T) {
	for _, offset := range []connect.Fields{{"position": "4"}, {"position": -1}, {"line": 3}} {
		h, _ := newHost(t)
		if err := h.StoreOffset(connect.Fields{"filename": "in"}, offset); err != nil {
			t.Fatal(err)
		}
		task := Source.New().NewTask()
		if err := task.Start(t.Context(), runtimeOf(h), map[string]string{"file": "in", "topic": "t"}); err == nil {
			t.Errorf("%v is not refused", offset)
		}
	}
}

// TestGrowingFile: a file that appears later is found, and one that grows is
// followed; a line without end is not returned before its end comes.
func TestGrowingFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in")
	h, logged := newHost(t)
	task := h.Source(Source, map[string]string{"file": name, "topic": "t"})
	pollUntil(t, task, "a warning", func() bool { return logged.count("Couldn't find file") > 0 })
	pollFor(t, task, 50*time.Millisecond)
	if n := logged.count("Couldn't find file"); n != 1 {
		t.Errorf("%d warnings that there is no file, want 1", n)
	}
	for _, step := range []struct {
		add  string
		want []string
	}{
		{"one\ntw", []string{"one"}},
		{"o\nthree\r", []string{"two"}},
		{"\nfour\n", []string{"three", "four"}},
	} {
		appendText(t, name, step.add)
		if got := values(task.Read(len(step.want))); !slices.Equal(got, step.want) {
			t.Errorf("after %q: %q, want %q", step.add, got, step.want)
		}
		pollFor(t, task, time.Millisecond)
	}
}

func TestBatchSize(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in")
	appendText(t, name, "1\n2\n3\n4\n5\n")
	for size, want := range map[string][]int{"2": {2, 2, 1}, "0": {1, 1, 1, 1, 1}, "2000": {5}} {
		h, _ := newHost(t)
		task := h.Source(Source, map[string]string{"file": name, "topic": "t", "batch.size": size})
		var got []int
		for range want {
			records, err := task.Poll(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, len(records))
		}
		if !slices.Equal(got, want) {
			t.Errorf("batch.size=%s gives batches of %d, want %d", size, got, want)
		}
	}
}

// TestTruncatedFile: as in Java nothing is read until the file is longer than what was
// read; but there is a warning, each time.
func TestTruncatedFile(t *testing.T) {
	const warning = "The file is shorter"
	name := filepath.Join(t.TempDir(), "in")
	appendText(t, name, "one\ntwo\n")
	h, logged := newHost(t)
	if err := h.StoreOffset(connect.Fields{"filename": name}, connect.Fields{"position": 10}); err != nil {
		t.Fatal(err)
	}
	task := h.Source(Source, map[string]string{"file": name, "topic": "t"})
	pollUntil(t, task, "a warning", func() bool { return logged.count(warning) == 1 })
	pollFor(t, task, 30*time.Millisecond)
	appendText(t, name, "..three\n")
	if got := values(task.Read(1)); got[0] != "three" {
		t.Errorf("goes on with %q", got)
	}
	if err := os.Truncate(name, 0); err != nil {
		t.Fatal(err)
	}
	pollUntil(t, task, "another warning", func() bool { return logged.count(warning) == 2 })
	pollFor(t, task, 30*time.Millisecond)
	if n := logged.count(warning); n != 2 {
		t.Errorf("%d warnings, want 2", n)
	}
}

func TestLineTooLong(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in")
	appendText(t, name, "short\n")
	if err := os.Truncate(name, maxLine+100); err != nil { // zeros without end
		t.Fatal(err)
	}
	h, _ := newHost(t)
	task := h.Source(Source, map[string]string{"file": name, "topic": "t"})
	_, err := task.Poll(t.Context())
	if err == nil || !strings.Contains(err.Error(), "has a line longer than 67108864 bytes at position 6") {
		t.Errorf("error %v", err)
	}
}

// TestStdin: a task that is paused or stopped while it waits for input loses nothing,
// and bytes go to whoever polls next.
func TestStdin(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	plugin := newSource(in)
	h, _ := newHost(t)
	props := map[string]string{"topic": "t"}
	first := h.Source(plugin, props)
	pollFor(t, first, 10*time.Millisecond)
	write := func(text string) {
		if _, err := out.WriteString(text); err != nil {
			t.Error(err)
		}
	}
	write("one\ntwo\nthr")
	if got := values(first.Read(2)); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("lines %q", got)
	}
	pollFor(t, first, 10*time.Millisecond)
	var wg sync.WaitGroup
	wg.Go(func() { write("ee\n" + strings.Repeat("x", 3*inputChunk) + "\n") }) // more than a pipe holds
	got := first.Read(2)
	wg.Wait()
	if got[0].Value != "three" || len(got[1].Value.(string)) != 3*inputChunk {
		t.Errorf("after a pause: %.20q", values(got))
	}
	if got[0].Source != nil || got[0].SourceOffset != nil {
		t.Errorf("the standard input has offsets: %s", &got[0])
	}
	pollFor(t, first, 10*time.Millisecond)
	first.Stop()
	second := h.Source(plugin, props)
	write("four\n")
	if got := values(second.Read(1)); got[0] != "four" {
		t.Errorf("after a restart: %q", got)
	}
	write("five\nno end")
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if got := values(second.Read(1)); got[0] != "five" {
		t.Errorf("before the end: %q", got)
	}
	pollFor(t, second, 70*time.Millisecond)
}
