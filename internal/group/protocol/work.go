package protocol

import (
	"fmt"

	"github.com/millrace/millrace/internal/java/hashorder"
)

// connectorItself is the number that stands for the connector in a list of its
// tasks.
const connectorItself = -1

// TaskID names one task of a connector.
type TaskID struct {
	Connector string
	Task      int
}

// String returns connector-task.
func (id TaskID) String() string { return fmt.Sprintf("%s-%d", id.Connector, id.Task) }

// Work is what a worker runs or is told to start or stop: connectors, and tasks
// of these or other connectors.
type Work struct {
	Connectors []string
	Tasks      []TaskID
}

// Empty reports whether there is nothing to do.
func (w Work) Empty() bool { return len(w.Connectors) == 0 && len(w.Tasks) == 0 }

// entry is the work of one connector as it is written.
type entry struct {
	connector string
	tasks     []int
}

// entries groups work by connector, in the order in which a Java worker writes
// it: connectors as a hash set has them, then those of which there are only
// tasks.
func (w Work) entries() []entry {
	var list []entry
	at := make(map[string]int, len(w.Connectors))
	add := func(connector string, task int) {
		i, known := at[connector]
		if !known {
			i = len(list)
			at[connector] = i
			list = append(list, entry{connector: connector})
		}
		list[i].tasks = append(list[i].tasks, task)
	}
	for _, connector := range hashed(w.Connectors) {
		add(connector, connectorItself)
	}
	for _, id := range w.Tasks {
		add(id.Connector, id.Task)
	}
	return list
}

// hashed returns the distinct names in the order of a java.util.HashSet made of
// them.
func hashed(names []string) []string {
	distinct := make([]string, 0, len(names))
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			distinct = append(distinct, name)
		}
	}
	ordered := make([]string, 0, len(distinct))
	for _, i := range hashorder.Strings(distinct, setCapacity(len(names))) {
		ordered = append(ordered, distinct[i])
	}
	return ordered
}

// setCapacity is the table length of a new HashSet of a collection of n.
func setCapacity(n int) int { return max(int(float32(n)/.75)+1, 16) }

func (w *Work) add(e entry) {
	for _, task := range e.tasks {
		if task == connectorItself {
			w.Connectors = append(w.Connectors, e.connector)
			continue
		}
		w.Tasks = append(w.Tasks, TaskID{e.connector, task})
	}
}
