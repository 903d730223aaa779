package conformance

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/plugins/connectors/mirror"
)

func TestMirror(t *testing.T) {
	run(t, "mirror", func(c *Case) (any, error) {
		switch c.Op {
		case "policy":
			return c.mirrorPolicy(), nil
		case "offsetSyncStore":
			return c.syncStore(), nil
		case "wrapPartition":
			r := into[mirrorRecord](c.Input)
			return Value{V: r.topicPartition().SourcePartition(r.Cluster)}, nil
		case "wrapOffset":
			return Value{V: mirror.SourceOffset(signed(into[string](c.Input), 64))}, nil
		case "decodeTopicPartition":
			p, err := mirror.ParseTopicPartition(into[string](c.Input))
			return map[string]any{"topic": p.Topic, "partition": p.Partition, "encoded": p.String()}, err
		case "compilePatternList":
			return c.compilePatterns()
		}
		if kind, ok := strings.CutSuffix(c.Op, ".serialize"); ok {
			return c.writeMirrorRecord(kind)
		}
		return c.readMirrorRecord()
	})
}

// mirrorRecord has the members of all kinds of records and partitions.
type mirrorRecord struct {
	Group, Topic, Cluster            string
	Partition                        int32
	UpstreamOffset, DownstreamOffset int64 `json:",string"`
	Metadata                         string
	Source, Target                   string
	Timestamp                        int64 `json:",string"`
}

func (r mirrorRecord) topicPartition() mirror.TopicPartition {
	return mirror.TopicPartition{Topic: r.Topic, Partition: r.Partition}
}

func (r mirrorRecord) offsetSync() mirror.OffsetSync {
	return mirror.OffsetSync{TopicPartition: r.topicPartition(), Upstream: r.UpstreamOffset, Downstream: r.DownstreamOffset}
}

func (r mirrorRecord) checkpoint() mirror.Checkpoint {
	return mirror.Checkpoint{
		Group: r.Group, TopicPartition: r.topicPartition(),
		Upstream: r.UpstreamOffset, Downstream: r.DownstreamOffset, Metadata: r.Metadata,
	}
}

func (c *Case) writeMirrorRecord(kind string) (any, error) {
	r := into[mirrorRecord](c.Input)
	var key, value []byte
	var err, valueErr error
	var text string
	switch kind {
	case "offsetSync":
		s := r.offsetSync()
		key, err = s.Key()
		value, text = s.Value(), s.String()
	case "checkpoint":
		s := r.checkpoint()
		key, err = s.Key()
		value, valueErr = s.Value()
		text = s.String()
	case "heartbeat":
		h := mirror.Heartbeat{Source: r.Source, Target: r.Target, Timestamp: r.Timestamp}
		key, err = h.Key()
		value, text = h.Value(), h.String()
	default:
		return nil, unknownOp(c)
	}
	if err == nil {
		err = valueErr
	}
	return map[string]any{"key": hex.EncodeToString(key), "value": hex.EncodeToString(value), "toString": text}, err
}

func (c *Case) readMirrorRecord() (any, error) {
	in := into[struct{ Key, Value string }](c.Input)
	key, value := unhex(in.Key), unhex(in.Value)
	switch c.Op {
	case "offsetSync.deserialize":
		s, err := mirror.ReadOffsetSync(key, value)
		return map[string]any{
			"topic": s.Topic, "partition": s.Partition,
			"upstreamOffset": decimal(s.Upstream), "downstreamOffset": decimal(s.Downstream),
		}, err
	case "checkpoint.deserialize":
		s, err := mirror.ReadCheckpoint(key, value)
		return map[string]any{
			"group": s.Group, "topic": s.Topic, "partition": s.Partition,
			"upstreamOffset": decimal(s.Upstream), "downstreamOffset": decimal(s.Downstream), "metadata": s.Metadata,
		}, err
	case "heartbeat.deserialize":
		h, err := mirror.ReadHeartbeat(key, value)
		return map[string]any{"source": h.Source, "target": h.Target, "timestamp": decimal(h.Timestamp)}, err
	}
	return nil, unknownOp(c)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func (c *Case) mirrorPolicy() any {
	props := map[string]string{}
	for name, raw := range into[map[string]json.RawMessage](c.Config) {
		props[name] = strings.Trim(string(raw), `"`)
	}
	topic := into[string](c.Input)
	var p mirror.Policy = mirror.NewDefaultPolicy(props)
	if c.feature() == "IdentityReplicationPolicy" {
		p = mirror.NewIdentityPolicy(props)
	}
	return map[string]any{
		"formatRemoteTopic(A)": p.RemoteTopic("A", topic),
		"topicSource":          orNull(p.TopicSource(topic)),
		"upstreamTopic":        orNull(p.UpstreamTopic(topic)),
		"originalTopic":        p.OriginalTopic(topic),
		"isInternalTopic":      p.IsInternalTopic(topic),
		"isCheckpointsTopic":   p.IsCheckpointsTopic(topic),
		"isHeartbeatsTopic":    p.IsHeartbeatsTopic(topic),
		"isMM2InternalTopic":   p.IsMirrorTopic(topic),
		"heartbeatsTopic":      p.HeartbeatsTopic(),
		"offsetSyncsTopic(A)":  p.OffsetSyncsTopic("A"),
		"checkpointsTopic(A)":  p.CheckpointsTopic("A"),
	}
}

func orNull(s string, ok bool) any {
	if !ok {
		return nil
	}
	return s
}

func (c *Case) syncStore() any {
	in := into[struct {
		BeforeStart [][2]string
		Steps       [][]string
	}](c.Input)
	p := mirror.TopicPartition{Topic: "t"}
	store := mirror.NewSyncStore(into[bool](c.setting("initializationMustReadToEnd")))
	add := func(up, down string) {
		store.Add(mirror.OffsetSync{TopicPartition: p, Upstream: signed(up, 64), Downstream: signed(down, 64)})
	}
	translate := func(up string) any {
		down, ok := store.Translate(p, signed(up, 64))
		return orNull(decimal(down), ok)
	}
	for _, s := range in.BeforeStart {
		add(s[0], s[1])
	}
	early := translate("0")
	store.SetLoaded()
	translations := []any{}
	for _, s := range in.Steps {
		if s[0] == "sync" {
			add(s[1], s[2])
			continue
		}
		translations = append(translations, translate(s[1]))
	}
	return map[string]any{"beforeStart": early, "translations": translations, "syncs": distinct(store.Slots(p))}
}

// distinct returns the first slot of each run of equal ones.
func distinct(slots []mirror.SyncPoint) []any {
	list := []any{}
	for i, s := range slots {
		if i == 0 || s != slots[i-1] {
			list = append(list, []any{i, decimal(s.Upstream), decimal(s.Downstream)})
		}
	}
	return list
}

func (c *Case) compilePatterns() (any, error) {
	var fields []string
	if into[bool](c.setting("string")) {
		fields = mirror.SplitPatterns(into[string](c.Input))
	} else {
		fields = into[[]string](c.Input)
	}
	p, err := mirror.CompilePatterns(fields)
	if err != nil || p == nil {
		return nil, err
	}
	return p.String(), nil
}
