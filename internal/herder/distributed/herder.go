package distributed

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/internal/group/membership"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/statusstore"
	"github.com/millrace/millrace/internal/worker"
	"github.com/millrace/millrace/internal/workerconfig"
)

// Settings are what the herder is made of. Listener, Fence and Check of the worker,
// the events of the config topic, and the configuration of the member are set by
// Open.
type Settings struct {
	Worker    worker.Settings
	Cluster   workerconfig.Cluster
	Configs   configstore.TopicSettings
	Statuses  statusstore.TopicSettings
	Member    membership.Settings
	Leader    *restclient.Leader // asks other workers
	WorkerID  string             // host:port of the REST API
	ClusterID string
	Validate  herder.Validate

	// SetLevel sets the level of loggers of this worker.
	SetLevel func(namespace, level string)

	TopicTracking bool
	TopicReset    bool // whether topics may be reset

	// Fatal is told that this worker cannot be in its group: it has stopped its work.
	Fatal func(error)
}

// Herder implements herder.Herder.
type Herder struct {
	Settings
	log      *slog.Logger
	worker   *worker.Worker
	plugins  *pluginset.Set
	configs  *configstore.Topic
	statuses *statusstore.Topic
	member   *membership.Member

	meters     *meters
	mail       mailbox
	view       atomic.Pointer[view]
	generation atomic.Int32
	writing    chan struct{} // capacity 1: held by the request that changes the config topic
	fencings   fencings
	strangers  strangers
	owner      owner

	ctx    context.Context // of everything in the background; Stop ends it
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// Open starts a worker: it reads the status and the config topic to their ends, and
// joins the group. Stop must follow.
func Open(ctx context.Context, s Settings) (_ *Herder, err error) {
	h := &Herder{Settings: s, log: s.Worker.Logger(loggerName), meters: newMeters(s.Worker.Sampling), plugins: s.Worker.Plugins, writing: make(chan struct{}, 1)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.mail.arrived = make(chan struct{}, 1)
	h.fencings.active = map[string]*fencing{}
	h.view.Store(&view{changed: make(chan struct{}), since: time.Now(), why: "The worker is joining the group."})
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	s.Statuses.Heard = h.heard
	if h.statuses, err = statusstore.OpenTopic(ctx, s.Statuses); err != nil {
		return nil, fmt.Errorf("status.storage.topic: %w", err)
	}
	s.Configs.Events = h.configEvent
	if h.configs, err = configstore.OpenTopic(ctx, s.Configs); err != nil {
		return nil, fmt.Errorf("config.storage.topic: %w", err)
	}
	s.Worker.Listener = listener{h}
	if s.Worker.ExactlyOnce != nil {
		s.Worker.ExactlyOnce.Fence, s.Worker.ExactlyOnce.Check = h.fence, h.checkTask
	}
	h.worker = worker.New(s.Worker)
	h.owner = newOwner(h)
	s.Member.Configuration, s.Member.Handover = h.configuration, s.Cluster.Handover
	h.member = membership.Join(s.Member, group{h})
	h.mail.post(h.owner.patrol)
	h.wg.Go(h.run)
	return h, nil
}

// Stop stops all connectors and tasks, leaves the group and closes the stores.
func (h *Herder) Stop() {
	stopped := make(chan struct{})
	h.mail.post(func() { h.owner.stop(func() { close(stopped) }) })
	<-stopped
	h.worker.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := h.statuses.Flush(ctx); err != nil {
		h.log.Warn("The last statuses could not be written", "err", err)
	}
	if err := h.member.Leave(ctx); err != nil {
		h.log.Warn("Leaving the group failed; the others notice after session.timeout.ms", "err", err)
	}
	h.close()
}

// leaveTimeout bounds what a worker still does after its tasks have stopped.
const leaveTimeout = 10 * time.Second

func (h *Herder) close() {
	h.cancel()
	h.wg.Wait()
	if h.configs != nil {
		h.configs.Close()
	}
	if h.statuses != nil {
		h.statuses.Close()
	}
}

// Worker gives access to what runs, for displays.
func (h *Herder) Worker() *worker.Worker { return h.worker }

// Plugins returns the worker's plugins.
func (h *Herder) Plugins() *pluginset.Set { return h.plugins }

// ClusterID returns the id of the Kafka cluster.
func (h *Herder) ClusterID() string { return h.Settings.ClusterID }

// background runs f until it returns; f must return when ctx ends.
func (h *Herder) background(f func(ctx context.Context)) {
	if h.ctx.Err() == nil {
		h.wg.Go(func() { f(h.ctx) })
	}
}

// after sends the owner a letter later.
func (h *Herder) after(d time.Duration, letter func()) *time.Timer {
	return time.AfterFunc(d, func() { h.mail.post(letter) })
}

// listener is the herder as its worker sees it. Statuses go straight to their topic.
type listener struct{ *Herder }

// ConnectorStatus writes what became of a connector.
func (l listener) ConnectorStatus(name string, s state.State, version string, err error) {
	if s == state.Unassigned && !l.configs.Snapshot().Contains(name) {
		s = state.Destroyed // the leader may have removed its status already
	}
	status := l.status(s, version, err)
	if mayBeElsewhere(s) {
		l.statuses.PutConnectorSafe(name, status)
	} else {
		l.statuses.PutConnector(name, status)
	}
}

// TaskStatus writes what became of a task.
func (l listener) TaskStatus(id state.TaskID, s state.State, version string, err error) {
	if s == state.Unassigned && id.Task >= l.configs.Snapshot().Connector(id.Connector).TaskCount {
		s = state.Destroyed
	}
	status := l.status(s, version, err)
	if mayBeElsewhere(s) {
		l.statuses.PutTaskSafe(id, status)
	} else {
		l.statuses.PutTask(id, status)
	}
	switch s {
	case state.Failed:
		l.mail.post(func() { l.owner.taskFailed(id) })
	case state.Running:
		l.mail.post(func() { l.owner.failures.Running(id, time.Now()) })
	}
}

func (h *Herder) status(s state.State, version string, err error) state.Status {
	status := state.Status{State: s, WorkerID: h.WorkerID, Generation: int(h.generation.Load()), Version: version}
	if err != nil {
		status.Trace = javaerr.Trace(err)
	}
	return status
}

// mayBeElsewhere tells whether a state may be that of something another worker has
// taken over: it must not hide the new owner's.
func mayBeElsewhere(s state.State) bool { return s == state.Unassigned || s == state.Failed }

// TopicUsed notes that a connector uses a topic.
func (l listener) TopicUsed(id state.TaskID, topic string) {
	if l.TopicTracking {
		l.statuses.AddTopic(id.Connector, topic, id.Task)
	}
}

// ReconfigureTasks asks a connector for its tasks again.
func (l listener) ReconfigureTasks(connector string) {
	l.mail.post(func() { l.owner.reconfigure(connector) })
}
