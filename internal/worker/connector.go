package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// connectorRun owns one connector: a goroutine does, in order, what its mailbox
// asks for.
type connectorRun struct {
	name     string
	entry    pluginset.Entry
	raw      map[string]string // as the user wrote it: references unresolved
	props    map[string]string // as given to the connector
	listener Listener
	log      *slog.Logger
	plugin   *slog.Logger // for the connector's own messages
	watch    watch
	status   atomic.Value // string: the state as metrics show it
	instance instance

	ctx       context.Context
	cancel    context.CancelFunc
	done      chan struct{}
	abandoned atomic.Bool // did not stop in time: what it says does not count

	mu       sync.Mutex
	mailbox  []func()
	arrived  chan struct{} // capacity 1
	finished bool

	// What follows belongs to the owner.
	starting starting
	started  bool
	failed   error
	release  func() // gives back what the instance reads offsets from
}

// instance is what connectors of both kinds have in common.
type instance interface {
	TaskConfigs(maxTasks int) ([]map[string]string, error)
	Stop() error
}

func (w *Worker) newConnectorRun(name string, e pluginset.Entry, props map[string]string, l Listener) *connectorRun {
	c := &connectorRun{
		name: name, entry: e, props: props, listener: l, starting: starting{of: &w.connectorStarts},
		log: w.Logger(connectorLogger).With("connector", name), plugin: w.Logger(e.Class).With("connector", name),
		done: make(chan struct{}), arrived: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// run does what the mailbox asks for until it is told to stop.
func (c *connectorRun) run() {
	defer close(c.done)
	for {
		c.mu.Lock()
		letters := c.mailbox
		c.mailbox = nil
		if len(letters) == 0 && c.ctx.Err() != nil {
			c.finished = true
			c.mu.Unlock()
			c.halt()
			return
		}
		c.mu.Unlock()
		for _, do := range letters {
			do()
		}
		if len(letters) > 0 {
			continue
		}
		select {
		case <-c.arrived:
		case <-c.ctx.Done():
		}
	}
}

// post leaves a letter; it returns false when the connector has ended.
func (c *connectorRun) post(do func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.finished {
		return false
	}
	c.mailbox = append(c.mailbox, do)
	select {
	case c.arrived <- struct{}{}:
	default:
	}
	return true
}

func (c *connectorRun) report(s state.State, err error) {
	if !c.abandoned.Load() {
		c.starting.enter(s)
		c.status.Store(metricState(s))
		c.listener.ConnectorStatus(c.name, s, c.entry.Version, err)
	}
}

// follow starts or stops the connector as its target state says.
func (c *connectorRun) follow(target state.Target, rt runtimeOf) error {
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	switch target {
	case state.TargetStarted:
		return c.start(rt)
	case state.TargetPaused:
		return c.suspend(state.Paused)
	default:
		return c.suspend(state.Stopped)
	}
}

// runtimeOf makes what the host gives to a connector.
type runtimeOf struct {
	offsets     func(*connectorRun) (store offsetstore.Store, done func(), err error)
	reconfigure func()
}

func (c *connectorRun) start(rt runtimeOf) error {
	if c.started {
		return nil
	}
	c.failed = nil
	err := c.watch.do("Start", func() error { return c.startInstance(rt) })
	if err != nil {
		return c.fail(fmt.Errorf("start connector %s: %w", c.name, err))
	}
	c.started = true
	c.report(state.Running, nil)
	return nil
}

func (c *connectorRun) startInstance(rt runtimeOf) error {
	props := maps.Clone(c.props)
	fail := func(err error) { c.post(func() { _ = c.fail(err) }) }
	offsets, done, err := rt.offsets(c)
	if err != nil {
		return err
	}
	if c.release != nil {
		c.release() // of an instance that could not start
	}
	c.release = done
	switch p := c.entry.Plugin.(type) {
	case plugin.Source:
		s := p.New()
		c.instance = s
		return s.Start(c.ctx, source.ConnectorRuntime{
			Name: c.name, Log: c.plugin, Offsets: offsetstore.For(offsets, c.name),
			RequestTaskReconfiguration: rt.reconfigure, Fail: fail,
		}, props)
	case plugin.Sink:
		s := p.New()
		c.instance = s
		return s.Start(c.ctx, sink.ConnectorRuntime{
			Name: c.name, Log: c.plugin, RequestTaskReconfiguration: rt.reconfigure, Fail: fail,
		}, props)
	}
	return fmt.Errorf("class %s is not a connector", c.entry.Class)
}

func (c *connectorRun) fail(err error) error {
	c.log.Error("Connector failed", "err", err)
	c.failed = err
	c.report(state.Failed, err)
	return err
}

// suspend stops the instance but not its owner.
func (c *connectorRun) suspend(s state.State) error {
	err := c.stopInstance()
	if err != nil {
		return c.fail(err)
	}
	c.report(s, nil)
	return nil
}

func (c *connectorRun) stopInstance() error {
	if c.instance == nil {
		return nil
	}
	c.started = false
	instance := c.instance
	c.instance = nil
	defer c.release()
	return c.watch.do("Stop", instance.Stop)
}

// halt is the end of the owner.
func (c *connectorRun) halt() {
	if err := c.stopInstance(); err != nil {
		c.log.Error("Connector failed to stop", "err", err)
	}
	c.report(state.Unassigned, nil)
}

// taskConfigs asks the connector for its tasks and adds what the framework needs.
func (c *connectorRun) taskConfigs(cfg *connectorconfig.Config) (configs []map[string]string, err error) {
	if !c.started {
		return nil, errors.Join(fmt.Errorf("connector %s is not running", c.name), c.failed)
	}
	err = c.watch.do("TaskConfigs", func() error {
		configs, err = c.instance.TaskConfigs(cfg.TasksMax)
		return err
	})
	if err != nil {
		return nil, c.fail(fmt.Errorf("task configurations of connector %s: %w", c.name, err))
	}
	if len(configs) > cfg.TasksMax && cfg.EnforceTasksMax {
		return nil, c.fail(tooManyTasks(c.name, len(configs), cfg.TasksMax))
	}
	out := make([]map[string]string, len(configs))
	for i, taskProps := range configs {
		out[i] = maps.Clone(taskProps)
		if out[i] == nil {
			out[i] = map[string]string{}
		}
		c.hide(out[i])
		out[i]["task.class"] = taskClass(c.entry.Class)
		if topics, ok := c.props["topics"]; ok && c.entry.Kind == pluginset.Sink {
			out[i]["topics"] = topics
		}
		if regex, ok := c.props["topics.regex"]; ok && c.entry.Kind == pluginset.Sink {
			out[i]["topics.regex"] = regex
		}
	}
	return out, nil
}

// hide puts references back where a task's configuration has what they stand for:
// task configurations are stored and shown.
func (c *connectorRun) hide(task map[string]string) {
	for key, raw := range c.raw {
		if resolved := c.props[key]; resolved != raw && task[key] == resolved {
			task[key] = raw
		}
	}
}

func tooManyTasks(name string, got, limit int) error {
	return fmt.Errorf("The connector %s has generated %d tasks, which is greater than %d, the maximum number of tasks it is configured to create. "+
		"This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector with "+
		"'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka Connect.", name, got, limit)
}

// taskClass names the task class of a connector: FileStreamSourceConnector has
// FileStreamSourceTask.
func taskClass(connectorClass string) string {
	const suffix = "Connector"
	if n := len(connectorClass) - len(suffix); n > 0 && connectorClass[n:] == suffix {
		return connectorClass[:n] + "Task"
	}
	return connectorClass + "Task"
}
