package kafka

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// partitioner returns the partitioner of partitioner.class. Whatever it is, a
// record whose Partition is not negative keeps it, as a ProducerRecord with a
// partition does: so a record that is to be partitioned must have Partition -1.
func partitioner(v *config.Values) (kgo.Partitioner, []string, error) {
	class := v.String(keyPartitioner)
	switch class[strings.LastIndexByte(class, '.')+1:] {
	case "":
		// KIP-794: a partition keeps records without key until batch.size bytes went
		// there; keys are hashed with murmur2.
		bytes := max(1, v.Int(keyBatchSize))
		return preset{kgo.UniformBytesPartitioner(bytes, v.Bool(keyAdaptive), !v.Bool(keyIgnoreKeys), nil)}, nil, nil
	case "RoundRobinPartitioner":
		return preset{kgo.RoundRobinPartitioner()}, nil, nil
	case "DefaultPartitioner":
		return preset{kgo.StickyKeyPartitioner(nil)}, removed(class), nil
	case "UniformStickyPartitioner":
		return preset{kgo.StickyPartitioner()}, removed(class), nil
	}
	return nil, nil, config.Invalid(keyPartitioner, class, "this partitioner is not supported; leave the key out or use "+
		"org.apache.kafka.clients.producer.RoundRobinPartitioner")
}

func removed(class string) []string {
	return []string{keyPartitioner + ": Kafka 4.0 removed " + class + "; leave the key out to get its successor"}
}

// preset honours the partition of records that have one and leaves the others to a
// partitioner.
type preset struct{ otherwise kgo.Partitioner }

// ForTopic returns a partitioner with the abilities of the one for other records:
// the client asks for them by type.
func (p preset) ForTopic(topic string) kgo.TopicPartitioner {
	base := presetTopic{p.otherwise.ForTopic(topic)}
	if backup, ok := base.TopicPartitioner.(kgo.TopicBackupPartitioner); ok {
		return presetBackup{base, backup}
	}
	if sticky, ok := base.TopicPartitioner.(kgo.TopicPartitionerOnNewBatch); ok {
		return presetSticky{base, sticky}
	}
	return base
}

type presetTopic struct{ kgo.TopicPartitioner }

// RequiresConsistency makes partition numbers count among all partitions, not
// among those that can be written now.
func (p presetTopic) RequiresConsistency(r *kgo.Record) bool {
	return r.Partition >= 0 || p.TopicPartitioner.RequiresConsistency(r)
}

func (p presetTopic) Partition(r *kgo.Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return p.TopicPartitioner.Partition(r, n)
}

type presetBackup struct {
	presetTopic
	backup kgo.TopicBackupPartitioner
}

func (p presetBackup) PartitionByBackup(r *kgo.Record, n int, backup kgo.TopicBackupIter) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return p.backup.PartitionByBackup(r, n, backup)
}

type presetSticky struct {
	presetTopic
	sticky kgo.TopicPartitionerOnNewBatch
}

func (p presetSticky) OnNewBatch() { p.sticky.OnNewBatch() }
