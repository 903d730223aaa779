package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/groupadmin"
)

// The names of the fields of a sink's partitions and offsets.
const (
	fieldTopic     = "kafka_topic"
	fieldPartition = "kafka_partition"
	fieldOffset    = "kafka_offset"
)

func (r *offsetsRequest) sinkOffsets(ctx context.Context) ([]Offset, error) {
	g, end, err := r.sinkGroup(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	committed, err := g.admin.Offsets(ctx, g.id)
	if err != nil {
		r.w.Log.Error("The offsets of a sink connector cannot be read", "connector", r.name, "err", err)
		return nil, r.fail(err, "Failed to retrieve consumer group offsets for sink connector %s", r.name)
	}
	var offsets []Offset
	for _, tp := range slices.SortedFunc(maps.Keys(committed), byTopic) {
		offsets = append(offsets, Offset{
			Partition: connect.Fields{fieldTopic: tp.Topic, fieldPartition: int64(tp.Partition)},
			Offset:    connect.Fields{fieldOffset: committed[tp]},
		})
	}
	return offsets, nil
}

func byTopic(a, b connect.TopicPartition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}

// sinkGroup is the consumer group of a sink connector.
type sinkGroup struct {
	admin *groupadmin.Admin
	id    string
}

func (r *offsetsRequest) sinkGroup(ctx context.Context) (g sinkGroup, end func(), err error) {
	if err := r.allowed(policy.Admin, policy.Consumer); err != nil {
		return g, nil, err
	}
	opts, err := kafka.AdminOptions(kafka.WorkerAdminProps(r.w.Props, r.cfg.Props, r.name))
	if err != nil {
		return g, nil, err
	}
	client, err := kgo.NewClient(slices.Concat(opts.Opts, []kgo.Opt{kgo.WithLogger(kafka.Logger(r.w.Log))}, r.w.ClientOptions)...)
	if err != nil {
		return g, nil, fmt.Errorf("admin client: %w", err)
	}
	consumer := kafka.SinkConsumerProps(r.w.Props, r.cfg.Props, r.name, 0)
	// Some requests of the client outlast their context, but none its end.
	stop := context.AfterFunc(ctx, client.Close)
	return sinkGroup{groupadmin.New(client), consumer["group.id"]}, func() {
		if stop() {
			client.Close()
		}
	}, nil
}

// alterSink changes the offsets of a sink; told is the connector's answer.
func (r *offsetsRequest) alterSink(ctx context.Context, offsets []Offset) (told bool, err error) {
	g, end, err := r.sinkGroup(ctx)
	if err != nil {
		return false, err
	}
	defer end()
	wanted, err := r.wanted(ctx, g, offsets)
	if err != nil {
		return false, err
	}
	if told, err = r.ask(ctx, func(ctx context.Context) (bool, error) { return r.askSink(ctx, wanted) }); err != nil {
		return false, err
	}
	if offsets == nil {
		return told, r.resetGroup(ctx, g)
	}
	return told, r.alterGroup(ctx, g, wanted)
}

// wanted returns the new offset of each partition that changes, nil for none.
func (r *offsetsRequest) wanted(ctx context.Context, g sinkGroup, offsets []Offset) (map[connect.TopicPartition]*int64, error) {
	if offsets != nil {
		return sinkPositions(offsets)
	}
	committed, err := g.admin.Offsets(ctx, g.id)
	if err != nil {
		return nil, r.fail(err, "Failed to list offsets prior to resetting offsets for sink connector %s", r.name)
	}
	wanted := make(map[connect.TopicPartition]*int64, len(committed))
	for tp := range committed {
		wanted[tp] = nil
	}
	return wanted, nil
}

func (r *offsetsRequest) askSink(ctx context.Context, wanted map[connect.TopicPartition]*int64) (bool, error) {
	alterer, ok := r.entry.Plugin.(plugin.Sink).New().(sink.OffsetAlterer)
	if !ok {
		return false, nil
	}
	return alterer.AlterOffsets(ctx, r.props, maps.Clone(wanted))
}

func (r *offsetsRequest) resetGroup(ctx context.Context, g sinkGroup) error {
	err := g.admin.Delete(ctx, g.id)
	switch {
	case err == nil, errors.Is(err, groupadmin.ErrUnknownGroup):
		return nil
	case errors.Is(err, groupadmin.ErrInUse):
		return r.inUse(err, "reset")
	}
	return r.fail(err, "Failed to reset consumer group offsets for sink connector %s", r.name)
}

func (r *offsetsRequest) alterGroup(ctx context.Context, g sinkGroup, wanted map[connect.TopicPartition]*int64) error {
	set := map[connect.TopicPartition]int64{}
	var forget []connect.TopicPartition
	for tp, at := range wanted {
		switch {
		case at == nil:
			forget = append(forget, tp)
		case *at < 0:
			return r.failed(fmt.Errorf("Invalid negative offset %d", *at))
		default:
			set[tp] = *at
		}
	}
	err := errors.Join(g.admin.Alter(ctx, g.id, set), g.admin.Forget(ctx, g.id, forget))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, groupadmin.ErrInUse):
		return r.inUse(err, "alter")
	}
	return r.fail(err, "Failed to alter consumer group offsets for connector %s", r.name)
}

