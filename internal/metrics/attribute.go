package metrics

// number is an attribute with a number: its name as Kafka Connect registers it, and
// where it is found in a sample.
type number[T any] struct {
	name  string
	value func(*T) float64
}

// text is an attribute with words.
type text[T any] struct {
	name  string
	value func(*T) string
}

// The groups of attributes: the type of an MBean.
const (
	groupConnector   = "connector-metrics"
	groupTask        = "connector-task-metrics"
	groupTransform   = "connector-transform-metrics"
	groupPredicate   = "connector-predicate-metrics"
	groupSource      = "source-task-metrics"
	groupSink        = "sink-task-metrics"
	groupErrors      = "task-error-metrics"
	groupWorker      = "connect-worker-metrics"
	groupRebalance   = "connect-worker-rebalance-metrics"
	groupCoordinator = "connect-coordinator-metrics"
	groupNetwork     = "connect-metrics"
)

func connectorTexts() []text[Connector] {
	return []text[Connector]{
		{"status", func(c *Connector) string { return c.Status }},
		{"connector-type", func(c *Connector) string { return c.Kind }},
		{"connector-class", func(c *Connector) string { return c.Class }},
		{"connector-version", func(c *Connector) string { return c.Version }},
	}
}

func taskTexts() []text[Task] {
	return []text[Task]{
		{"status", func(t *Task) string { return t.Status }},
		{"connector-class", func(t *Task) string { return t.Classes.Connector.Class }},
		{"connector-version", func(t *Task) string { return t.Classes.Connector.Version }},
		{"connector-type", func(t *Task) string { return t.Kind }},
		{"task-class", func(t *Task) string { return t.Classes.Task.Class }},
		{"task-version", func(t *Task) string { return t.Classes.Task.Version }},
		{"key-converter-class", func(t *Task) string { return t.Classes.Key.Class }},
		{"key-converter-version", func(t *Task) string { return t.Classes.Key.Version }},
		{"value-converter-class", func(t *Task) string { return t.Classes.Value.Class }},
		{"value-converter-version", func(t *Task) string { return t.Classes.Value.Version }},
		{"header-converter-class", func(t *Task) string { return t.Classes.Header.Class }},
		{"header-converter-version", func(t *Task) string { return t.Classes.Header.Version }},
	}
}

// namedTexts are those of a transform or predicate, of which kind is the name.
func namedTexts(kind string) []text[Named] {
	return []text[Named]{
		{kind + "-class", func(n *Named) string { return n.Class }},
		{kind + "-version", func(n *Named) string { return n.Version }},
	}
}

func taskNumbers() []number[Task] {
	return []number[Task]{
		{"running-ratio", func(t *Task) float64 { return t.RunningRatio }},
		{"pause-ratio", func(t *Task) float64 { return t.PauseRatio }},
		{"offset-commit-max-time-ms", func(t *Task) float64 { return t.CommitTime.Max }},
		{"offset-commit-avg-time-ms", func(t *Task) float64 { return t.CommitTime.Avg }},
		{"offset-commit-failure-percentage", func(t *Task) float64 { return t.Commits.Failure }},
		{"offset-commit-success-percentage", func(t *Task) float64 { return t.Commits.Success }},
		{"batch-size-max", func(t *Task) float64 { return t.Batch.Max }},
		{"batch-size-avg", func(t *Task) float64 { return t.Batch.Avg }},
	}
}

func errorNumbers() []number[Task] {
	return []number[Task]{
		{"total-record-failures", func(t *Task) float64 { return t.Errors.Failures }},
		{"total-record-errors", func(t *Task) float64 { return t.Errors.Errors }},
		{"total-records-skipped", func(t *Task) float64 { return t.Errors.Skipped }},
		{"total-retries", func(t *Task) float64 { return t.Errors.Retries }},
		{"total-errors-logged", func(t *Task) float64 { return t.Errors.Logged }},
		{"deadletterqueue-produce-requests", func(t *Task) float64 { return t.Errors.DeadLetters }},
		{"deadletterqueue-produce-failures", func(t *Task) float64 { return t.Errors.DeadFailures }},
		{"last-error-timestamp", func(t *Task) float64 { return t.Errors.LastTimestamp }},
	}
}

