package logs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
)

type secret string

func (secret) MarshalText() ([]byte, error) { return []byte("[hidden]"), nil }

func TestTextLine(t *testing.T) {
	cases := []struct {
		name string
		log  func(*slog.Logger)
		want string // without time and source line
	}{
		{"plain", func(l *slog.Logger) { l.Info("Started") }, "INFO Started (a.b:N)"},
		{"connector", func(l *slog.Logger) { l.With("connector", "c").Warn("Slow") }, "WARN [c|worker] Slow (a.b:N)"},
		{
			"task", func(l *slog.Logger) { l.With("connector", "c", "task", 3).Error("Failed", "err", errors.New("a b")) },
			`ERROR [c|task-3] Failed err="a b" (a.b:N)`,
		},
		{"task of no connector", func(l *slog.Logger) { l.Info("m", "task", "c-0", "k", 1) }, "INFO m k=1 task=c-0 (a.b:N)"},
		{"group", func(l *slog.Logger) { l.WithGroup("g").Info("m", "k", 1, slog.Group("h", "x", true)) }, "INFO m g.k=1 g.h.x=true (a.b:N)"},
		{"no forged line", func(l *slog.Logger) { l.Info("m\nERROR x", "k", "v\n[2026") }, `INFO m\nERROR x k="v\n[2026" (a.b:N)`},
		{"secret", func(l *slog.Logger) { l.Info("m", "password", secret("s")) }, "INFO m password=[hidden] (a.b:N)"},
		{"fatal", func(l *slog.Logger) { l.Log(context.Background(), Fatal, "m") }, "FATAL m (a.b:N)"},
		{"disabled", func(l *slog.Logger) { l.Debug("m") }, ""},
	}
	shape := regexp.MustCompile(`^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] (.*):\d+\)\n$`)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			c.log(New(Settings{Out: &b}).For("a.b"))
			got := b.String()
			if m := shape.FindStringSubmatch(got); m != nil {
				got = m[1] + ":N)"
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestJSONLine(t *testing.T) {
	var b bytes.Buffer
	New(Settings{Out: &b, JSON: true}).For("a.b").With("connector", "c").Error("Failed", "err", errors.New("why"))
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "time")
	want := map[string]any{"level": "ERROR", "logger": "a.b", "msg": "Failed", "connector": "c", "err": "why"}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: got %v, want %v", k, got[k], v)
		}
	}
}

// TestSetLevel follows one tree through a sequence of changes.
func TestSetLevel(t *testing.T) {
	l := New(Settings{Out: io.Discard, Levels: map[string]slog.Level{"org.reflections": Error}})
	steps := []struct {
		namespace string
		level     slog.Level
		changed   []string
	}{
		{"g.a", Debug, []string{"g.a"}},
		{"g.a", Debug, []string{}},
		{"g.a.b", Warn, []string{"g.a.b"}},
		{"g.ab", Error, []string{"g.ab"}},
		{"g.a", Trace, []string{"g.a", "g.a.b", "g.ab"}},
		{"g", Info, []string{"g.a", "g.a.b", "g.ab"}},
		{"g.a", Off, []string{"g.a", "g.a.b", "g.ab"}},
		{"ROOT", Debug, []string{"g", "g.a", "g.a.b", "g.ab", "org.reflections", "root"}},
		{"g.c", Debug, []string{}},
	}
	for _, s := range steps {
		got, err := l.SetLevel(s.namespace, s.level)
		if err != nil || !slices.Equal(got, s.changed) {
			t.Errorf("%s to %s: got %v, %v, want %v", s.namespace, LevelName(s.level), got, err, s.changed)
		}
		if at, ok := l.Logger(s.namespace); !ok || at.Level != s.level {
			t.Errorf("%s: got %v, %v", s.namespace, at, ok)
		}
	}
	if !l.For("other.child").Enabled(context.Background(), Debug) {
		t.Error("a new logger has not the root's level")
	}
	if _, ok := l.Logger("no.such"); ok {
		t.Error("a logger that nobody named is known")
	}
}

func TestListLeavesOutOff(t *testing.T) {
	l := New(Settings{Out: io.Discard, Levels: map[string]slog.Level{"a": Off, "b": Warn}})
	l.For("a.x")
	var names []string
	for _, at := range l.List() {
		names = append(names, at.Name)
		if !at.Modified.IsZero() {
			t.Errorf("%s: modified", at.Name)
		}
	}
	if !slices.Equal(names, []string{"b", "root"}) {
		t.Errorf("got %v", names)
	}
}

func TestLevelChangesReachExistingLoggers(t *testing.T) {
	l := New(Settings{Out: io.Discard})
	log := l.For("a.b.c").With("k", 1)
	ctx := context.Background()
	if log.Enabled(ctx, Debug) {
		t.Fatal("DEBUG at first")
	}
	if _, err := l.SetLevel("a", Debug); err != nil {
		t.Fatal(err)
	}
	if !log.Enabled(ctx, Debug) {
		t.Error("no DEBUG after the change of an ancestor")
	}
}

func TestTooManyLoggers(t *testing.T) {
	l := New(Settings{Out: io.Discard})
	for i := range maxLoggers {
		l.nodes[string(rune('a'))+string(rune(0x4e00+i))] = &node{}
	}
	if _, err := l.SetLevel("one.more", Debug); !errors.Is(err, ErrTooManyLoggers) {
		t.Errorf("got %v", err)
	}
}

func TestParallel(t *testing.T) {
	var b lockedBuffer
	l := New(Settings{Out: &b})
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			for range 50 {
				l.For("a.b").Info("m")
				if _, err := l.SetLevel("a", Info); err != nil {
					return err
				}
				l.List()
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte("\n")); n != 200 {
		t.Errorf("%d lines", n)
	}
}

type lockedBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func BenchmarkDisabled(b *testing.B) {
	log := New(Settings{Out: io.Discard}).For("a.b")
	for b.Loop() {
		log.Debug("m", "k", 1)
	}
}
