package restclient

// Root is what a worker tells about itself.
type Root struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Cluster string `json:"kafka_cluster_id"`
}

// Health is a worker's own verdict: healthy, starting or unhealthy.
type Health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// TaskID names a task.
type TaskID struct {
	Connector string `json:"connector"`
	Task      int    `json:"task"`
}

// Connector is a connector with its configuration and tasks. Type is source, sink or
// unknown.
type Connector struct {
	Name   string            `json:"name"`
	Config map[string]string `json:"config"`
	Tasks  []TaskID          `json:"tasks"`
	Type   string            `json:"type"`
}

// State is what a connector or task does. Version and Trace may be empty. Millrace
// tells of a call that does not return: which, and since when (RFC 3339).
type State struct {
	State      string `json:"state"`
	WorkerID   string `json:"worker_id"`
	Version    string `json:"version,omitempty"`
	Trace      string `json:"trace,omitempty"`
	StuckCall  string `json:"stuck_call,omitempty"`
	StuckSince string `json:"stuck_since,omitempty"`
}

// TaskState is what a task does.
type TaskState struct {
	ID int `json:"id"`
	State
}

// Status is what a connector and its tasks do.
type Status struct {
	Name      string      `json:"name"`
	Connector State       `json:"connector"`
	Tasks     []TaskState `json:"tasks"`
	Type      string      `json:"type"`
}

// Overview is a connector in a list. A part that was not asked for or is not there
// is nil.
type Overview struct {
	Info   *Connector `json:"info,omitempty"`
	Status *Status    `json:"status,omitempty"`
}

// Task is a task's configuration.
type Task struct {
	ID     TaskID            `json:"id"`
	Config map[string]string `json:"config"`
}

// Offset is a source partition, or topic and partition of a sink, and the offset
// there; nil for none. Numbers are json.Number.
type Offset struct {
	Partition map[string]any `json:"partition"`
	Offset    map[string]any `json:"offset"`
}

// Plugin is a plugin of the worker.
type Plugin struct {
	Class   string `json:"class"`
	Type    string `json:"type"`
	Version string `json:"version,omitempty"`
}

// Key describes a configuration key.
type Key struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Required      bool     `json:"required"`
	Default       *string  `json:"default_value"`
	Importance    string   `json:"importance"`
	Documentation string   `json:"documentation"`
	Group         *string  `json:"group"`
	Order         int      `json:"order_in_group"`
	Width         string   `json:"width"`
	DisplayName   string   `json:"display_name"`
	Dependents    []string `json:"dependents"`
}

// Value is the verdict on a key's value.
type Value struct {
	Name        string   `json:"name"`
	Value       *string  `json:"value"`
	Recommended []string `json:"recommended_values"`
	Errors      []string `json:"errors"`
	Visible     bool     `json:"visible"`
}

// Validation is the verdict on a configuration. Definition is nil for a key that
// nobody defines.
type Validation struct {
	Name       string   `json:"name"`
	ErrorCount int      `json:"error_count"`
	Groups     []string `json:"groups"`
	Configs    []struct {
		Definition *Key   `json:"definition"`
		Value      *Value `json:"value"`
	} `json:"configs"`
}

// LoggerLevel is the level of a logger, and when it was changed, in milliseconds
// since 1970; nil for never.
type LoggerLevel struct {
	Level    string `json:"level"`
	Modified *int64 `json:"last_modified"`
}
