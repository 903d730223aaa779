package schemasource

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
)

// numbered identifies a record: its schema alternates with the count since the start
// of the task, not with the number.
func numbered(r *connect.Record) []any {
	seqno, _ := r.Value.(*data.Struct).Get("seqno")
	return []any{seqno}
}

func TestRecords(t *testing.T) {
	var out strings.Builder
	task := connecttest.NewHost(t).Source(newSource(&out), map[string]string{
		"topic": "t", "num.messages": "4", "throughput": "-1", "partition.count": "2", "multiple.schema": "true",
	})
	want := []string{
		"Struct{boolean=true,int=12,long=12,float=12.2,double=12.2,partitioning=0,id=0,seqno=0}",
		"Struct{boolean=true,int=12,long=12,float=12.2,double=12.2,partitioning=1,string=def,id=0,seqno=1}",
		"Struct{boolean=true,int=12,long=12,float=12.2,double=12.2,partitioning=0,id=0,seqno=2}",
		"Struct{boolean=true,int=12,long=12,float=12.2,double=12.2,partitioning=1,string=def,id=0,seqno=3}",
	}
	for i, r := range task.Read(4) {
		version, _ := r.ValueSchema.Version()
		if got := data.Text(r.Value); got != want[i] || version != int32(1+i%2) || r.Partition != 0 || r.Key != "key" {
			t.Errorf("record %d: partition %d, key %v, version %d, %s", i, r.Partition, r.Key, version, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if records, err := task.Poll(ctx); len(records) > 0 || err != nil {
		t.Errorf("after the last record: %v, %v", records, err)
	}
	const printed = `{"task": 0, "seqno": 0}
{"task": 0, "seqno": 1}
{"task": 0, "seqno": 2}
{"task": 0, "seqno": 3}
`
	if out.String() != printed {
		t.Errorf("printed\n%s", out.String())
	}
}
