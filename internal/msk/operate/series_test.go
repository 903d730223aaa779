package operate

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/metricship"
)

func TestReadSeries(t *testing.T) {
	const text = "# TYPE a gauge\na 1\nb{x=\"y z\",t=\"0\"} 2.5e3\nwrong\nc{} NaN\nd no\n\n"
	got, err := readSeries(strings.NewReader(text))
	if err != nil || len(got) != 3 || got[0] != (series{"a", "", 1}) || got[1] != (series{"b", `x="y z",t="0"`, 2500}) || got[2].name != "c" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFlows(t *testing.T) {
	var f flows
	begin := time.Now()
	for _, c := range []struct {
		after time.Duration
		total float64
		rate  float64
		known bool
	}{
		{0, 100, 0, false},
		{leastFlow / 2, 200, 0, false},
		{10 * time.Second, 300, 20, true},
		{11 * time.Second, 900, 20, true}, // too soon for another
		{20 * time.Second, 300, 0, true},
		{30 * time.Second, 10, 0, false}, // the process is another one
		{40 * time.Second, 60, 5, true},
	} {
		if rate, known := f.rate("a", c.total, begin.Add(c.after)); rate != c.rate || known != c.known {
			t.Errorf("after %s: %g, %t", c.after, rate, known)
		}
	}
	f.forget(begin.Add(41*time.Second + flowAge))
	if len(f.last) != 0 {
		t.Error("it remembers what nobody asks for")
	}
}

// TestBytes counts what the clients of tasks have received and sent, and nobody else's.
func TestBytes(t *testing.T) {
	for name, c := range map[string]struct {
		of, client string
		want       map[metricship.Metric]float64
	}{
		"sink":        {"consumer", "connector-consumer-c-0", map[metricship.Metric]float64{metricship.BytesInPerSec: 100, metricship.SinkConsumerByteRate: 100}},
		"source":      {"producer", "connector-producer-c-0", map[metricship.Metric]float64{metricship.BytesOutPerSec: 100, metricship.SourceProducerByteRate: 100}},
		"dead letter": {"producer", "connector-dlq-producer-c-0", map[metricship.Metric]float64{metricship.BytesOutPerSec: 100}},
		"offsets":     {"producer", "connector-offset-producer-c", nil},
		"a worker's":  {"consumer", "group-configs", nil},
	} {
		var e Engine
		w := fleet.Worker{ID: "Worker-1"}
		name += ": "
		counters := "kafka_" + c.of + "_incoming_byte_total"
		if c.of == "producer" {
			counters = "kafka_" + c.of + "_outgoing_byte_total"
		}
		at := series{name: counters, labels: `client_id="` + c.client + `"`, value: 5000}
		got := map[metricship.Metric]float64{}
		e.put(got, w, at)
		if len(got) != 0 {
			t.Errorf("%s%v after one look", name, got)
		}
		key := w.ID + at.labels + at.name
		if was, ok := e.flows.last[key]; ok { // ten seconds ago
			was.at = was.at.Add(-10 * time.Second)
			e.flows.last[key] = was
		}
		at.value += 1000
		e.put(got, w, at)
		for metric := range got {
			got[metric] = float64(int(got[metric] + 0.5))
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s%v, want %v", name, got, c.want)
		}
	}
}
