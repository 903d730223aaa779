package mirror

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

// flow is a configuration of any of the connectors.
func flow(more ...string) map[string]string {
	props := map[string]string{"name": "m", "source.cluster.alias": "a", "target.cluster.alias": "b"}
	for i := 0; i < len(more); i += 2 {
		props[more[i]] = more[i+1]
	}
	return props
}

func TestHeartbeatContract(t *testing.T) {
	connecttest.Source{
		Plugin: heartbeatPlugin(nil), Config: flow(heartbeatInterval, "3600"), Silent: true,
		Bad: []connecttest.BadSetting{
			{Key: sourceAliasProperty, Missing: true},
			{Key: policyProperty, Value: "com.example.Policy"},
			{Key: heartbeatInterval, Value: "soon"},
		},
	}.Run(t)
}

func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := heartbeatPlugin(nil).New().NewTask()
		start := time.Now()
		if err := task.Start(t.Context(), source.Runtime{}, flow(heartbeatInterval, "2", policyProperty, identityPolicyClass)); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			records, err := task.Poll(t.Context())
			if err != nil || len(records) != 1 {
				t.Fatalf("poll %d: %d records, %v", i, len(records), err)
			}
			due := start.Add(time.Duration(i+1) * 2 * time.Second)
			if !time.Now().Equal(due) {
				t.Errorf("heartbeat %d came after %s", i, time.Since(start))
			}
			checkBeat(t, &records[0], due)
		}
	})
}

func checkBeat(t *testing.T, r *connect.Record, due time.Time) {
	t.Helper()
	beat, err := ReadHeartbeat(r.Key.([]byte), r.Value.([]byte))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Heartbeat{"a", "b", due.UnixMilli()}); beat != want || r.Timestamp != want.Timestamp {
		t.Errorf("%s at %d, want %s", beat, r.Timestamp, want)
	}
	const partition = "{sourceClusterAlias=a, targetClusterAlias=b}"
	if got := r.Source.String(); r.Topic != heartbeats || r.Partition != 0 || got != partition || r.SourceOffset.Fields().String() != "{offset=0}" {
		t.Errorf("topic %s partition %d source %s at %s", r.Topic, r.Partition, got, r.SourceOffset.Fields())
	}
}

// TestHeartbeatAfterPause looks whether a pause is made up for: it must not be.
func TestHeartbeatAfterPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := heartbeatPlugin(nil).New().NewTask()
		if err := task.Start(t.Context(), source.Runtime{}, flow()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		began := time.Now()
		for range 2 {
			if _, err := task.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("two heartbeats took %s", took)
		}
	})
}

func TestHeartbeatTasks(t *testing.T) {
	for _, tt := range []struct {
		props map[string]string
		want  int
	}{
		{flow(), 1},
		{flow(emitHeartbeats, "false"), 0},
		{flow(heartbeatInterval, "-1"), 0},
		{flow(heartbeatInterval, "9223372036854775807"), 1},
	} {
		c := heartbeatPlugin(nil).New()
		if err := c.Start(t.Context(), source.ConnectorRuntime{}, tt.props); err != nil {
			t.Fatal(err)
		}
		configs, err := c.TaskConfigs(5)
		if err != nil || len(configs) != tt.want {
			t.Errorf("%v: %d tasks, %v", tt.props, len(configs), err)
		}
		task := c.NewTask()
		if err := task.Start(t.Context(), source.Runtime{}, tt.props); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if records, _ := task.Poll(ctx); len(records) > 0 {
			t.Errorf("%v: a heartbeat at once", tt.props)
		}
		cancel()
	}
}

func TestHeartbeatOffsets(t *testing.T) {
	partition := connect.Fields{"sourceClusterAlias": "a", "targetClusterAlias": "b"}
	zero := connect.Fields{"offset": int64(0)}
	at := "Source offset {offset=1} for source partition {sourceClusterAlias=a, targetClusterAlias=b}"
	for _, tt := range []struct {
		partition, offset connect.Fields
		want              string
	}{
		{partition, zero, ""},
		{nil, nil, ""},
		{nil, zero, "Source partitions may not be null"},
		{connect.Fields{"sourceClusterAlias": "a"}, zero, "Source partition {sourceClusterAlias=a} is missing the 'targetClusterAlias' key, which is required"},
		{
			connect.Fields{"sourceClusterAlias": int64(1)},
			zero,
			"Source partition {sourceClusterAlias=1} has an invalid value 1 for the 'sourceClusterAlias' key, which must be a string",
		},
		{partition, connect.Fields{}, strings.Replace(at, "offset=1", "", 1) + " is missing the 'offset' key, which is required"},
		{partition, connect.Fields{"offset": "1"}, at + " has an invalid value 1 for the 'offset' key, which must be an integer"},
		{partition, connect.Fields{"offset": int64(1)}, at + " has an invalid value 1 for the 'offset' key; the only accepted value is 0"},
	} {
		alterer := heartbeatPlugin(nil).New().(source.OffsetAlterer)
		ok, err := alterer.AlterOffsets(t.Context(), flow(), []source.PartitionOffset{{Partition: tt.partition, Offset: tt.offset}})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want || ok != (tt.want == "") {
			t.Errorf("%v %v: %v %q, want %q", tt.partition, tt.offset, ok, got, tt.want)
		}
	}
}

