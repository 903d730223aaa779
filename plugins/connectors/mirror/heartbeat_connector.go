package mirror

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

// heartbeatPlugin describes MirrorHeartbeatConnector. Its records go where the worker
// writes, so the worker has to belong to the target cluster.
func heartbeatPlugin(common *config.Def) plugin.Source {
	def := defOf(common, heartbeatKeys())
	return plugin.Source{
		Info: plugin.Info{Class: classPackage + "MirrorHeartbeatConnector", Config: def},
		New:  func() source.Connector { return &heartbeatConnector{common: common, def: def} },
	}
}

type heartbeatConnector struct {
	common, def *config.Def
	props       map[string]string
	emits       bool
}

// Validate adds nothing.
func (c *heartbeatConnector) Validate(props map[string]string, result *config.Result) {
	leaveClasses(c.common, props, result)
}

// Start checks the configuration.
func (c *heartbeatConnector) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	v, err := c.def.Parse(props)
	if err != nil {
		return err
	}
	if _, err := policyOf(v); err != nil {
		return err
	}
	c.props, c.emits = props, emits(v)
	return nil
}

func emits(v *config.Values) bool { return v.Bool(emitHeartbeats) && v.Long(heartbeatInterval) >= 0 }

// policyOf returns the policy that a configuration names.
func policyOf(v *config.Values) (Policy, error) {
	switch class := v.String(policyProperty); class {
	case defaultPolicyClass:
		return NewDefaultPolicy(v.Originals()), nil
	case identityPolicyClass:
		return NewIdentityPolicy(v.Originals()), nil
	default:
		return nil, config.Invalid(policyProperty, class, "only "+defaultPolicyClass+" and "+identityPolicyClass+" are supported")
	}
}

// TaskConfigs plans one task, none when heartbeats are off.
func (c *heartbeatConnector) TaskConfigs(int) ([]map[string]string, error) {
	if !c.emits {
		return nil, nil
	}
	return []map[string]string{maps.Clone(c.props)}, nil
}

// NewTask returns the task.
func (c *heartbeatConnector) NewTask() source.Task { return &heartbeatTask{def: c.def} }

// Stop has nothing to release.
func (c *heartbeatConnector) Stop() error { return nil }

// heartbeatTask writes one heartbeat per interval.
type heartbeatTask struct {
	def       *config.Def
	topic     string
	beat      Heartbeat
	key       []byte
	partition *connect.SourcePartition
	interval  time.Duration // negative: no heartbeats
	next      time.Time     // when the next one is due
}

// Start reads the configuration. Heartbeats begin an interval later.
func (t *heartbeatTask) Start(_ context.Context, _ source.Runtime, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	policy, err := policyOf(v)
	if err != nil {
		return err
	}
	t.topic = policy.HeartbeatsTopic()
	t.beat = Heartbeat{Source: v.String(sourceAliasProperty), Target: v.String(targetAliasProperty)}
	if t.key, err = t.beat.Key(); err != nil {
		return fmt.Errorf("key of heartbeats: %w", err)
	}
	t.partition = t.beat.SourcePartition()
	t.interval = -1
	if emits(v) {
		t.interval = time.Duration(min(v.Long(heartbeatInterval), math.MaxInt64/int64(time.Second))) * time.Second
	}
	t.next = time.Now().Add(t.interval)
	return nil
}

// Poll waits for the next heartbeat. One that came late does not make the next one
// come early.
func (t *heartbeatTask) Poll(ctx context.Context) ([]connect.Record, error) {
	if t.interval < 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	due := time.NewTimer(time.Until(t.next))
	defer due.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-due.C:
	}
	now := time.Now()
	t.next = now.Add(t.interval)
	t.beat.Timestamp = now.UnixMilli()
	return []connect.Record{{
		Topic: t.topic, Partition: 0, Timestamp: t.beat.Timestamp,
		KeySchema: data.BytesSchema, Key: t.key, ValueSchema: data.BytesSchema, Value: t.beat.Value(),
		Source: t.partition, SourceOffset: noOffset{},
	}}, nil
}

// Stop has nothing to release.
func (t *heartbeatTask) Stop() error { return nil }

// noOffset is the offset of every heartbeat: there is nothing to go on from.
type noOffset struct{}

// Fields returns the offset as it is stored.
func (noOffset) Fields() connect.Fields { return connect.Fields{offsetKey: int64(0)} }
