package verifiable

import (
	"io"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
)

func TestSourceContract(t *testing.T) {
	connecttest.Source{
		Plugin: newSource(io.Discard),
		Config: map[string]string{"name": "v", "topic": "numbers", "throughput": "-1"},
		Bad: []connecttest.BadSetting{
			{Key: "throughput", Missing: true},
			{Key: "throughput", Value: "fast"},
		},
	}.Run(t)
}

func TestCompleteRecordContract(t *testing.T) {
	connecttest.Source{
		Plugin: newSource(io.Discard),
		Config: map[string]string{"name": "v", "topic": "numbers", "throughput": "1000", "complete.record.data": "true"},
		Identity: func(r *connect.Record) []any {
			seqno, err := r.Value.(*data.Struct).Get("seqno")
			if err != nil {
				t.Fatal(err)
			}
			return []any{r.Key, seqno}
		},
	}.Run(t)
}

func TestSinkContract(t *testing.T) {
	var out strings.Builder
	connecttest.Sink{
		Plugin: newSink(&out),
		Config: map[string]string{"name": "v"},
		Record: func(i int) connect.Record {
			return connect.Record{KeySchema: data.Int32Schema, Key: int32(3), ValueSchema: data.Int64Schema, Value: int64(i)}
		},
		Arrived: func(t testing.TB, records []connect.Record) {
			for _, r := range records {
				if put := `"seqno":` + data.Text(r.Value) + ","; !strings.Contains(out.String(), put) {
					t.Errorf("no line has %s", put)
				}
			}
		},
	}.Run(t)
}
