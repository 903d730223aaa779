package s3source

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Settings is what a host may give to the connector in code.
type Settings struct {
	// Transport carries requests to S3 in place of the network, for tests.
	Transport http.RoundTripper
}

// Plugin describes the connector.
var Plugin = New(Settings{})

// New returns the connector's description.
func New(s Settings) plugin.Source {
	def := newDef()
	return plugin.Source{
		Info: plugin.Info{Class: class, Config: def},
		New:  func() source.Connector { return &connector{def: def, transport: s.Transport} },
	}
}

// connector divides the groups of objects among tasks, and looks for new ones that
// make it worth to divide them again.
type connector struct {
	def       *config.Def
	transport http.RoundTripper
	props     map[string]string
	settings  settings
	rt        source.ConnectorRuntime
	stop      context.CancelFunc
	watcher   sync.WaitGroup

	mu     sync.Mutex
	groups []string
	shares []share // that the tasks have
	tasks  int     // that there may be
}

// Start looks which groups there are, when there may be several tasks.
func (c *connector) Start(ctx context.Context, rt source.ConnectorRuntime, props map[string]string) error {
	v, err := c.def.Parse(props)
	if err != nil {
		return err
	}
	if c.settings, err = newSettings(v); err != nil {
		return err
	}
	c.props, c.rt = maps.Clone(props), rt
	c.settings.store.Transport = c.transport
	tasks, _ := strconv.Atoi(strings.TrimSpace(props["tasks.max"]))
	if c.settings.generic || tasks < 2 {
		return nil
	}
	bucket, err := s3store.Open(ctx, c.settings.store)
	if err != nil {
		return err
	}
	if c.groups, err = c.settings.groups(ctx, bucket); err != nil {
		bucket.Close()
		return err
	}
	ctx, c.stop = context.WithCancel(ctx)
	c.watcher.Go(func() {
		defer bucket.Close()
		c.watch(ctx, bucket)
	})
	return nil
}

// watch looks for new groups until ctx ends.
func (c *connector) watch(ctx context.Context, bucket lister) {
	for {
		sleep(ctx, c.settings.interval)
		groups, err := c.settings.groups(ctx, bucket)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.rt.Log.Warn("Could not look for new folders; will try again", "err", err)
			continue
		}
		if c.replan(groups) {
			c.rt.Log.Info("There are new folders: the tasks get other ones", "groups", len(groups))
			c.rt.RequestTaskReconfiguration()
		}
	}
}

// replan takes note of the groups when they are to be divided anew.
func (c *connector) replan(groups []string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !uneven(groups, c.shares, c.tasks) {
		return false
	}
	c.groups = groups
	return true
}

// TaskConfigs gives each task a range of names or, in mode GENERIC, a number.
func (c *connector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks = maxTasks; c.settings.generic {
		c.shares = make([]share, maxTasks)
		for i := range c.shares {
			c.shares[i] = share{number: i, count: maxTasks}
		}
	} else {
		c.shares = ranges(c.groups, maxTasks)
	}
	configs := make([]map[string]string, len(c.shares))
	for i := range configs {
		configs[i] = maps.Clone(c.props)
		maps.Copy(configs[i], c.shares[i].props())
	}
	return configs, nil
}

// NewTask returns a task.
func (c *connector) NewTask() source.Task { return &task{def: c.def, transport: c.transport} }

// SupportsExactlyOnce returns true: every record has its offset, and each object
// belongs to one task.
func (c *connector) SupportsExactlyOnce(map[string]string) bool { return true }

// Stop ends the look for new groups.
func (c *connector) Stop() error {
	if c.stop != nil {
		c.stop()
		c.watcher.Wait()
		c.stop = nil
	}
	return nil
}
