package validation

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/connectorconfig"
)

// checkRules checks what concerns several keys, or the cluster.
func (r *run) checkRules() {
	if r.sink {
		r.checkTopics()
		r.checkGroup()
		return
	}
	r.checkExactlyOnce()
	r.checkBoundary()
}

func (r *run) checkTopics() {
	value, _ := config.Parse("topics", config.List, r.in.Props["topics"])
	s := connectorconfig.Sink{TopicsRegex: r.in.Props["topics.regex"]}
	for _, topic := range value.([]string) {
		if topic != "" {
			s.Topics = append(s.Topics, topic)
		}
	}
	if strings.TrimSpace(s.TopicsRegex) == "" {
		s.TopicsRegex = ""
	}
	dlq := strings.TrimSpace(r.in.Props[keyDeadLetter])
	for _, problem := range connectorconfig.SinkProblems(s, dlq) {
		for _, key := range problem.Keys {
			r.framework.AddError(key, problem.Msg)
		}
	}
}

// checkGroup keeps sinks out of the worker's own group.
func (r *run) checkGroup() {
	if r.Worker.Cluster == nil {
		return
	}
	worker := r.Worker.Cluster.Group
	const key = "consumer.override.group.id"
	if group, given := r.in.Props[key]; given {
		r.framework.Values = append(r.framework.Values, &config.Value{Name: key, Value: group, Visible: true})
		if group == worker {
			r.framework.AddError(key, "Consumer group "+group+" conflicts with Connect worker group "+worker)
		}
		return
	}
	name, _ := r.framework.Value(keyName).Value.(string)
	if "connect-"+name == worker {
		r.framework.AddError(keyName, "Consumer group for sink connector named "+name+" conflicts with Connect worker group "+worker)
	}
}

const noExactlyOnceAPI = "The connector does not implement the API required for preflight validation of exactly-once source support. " +
	"Please consult the documentation for the connector to determine whether it supports exactly-once semantics, and then consider " +
	`reconfiguring the connector to use the value "requested" for this property (which will disable this preflight check and allow the ` +
	"connector to be created)."

func (r *run) checkExactlyOnce() {
	const key = "exactly.once.support"
	if r.Worker.Cluster == nil || !r.isFold(key, "required") {
		return
	}
	if !r.Worker.Cluster.ExactlyOnce {
		r.framework.AddError(key, "This worker does not have exactly-once source support enabled.")
	}
	connector, ok := r.instance.(source.ExactlyOnce)
	if !ok {
		r.framework.AddError(key, noExactlyOnceAPI)
		return
	}
	supported, panicked := r.ask(connector.SupportsExactlyOnce)
	switch {
	case panicked != "":
		r.framework.AddError(key, panicked)
	case !supported:
		r.framework.AddError(key, "The connector does not support exactly-once semantics with the provided configuration.")
	}
}

func (r *run) checkBoundary() {
	const key = "transaction.boundary"
	if r.Worker.Cluster == nil || !r.isFold(key, "connector") {
		return
	}
	if connector, ok := r.instance.(source.TransactionDefiner); ok {
		defines, panicked := r.ask(connector.DefinesTransactions)
		if panicked != "" {
			r.framework.AddError(key, panicked)
			return
		}
		if defines {
			return
		}
	}
	r.framework.AddError(key, "The connector does not support connector-defined transaction boundaries with the given configuration. "+
		"Please reconfigure it to use a different transaction boundary definition.")
}

// isFold tells whether a key that is right so far has a value, in any case.
func (r *run) isFold(key, want string) bool {
	v := r.framework.Value(key)
	text, _ := v.Value.(string)
	return len(v.Errors) == 0 && strings.EqualFold(text, want)
}

// ask calls a hook of the connector. A panic becomes a text.
func (r *run) ask(hook func(map[string]string) bool) (answer bool, panicked string) {
	defer func() {
		if recover() != nil {
			panicked = "An unexpected error occurred during validation; please see the worker logs for more details."
		}
	}()
	return hook(r.in.Props), ""
}
