package operate

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// ClientPrefix is what keys of a worker configuration begin with that are for all Kafka
// clients of the workers: it is the only way to set what the API has no member for, as
// millrace.kafka.sasl.mechanism.
const ClientPrefix = "millrace.kafka."

// crew is what is kept of a connector's workers, in [store.Connector].Fleet.
type crew struct {
	// Count is how many workers there shall be.
	Count int `json:"count"`
	// Decisions are those by which the number was changed, the latest last.
	Decisions []autoscale.Decision `json:"decisions,omitempty"`
	// Scaling is what autoscaling remembers since it last changed the number.
	Scaling autoscale.State `json:"scaling,omitzero"`
}

func readCrew(c *store.Connector) (crew, error) {
	var w crew
	if len(c.Fleet) == 0 {
		return w, nil
	}
	if err := json.Unmarshal(c.Fleet, &w); err != nil {
		return w, fmt.Errorf("read what is kept of the workers of %s: %w", c.Name, err)
	}
	return w, nil
}

func (w crew) write(c *store.Connector) error {
	raw, err := json.Marshal(w)
	c.Fleet = raw
	return err
}

// count returns how many workers there shall be with a capacity, when there shall be
// now of them, 0 for none yet.
func count(c model.Capacity, now int) int {
	least, most := c.Workers()
	return min(max(now, least), most)
}

// fleetName is the name of the workers' group of a connector, and what its internal
// topics end with.
func fleetName(arn model.ARN) string { return arn.Name + "_" + arn.ID }

// setup is what makes workers: a connector, a worker setting that it has or may get,
// and how many workers.
type setup struct {
	connector *store.Connector
	setting   model.WorkerSetting
	workers   int
}

// spec returns how the fleet shall be.
func (e *Engine) spec(s setup) (fleet.Spec, error) {
	props, err := e.workerProps(s)
	return fleet.Spec{
		Fleet: fleetName(s.connector.ARN), Workers: s.workers, MCUs: s.setting.Capacity.MCUCount(), Properties: props, Env: e.env(s),
	}, err
}

// workerProps returns the properties of the workers.
func (e *Engine) workerProps(s setup) (map[string]string, error) {
	own, err := e.ownProps(s.setting.WorkerConfiguration)
	if err != nil {
		return nil, err
	}
	props := map[string]string{
		"config.storage.replication.factor": brokerDefault,
		"offset.storage.replication.factor": brokerDefault,
		"status.storage.replication.factor": brokerDefault,
		// Workers learn of others that come and go with their next heartbeat.
		"heartbeat.interval.ms": "500",
		// And sinks, which stand still until then.
		"consumer.heartbeat.interval.ms": "500",
	}
	names := s.connector.ARN.InternalNames()
	props["offset.storage.topic"] = names.OffsetTopic
	maps.Copy(props, own)
	props["bootstrap.servers"] = s.connector.KafkaCluster.Apache.BootstrapServers
	props["group.id"] = names.Group
	props["config.storage.topic"], props["status.storage.topic"] = names.ConfigTopic, names.StatusTopic
	// A worker that is gone is replaced at once: nothing is gained by waiting for it.
	props["scheduled.rebalance.max.delay.ms"] = "0"
	if path := e.pluginPath(s.setting); path != "" {
		props["plugin.path"] = path
	}
	for _, prefix := range clientPrefixes() {
		for key, value := range clientProps(s.connector, own) {
			props[prefix+key] = value
		}
	}
	return props, nil
}

// clientPrefixes are what the keys of the workers' Kafka clients begin with.
func clientPrefixes() []string { return []string{"", "producer.", "consumer.", "admin."} }

// brokerDefault leaves the replication factor of a topic to the cluster, which knows how
// many brokers it has.
const brokerDefault = "-1"

// ownProps returns what the worker configuration has, or the default one.
func (e *Engine) ownProps(w *model.WorkerConfigurationRevision) (map[string]string, error) {
	if w == nil {
		return model.DefaultWorkerProperties(), nil
	}
	arn, err := reference(w.ARN)
	if err != nil {
		return nil, err
	}
	var r model.Revision
	err = e.settings.Store.View(func(tx *store.Tx) (err error) {
		r, err = tx.Revision(arn, w.Revision)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the worker configuration %s: %w", w.ARN, err)
	}
	return model.WorkerProperties(r.Content)
}

// clientProps returns how clients get into the cluster.
func clientProps(c *store.Connector, own map[string]string) map[string]string {
	props := map[string]string{}
	switch {
	case c.Authentication.Type == model.AuthenticationIAM:
		props["security.protocol"] = "SASL_SSL"
		props["sasl.mechanism"] = "AWS_MSK_IAM"
		props["sasl.jaas.config"] = "software.amazon.msk.auth.iam.IAMLoginModule required;"
		props["sasl.client.callback.handler.class"] = "software.amazon.msk.auth.iam.IAMClientCallbackHandler"
	case c.Encryption.Type == model.EncryptionTLS:
		props["security.protocol"] = "SSL"
	}
	for key, value := range own {
		if rest, ok := strings.CutPrefix(key, ClientPrefix); ok && rest != "" {
			props[rest] = value
		}
	}
	return props
}

// pluginPath returns the directory of the plugin's file.
func (e *Engine) pluginPath(w model.WorkerSetting) string {
	for _, p := range w.Plugins {
		if arn, err := reference(p.Custom.ARN); err == nil {
			return filepath.Join(e.settings.Plugins, arn.ID)
		}
	}
	return ""
}

// configuration returns what the workers are given for a configuration that the client
// has set.
func (s setup) configuration(asked map[string]string) map[string]string {
	config := maps.Clone(asked)
	config[model.NameKey] = s.connector.Name
	if scaling := s.setting.Capacity.AutoScaling; scaling != nil {
		tasks := autoscale.Tasks{Workers: s.workers, MCUs: scaling.MCUCount, Cap: scaling.MaxTaskCount}
		config[model.TasksMaxKey] = strconv.Itoa(tasks.Max())
	}
	return config
}
