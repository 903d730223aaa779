package filestream

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
)

// TestSinkLines: values are written as Java prints them, after what is there.
func TestSinkLines(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	appendText(t, name, "before\n")
	m := data.NewMap(2)
	m.Put("a", int64(1))
	m.Put("b", nil)
	schema := data.NewStructBuilder().Field("x", data.Int32Schema).Field("y", data.OptionalStringSchema).MustBuild()
	task := connecttest.NewHost(t).Sink(Sink, map[string]string{"file": name})
	tp := connect.TopicPartition{Topic: "t"}
	task.Open(tp)
	for i, v := range []any{"text", nil, int32(5), 1e10, true, m, data.StructOf(schema, []any{int32(7), nil}), []any{"a", int8(1)}, "größe"} {
		if err := task.Put(connecttest.Consume(tp, int64(i), connect.Record{Value: v})); err != nil {
			t.Fatal(err)
		}
	}
	if offsets, err := task.Commit(); err != nil || offsets[tp] != 9 {
		t.Errorf("offsets %v, %v", offsets, err)
	}
	task.Stop()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const want = "before\ntext\nnull\n5\n1.0E10\ntrue\n{a=1, b=null}\nStruct{x=7}\n[a, 1]\ngröße\n"
	if string(got) != want {
		t.Errorf("the file has\n%swant\n%s", got, want)
	}
}

func TestSinkTasks(t *testing.T) {
	c := &sinkConnector{props: map[string]string{"file": "out"}}
	configs, err := c.TaskConfigs(3)
	if err != nil || len(configs) != 3 || configs[2]["file"] != "out" {
		t.Errorf("%v, %v", configs, err)
	}
	if ok, err := c.AlterOffsets(t.Context(), nil, nil); !ok || err != nil {
		t.Errorf("offsets: %v, %v", ok, err)
	}
}
