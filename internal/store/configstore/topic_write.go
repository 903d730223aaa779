package configstore

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
)

// writeWindow is Connect's READ_WRITE_TOTAL_TIMEOUT_MS.
const writeWindow = 30 * time.Second

// What KafkaConfigBackingStore says of writes that did not work.
const (
	errPutConnector = "Error writing connector configuration to Kafka"
	errRemove       = "Error removing connector configuration from Kafka"
	errPutTasks     = "Error writing task configurations to Kafka"
	errCommitTasks  = "Error writing root configuration to Kafka"
	errPutTarget    = "Error writing target state to Kafka"
	errPutSession   = "Error writing session key to Kafka"
	errPutTaskCount = "Error writing task count record to Kafka"
	errPutLevel     = "Error writing logger level to Kafka"
)

// PutConnector writes the configuration of a connector and, unless it is "", its
// target state.
func (t *Topic) PutConnector(ctx context.Context, name string, config map[string]string, target state.Target) error {
	records, err := ConnectorRecords(name, Properties(config), target)
	if err != nil {
		return err
	}
	return t.within(ctx, func(ctx context.Context) error { return t.writeLeading(ctx, errPutConnector, records) })
}

// RemoveConnector deletes a connector with its target state.
func (t *Topic) RemoveConnector(ctx context.Context, name string) error {
	return t.within(ctx, func(ctx context.Context) error { return t.writeLeading(ctx, errRemove, RemovalRecords(name)) })
}

// PutTasks writes the configurations of all tasks of a connector and commits them.
func (t *Topic) PutTasks(ctx context.Context, connector string, configs []map[string]string) error {
	maps := make([]*data.Map, len(configs))
	for i, config := range configs {
		maps[i] = Properties(config)
	}
	tasks, commit, err := TaskRecords(connector, maps)
	if err != nil {
		return err
	}
	return t.within(ctx, func(ctx context.Context) error { return t.putTasks(ctx, tasks, commit) })
}

// putTasks has the tasks read back before their commit, as KafkaConfigBackingStore.
func (t *Topic) putTasks(ctx context.Context, tasks []Record, commit Record) error {
	if err := t.ReadToEnd(ctx); err != nil {
		return &connect.Error{Msg: errCommitTasks, Err: err}
	}
	if len(tasks) > 0 {
		if err := t.sendLeading(ctx, tasks); err != nil {
			return failed(errPutTasks, err)
		}
		if err := t.ReadToEnd(ctx); err != nil {
			return &connect.Error{Msg: errCommitTasks, Err: err}
		}
	}
	return t.writeLeading(ctx, errCommitTasks, []Record{commit})
}

// PutTarget writes what a connector is wanted to do. Any worker may.
func (t *Topic) PutTarget(ctx context.Context, name string, target state.Target) error {
	r, err := TargetRecord(name, target)
	return t.writePlain(ctx, errPutTarget, r, err)
}

// PutSessionKey writes the key that signs requests between workers.
func (t *Topic) PutSessionKey(ctx context.Context, k SessionKey) error {
	r, err := SessionKeyRecord(k)
	return t.writeOne(ctx, errPutSession, r, err)
}

// PutTaskCount writes how many tasks of a connector there may be to fence.
func (t *Topic) PutTaskCount(ctx context.Context, connector string, n int) error {
	r, err := TaskCountRecord(connector, n)
	return t.writeOne(ctx, errPutTaskCount, r, err)
}

// PutRestart has every worker restart its part of a connector.
func (t *Topic) PutRestart(ctx context.Context, request state.RestartRequest) error {
	r, err := RestartRecord(request)
	return t.writeOne(ctx, "Error writing "+request.String()+" to Kafka", r, err)
}

// PutLoggerLevel has every worker set the level of a logger. Any worker may.
func (t *Topic) PutLoggerLevel(ctx context.Context, namespace, level string) error {
	r, err := LoggerRecord(namespace, level)
	return t.writePlain(ctx, errPutLevel, r, err)
}

func (t *Topic) writeOne(ctx context.Context, failure string, r Record, err error) error {
	if err != nil {
		return err
	}
	return t.within(ctx, func(ctx context.Context) error { return t.writeLeading(ctx, failure, []Record{r}) })
}

func (t *Topic) within(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, writeWindow)
	defer cancel()
	return write(ctx)
}

// writePlain writes without the leader's privileges and does not read back.
func (t *Topic) writePlain(ctx context.Context, failure string, r Record, err error) error {
	if err != nil {
		return err
	}
	return t.within(ctx, func(ctx context.Context) error {
		if err := t.topic.Send(ctx, produced([]Record{r})...); err != nil {
			return &connect.Error{Msg: failure, Err: err}
		}
		return nil
	})
}

// writeLeading writes records as the leader and reads them back.
func (t *Topic) writeLeading(ctx context.Context, failure string, records []Record) error {
	err := t.sendLeading(ctx, records)
	if err == nil {
		err = t.ReadToEnd(ctx)
	}
	return failed(failure, err)
}

// sendLeading writes in one transaction where leaders are fenced.
func (t *Topic) sendLeading(ctx context.Context, records []Record) error {
	if t.leader.transactional {
		return t.leader.send(ctx, t.settings.Topic, produced(records))
	}
	return t.topic.Send(ctx, produced(records)...)
}

// failed wraps all but the errors that callers tell apart.
func failed(text string, err error) error {
	var refused *PrivilegedWriteError
	if err == nil || errors.Is(err, ErrUnclaimed) || errors.As(err, &refused) {
		return err
	}
	return &connect.Error{Msg: text, Err: err}
}

func produced(records []Record) []*kgo.Record {
	list := make([]*kgo.Record, len(records))
	for i, r := range records {
		list[i] = &kgo.Record{Key: r.Key, Value: r.Value}
	}
	return list
}
