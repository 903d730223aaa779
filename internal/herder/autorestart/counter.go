package autorestart

import (
	"maps"
	"sync"

	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/store/state"
)

// Counter counts the restarts of tasks that nobody asked for. The zero value is ready;
// it is safe for concurrent use.
type Counter struct {
	mu    sync.Mutex
	tasks map[state.TaskID]int
}

// Add counts a restart.
func (c *Counter) Add(id state.TaskID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks == nil {
		c.tasks = map[state.TaskID]int{}
	}
	c.tasks[id]++
}

// Forget drops a task that is not run here any more.
func (c *Counter) Forget(id state.TaskID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tasks, id)
}

// ForgetConnector drops the tasks of a connector that was deleted.
func (c *Counter) ForgetConnector(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.tasks, func(id state.TaskID, _ int) bool { return id.Connector == name })
}

// RestartSamples returns the tasks that were restarted, and how often.
func (c *Counter) RestartSamples() []metrics.Restarts {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]metrics.Restarts, 0, len(c.tasks))
	for id, n := range c.tasks {
		all = append(all, metrics.Restarts{Connector: id.Connector, Task: id.Task, Total: float64(n)})
	}
	return all
}
