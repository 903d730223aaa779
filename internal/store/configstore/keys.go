// Package configstore is the state that the records of the config topic add up to:
// connectors, their task configurations and target states, and the cluster's session
// key. It makes the records to write and applies the records read; the topic itself
// is somebody else's.
//
// Floor 2. Connect: org.apache.kafka.connect.storage.KafkaConfigBackingStore and
// ClusterConfigState.
package configstore

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/store/state"
)

// Prefixes of keys, and the one key that is none.
const (
	targetPrefix    = "target-state-"
	connectorPrefix = "connector-"
	taskPrefix      = "task-"
	commitPrefix    = "commit-"
	restartPrefix   = "restart-connector-"
	fencingPrefix   = "tasks-fencing-"
	sessionKeyKey   = "session-key"
	loggerPrefix    = "logger-cluster-"
)

func taskKey(id state.TaskID) string {
	return taskPrefix + id.Connector + "-" + strconv.Itoa(id.Task)
}

// parseTask reads what follows the prefix of a task's key. Hyphens at the end count
// for nothing.
func parseTask(rest string) (id state.TaskID, ok bool) {
	rest = strings.TrimRight(rest, "-")
	at := strings.LastIndexByte(rest, '-')
	if at < 0 {
		return id, false
	}
	n, err := text.ParseInt(rest[at+1:])
	if err != nil {
		return id, false
	}
	return state.TaskID{Connector: rest[:at], Task: int(n)}, true
}
