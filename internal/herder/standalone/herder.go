// Package standalone is the herder of one worker process: configurations live in
// memory, come from files and the REST API, and are gone when it ends. Offsets of
// sources are in a file.
//
// The operations on one connector happen one after the other; those on different
// connectors do not wait for each other, and none holds a lock while it waits for a
// connector.
//
// Floor 5. Connect: org.apache.kafka.connect.runtime.standalone.StandaloneHerder.
package standalone

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/herder/autorestart"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/statusstore"
	"github.com/millrace/millrace/internal/worker"
)

// loggerName is the name of the herder's logger.
const loggerName = "org.apache.kafka.connect.runtime.standalone.StandaloneHerder"

// Settings are what the herder is made of. The worker's Listener is set by New.
type Settings struct {
	Worker        worker.Settings
	WorkerID      string // host:port of the REST API
	ClusterID     string
	TopicTracking bool
	TopicReset    bool // whether topics may be reset
	Validate      herder.Validate
}

// Herder implements herder.Herder.
type Herder struct {
	Settings
	worker   *worker.Worker
	plugins  *pluginset.Set
	statuses *statusstore.Memory
	log      *slog.Logger
	wg       sync.WaitGroup  // operations in the background
	ctx      context.Context // of these; Stop ends it
	cancel   context.CancelFunc

	mu         sync.Mutex // never held while waiting
	connectors map[string]*connector
	failures   *autorestart.Book
	restarts   autorestart.Counter
	stopping   bool
}

// connector is what the herder knows of one connector. turn is held by the operation
// that changes it; the rest is guarded by the herder's mutex.
type connector struct {
	turn    chan struct{} // capacity 1
	config  map[string]string
	kind    pluginset.Kind
	version string
	target  state.Target
	tasks   []map[string]string
	epoch   int // counts configurations and restarts: an answer to an older one is void
}

// New returns a herder with a running worker. Stop must follow.
func New(s Settings) *Herder {
	h := &Herder{
		Settings: s, plugins: s.Worker.Plugins, log: s.Worker.Logger(loggerName),
		statuses: statusstore.NewMemory(), connectors: map[string]*connector{}, failures: autorestart.New(),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	s.Worker.Listener = listener{h}
	h.worker = worker.New(s.Worker)
	return h
}

// Stop stops all connectors and tasks and waits for them.
func (h *Herder) Stop() {
	h.mu.Lock()
	h.stopping = true
	h.mu.Unlock()
	h.cancel()
	h.worker.Stop()
	h.wg.Wait()
}

// Worker gives access to what runs, for displays.
func (h *Herder) Worker() *worker.Worker { return h.worker }

// listener is the herder as its worker sees it.
type listener struct{ *Herder }

// ConnectorStatus notes what became of a connector.
func (l listener) ConnectorStatus(name string, s state.State, version string, err error) {
	l.statuses.PutConnector(name, l.status(s, version, err))
}

// TaskStatus notes what became of a task.
func (l listener) TaskStatus(id state.TaskID, s state.State, version string, err error) {
	l.statuses.PutTask(id, l.status(s, version, err))
	switch s {
	case state.Failed:
		l.taskFailed(id)
	case state.Running:
		l.taskRuns(id)
	}
}

func (l listener) status(s state.State, version string, err error) state.Status {
	status := state.Status{State: s, WorkerID: l.WorkerID, Version: version}
	if err != nil {
		status.Trace = javaerr.Trace(err)
	}
	return status
}

// TopicUsed notes that a connector uses a topic.
func (l listener) TopicUsed(id state.TaskID, topic string) {
	if l.TopicTracking {
		l.statuses.AddTopic(id.Connector, topic)
	}
}

// ReconfigureTasks asks a connector for its tasks again.
func (l listener) ReconfigureTasks(name string) {
	l.background(func(ctx context.Context) {
		c, err := l.find(name)
		if err == nil {
			err = l.updateTasks(ctx, name, c, l.epochOf(c))
		}
		if err != nil {
			l.log.Error("Task reconfiguration failed", "connector", name, "err", err)
		}
	})
}

// background runs an operation that no request waits for.
func (h *Herder) background(f func(context.Context)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopping {
		h.wg.Go(func() {
			ctx, cancel := context.WithTimeout(h.ctx, time.Minute)
			defer cancel()
			f(ctx)
		})
	}
}

func (h *Herder) find(name string) (*connector, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.connectors[name]
	if !ok {
		return nil, herder.NoConnector(name)
	}
	return c, nil
}

func (h *Herder) epochOf(c *connector) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return c.epoch
}

