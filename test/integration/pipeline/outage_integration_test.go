//go:build integration

package pipeline

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

// asAlice starts a worker whose clients all log in as alice.
func asAlice(t *testing.T, b *kafkabroker.Broker) *millrace.Worker {
	t.Helper()
	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Address(kafkabroker.SASLPlaintext),
		Props:     secured(scram("SASL_PLAINTEXT", b.User(kafkabroker.AliceName))...),
	})
	w.Start(t)
	return w
}

// TestDeniedTopic has tasks fail, with advice, on a topic that their principal must
// not use, while others of the same worker go on.
func TestDeniedTopic(t *testing.T) {
	b := kafka.Broker(t)
	c, dir, name := connect(t, b), t.TempDir(), kafkabroker.UniqueName(t)
	allowed, denied := c.createTopic(t, 1), c.createTopic(t, 1)
	b.DenyTopic(t, kafkabroker.AliceName, denied)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	appendLines(t, in, numbered(0, 100)...)

	w := asAlice(t, b)
	w.Create(t, name+"-source", source(in, allowed))
	w.Create(t, name+"-sink", sink(out, allowed))
	w.Create(t, name+"-denied-source", source(in, denied))
	w.Create(t, name+"-denied-sink", sink(out, denied))
	w.Create(t, name+"-denied-creation", source(in, denied, "topic.creation.default.partitions", "1", "topic.creation.default.replication.factor", "1"))
	requireAll(t, w.AwaitFailedTask(t, name+"-denied-source"), denied, "TOPIC_AUTHORIZATION_FAILED", "needs Write")
	requireAll(t, w.AwaitFailedTask(t, name+"-denied-sink"), denied, "TOPIC_AUTHORIZATION_FAILED", "needs Read")
	requireAll(t, w.AwaitFailedTask(t, name+"-denied-creation"), denied, "TOPIC_AUTHORIZATION_FAILED", "Create")

	appendLines(t, in, numbered(100, 200)...)
	requireIDs(t, awaitLines(t, out, 200), 200)
	w.RequireRunning(t, name+"-source")
	w.RequireRunning(t, name+"-sink")
}

// requireIDs checks that lines hold every id below n once, in order.
func requireIDs(t *testing.T, lines []string, n int) {
	t.Helper()
	if len(lines) != n {
		t.Fatalf("%d lines, want %d", len(lines), n)
	}
	for want, text := range lines {
		if id, err := idOf(text); err != nil || id != want {
			t.Fatalf("line %d has id %d, error %v", want, id, err)
		}
	}
}

// TestMayNotCreate has a principal that may write to a topic, but not create it; the
// topic is there.
func TestMayNotCreate(t *testing.T) {
	b := kafka.Broker(t)
	c, dir, name := connect(t, b), t.TempDir(), kafkabroker.UniqueName(t)
	topic := c.createTopic(t, 1)
	for _, acl := range []*kadm.ACLBuilder{
		kadm.NewACLs().Allow("User:"+kafkabroker.AliceName).AllowHosts("*").Topics(topic).
			ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpWrite, kadm.OpDescribe),
		// Creation is allowed on the cluster, too, unless a list of the cluster says otherwise.
		kadm.NewACLs().Allow("User:" + kafkabroker.AdminName).AllowHosts("*").Clusters().
			ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpCreate),
	} {
		if _, err := c.admin.CreateACLs(bounded(t), acl); err != nil {
			t.Fatal(err)
		}
	}
	in := filepath.Join(dir, "in")
	appendLines(t, in, numbered(0, 10)...)
	w := asAlice(t, b)
	w.Create(t, name, source(in, topic, "topic.creation.default.partitions", "1", "topic.creation.default.replication.factor", "1"))
	awaitCount(t, c, topic, 10)
	w.RequireRunning(t, name)
}

// TestMissingTopic has connectors of a topic that does not exist and that the broker
// does not create: they wait for it, and the log says so.
func TestMissingTopic(t *testing.T) {
	t.Parallel()
	b := kafka.Broker(t)
	c, dir, name := connect(t, b), t.TempDir(), kafkabroker.UniqueName(t)
	in, out, missing := filepath.Join(dir, "in"), filepath.Join(dir, "out"), name+"-missing"
	appendLines(t, in, numbered(0, 100)...)
	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Bootstrap(), Props: map[string]string{"consumer.metadata.max.age.ms": "1000"},
	})
	w.Start(t)
	w.Create(t, name+"-source", source(in, missing))
	w.Create(t, name+"-sink", sink(out, missing))
	start := time.Now()
	for _, connector := range []string{name + "-source", name + "-sink"} {
		millrace.Await(t, window, "a warning about connector "+connector, func() error {
			for _, line := range strings.Split(w.Log(), "\n") {
				if strings.Contains(line, "WARN") && strings.Contains(line, connector) && strings.Contains(line, missing) {
					t.Logf("after %.1f s: %s", time.Since(start).Seconds(), line)
					return nil
				}
			}
			return fmt.Errorf("there is none")
		})
		w.RequireRunning(t, connector)
	}
	if _, err := c.admin.CreateTopic(bounded(t), 1, 1, nil, missing); err != nil {
		t.Fatal(err)
	}
	requireIDs(t, awaitLines(t, out, 100), 100)
}

// TestBrokerOutage kills the broker in the middle of a pipeline and starts it again:
// the tasks go on by themselves and nothing is lost.
func TestBrokerOutage(t *testing.T) {
	t.Parallel()
	const lines, partitions = 60_000, 2
	b := kafkabroker.Start(t)
	c, dir, name := connect(t, b), t.TempDir(), kafkabroker.UniqueName(t)
	topic := c.createTopic(t, partitions)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	w := binary.Worker(t, millrace.Settings{Bootstrap: b.Bootstrap()})
	w.Start(t)
	w.Create(t, name+"-feed", source(in, topic, "producer.override.max.request.size", "4096", "producer.override.batch.size", "4096"))
	w.Create(t, name, sink(out, topic))
	appendLines(t, in, numbered(0, 1)...)
	awaitLines(t, out, 1)

	start := time.Now()
	appendLines(t, in, numbered(1, lines)...)
	awaitCount(t, c, topic, lines/3)
	b.Kill(t)
	atKill := len(readLines(t, out))
	down := time.Now()
	b.Restart(t)
	up := time.Now()
	awaitPosition(t, w, name+"-feed", in)
	c.awaitCommitted(t, name, topic)
	w.RequireRunning(t, name+"-feed")
	w.RequireRunning(t, name)
	t.Logf("%d lines in %.1f s, of which the broker was away %.1f s; %d lines were out when it was killed; %.1f s after it came back all was there",
		lines, time.Since(start).Seconds(), up.Sub(down).Seconds(), atKill, time.Since(up).Seconds())

	x := indexTopic(t, c.read(t, topic), lines)
	x.requireAll(t)
	duplicates := x.checkOutput(t, readLines(t, out), []kill{{ends: c.ends(t, topic)}})
	t.Logf("%d records in Kafka; the sink wrote %d lines again", x.records, duplicates)
}

// requireAll checks that every line is there.
func (x index) requireAll(t *testing.T) {
	t.Helper()
	for id, places := range x.places {
		if len(places) == 0 {
			t.Fatalf("line %d is lost", id)
		}
	}
}
