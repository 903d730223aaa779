//go:build integration

package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const (
	demoTopic  = "my-example-topic"
	demoBucket = "my-destination-bucket"
	demoPrefix = "topics/" + demoTopic + "/"
	demoConfig = "../../../internal/run/demo/s3-sink.properties"
)

// bucket is the embedded S3 with its files.
type bucket struct {
	*devs3.Server
	dir string
	env []string // for a worker that shall use it
}

func startS3(t *testing.T) bucket {
	t.Helper()
	dir := t.TempDir()
	server, err := devs3.New(devs3.Settings{Dir: dir, Buckets: []string{demoBucket}})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return bucket{server, dir, []string{
		"AWS_ENDPOINT_URL_S3=" + front.URL, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test-secret",
		"AWS_EC2_METADATA_DISABLED=true",
	}}
}

func (b bucket) count() int { return b.Count(demoBucket, demoPrefix) }

func (b bucket) content(t *testing.T, key string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.dir, demoBucket, filepath.FromSlash(key)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestDemo feeds lines through Kafka into S3 with the sink configuration of the
// demo. The worker is killed while it writes; every line is one object in the end.
func TestDemo(t *testing.T) {
	const lines, partitions = 4000, 2
	b := kafka.Broker(t)
	c, s3, name := connect(t, b), startS3(t), kafkabroker.UniqueName(t)
	c.createDemoTopic(t, partitions)
	config, err := os.ReadFile(demoConfig)
	if err != nil {
		t.Fatal(err)
	}
	feed := filepath.Join(t.TempDir(), "feed.txt")
	appendLines(t, feed, numbered(0, lines)...)

	start := time.Now()
	feeder := binary.Worker(t, millrace.Settings{Bootstrap: b.Bootstrap()})
	feeder.Start(t)
	feeder.Create(t, "feed", source(feed, demoTopic, "producer.override.batch.size", "2000"))
	awaitPosition(t, feeder, "feed", feed)

	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Bootstrap(), Env: s3.env, Props: quickFailover(),
		Connectors: map[string]string{"s3-sink.properties": "name=" + name + "\n" + string(config)},
	})
	w.Start(t)
	atKill := killMidway(t, w, s3, lines)
	w.Start(t)
	c.awaitCommitted(t, name, demoTopic)
	w.AwaitState(t, name, millrace.Running, 2)
	t.Logf("%d lines in %.1f s; killed with %d objects there", lines, time.Since(start).Seconds(), atKill)
	checkObjects(t, c, s3, lines)
}

// createDemoTopic waits for the topic of another run to go away.
func (c client) createDemoTopic(t *testing.T, partitions int32) {
	t.Helper()
	millrace.Await(t, window, "topic "+demoTopic, func() error {
		_, err := c.admin.CreateTopic(bounded(t), partitions, 1, nil, demoTopic)
		return err
	})
	t.Cleanup(func() {
		if _, err := c.admin.DeleteTopic(context.WithoutCancel(t.Context()), demoTopic); err != nil {
			t.Error(err)
		}
	})
}

// killMidway kills the worker when a third of the objects is there.
func killMidway(t *testing.T, w *millrace.Worker, s3 bucket, lines int) (objects int) {
	t.Helper()
	millrace.Await(t, window, "a third of the objects", func() error {
		if n := s3.count(); n < lines/3 {
			return fmt.Errorf("%d are there", n)
		}
		return nil
	})
	w.Kill(t)
	if objects = s3.count(); objects >= lines {
		t.Fatalf("the worker was killed too late: all %d objects are there", objects)
	}
	return objects
}

// awaitPosition waits until the source has stored the end of its file as its offset.
func awaitPosition(t *testing.T, w *millrace.Worker, connector, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	millrace.Await(t, window, "the offset of connector "+connector, func() error {
		if at := position(t, w, connector); at < info.Size() {
			return fmt.Errorf("it is %d of %d", at, info.Size())
		}
		return nil
	})
}

// position returns the offset that a FileStreamSource has stored.
func position(t *testing.T, w *millrace.Worker, connector string) int64 {
	t.Helper()
	store, err := offsetstore.OpenFile(w.OffsetFile())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := store.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, _, err := offsetstore.DecodeKey(e.Key)
		if err != nil || name != connector {
			continue
		}
		offset, err := offsetstore.DecodeFields(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		at, _ := offset["position"].(int64)
		return at
	}
	return 0
}

// checkObjects compares the bucket with the topic, record by record, and the topic
// with the lines.
func checkObjects(t *testing.T, c client, s3 bucket, lines int) {
	t.Helper()
	seen := map[int]int{}
	for p, records := range c.read(t, demoTopic) {
		t.Logf("partition %d: %d records", p, len(records))
		for _, r := range records {
			id, err := idOf(string(r.Value))
			if err != nil {
				t.Fatal(err)
			}
			seen[id]++
			key := fmt.Sprintf("%spartition=%d/%s+%d+%010d.json", demoPrefix, p, demoTopic, p, r.Offset)
			want, err := json.Marshal(string(r.Value))
			if err != nil {
				t.Fatal(err)
			}
			if got := s3.content(t, key); got != string(want)+"\n" {
				t.Fatalf("object %s holds %q, want %q", key, got, want)
			}
		}
	}
	if got := len(s3.Keys(demoBucket, "", 2*lines)); got != lines || len(seen) != lines {
		t.Errorf("%d objects of %d different lines, want %d of each", got, len(seen), lines)
	}
}
