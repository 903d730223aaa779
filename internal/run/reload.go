package run

import (
	"context"
	"errors"
	"slices"

	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/store/state"
)

// openRefresher makes connectors start again when values change that their
// configurations refer to.
func (n *node) openRefresher(l *logs.Logs) {
	n.started = make(chan struct{})
	n.refresher = configprovider.NewRefresher(n.secrets, configprovider.RefresherSettings{
		InUse: n.uses, Restart: n.restart, Log: l.For("org.apache.kafka.connect.runtime.WorkerConfigTransformer"),
	})
}

// runs returns what of a connector runs here; ok is false before the worker has started.
func (n *node) runs(connector string) (itself bool, tasks []state.TaskID, ok bool) {
	select {
	case <-n.started:
	default:
		return false, nil, false
	}
	connectors, all := n.herder.Worker().Running()
	for _, id := range all {
		if id.Connector == connector {
			tasks = append(tasks, id)
		}
	}
	return slices.Contains(connectors, connector), tasks, true
}

func (n *node) uses(connector string) bool {
	itself, tasks, ok := n.runs(connector)
	return !ok || itself || len(tasks) > 0
}

// restart starts what runs here of a connector again.
func (n *node) restart(ctx context.Context, connector string) error {
	itself, tasks, ok := n.runs(connector)
	if !ok {
		return errors.New("the worker is starting")
	}
	if itself {
		if _, err := n.herder.Restart(ctx, herder.RestartRequest{Connector: connector}); err != nil {
			return err
		}
	}
	for _, id := range tasks {
		if err := n.herder.RestartTask(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
