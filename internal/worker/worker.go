package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/kafka/clientmeter"
	"github.com/millrace/millrace/internal/kafka/clientpool"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/workerconfig"
)

// Settings are what a worker is made of.
type Settings struct {
	Props      map[string]string // the worker's properties: settings of Kafka clients are taken from them
	Plugins    *pluginset.Set
	Converters Converters
	Offsets    offsetstore.Store
	Policy     policy.Policy
	Listener   Listener
	Log        *slog.Logger
	// Loggers returns the logger of a name; nil to have Log for all.
	Loggers  func(name string) *slog.Logger
	Sampling metrics.Sampling // of metrics; zero for Kafka's default

	// Resolve replaces references such as ${file:…} just before a configuration is
	// used.
	Resolve func(ctx context.Context, connector string, props map[string]string) (map[string]string, error)

	ExactlyOnce  *ExactlyOnce       // nil: source tasks deliver at least once
	OffsetsTopic workerconfig.Topic // the worker's; without name, connectors cannot have topics of their own (standalone)

	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt

	OffsetFlushInterval time.Duration
	OffsetFlushTimeout  time.Duration
	GracefulTimeout     time.Duration // for stopping, of all tasks together
	TopicCreation       bool
}

// Converters are the worker's converters, for connectors that name none.
type Converters struct{ Key, Value, Header connectorconfig.Plugin }

// Listener is told what becomes of connectors and tasks. Its methods are called from
// the goroutines that own them and must not block.
type Listener interface {
	ConnectorStatus(name string, s state.State, version string, err error)
	TaskStatus(id state.TaskID, s state.State, version string, err error)
	TopicUsed(id state.TaskID, topic string)
	// ReconfigureTasks says that a connector wants to be asked for its tasks again.
	ReconfigureTasks(connector string)
}

// Worker runs connectors and tasks. Its methods may be called from any goroutine;
// those that wait say so.
type Worker struct {
	Settings
	committer *offsetCommitter
	producers *clientpool.Pool
	clients   *clientmeter.Clients
	stop      context.CancelFunc
	wg        sync.WaitGroup

	connectorStarts, taskStarts starts

	mu         sync.Mutex
	connectors map[string]*connectorRun
	tasks      map[state.TaskID]*taskRun
}

// New returns a running worker. Stop must follow.
func New(s Settings) *Worker {
	ctx, cancel := context.WithCancel(context.Background())
	w := &Worker{
		Settings: s, stop: cancel, clients: clientmeter.New(),
		committer:  newOffsetCommitter(s.OffsetFlushInterval, s.Logger(committerLogger)),
		connectors: map[string]*connectorRun{},
		tasks:      map[state.TaskID]*taskRun{},
	}
	w.producers = clientpool.New(clientpool.Settings{
		Logger: s.Logger(producerLogger), Opts: s.ClientOptions,
		Each: func() []kgo.Opt { return w.clients.Options(clientmeter.Producer) },
	})
	w.connectorStarts.recent, w.taskStarts.recent = metrics.NewRatio(s.Sampling), metrics.NewRatio(s.Sampling)
	w.wg.Go(func() { w.committer.run(ctx) })
	return w
}

// ErrRunning says that a connector or task of that name runs already.
var ErrRunning = errors.New("it is running already")

// ErrNotRunning says that the worker has no such connector or task.
var ErrNotRunning = errors.New("it is not running on this worker")

// ResolveError is a configuration with references that cannot be resolved now. It is
// no status of the connector.
type ResolveError struct {
	Connector string
	Err       error
}

// Error tells which connector's.
func (e *ResolveError) Error() string {
	return "resolve the configuration of connector " + e.Connector + ": " + e.Err.Error()
}

// Unwrap returns what the provider said.
func (e *ResolveError) Unwrap() error { return e.Err }

