package conformance

import (
	"encoding/json"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

type recordJSON struct {
	Kind, Topic            string
	Partition              *int32
	KeySchema, Key         json.RawMessage
	ValueSchema, Value     json.RawMessage
	Timestamp              *string
	Headers                []headerJSON
	Offset, OriginalOffset string
	TimestampType          string
	OriginalTopic          string
	OriginalPartition      int32
	SourcePartition        json.RawMessage
	SourceOffset           json.RawMessage
}

type headerJSON struct {
	Key           string
	Schema, Value json.RawMessage
}

// record decodes a record of any kind; JSON null is nil.
func (d *decoder) record(raw json.RawMessage) *connect.Record {
	j := into[*recordJSON](raw)
	if j == nil {
		return nil
	}
	r := &connect.Record{Topic: j.Topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp}
	if j.Partition != nil {
		r.Partition = *j.Partition
	}
	if j.Timestamp != nil {
		r.Timestamp = signed(*j.Timestamp, 64)
	}
	r.KeySchema, r.ValueSchema = d.schema(j.KeySchema), d.schema(j.ValueSchema)
	r.Key, r.Value = d.value(j.Key, r.KeySchema), d.value(j.Value, r.ValueSchema)
	for _, h := range j.Headers {
		s := d.schema(h.Schema)
		r.Headers = append(r.Headers, connect.Header{Key: h.Key, Schema: s, Value: d.value(h.Value, s)})
	}
	d.origin(r, j)
	return r
}

func (d *decoder) origin(r *connect.Record, j *recordJSON) {
	switch j.Kind {
	case "sink":
		r.Consumed = &connect.Consumed{
			Topic: j.OriginalTopic, Partition: j.OriginalPartition, Offset: signed(j.OriginalOffset, 64),
			Timestamp: -1, TimestampType: timestampType(j.TimestampType),
		}
		if j.Timestamp != nil {
			r.Consumed.Timestamp = r.Timestamp
		}
	case "source":
		if f := d.fields(j.SourcePartition); f != nil {
			r.Source = connect.NewSourcePartition(f)
		}
		if f := d.fields(j.SourceOffset); f != nil {
			r.SourceOffset = f
		}
	}
}

func timestampType(name string) connect.TimestampType {
	for t := connect.NoTimestampType; t <= connect.LogAppendTime; t++ {
		if t.String() == name {
			return t
		}
	}
	panic(malformed{fmt.Errorf("unknown timestamp type %q", name)})
}

// fields decodes a source partition or offset; null is nil.
func (d *decoder) fields(raw json.RawMessage) connect.Fields {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	m, ok := d.value(raw, nil).(*data.Map)
	if !ok {
		return nil
	}
	f := connect.Fields{}
	for k, v := range m.All() {
		f[data.Text(k)] = v
	}
	return f
}
