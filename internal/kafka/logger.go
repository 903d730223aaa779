package kafka

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"
)

// levelTrace is Log4j's TRACE between slog's levels.
const levelTrace = slog.LevelDebug - 4

// Logger returns a logger for kgo.WithLogger. What kgo tells at its level INFO,
// each metadata update for one, is DEBUG here, and its DEBUG, each request, TRACE.
func Logger(l *slog.Logger) kgo.Logger { return logger{l} }

type logger struct{ to *slog.Logger }

// Level is asked for each message, so levels may change at any time.
func (l logger) Level() kgo.LogLevel {
	ctx := context.Background()
	for level := kgo.LogLevelDebug; level > kgo.LogLevelNone; level-- {
		if l.to.Enabled(ctx, slogLevel(level)) {
			return level
		}
	}
	return kgo.LogLevelNone
}

func (l logger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	l.to.Log(context.Background(), slogLevel(level), msg, keyvals...)
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
