package devbroker

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kfake"
)

// logger hands what kfake says to slog.
type logger struct{ log *slog.Logger }

// Logf logs at the level that corresponds to kfake's.
func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	to := slog.LevelDebug
	switch level {
	case kfake.LogLevelNone, kfake.LogLevelDebug, kfake.LogLevelInfo:
	case kfake.LogLevelWarn:
		to = slog.LevelWarn
	case kfake.LogLevelError:
		to = slog.LevelError
	}
	if l.log.Enabled(context.Background(), to) {
		l.log.Log(context.Background(), to, "development broker", "event", fmt.Sprintf(format, args...))
	}
}
