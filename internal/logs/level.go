package logs

import (
	"log/slog"
	"math"
	"strings"
)

// The levels of Log4j as slog levels.
const (
	Off   slog.Level = math.MaxInt32
	Fatal slog.Level = 12
	Error            = slog.LevelError
	Warn             = slog.LevelWarn
	Info             = slog.LevelInfo
	Debug            = slog.LevelDebug
	Trace slog.Level = -8
	All   slog.Level = math.MinInt32
)

// ParseLevel returns the level that a name means, in any case and with blanks
// around it.
func ParseLevel(name string) (slog.Level, bool) {
	name = strings.ToUpper(strings.TrimSpace(name))
	for _, l := range []slog.Level{Off, Fatal, Error, Warn, Info, Debug, Trace, All} {
		if LevelName(l) == name {
			return l, true
		}
	}
	return 0, false
}

// LevelName returns Log4j's name of a level; one in between has the name of the
// next lower one.
func LevelName(l slog.Level) string {
	switch {
	case l >= Off:
		return "OFF"
	case l >= Fatal:
		return "FATAL"
	case l >= Error:
		return "ERROR"
	case l >= Warn:
		return "WARN"
	case l >= Info:
		return "INFO"
	case l >= Debug:
		return "DEBUG"
	case l >= Trace:
		return "TRACE"
	}
	return "ALL"
}