func sourceNumbers() []number[SourceTask] {
	return []number[SourceTask]{
		{"source-record-poll-rate", func(s *SourceTask) float64 { return s.Poll.Rate }},
		{"source-record-poll-total", func(s *SourceTask) float64 { return s.Poll.Total }},
		{"source-record-write-rate", func(s *SourceTask) float64 { return s.Write.Rate }},
		{"source-record-write-total", func(s *SourceTask) float64 { return s.Write.Total }},
		{"poll-batch-max-time-ms", func(s *SourceTask) float64 { return s.PollTime.Max }},
		{"poll-batch-avg-time-ms", func(s *SourceTask) float64 { return s.PollTime.Avg }},
		{"source-record-active-count", func(s *SourceTask) float64 { return s.Active.Now }},
		{"source-record-active-count-max", func(s *SourceTask) float64 { return s.Active.Max }},
		{"source-record-active-count-avg", func(s *SourceTask) float64 { return s.Active.Avg }},
	}
}

func transactionNumbers() []number[SourceTask] {
	return []number[SourceTask]{
		{"transaction-size-min", func(s *SourceTask) float64 { return s.Transaction.Min }},
		{"transaction-size-max", func(s *SourceTask) float64 { return s.Transaction.Max }},
		{"transaction-size-avg", func(s *SourceTask) float64 { return s.Transaction.Avg }},
	}
}

func sinkNumbers() []number[SinkTask] {
	return []number[SinkTask]{
		{"sink-record-read-rate", func(s *SinkTask) float64 { return s.Read.Rate }},
		{"sink-record-read-total", func(s *SinkTask) float64 { return s.Read.Total }},
		{"sink-record-send-rate", func(s *SinkTask) float64 { return s.Send.Rate }},
		{"sink-record-send-total", func(s *SinkTask) float64 { return s.Send.Total }},
		{"sink-record-active-count", func(s *SinkTask) float64 { return s.Active.Now }},
		{"sink-record-active-count-max", func(s *SinkTask) float64 { return s.Active.Max }},
		{"sink-record-active-count-avg", func(s *SinkTask) float64 { return s.Active.Avg }},
		{"partition-count", func(s *SinkTask) float64 { return s.Partitions }},
		{"offset-commit-seq-no", func(s *SinkTask) float64 { return s.CommitSeqNo }},
		{"offset-commit-completion-rate", func(s *SinkTask) float64 { return s.Completions.Rate }},
		{"offset-commit-completion-total", func(s *SinkTask) float64 { return s.Completions.Total }},
		{"offset-commit-skip-rate", func(s *SinkTask) float64 { return s.Skips.Rate }},
		{"offset-commit-skip-total", func(s *SinkTask) float64 { return s.Skips.Total }},
		{"put-batch-max-time-ms", func(s *SinkTask) float64 { return s.PutTime.Max }},
		{"put-batch-avg-time-ms", func(s *SinkTask) float64 { return s.PutTime.Avg }},
	}
}

// tally is what a worker has, and how its starts went.
type tally struct {
	connectors, tasks           int
	connectorStarts, taskStarts Starts
}

func workerNumbers() []number[tally] {
	all := []number[tally]{
		{"connector-count", func(t *tally) float64 { return float64(t.connectors) }},
		{"task-count", func(t *tally) float64 { return float64(t.tasks) }},
	}
	all = append(all, startNumbers("connector", func(t *tally) *Starts { return &t.connectorStarts })...)
	return append(all, startNumbers("task", func(t *tally) *Starts { return &t.taskStarts })...)
}

func startNumbers(of string, starts func(*tally) *Starts) []number[tally] {
	return []number[tally]{
		{of + "-startup-attempts-total", func(t *tally) float64 { return starts(t).Attempts }},
		{of + "-startup-success-total", func(t *tally) float64 { return starts(t).Successes }},
		{of + "-startup-failure-total", func(t *tally) float64 { return starts(t).Failures }},
		{of + "-startup-success-percentage", func(t *tally) float64 { return starts(t).Recent.Success }},
		{of + "-startup-failure-percentage", func(t *tally) float64 { return starts(t).Recent.Failure }},
	}
}

// taskTally counts the tasks of a connector on this worker by their state.
type taskTally struct {
	connector string
	total     int
	states    map[string]int
}

func taskTallyNumbers() []number[taskTally] {
	all := []number[taskTally]{{"connector-total-task-count", func(t *taskTally) float64 { return float64(t.total) }}}
	for _, state := range []string{"running", "paused", "failed", "unassigned", "destroyed", "restarting"} {
		all = append(all, number[taskTally]{
			"connector-" + state + "-task-count", func(t *taskTally) float64 { return float64(t.states[state]) },
		})
	}
	return all
}

