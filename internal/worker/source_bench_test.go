package worker

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// BenchmarkSourceDelivery is what a batch of 500 records costs besides polling,
// converting and producing: flights, acknowledgements, metrics.
func BenchmarkSourceDelivery(b *testing.B) {
	const n = 500
	s := &sourceTask{taskRun: &taskRun{id: state.TaskID{Connector: "c"}, meters: newTaskMeters(pluginset.Source, metrics.Sampling{})}}
	d := &atLeastOnce{sourceTask: s, flights: newFlights(), pairs: map[*connect.SourcePartition]*flight{}}
	p, k := connect.NewSourcePartition(connect.Fields{"filename": "f"}), &kgo.Record{Topic: "t"}
	records := make([]connect.Record, n)
	for i := range records {
		records[i].Source = p
	}
	b.ReportAllocs()
	for b.Loop() {
		s.meters.polled(time.Now(), n)
		for i := range records {
			d.promise(d.board(&records[i], true))(k, nil)
		}
		if err := d.endBatch(true); err != nil {
			b.Fatal(err)
		}
		d.flights.safe()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}
