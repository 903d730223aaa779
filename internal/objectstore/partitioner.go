package objectstore

import (
	"strconv"

	"github.com/millrace/millrace/connect"
)

// Partitioner decides which records share a file: those of the same encoded
// partition, which is part of the names of objects. It belongs to one task.
type Partitioner interface {
	// Append appends the encoded partition of a record that has a value. timestamp is
	// what the Extractor said. A *PartitionError is a record without a place; any
	// other error fails the task.
	Append(dst []byte, r *connect.Record, timestamp int64) ([]byte, error)
}

// DefaultPartitioner keeps the partitions of Kafka.
type DefaultPartitioner struct{}

// Append appends partition=N.
func (DefaultPartitioner) Append(dst []byte, r *connect.Record, _ int64) ([]byte, error) {
	return strconv.AppendInt(append(dst, "partition="...), int64(r.Partition), 10), nil
}

// SchemaPartitioner adds the name of the value's schema to the encoded partition.
type SchemaPartitioner struct {
	Partitioner Partitioner
	Directory   string // delimiter
	Suffix      bool   // behind the partition, not in front
}

// Append appends schema_name=NAME and the encoded partition.
func (p *SchemaPartitioner) Append(dst []byte, r *connect.Record, timestamp int64) (_ []byte, err error) {
	if !p.Suffix {
		dst = append(appendSchemaName(dst, r), p.Directory...)
	}
	if dst, err = p.Partitioner.Append(dst, r, timestamp); err != nil || !p.Suffix {
		return dst, err
	}
	return appendSchemaName(append(dst, p.Directory...), r), nil
}

func appendSchemaName(dst []byte, r *connect.Record) []byte {
	dst = append(dst, "schema_name="...)
	if r.ValueSchema == nil || !r.ValueSchema.HasName() {
		return append(dst, "null"...)
	}
	return append(dst, r.ValueSchema.Name()...)
}