// inUse says that tasks of the connector still run somewhere.
func (r *offsetsRequest) inUse(err error, verb string) error {
	return r.fail(err, "Failed to %s consumer group offsets for connector %s either because its tasks haven't stopped completely yet or the connector "+
		"was resumed before the request to %s its offsets could be successfully completed. If the connector is in a stopped state, this operation "+
		"can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks.",
		verb, r.name, verb)
}

// sinkPositions reads what a user wrote. Numbers may be written as text.
func sinkPositions(offsets []Offset) (map[connect.TopicPartition]*int64, error) {
	positions := make(map[connect.TopicPartition]*int64, len(offsets))
	for _, o := range offsets {
		tp, err := sinkPartition(o.Partition)
		if err != nil {
			return nil, err
		}
		if positions[tp], err = sinkPosition(o.Offset); err != nil {
			return nil, err
		}
	}
	return positions, nil
}

func sinkPartition(f connect.Fields) (tp connect.TopicPartition, err error) {
	topic, hasTopic := f[fieldTopic]
	partition, hasPartition := f[fieldPartition]
	switch {
	case f == nil:
		return tp, invalidOffset("The partition for a sink connector offset cannot be null or missing")
	case !hasTopic || !hasPartition:
		return tp, invalidOffset("The partition for a sink connector offset must contain the keys '%s' and '%s'", fieldTopic, fieldPartition)
	case topic == nil:
		return tp, invalidOffset("Kafka topic names must be valid strings and may not be null")
	case partition == nil:
		return tp, invalidOffset("Kafka partitions must be valid numbers and may not be null")
	}
	written := data.Text(plainValue(partition))
	tp.Topic = data.Text(plainValue(topic))
	if tp.Partition, err = text.ParseInt(written); err != nil {
		return tp, invalidOffset("Failed to parse the following Kafka partition value in the provided offsets: '%s'. "+
			"Partition values for sink connectors need to be integers.", written)
	}
	return tp, nil
}

func sinkPosition(f connect.Fields) (*int64, error) {
	if f == nil {
		return nil, nil
	}
	value, ok := f[fieldOffset]
	if !ok {
		return nil, invalidOffset("The offset for a sink connector should either be null or contain the key '%s'", fieldOffset)
	}
	written := data.Text(plainValue(value))
	at, err := text.ParseLong(written)
	if err != nil {
		return nil, invalidOffset("Failed to parse the following Kafka offset value in the provided offsets: '%s'. "+
			"Offset values for sink connectors need to be integers.", written)
	}
	return &at, nil
}

func invalidOffset(format string, args ...any) error {
	return &InvalidOffsetError{fmt.Sprintf(format, args...)}
}
