package worker

import (
	"log/slog"

	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// Names of loggers, which users set the levels of: those of the Java classes that do
// the same.
const (
	connectorLogger   = "org.apache.kafka.connect.runtime.WorkerConnector"
	sourceLogger      = "org.apache.kafka.connect.runtime.WorkerSourceTask"
	exactlyOnceLogger = "org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask"
	sinkLogger        = "org.apache.kafka.connect.runtime.WorkerSinkTask"
	committerLogger   = "org.apache.kafka.connect.runtime.SourceTaskOffsetCommitter"
	errorsLogger      = "org.apache.kafka.connect.runtime.errors.LogReporter"
	deadLogger        = "org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter"
	producerLogger    = "org.apache.kafka.clients.producer.KafkaProducer"
	consumerLogger    = "org.apache.kafka.clients.consumer.KafkaConsumer"
	adminLogger       = "org.apache.kafka.clients.admin.KafkaAdminClient"
)

// Logger returns the logger of a name.
func (s *Settings) Logger(name string) *slog.Logger {
	if s.Loggers == nil {
		return s.Log
	}
	return s.Loggers(name)
}

// taskLog returns a logger whose lines say of which task they speak.
func (w *Worker) taskLog(name string, id state.TaskID) *slog.Logger {
	return w.Logger(name).With("connector", id.Connector, "task", id.Task)
}

func (w *Worker) taskLogger(k pluginset.Kind) string {
	switch {
	case k == pluginset.Sink:
		return sinkLogger
	case w.ExactlyOnce != nil:
		return exactlyOnceLogger
	}
	return sourceLogger
}
