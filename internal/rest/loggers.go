package rest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/millrace/millrace/internal/logs"
)

type loggerLevel struct {
	Level    string `json:"level"`
	Modified *int64 `json:"last_modified"` // milliseconds since 1970
}

func showLogger(l logs.Logger) loggerLevel {
	shown := loggerLevel{Level: logs.LevelName(l.Level)}
	if !l.Modified.IsZero() {
		ms := l.Modified.UnixMilli()
		shown.Modified = &ms
	}
	return shown
}

// loggers lists the loggers of this worker (KIP-495).
func (a *api) loggers(*request) (any, error) {
	all := object{}
	for _, l := range a.Loggers.List() {
		all = append(all, member{l.Name, showLogger(l)})
	}
	return all, nil
}

func (a *api) logger(r *request) (any, error) {
	l, ok := a.Loggers.Logger(r.params["logger"])
	if !ok {
		return nil, fail(http.StatusNotFound, "Logger %s not found.", r.params["logger"])
	}
	return showLogger(l), nil
}

// ClusterLoggers is a herder of several workers, which sets the levels of loggers on
// all of them (KIP-976). Without it this worker's are set.
type ClusterLoggers interface {
	SetLoggerLevel(ctx context.Context, namespace string, level slog.Level) error
}

func (a *api) setLoggerLevel(r *request) (any, error) {
	level, err := readLevel(r)
	if err != nil {
		return nil, err
	}
	name := r.params["logger"]
	if !strings.EqualFold(r.URL.Query().Get("scope"), "cluster") {
		changed, err := a.Loggers.SetLevel(name, level)
		return changed, err
	}
	if cluster, ok := a.herder.(ClusterLoggers); ok {
		err = cluster.SetLoggerLevel(r.Context(), name, level)
	} else {
		_, err = a.Loggers.SetLevel(name, level)
	}
	return response{status: http.StatusNoContent}, err
}

func readLevel(r *request) (slog.Level, error) {
	body, err := readConfig(r)
	switch text := body["level"]; {
	case err != nil:
		return 0, err
	case body == nil:
		return 0, absent("java.util.Map.get(Object)", "levelMap")
	case text == nil:
		return 0, fail(http.StatusBadRequest, "Desired 'level' parameter was not specified in request.")
	case *text == "":
		return 0, fail(http.StatusInternalServerError, "Illegal null or empty Level name.")
	default:
		level, ok := logs.ParseLevel(*text)
		if !ok {
			return 0, fail(http.StatusNotFound, "invalid log level '%s'.", *text)
		}
		return level, nil
	}
}
