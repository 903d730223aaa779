package distributed

import (
	"time"

	"github.com/millrace/millrace/internal/herder"
)

// patrolEvery is how often the worker looks for calls that do not return.
const patrolEvery = 15 * time.Second

// patrol tells the other workers, by the status topic, of calls that do not return
// here, and when they have returned.
func (o *owner) patrol() {
	if o.stopping {
		return
	}
	for id, d := range o.duties {
		if d.have == nil {
			continue
		}
		if d.isConnector() {
			o.statuses.ConnectorStuck(id.Connector, herder.StuckIn(o.worker.ConnectorCall(id.Connector)))
		} else {
			o.statuses.TaskStuck(id, herder.StuckIn(o.worker.TaskCall(id)))
		}
	}
	o.after(patrolEvery, o.patrol)
}
