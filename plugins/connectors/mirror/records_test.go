package mirror_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/plugins/connectors/mirror"
)

var t1 = mirror.TopicPartition{Topic: "t", Partition: 1}

func TestOffsetSyncBytes(t *testing.T) {
	s := mirror.OffsetSync{TopicPartition: t1, Upstream: 25, Downstream: 20}
	key, err := s.Key()
	if want := "\x00\x01t\x00\x00\x00\x01"; err != nil || string(key) != want {
		t.Errorf("key %q, %v, want %q", key, err, want)
	}
	if want := "\x00\x00\x00\x00\x00\x00\x00\x19\x00\x00\x00\x00\x00\x00\x00\x14"; string(s.Value()) != want {
		t.Errorf("value %q, want %q", s.Value(), want)
	}
}

func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", 1<<15)
	const reason = "': String length 32768 is larger than the maximum string length."
	_, topic := mirror.OffsetSync{TopicPartition: mirror.TopicPartition{Topic: long}}.Key()
	_, group := mirror.Checkpoint{Group: long}.Key()
	_, metadata := mirror.Checkpoint{Metadata: long}.Value()
	_, source := mirror.Heartbeat{Source: long}.Key()
	_, target := mirror.Heartbeat{Target: long}.Key()
	for field, err := range map[string]error{
		"topic": topic, "group": group, "metadata": metadata, "sourceClusterAlias": source, "targetClusterAlias": target,
	} {
		var bad *mirror.SchemaError
		want := "Error writing field '" + field + reason
		if !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("%s: %v, want %s", field, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	underflow := ": java.nio.BufferUnderflowException"
	offsets := strings.Repeat("\x00", 16)
	for _, c := range []struct{ key, value, want string }{
		{"", "", "version'" + underflow},
		{"", "\x00", "version'" + underflow},
		{"", "\x00\x00", "upstreamOffset'" + underflow},
		{"", "\x00\x00" + offsets, "metadata'" + underflow},
		{"", "\x00\x00" + offsets + "\xff\xff", "metadata': String length -1 cannot be negative"},
		{"", "\x00\x00" + offsets + "\x00\x05ab", "metadata': Error reading string of length 5, only 2 bytes available"},
		{"", "\x00\x00" + offsets + "\x00\x00", "group'" + underflow},
		{"\x00\x01g\x00\x01t\x00", "\x00\x00" + offsets + "\x00\x00", "partition'" + underflow},
	} {
		_, err := mirror.ReadCheckpoint([]byte(c.key), []byte(c.value))
		if want := "Error reading field '" + c.want; err == nil || err.Error() != want {
			t.Errorf("%q %q: %v, want %s", c.key, c.value, err, want)
		}
	}
}

// FuzzRead holds that what can be read and written again is read the same.
func FuzzRead(f *testing.F) {
	c := mirror.Checkpoint{Group: "g", TopicPartition: t1, Upstream: 1, Downstream: 2, Metadata: "m"}
	key, _ := c.Key()
	value, _ := c.Value()
	f.Add(key, value)
	sync := mirror.OffsetSync{TopicPartition: t1, Upstream: 1, Downstream: 2}
	key, _ = sync.Key()
	f.Add(key, sync.Value())
	beat := mirror.Heartbeat{Source: "a", Target: "b", Timestamp: 3}
	key, _ = beat.Key()
	f.Add(key, beat.Value())
	f.Add([]byte("\x00\x02\xff\xfe"), []byte("\xff\xff"))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		key, value = bytes.Clone(key), bytes.Clone(value)
		if s, err := mirror.ReadOffsetSync(key, value); err == nil {
			again(t, s, mirror.ReadOffsetSync, func() ([]byte, error) { return s.Value(), nil })
		}
		if c, err := mirror.ReadCheckpoint(key, value); err == nil {
			again(t, c, mirror.ReadCheckpoint, c.Value)
		}
		if h, err := mirror.ReadHeartbeat(key, value); err == nil {
			again(t, h, mirror.ReadHeartbeat, func() ([]byte, error) { return h.Value(), nil })
		}
	})
}

func again[R interface {
	comparable
	Key() ([]byte, error)
}](t *testing.T, r R, read func(key, value []byte) (R, error), write func() ([]byte, error)) {
	t.Helper()
	key, keyErr := r.Key()
	value, valueErr := write()
	if keyErr != nil || valueErr != nil {
		return // replacement characters made a text too long
	}
	if got, err := read(key, value); err != nil || got != r {
		t.Errorf("read %v, %v, want %v", got, err, r)
	}
}
