package logs

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
)

// sink makes the handlers of one output.
type sink interface {
	handler(n *node) slog.Handler
}

func newSink(out io.Writer, asJSON bool) sink {
	if asJSON {
		return jsonSink{slog.NewJSONHandler(out, &slog.HandlerOptions{Level: All, ReplaceAttr: jsonAttr})}
	}
	return &textSink{out: out}
}

// jsonSink writes a JSON object a line.
type jsonSink struct{ base slog.Handler }

func (s jsonSink) handler(n *node) slog.Handler {
	return jsonHandler{n, s.base.WithAttrs([]slog.Attr{slog.String("logger", n.name)})}
}

// jsonAttr writes times in UTC and levels by Log4j's names.
func jsonAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch v := a.Value.Any().(type) {
	case slog.Level:
		if a.Key == slog.LevelKey {
			a.Value = slog.StringValue(LevelName(v))
		}
	case error:
		a.Value = slog.StringValue(v.Error())
	}
	if a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}

type jsonHandler struct {
	node *node
	slog.Handler
}

func (h jsonHandler) Enabled(_ context.Context, l slog.Level) bool {
	return l >= slog.Level(h.node.effective.Load())
}

func (h jsonHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return jsonHandler{h.node, h.Handler.WithAttrs(attrs)}
}

func (h jsonHandler) WithGroup(name string) slog.Handler {
	return jsonHandler{h.node, h.Handler.WithGroup(name)}
}

// textSink writes lines, one at a time.
type textSink struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *textSink) handler(n *node) slog.Handler { return &textHandler{sink: s, node: n} }

// textHandler is immutable.
type textHandler struct {
	sink            *textSink
	node            *node
	connector, task string // what the lines speak of; "" for nothing
	attrs           string // as they stand in the line
	group           string // prefix of further keys
}

func (h *textHandler) Enabled(_ context.Context, l slog.Level) bool {
	return l >= slog.Level(h.node.effective.Load())
}

func (h *textHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	line := &textLine{connector: h.connector, task: h.task}
	line.attrs.WriteString(h.attrs)
	for _, a := range attrs {
		line.add(h.group, a)
	}
	next.connector, next.task, next.attrs = line.connector, line.task, line.attrs.String()
	return &next
}

func (h *textHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	next := *h
	next.group += name + "."
	return &next
}

func (h *textHandler) Handle(_ context.Context, r slog.Record) error {
	line := &textLine{connector: h.connector, task: h.task}
	line.attrs.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		line.add(h.group, a)
		return true
	})
	var b bytes.Buffer
	line.write(&b, r, h.node.name)
	h.sink.mu.Lock()
	defer h.sink.mu.Unlock()
	_, err := h.sink.out.Write(b.Bytes())
	return err
}
