package mirror

import "fmt"

// Heartbeat shows that a replication flow is alive.
type Heartbeat struct {
	Source, Target string // aliases of the clusters
	Timestamp      int64  // in milliseconds since 1970
}

// String describes the heartbeat for logs.
func (h Heartbeat) String() string {
	return fmt.Sprintf("Heartbeat{sourceClusterAlias=%s, targetClusterAlias=%s, timestamp=%d}", h.Source, h.Target, h.Timestamp)
}

// Key returns the record's key. The error is a [SchemaError].
func (h Heartbeat) Key() ([]byte, error) {
	key, err := appendText(nil, "sourceClusterAlias", h.Source)
	if err != nil {
		return nil, err
	}
	return appendText(key, "targetClusterAlias", h.Target)
}

// Value returns the record's value.
func (h Heartbeat) Value() []byte { return appendInt64s(header(), h.Timestamp) }

// ReadHeartbeat reads a record of the heartbeats topic. Any version is read as
// version 0, the only one. The error is a [SchemaError].
func ReadHeartbeat(key, value []byte) (Heartbeat, error) {
	v := fieldReader{rest: value}
	v.int16("version")
	h := Heartbeat{Timestamp: v.int64("timestamp")}
	k := fieldReader{rest: key, err: v.err}
	h.Source, h.Target = k.text("sourceClusterAlias"), k.text("targetClusterAlias")
	if k.err != nil {
		return Heartbeat{}, k.err
	}
	return h, nil
}
