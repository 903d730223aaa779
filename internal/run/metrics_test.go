package run

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
)

var update = flag.Bool("update", false, "write the golden files")

const scrapePatience = 30 * time.Second

// workerProps are those of a worker on an embedded broker.
func workerProps(t *testing.T, more map[string]string) map[string]string {
	t.Helper()
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Close() })
	const text = "org.apache.kafka.connect.storage.StringConverter"
	props := map[string]string{
		"bootstrap.servers": strings.Join(broker.Addrs(), ","), "listeners": "http://127.0.0.1:0",
		"key.converter": text, "value.converter": text, "offset.flush.interval.ms": "200",
		"producer.enable.metrics.push": "false", "consumer.enable.metrics.push": "false", "admin.enable.metrics.push": "false",
	}
	maps.Copy(props, more)
	return props
}

// startNode starts a worker with a source and a sink, whose data went all the way.
func startNode(t *testing.T, m mode, props map[string]string, log io.Writer) *node {
	t.Helper()
	n, err := m.start(t.Context(), setup{props: props, logs: logs.New(logs.Settings{Out: log, JSON: true})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.stop)
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	if err := os.WriteFile(from, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), scrapePatience)
	defer cancel()
	for _, config := range []map[string]string{
		{
			"name": "src", "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "file": from, "topic": "t",
			"transforms": "mark", "transforms.mark.type": "org.apache.kafka.connect.transforms.InsertHeader", "transforms.mark.header": "h",
			"transforms.mark.value.literal": "1", "transforms.mark.predicate": "mine", "predicates": "mine",
			"predicates.mine.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches", "predicates.mine.pattern": "t",
		},
		{"name": "snk", "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "file": to, "topics": "t"},
	} {
		if _, _, err := n.herder.PutConnector(ctx, herder.PutRequest{Name: config["name"], Config: config, Create: true}); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if raw, _ := os.ReadFile(to); string(raw) == "one\ntwo\n" {
			return n
		}
		select {
		case <-ctx.Done():
			t.Fatal("the lines did not arrive in time")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// scrape returns the series and their values.
func scrape(t *testing.T, n *node, query string) map[string]string {
	t.Helper()
	resp, err := http.Get(n.api.URLs()[0] + "/metrics" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /metrics%s: %d, %v\n%s", query, resp.StatusCode, err, raw)
	}
	series := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if i := strings.LastIndexByte(line, ' '); !strings.HasPrefix(line, "#") {
			series[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return series
}

// families are the names of series.
func families(series map[string]string) []string {
	names := map[string]bool{}
	for s := range series {
		name, _, _ := strings.Cut(s, "{")
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// TestFamilies: a worker serves the families that docs/metrics.md names, and no others
// without it being noticed.
func TestFamilies(t *testing.T) {
	for _, test := range []struct {
		name string
		mode mode
		more map[string]string
	}{
		{"distributed", distributedMode(make(chan error, 1)), clusterProps()},
		{"standalone", standaloneMode(), map[string]string{"offset.storage.file.filename": filepath.Join(t.TempDir(), "offsets")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := startNode(t, test.mode, workerProps(t, test.more), io.Discard)
			for _, names := range []string{"plain", "exporter", "reporter"} {
				got := strings.Join(families(scrape(t, n, "?names="+names)), "\n") + "\n"
				path := filepath.Join("testdata", "metrics", test.name+"-"+names+".txt")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				raw, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range strings.Fields(string(raw)) {
					if !strings.Contains("\n"+got, "\n"+name+"\n") {
						t.Errorf("there is no %s", name)
					}
				}
				if got != string(raw) && !t.Failed() {
					t.Errorf("names %s: these are served:\n%s", names, got)
				}
			}
		})
	}
}

// TestScrape: the values of a worker through which two records went.
func TestScrape(t *testing.T) {
	var log lockedLog
	n := startNode(t, standaloneMode(), workerProps(t, map[string]string{
		"offset.storage.file.filename": filepath.Join(t.TempDir(), "offsets"), "metrics.sample.window.ms": "600000",
	}), &log)
	want := map[string]string{
		`kafka_connect_worker_connector_count`:                                                                                                                                   "2",
		`kafka_connect_worker_task_startup_success_total`:                                                                                                                        "2",
		`kafka_connect_worker_connector_running_task_count{connector="src"}`:                                                                                                     "1",
		`kafka_connect_source_task_source_record_poll_total{connector="src",task="0"}`:                                                                                           "2",
		`kafka_connect_source_task_source_record_write_total{connector="src",task="0"}`:                                                                                          "2",
		`kafka_connect_source_task_source_record_active_count{connector="src",task="0"}`:                                                                                         "0",
		`kafka_connect_sink_task_sink_record_read_total{connector="snk",task="0"}`:                                                                                               "2",
		`kafka_connect_sink_task_sink_record_send_total{connector="snk",task="0"}`:                                                                                               "2",
		`kafka_connect_sink_task_sink_record_active_count{connector="snk",task="0"}`:                                                                                             "0",
		`kafka_connect_sink_task_partition_count{connector="snk",task="0"}`:                                                                                                      "1",
		`kafka_connect_connector_status{connector="snk",status="running"}`:                                                                                                       "1",
		`kafka_connect_connector_task_status{connector="src",task="0",status="running"}`:                                                                                         "1",
		`kafka_connect_connector_task_running_ratio{connector="src",task="0"}`:                                                                                                   "1",
		`kafka_consumer_fetch_manager_records_lag{clientid="connector-consumer-snk-0",topic="t",partition="0"}`:                                                                  "0",
		`kafka_connect_connector_transform_metrics{connector="src",task="0",transform="mark",transform_class="org.apache.kafka.connect.transforms.InsertHeader"}`:                "1",
		`kafka_connect_connector_predicate_metrics{connector="src",task="0",predicate="mine",predicate_class="org.apache.kafka.connect.transforms.predicates.TopicNameMatches"}`: "1",
		`kafka_connect_connector_task_metrics{connector="snk",task="0",value_converter_class="org.apache.kafka.connect.storage.StringConverter"}`:                                "1",
		`kafka_connect_connector_task_metrics{connector="snk",task="0",task_class="org.apache.kafka.connect.file.FileStreamSinkTask"}`:                                           "1",
		`millrace_stuck_calls`: "0",
	}
	awaitSeries(t, n, want)
	checkLoggers(t, log.lines())
}

// awaitSeries waits until series have values; offsets, for one, are committed from
// time to time only.
func awaitSeries(t *testing.T, n *node, want map[string]string) {
	t.Helper()
	deadline := time.Now().Add(scrapePatience)
	for {
		wrong := ""
		series := scrape(t, n, "?names=plain,exporter")
		for name, value := range want {
			if series[name] != value {
				wrong += fmt.Sprintf("\n%s is %q, want %s", name, series[name], value)
			}
		}
		if wrong == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(wrong)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// TestGroupScrape: the values that only a worker of a cluster has.
func TestGroupScrape(t *testing.T) {
	n := startNode(t, distributedMode(make(chan error, 1)), workerProps(t, clusterProps()), io.Discard)
	awaitSeries(t, n, map[string]string{
		`kafka_connect_worker_rebalance_connect_protocol{connect_protocol="SESSIONED"}`:                 "1",
		`kafka_connect_worker_rebalance_leader_name{leader_name="` + n.api.AdvertisedURL() + `"}`:       "1",
		`kafka_connect_worker_rebalance_rebalancing`:                                                    "0",
		`kafka_connect_coordinator_assigned_connectors{clientid="connect-` + n.api.WorkerID() + `"}`:    "2",
		`kafka_connect_coordinator_assigned_tasks{clientid="connect-` + n.api.WorkerID() + `"}`:         "2",
		`kafka_connect_coordinator_failed_rebalance_total{clientid="connect-` + n.api.WorkerID() + `"}`: "0",
		`kafka_connect_worker_connector_running_task_count{connector="snk"}`:                            "1",
	})
	series := scrape(t, n, "")
	for _, name := range []string{
		"kafka_connect_worker_rebalance_completed_rebalances_total", "kafka_connect_worker_rebalance_epoch",
		"kafka_connect_worker_rebalance_rebalance_max_time_ms",
		`kafka_connect_connect_metrics_request_total{client_id="connect-` + n.api.WorkerID() + `"}`,
	} {
		if v, err := strconv.ParseFloat(series[name], 64); err != nil || v <= 0 {
			t.Errorf("%s is %q", name, series[name])
		}
	}
	if v, err := strconv.ParseFloat(series["kafka_connect_worker_rebalance_time_since_last_rebalance_ms"], 64); err != nil || v < 0 || v > 60_000 {
		t.Errorf("the last rebalance was %v ms ago, %v", v, err)
	}
}

func clusterProps() map[string]string {
	return map[string]string{
		"group.id": "g", "config.storage.topic": "c", "offset.storage.topic": "o", "status.storage.topic": "s",
		"config.storage.replication.factor": "1", "offset.storage.replication.factor": "1", "status.storage.replication.factor": "1",
		"offset.storage.partitions": "1", "status.storage.partitions": "1",
	}
}