// StartConnector runs a connector and brings it to its target state. It does not
// wait: started is called, from the connector's goroutine, when it got there or
// failed. The status tells that too, except of a *ResolveError.
func (w *Worker) StartConnector(name string, props map[string]string, target state.Target, started func(error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.connectors[name]; ok {
		return fmt.Errorf("start connector %s: %w", name, ErrRunning)
	}
	e, err := w.Plugins.Connector(props["connector.class"])
	if err != nil {
		w.connectorStarts.ended(false)
		w.Listener.ConnectorStatus(name, state.Failed, "", err)
		return err
	}
	c := w.newConnectorRun(name, e, nil, w.Listener)
	w.connectors[name] = c
	rt := runtimeOf{w.instanceOffsets, func() { w.Listener.ReconfigureTasks(name) }}
	c.post(func() {
		resolved, err := w.Resolve(c.ctx, name, props)
		if err != nil {
			w.connectorStarts.ended(false)
			started(&ResolveError{Connector: name, Err: err})
			return
		}
		c.raw, c.props = props, resolved
		started(c.follow(target, rt))
	})
	go c.run()
	return nil
}

// SetTarget pauses, stops or starts a running connector, but not its tasks. It does
// not wait: done is called when it got there or failed.
func (w *Worker) SetTarget(name string, target state.Target, done func(error)) error {
	c, err := w.connector(name)
	if err != nil {
		return err
	}
	rt := runtimeOf{w.instanceOffsets, func() { w.Listener.ReconfigureTasks(name) }}
	if !c.post(func() { done(c.follow(target, rt)) }) {
		return fmt.Errorf("connector %s: %w", name, ErrNotRunning)
	}
	return nil
}

// TaskConfigs asks a running connector for the configurations of its tasks. It does
// not wait: done is called with them.
func (w *Worker) TaskConfigs(name string, done func([]map[string]string, error)) error {
	c, err := w.connector(name)
	if err != nil {
		return err
	}
	ok := c.post(func() {
		cfg, err := connectorconfig.Parse(c.props, c.entry.Kind == pluginset.Sink)
		if err != nil {
			done(nil, c.fail(err))
			return
		}
		done(c.taskConfigs(cfg))
	})
	if !ok {
		return fmt.Errorf("connector %s: %w", name, ErrNotRunning)
	}
	return nil
}

func (w *Worker) connector(name string) (*connectorRun, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.connectors[name]
	if !ok {
		return nil, fmt.Errorf("connector %s: %w", name, ErrNotRunning)
	}
	return c, nil
}

// StopConnector stops a connector and waits for it up to the graceful time-out. One
// that does not stop is given up.
func (w *Worker) StopConnector(name string) {
	w.mu.Lock()
	c, ok := w.connectors[name]
	delete(w.connectors, name)
	w.mu.Unlock()
	if !ok {
		return
	}
	c.cancel()
	timer := time.NewTimer(w.GracefulTimeout)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.abandoned.Store(true)
		w.Log.Error("A connector did not stop in time and was abandoned", "connector", name, "call", describe(c.watch.call()))
	}
}

// Running returns the names of the connectors and the ids of the tasks that the
// worker has.
func (w *Worker) Running() (connectors []string, tasks []state.TaskID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range w.connectors {
		connectors = append(connectors, name)
	}
	for id := range w.tasks {
		tasks = append(tasks, id)
	}
	return connectors, tasks
}

// ConnectorCall returns the call that a connector is in, nil when it is in none.
func (w *Worker) ConnectorCall(name string) *Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.connectors[name]; ok {
		return c.watch.call()
	}
	return nil
}

// TaskCall returns the call that a task is in, nil when it is in none.
func (w *Worker) TaskCall(id state.TaskID) *Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t, ok := w.tasks[id]; ok {
		return t.watch.call()
	}
	return nil
}

// TaskCounts returns what a task has done so far.
func (w *Worker) TaskCounts(id state.TaskID) (Counts, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.tasks[id]
	if !ok {
		return Counts{}, false
	}
	return t.counts.snapshot(), true
}

// StopTasks stops tasks and waits for all of them up to the graceful time-out. Those
// that do not stop are abandoned: they can write no more.
func (w *Worker) StopTasks(ids ...state.TaskID) {
	var stopping []*taskRun
	w.mu.Lock()
	for _, id := range ids {
		if t, ok := w.tasks[id]; ok {
			stopping = append(stopping, t)
			delete(w.tasks, id)
		}
	}
	w.mu.Unlock()
	for _, t := range stopping {
		t.cancel()
	}
	timer := time.NewTimer(w.GracefulTimeout)
	defer timer.Stop()
	expired := false
	for _, t := range stopping {
		if !expired {
			select {
			case <-t.done:
				continue
			case <-timer.C:
				expired = true
			}
		}
		select {
		case <-t.done:
		default:
			t.log.Error("A task did not stop in time and was abandoned", "call", describe(t.watch.call()))
			t.abandon()
		}
	}
}

// PauseTasks sets whether the tasks of a connector pause. It does not wait.
func (w *Worker) PauseTasks(connector string, paused bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, t := range w.tasks {
		if id.Connector == connector {
			t.setPaused(paused)
		}
	}
}

// ForgetTopics makes the tasks of a connector tell the listener again which topics
// they use.
func (w *Worker) ForgetTopics(connector string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, t := range w.tasks {
		if id.Connector == connector {
			t.topics.forget()
		}
	}
}

// Stop stops everything and waits as StopTasks does.
func (w *Worker) Stop() {
	connectors, tasks := w.Running()
	var wg sync.WaitGroup
	wg.Go(func() { w.StopTasks(tasks...) })
	for _, name := range connectors {
		wg.Go(func() { w.StopConnector(name) })
	}
	wg.Wait()
	w.stop()
	w.wg.Wait()
}

func describe(c *Call) string {
	if c == nil {
		return "none"
	}
	return c.Method + " since " + c.Since.Format(time.RFC3339)
}
