package validation

import (
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/kafka"
)

const keyDeadLetter = "errors.deadletterqueue.topic.name"

// addOverrides checks the overrides of the clients that the connector will use. A
// value that cannot be read is an error of the whole validation, as in Kafka
// Connect.
func (r *run) addOverrides() error {
	deadLetters := r.sink && strings.TrimSpace(r.in.Props[keyDeadLetter]) != ""
	offsets := r.ownOffsets()
	creates := !r.sink && slices.ContainsFunc(slices.Collect(maps.Keys(r.in.Props)), func(k string) bool {
		return strings.HasPrefix(k, "topic.creation.")
	})
	for _, client := range []struct {
		kind policy.Client
		used bool
		def  *config.Def
	}{
		{policy.Producer, !r.sink || deadLetters, kafka.ProducerDef()},
		{policy.Consumer, r.sink || offsets, kafka.ConsumerDef()},
		{policy.Admin, deadLetters || creates || offsets, kafka.AdminDef()},
	} {
		if !client.used {
			continue
		}
		if err := r.addClient(client.kind, client.def); err != nil {
			return err
		}
	}
	return nil
}

// ownOffsets tells whether a source reads offsets with clients of its own.
func (r *run) ownOffsets() bool {
	c := r.Worker.Cluster
	if r.sink || c == nil {
		return false
	}
	return c.ExactlyOnce || strings.TrimSpace(r.in.Props["offsets.storage.topic"]) != ""
}

func (r *run) addClient(kind policy.Client, def *config.Def) error {
	prefix := string(kind) + ".override."
	overrides := config.WithPrefix(r.in.Props, prefix)
	var values []*config.Value
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		v := &config.Value{Name: name, Value: overrides[name], Visible: true}
		if k, known := def.Key(name); known {
			parsed, err := config.Parse(name, k.Type, overrides[name])
			if err != nil {
				return err
			}
			v.Value = parsed
		}
		if !r.Policy.Allows(policy.Request{
			Connector: r.in.Props[keyName], Class: r.connector.Class, Sink: r.sink, Client: kind, Key: name,
		}) {
			v.Errors = []string{"The '" + r.PolicyAs + "' policy does not allow '" + name + "' to be overridden in the connector configuration."}
		}
		values = append(values, v)
	}
	r.addPrefixed(prefix, def, values)
	return nil
}
