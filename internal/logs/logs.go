package logs

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Root is the name of the logger that all others descend from.
const Root = "root"

// maxLoggers bounds the names that the REST API can create.
const maxLoggers = 10_000

// ErrTooManyLoggers says that no further logger name is accepted.
var ErrTooManyLoggers = errors.New("there are too many loggers")

// Settings say where and how to write.
type Settings struct {
	Out    io.Writer
	JSON   bool
	Level  slog.Level            // the root's; the zero value is INFO
	Levels map[string]slog.Level // by logger name, when they differ from their parent's
}

// Logs is a tree of loggers. It is safe for concurrent use.
type Logs struct {
	sink sink

	mu    sync.Mutex
	nodes map[string]*node // by name; Root among them
}

// node is one logger name.
type node struct {
	name      string
	effective atomic.Int64 // slog.Level

	// Guarded by Logs.mu.
	own     *slog.Level // nil to have the parent's
	changed time.Time   // last change through SetLevel; zero for none
}

// Logger is a logger name as /admin/loggers lists it.
type Logger struct {
	Name     string
	Level    slog.Level
	Modified time.Time // last change of the level at run time; zero for none
}

// New returns loggers that write to s.Out, a line a message.
func New(s Settings) *Logs {
	l := &Logs{sink: newSink(s.Out, s.JSON), nodes: map[string]*node{}}
	root := l.node(Root)
	root.own = &s.Level
	for name, level := range s.Levels {
		l.node(name).own = &level
	}
	l.inherit()
	return l
}

// For returns the logger of that name, and makes it known.
func (l *Logs) For(name string) *slog.Logger {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.node(name)
	n.effective.Store(int64(l.level(n)))
	return slog.New(l.sink.handler(n))
}

// node returns the logger of that name, creating it.
func (l *Logs) node(name string) *node {
	if strings.EqualFold(name, Root) || name == "" {
		name = Root
	}
	n, ok := l.nodes[name]
	if !ok {
		n = &node{name: name}
		l.nodes[name] = n
	}
	return n
}

// level returns the level of the nearest logger upwards that has one.
func (l *Logs) level(n *node) slog.Level {
	for name := n.name; ; {
		if at, ok := l.nodes[name]; ok && at.own != nil {
			return *at.own
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return *l.nodes[Root].own
		}
		name = name[:i]
	}
}

// inherit brings every effective level up to date.
func (l *Logs) inherit() {
	for _, n := range l.nodes {
		n.effective.Store(int64(l.level(n)))
	}
}

// List returns the loggers that are not off, in order of their names.
func (l *Logs) List() []Logger {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []Logger
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if n := l.nodes[name]; l.level(n) < Off {
			list = append(list, l.describe(n))
		}
	}
	return list
}

// Logger returns the named logger, or false when nothing has that name.
func (l *Logs) Logger(name string) (Logger, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.EqualFold(name, Root) {
		name = Root
	}
	n, ok := l.nodes[name]
	if !ok {
		return Logger{}, false
	}
	return l.describe(n), true
}

func (l *Logs) describe(n *node) Logger {
	return Logger{Name: n.name, Level: l.level(n), Modified: n.changed}
}

// SetLevel changes the level of every logger whose name begins with namespace, all
// of them for the root, and of the one of that name, which need not exist. It
// returns, sorted, the names of those whose level is another one now.
func (l *Logs) SetLevel(namespace string, level slog.Level) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.nodes[namespace]; !known && len(l.nodes) >= maxLoggers {
		return nil, ErrTooManyLoggers
	}
	named := l.node(namespace)
	named.effective.Store(int64(l.level(named)))
	changed := []string{}
	now := time.Now()
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		n := l.nodes[name]
		if n != named && named.name != Root && (name == Root || !strings.HasPrefix(name, namespace)) {
			continue
		}
		if slog.Level(n.effective.Load()) != level {
			changed = append(changed, name)
			n.changed = now
		}
		n.own = &level
	}
	l.inherit()
	return changed, nil
}
