package kafka

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// levelTrace is Log4j's TRACE between slog's levels.
const levelTrace = slog.LevelDebug - 4

// Logger returns a logger for kgo.WithLogger. What kgo tells at its level INFO,
// each metadata update for one, is DEBUG here, and its DEBUG, each request, TRACE.
// Warnings of the same words come every ten seconds at most, with the number of those
// left out: a client that finds no broker has one for every attempt.
func Logger(l *slog.Logger) kgo.Logger {
	return &logger{to: l, quiet: map[string]*repeated{}}
}

const quietTime = 10 * time.Second

type logger struct {
	to *slog.Logger

	mu    sync.Mutex
	quiet map[string]*repeated // by message; kgo's are constants, so there are few
}

// repeated is a message that was logged and is left out until some time.
type repeated struct {
	until time.Time
	left  int
}

// Level is asked for each message, so levels may change at any time.
func (l *logger) Level() kgo.LogLevel {
	ctx := context.Background()
	for level := kgo.LogLevelDebug; level > kgo.LogLevelNone; level-- {
		if l.to.Enabled(ctx, slogLevel(level)) {
			return level
		}
	}
	return kgo.LogLevelNone
}

// Log writes a message of kgo.
func (l *logger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	if level == kgo.LogLevelWarn || level == kgo.LogLevelError {
		left, now := l.admit(msg, time.Now())
		if !now {
			return
		}
		if left > 0 {
			keyvals = append(keyvals[:len(keyvals):len(keyvals)], "repeated", left)
		}
	}
	l.to.Log(context.Background(), slogLevel(level), msg, keyvals...)
}

// admit tells whether a message may be written now, and how many like it were left
// out since the last.
func (l *logger) admit(msg string, now time.Time) (left int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.quiet[msg]
	if r == nil {
		r = &repeated{}
		l.quiet[msg] = r
	}
	if now.Before(r.until) {
		r.left++
		return 0, false
	}
	left = r.left
	r.until, r.left = now.Add(quietTime), 0
	return left, true
}

func slogLevel(level kgo.LogLevel) slog.Level {
	switch level {
	case kgo.LogLevelError:
		return slog.LevelError
	case kgo.LogLevelWarn:
		return slog.LevelWarn
	case kgo.LogLevelInfo:
		return slog.LevelDebug
	}
	return levelTrace
}