// find returns a plugin by the name of its class.
func find(t *testing.T, common *config.Def, name string) plugin.Source {
	t.Helper()
	for _, p := range Plugins(common) {
		if p.Describe().Class == classPackage+name {
			return p.(plugin.Source)
		}
	}
	t.Fatal("no " + name)
	return plugin.Source{}
}

func TestNotSupportedYet(t *testing.T) {
	for _, name := range []string{"MirrorSourceConnector", "MirrorCheckpointConnector"} {
		c := find(t, nil, name).New()
		want := name + " is not supported yet. Run it on a Kafka Connect worker in Java."
		if err := c.Start(t.Context(), source.ConnectorRuntime{}, flow()); err == nil || err.Error() != want {
			t.Errorf("start: %v", err)
		}
		if _, err := c.TaskConfigs(1); err == nil {
			t.Errorf("%s plans tasks", name)
		}
		task := c.NewTask()
		if err := task.Start(t.Context(), source.Runtime{}, flow()); err == nil || err.Error() != want {
			t.Errorf("start of a task: %v", err)
		}
		if err := task.Stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestValidate(t *testing.T) {
	common := config.NewDef(
		config.Key{Name: "name", Type: config.StringType, Required: true},
		config.Key{Name: "key.converter", Type: config.Class},
	)
	const eos = "MirrorSourceConnector can only provide exactly-once guarantees when its source consumer is configured with isolation.level " +
		"set to 'read_committed'; otherwise, records from aborted and uncommitted transactions will be replicated from the source cluster to the target cluster."
	for _, tt := range []struct {
		name  string
		props map[string]string
		want  []string
	}{
		{"Source", flow(), nil},
		{"Source", flow("topics", "[", "offset-syncs.topic.location", "moon"), []string{"Invalid value moon for configuration offset-syncs.topic.location: String must be one of: source, target"}},
		{"Source", flow("topics", "a,a"), []string{"Configuration 'topics' values must not be duplicated."}},
		{"Source", flow(exactlyOnce, "required"), []string{eos}},
		{"Source", flow(exactlyOnce, "required", "source.consumer.isolation.level", "read_committed"), nil},
		{"Source", flow(exactlyOnce, "required", "source.consumer.isolation.level", "read_uncommitted", "consumer.isolation.level", "read_committed"), []string{eos}},
		{"Source", flow(emitOffsetSyncs, "false"), nil},
		{
			"Source", flow(emitOffsetSyncs, "false", "offset-syncs.topic.location", "target"),
			[]string{"MirrorSourceConnector can't setup offset-syncs feature while emit.offset-syncs.enabled set to false"},
		},
		{"Checkpoint", flow(emitCheckpoints, "false"), []string{"MirrorCheckpointConnector can't run with emit.checkpoints.enabled set to false"}},
		{"Checkpoint", flow(emitOffsetSyncs, "false"), []string{"MirrorCheckpointConnector can't run without offset syncs"}},
		{"Checkpoint", flow(emitCheckpoints, "false", enabledProperty, "false"), nil},
		{"Heartbeat", flow(heartbeatInterval, "x"), []string{"Invalid value x for configuration emit.heartbeats.interval.seconds: Not a number of type LONG"}},
	} {
		p := find(t, common, "Mirror"+tt.name+"Connector")
		tt.props["key.converter"] = "No"
		result := p.Config.Validate(tt.props)
		p.New().(source.Validator).Validate(tt.props, result)
		if got := result.Errors(); !slices.Equal(got, tt.want) {
			t.Errorf("%s %v: %q, want %q", tt.name, tt.props, got, tt.want)
		}
		if result.Value("key.converter") != nil || result.Value("name") == nil {
			t.Errorf("%s: the class of a converter is not left to the host, or too much is", tt.name)
		}
	}
}
