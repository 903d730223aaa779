package distributed

import (
	"maps"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/configstore"
)

// tasksMax is the key that says how many tasks a connector may have. Most connectors
// hand it to their tasks with everything else, and hardly any task does anything by it:
// those of the S3 sink divide memory for buffers, and one that goes on keeps the part with
// which it has begun.
const tasksMax = "tasks.max"

// goesOn tells whether a task that runs is what is wanted although its configuration was
// written anew, as happens to all tasks of a connector when it wants one more. A Java
// worker starts it again in any case.
//
// Not so a task that has failed, since a new configuration is a new attempt, and not
// with exactly-once delivery: there the producers of a generation of tasks are fenced
// before the next one begins.
func (o *owner) goesOn(d *duty) bool {
	if d.isConnector() || d.want == nil || d.have == nil || d.failed || d.want.restarts != d.have.restarts {
		return false
	}
	e, err := o.plugins.Connector(configstore.Strings(d.want.connector)["connector.class"])
	if err != nil || e.Kind == pluginset.Source && o.Settings.Worker.ExactlyOnce != nil {
		return false
	}
	but := tasksMax
	if minds(e) {
		but = ""
	}
	return equalBut(but, d.have.task, d.want.task) && equalBut(but, d.used, d.want.connector)
}

// minds tells whether a connector counts the number of tasks among its own keys, so that
// its tasks may do something by it.
func minds(e pluginset.Entry) bool {
	keys := e.Plugin.Describe().Config
	if keys == nil {
		return false
	}
	_, ok := keys.Key(tasksMax)
	return ok
}

// equalBut compares configurations in all but one key; "" for none.
func equalBut(key string, a, b *data.Map) bool {
	left, right := configstore.Strings(a), configstore.Strings(b)
	delete(left, key)
	delete(right, key)
	return maps.Equal(left, right)
}

// outdate has the tasks of a connector start again if they are wanted still: they were
// to be stopped in between.
func (o *owner) outdate(connector string) {
	for id, d := range o.duties {
		if id.Connector == connector && !d.isConnector() {
			d.restarts++
		}
	}
}
