package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// Names of buckets.
const (
	metaBucket                 = "meta"
	namesBucket                = "names" // KIND/NAME → number of the record
	connectorsBucket           = "connectors"
	pluginsBucket              = "plugins"
	workerConfigurationsBucket = "worker-configurations"
	revisionsBucket            = "worker-configuration-revisions" // ARN, number → content
	tagsBucket                 = "tags"                           // ARN → tags
	operationsBucket           = "operations"                     // ARN of the target, number → operation
	operationIDsBucket         = "operation-ids"                  // ID → key of the operation
	unfinishedBucket           = "unfinished"                     // ID → key of the operation
)

func buckets() []string {
	return []string{
		metaBucket, namesBucket, connectorsBucket, pluginsBucket, workerConfigurationsBucket,
		revisionsBucket, tagsBucket, operationsBucket, operationIDsBucket, unfinishedBucket,
	}
}

func (t *Tx) bucket(name string) bucket { return bucket{t.tx.Bucket([]byte(name)), name} }

// bucket is a bucket that can say its name in errors.
type bucket struct {
	*bbolt.Bucket
	name string
}

// put writes the value as JSON.
func (b bucket) put(key []byte, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s %q: %w", b.name, key, err)
	}
	if len(raw) > maxValue {
		return fmt.Errorf("write %s %q: %d bytes are more than %d", b.name, key, len(raw), maxValue)
	}
	if err := b.Put(key, raw); err != nil {
		return fmt.Errorf("write %s %q: %w", b.name, key, err)
	}
	return nil
}

// get reads a value; false when there is none.
func (b bucket) get(key []byte, value any) (bool, error) {
	raw := b.Get(key)
	if raw == nil {
		return false, nil
	}
	return true, b.decode(key, raw, value)
}

func (b bucket) decode(key, raw []byte, value any) error {
	if err := json.Unmarshal(raw, value); err != nil {
		return fmt.Errorf("read %s %q: %w", b.name, key, err)
	}
	return nil
}

// number is a key that sorts as the number does.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// under is the key of something with a number that belongs to an owner.
func under(owner string, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(owner), 0), n)
}
