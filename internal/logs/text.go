package logs

import (
	"bytes"
	"encoding"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const timeLayout = "2006-01-02 15:04:05,000"

// textLine is a line in the making. The attributes connector and task stand in
// front, as Connect's logging context does.
type textLine struct {
	connector, task string
	attrs           bytes.Buffer
}

func (t *textLine) add(group string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, part := range v.Group() {
			t.add(group, part)
		}
	case group == "" && a.Key == "connector":
		t.connector = valueText(v)
	case group == "" && a.Key == "task":
		t.task = valueText(v)
	default:
		t.attrs.WriteByte(' ')
		t.attrs.WriteString(group + a.Key + "=" + quoted(valueText(v)))
	}
}

func (t *textLine) write(b *bytes.Buffer, r slog.Record, logger string) {
	if t.connector == "" && t.task != "" {
		t.attrs.WriteString(" task=" + quoted(t.task)) // of no connector: the message speaks of it
	}
	b.WriteByte('[')
	b.Write(r.Time.AppendFormat(b.AvailableBuffer(), timeLayout))
	b.WriteString("] " + LevelName(r.Level) + " " + t.scope())
	b.WriteString(oneLine(r.Message))
	b.Write(t.attrs.Bytes())
	b.WriteString(" (" + logger + ":" + strconv.Itoa(sourceLine(r.PC)) + ")\n")
}

// scope is [connector|task-n] with a blank, or empty (KIP-449).
func (t *textLine) scope() string {
	switch {
	case t.connector == "":
		return ""
	case t.task == "":
		return "[" + oneLine(t.connector) + "|worker] "
	}
	return "[" + oneLine(t.connector) + "|task-" + oneLine(t.task) + "] "
}

func sourceLine(pc uintptr) int {
	if pc == 0 {
		return 0
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return frame.Line
}

func valueText(v slog.Value) string {
	if v.Kind() != slog.KindAny {
		return v.String()
	}
	switch x := v.Any().(type) {
	case error:
		return x.Error()
	case encoding.TextMarshaler: // secrets hide themselves this way
		if text, err := x.MarshalText(); err == nil {
			return string(text)
		}
	case []byte:
		return string(x)
	}
	return fmt.Sprint(v.Any())
}

// quoted quotes what would not be read as one value.
func quoted(s string) string {
	plain := s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '"' || r == '=' || unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
	if plain {
		return s
	}
	return strconv.Quote(s)
}

// oneLine keeps text from outside from making lines of its own.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