func rebalanceTexts() []text[Rebalances] {
	return []text[Rebalances]{
		{"connect-protocol", func(r *Rebalances) string { return r.Protocol }},
		{"leader-name", func(r *Rebalances) string { return r.Leader }},
	}
}

func rebalanceNumbers() []number[Rebalances] {
	return []number[Rebalances]{
		{"epoch", func(r *Rebalances) float64 { return r.Epoch }},
		{"completed-rebalances-total", func(r *Rebalances) float64 { return r.Completed }},
		{"rebalancing", func(r *Rebalances) float64 { return truth(r.Now) }},
		{"rebalance-max-time-ms", func(r *Rebalances) float64 { return r.Time.Max }},
		{"rebalance-avg-time-ms", func(r *Rebalances) float64 { return r.Time.Avg }},
		{"time-since-last-rebalance-ms", func(r *Rebalances) float64 { return r.SinceLast }},
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func coordinatorNumbers() []number[Coordinator] {
	return []number[Coordinator]{
		{"assigned-connectors", func(c *Coordinator) float64 { return c.Connectors }},
		{"assigned-tasks", func(c *Coordinator) float64 { return c.Tasks }},
		{"heartbeat-rate", func(c *Coordinator) float64 { return c.Heartbeat.Rate }},
		{"heartbeat-total", func(c *Coordinator) float64 { return c.Heartbeat.Total }},
		{"heartbeat-response-time-max", func(c *Coordinator) float64 { return c.HeartbeatTime.Max }},
		{"join-rate", func(c *Coordinator) float64 { return c.Join.Rate }},
		{"join-total", func(c *Coordinator) float64 { return c.Join.Total }},
		{"join-time-avg", func(c *Coordinator) float64 { return c.JoinTime.Avg }},
		{"join-time-max", func(c *Coordinator) float64 { return c.JoinTime.Max }},
		{"sync-rate", func(c *Coordinator) float64 { return c.Sync.Rate }},
		{"sync-total", func(c *Coordinator) float64 { return c.Sync.Total }},
		{"sync-time-avg", func(c *Coordinator) float64 { return c.SyncTime.Avg }},
		{"sync-time-max", func(c *Coordinator) float64 { return c.SyncTime.Max }},
		{"rebalance-latency-avg", func(c *Coordinator) float64 { return c.RebalanceTime.Avg }},
		{"rebalance-latency-max", func(c *Coordinator) float64 { return c.RebalanceTime.Max }},
		{"rebalance-latency-total", func(c *Coordinator) float64 { return c.RebalanceTimeTotal }},
		{"rebalance-total", func(c *Coordinator) float64 { return c.Rebalance.Total }},
		{"rebalance-rate-per-hour", func(c *Coordinator) float64 { return c.Rebalance.Rate }},
		{"failed-rebalance-total", func(c *Coordinator) float64 { return c.Failed.Total }},
		{"failed-rebalance-rate-per-hour", func(c *Coordinator) float64 { return c.Failed.Rate }},
		{"last-rebalance-seconds-ago", func(c *Coordinator) float64 { return c.SinceRebalance }},
		{"last-heartbeat-seconds-ago", func(c *Coordinator) float64 { return c.SinceHeartbeat }},
	}
}

func networkNumbers() []number[Network] {
	all := []number[Network]{
		{"connection-count", func(n *Network) float64 { return n.Connections }},
		{"request-size-avg", func(n *Network) float64 { return n.RequestSize.Avg }},
		{"request-size-max", func(n *Network) float64 { return n.RequestSize.Max }},
	}
	for _, flow := range []struct {
		name string
		of   func(*Network) Flow
	}{
		{"connection-creation", func(n *Network) Flow { return n.Created }},
		{"connection-close", func(n *Network) Flow { return n.Closed }},
		{"request", func(n *Network) Flow { return n.Requests }},
		{"response", func(n *Network) Flow { return n.Responses }},
		{"outgoing-byte", func(n *Network) Flow { return n.Sent }},
		{"incoming-byte", func(n *Network) Flow { return n.Received }},
		{"network-io", func(n *Network) Flow { return n.IO }},
	} {
		all = append(all,
			number[Network]{flow.name + "-rate", func(n *Network) float64 { return flow.of(n).Rate }},
			number[Network]{flow.name + "-total", func(n *Network) float64 { return flow.of(n).Total }})
	}
	return all
}
