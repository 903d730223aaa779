package filestream

import (
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/source"
)

func runtimeOf(h *connecttest.Host) source.Runtime {
	return source.Runtime{Connector: h.Connector, Log: h.Log, Offsets: h}
}

func TestAlterOffsets(t *testing.T) {
	file := map[string]string{"file": "in"}
	partition := connect.Fields{"filename": "in"}
	for _, c := range []struct {
		name      string
		props     map[string]string
		partition connect.Fields
		offset    connect.Fields
		want      string
	}{
		{"stdin", nil, partition, nil, "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked."},
		{"forget", file, partition, nil, ""},
		{"forget anything", file, nil, nil, ""},
		{"no position", file, partition, connect.Fields{"line": int64(1)}, "Offset objects should either be null or contain the key 'position'"},
		{"text", file, partition, connect.Fields{"position": "1"}, "The value for the 'position' key in the offset is expected to be a Long value"},
		{"fraction", file, partition, connect.Fields{"position": 1.5}, "The value for the 'position' key in the offset is expected to be a Long value"},
		{"negative", file, partition, connect.Fields{"position": int64(-1)}, "The value for the 'position' key in the offset should be a non-negative value"},
		{"no partition", file, nil, connect.Fields{"position": int64(1)}, "Partition objects cannot be null"},
		{"no filename", file, connect.Fields{"file": "in"}, connect.Fields{"position": int64(1)}, "Partition objects should contain the key 'filename'"},
		{"good", file, partition, connect.Fields{"position": int64(0)}, ""},
	} {
		ok, err := (&sourceConnector{}).AlterOffsets(t.Context(), c.props, []source.PartitionOffset{{Partition: c.partition, Offset: c.offset}})
		if ok != (c.want == "") || err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v, %v; want %q", c.name, ok, err, c.want)
		}
	}
}
