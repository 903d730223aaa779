// Package schemasource has the source of Kafka's system tests whose records have a
// schema in two versions.
//
// Floor 3. Connect: org.apache.kafka.connect.tools.SchemaSourceConnector.
package schemasource

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"strconv"
	"sync"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/pace"
)

// Source produces numbered structs.
var Source = newSource(os.Stdout)

func newSource(out io.Writer) plugin.Source {
	shared := &lines{out: out}
	return plugin.Source{
		Info: plugin.Info{Class: "org.apache.kafka.connect.tools.SchemaSourceConnector", Config: config.NewDef()},
		New:  func() source.Connector { return &connector{out: shared} },
	}
}

type connector struct {
	out   *lines
	props map[string]string
}

func (c *connector) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	return nil
}

func (c *connector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	configs := make([]map[string]string, maxTasks)
	for i := range configs {
		configs[i] = maps.Clone(c.props)
		configs[i]["id"] = strconv.Itoa(i)
	}
	return configs, nil
}

func (c *connector) NewTask() source.Task { return &task{out: c.out} }

func (c *connector) Stop() error { return nil }

// lines are printed whole although tasks share the standard output.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) printf(format string, args ...any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := fmt.Fprintf(l.out, format, args...)
	return err
}

func base(version int32) *data.Builder {
	return data.NewStructBuilder().Version(version).Name("record").
		Field("boolean", data.BooleanSchema).
		Field("int", data.Int32Schema).
		Field("long", data.Int64Schema).
		Field("float", data.Float32Schema).
		Field("double", data.Float64Schema).
		Field("partitioning", data.Int32Schema)
}

var (
	withDefault = data.NewBuilder(data.String).Default("abc").MustBuild()
	first       = base(1).Field("id", data.Int32Schema).Field("seqno", data.Int64Schema).MustBuild()
	second      = base(2).Field("string", withDefault).Field("id", data.Int32Schema).Field("seqno", data.Int64Schema).MustBuild()
)

type task struct {
	out        *lines
	topic      string
	id         int32
	total      int64
	partitions int64
	versions   bool
	pace       pace.Pace
	seqno      int64
	count      int64
	partition  *connect.SourcePartition
}

type seqno int64

// Fields returns the offset as it is stored.
func (s seqno) Fields() connect.Fields { return connect.Fields{"seqno": int64(s)} }

// Start goes on after the stored sequence number.
func (t *task) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	if err := t.configure(props); err != nil {
		return &connect.Error{Msg: "Invalid SchemaSourceTask configuration", Err: err}
	}
	t.partition = connect.NewSourcePartition(connect.Fields{"id": int64(t.id)})
	offset, err := rt.Offsets.Offset(ctx, t.partition)
	if err != nil {
		return fmt.Errorf("read the stored sequence number: %w", err)
	}
	if offset == nil {
		return nil
	}
	n, ok := offset["seqno"].(int64)
	if !ok {
		return fmt.Errorf("the stored offset of task %d has no valid seqno: %s", t.id, offset)
	}
	t.seqno = n + 1
	return nil
}

func (t *task) configure(props map[string]string) error {
	numbers := map[string]int64{"partition.count": 1}
	for key, bits := range map[string]int{"id": 32, "num.messages": 64, "throughput": 64, "partition.count": 64} {
		text, given := props[key]
		if !given && key == "partition.count" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		numbers[key] = n
	}
	t.topic, t.versions = props["topic"], props["multiple.schema"] == "true"
	t.id, t.total, t.partitions = int32(numbers["id"]), numbers["num.messages"], max(1, numbers["partition.count"])
	t.pace = pace.New(numbers["throughput"])
	return nil
}

// Poll returns the next record when it is due; after the last it waits.
func (t *task) Poll(ctx context.Context) ([]connect.Record, error) {
	if t.count >= t.total {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if !t.pace.Wait(ctx) {
		return nil, ctx.Err()
	}
	schema, slots := first, []any{true, int32(12), int64(12), float32(12.2), 12.2, int32(t.seqno % t.partitions)}
	if t.versions && t.count%2 == 1 {
		schema, slots = second, append(slots, "def")
	}
	slots = append(slots, t.id, t.seqno)
	if err := t.out.printf("{\"task\": %d, \"seqno\": %d}\n", t.id, t.seqno); err != nil {
		return nil, err
	}
	r := connect.Record{
		Topic: t.topic, Partition: t.id, Timestamp: connect.NoTimestamp,
		KeySchema: data.StringSchema, Key: "key", ValueSchema: schema, Value: data.StructOf(schema, slots),
		Source: t.partition, SourceOffset: seqno(t.seqno),
	}
	t.seqno++
	t.count++
	return []connect.Record{r}, nil
}

// Stop has nothing to release.
func (t *task) Stop() error { return nil }