// take waits for the connector's turn; the caller gives it back. The connector may
// have been deleted meanwhile.
func (h *Herder) take(ctx context.Context, name string, c *connector) (giveBack func(), err error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, &herder.Error{
			Reason: herder.Conflict, Err: ctx.Err(),
			Msg: "Another operation on connector " + name + " is under way; try again when it has ended",
		}
	}
	giveBack = func() { <-c.turn }
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connectors[name] != c {
		giveBack()
		return nil, herder.NoConnector(name)
	}
	return giveBack, nil
}

// Connectors returns the names of all connectors, sorted.
func (h *Herder) Connectors(context.Context) ([]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.connectors)), nil
}

// Connector returns a connector.
func (h *Herder) Connector(_ context.Context, name string) (herder.Connector, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.connectors[name]
	if !ok {
		return herder.Connector{}, herder.NoConnector(name)
	}
	return c.info(name), nil
}

func (c *connector) info(name string) herder.Connector {
	info := herder.Connector{Name: name, Config: maps.Clone(c.config), Kind: c.kind, Target: c.target}
	for i := range c.tasks {
		info.Tasks = append(info.Tasks, state.TaskID{Connector: name, Task: i})
	}
	return info
}

// TaskConfigs returns the configurations of a connector's tasks.
func (h *Herder) TaskConfigs(_ context.Context, name string) ([]herder.Task, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.connectors[name]
	if !ok {
		return nil, herder.NoConnector(name)
	}
	tasks := make([]herder.Task, len(c.tasks))
	for i, config := range c.tasks {
		tasks[i] = herder.Task{ID: state.TaskID{Connector: name, Task: i}, Config: maps.Clone(config)}
	}
	return tasks, nil
}

// Plugins returns the worker's plugins.
func (h *Herder) Plugins() *pluginset.Set { return h.plugins }

// ClusterID returns the id of the Kafka cluster.
func (h *Herder) ClusterID() string { return h.Settings.ClusterID }

// Ready tells whether the herder can answer.
func (h *Herder) Ready() (bool, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return false, "Worker is shutting down"
	}
	return true, ""
}

// Validate checks a configuration without using it.
func (h *Herder) Validate(ctx context.Context, props map[string]string) (*herder.Validation, error) {
	return h.ValidateNulls(ctx, props, nil)
}

// ValidateNulls is Validate for a configuration in which some keys are null. The
// connector's own check may hang: then the answer is an error when ctx ends.
func (h *Herder) ValidateNulls(ctx context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error) {
	return h.Settings.Validate.Bounded(ctx, h.log, props, nulls)
}

// await waits for the answer of a connector's goroutine.
func (h *Herder) await(ctx context.Context, name string, post func(done func(error)) error) error {
	answer := make(chan error, 1)
	if err := post(func(err error) { answer <- err }); err != nil {
		return err
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return h.hanging(name, ctx.Err())
	}
}

// hanging says which call a connector has not returned from.
func (h *Herder) hanging(name string, err error) error {
	call := h.worker.ConnectorCall(name)
	if call == nil {
		return fmt.Errorf("the connector has not answered in time: %w", err)
	}
	h.log.Error("A connector did not return in time; the call goes on", "connector", name, "call", call.Method, "since", call.Since)
	return fmt.Errorf("the connector has not returned from %s since %s: %w", call.Method, call.Since.Format(time.RFC3339), err)
}
