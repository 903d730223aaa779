// Package policies holds the override policies that come with Kafka Connect, under
// the same class names: they decide which settings of Kafka clients a connector may
// change.
//
// Floor 3. Connect: org.apache.kafka.connect.connector.policy.
package policies

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
)

const allowlistKey = "connector.client.config.override.allowlist"

// All returns the descriptors of the policies, in order of their names.
func All() []plugin.Plugin {
	allowlist := allowlistConfig()
	return []plugin.Plugin{
		describe("All", nil, func(map[string]string) (policy.Policy, error) { return everything{}, nil }),
		describe("Allowlist", allowlist, func(worker map[string]string) (policy.Policy, error) {
			v, err := allowlist.Parse(worker)
			if err != nil {
				return nil, err
			}
			return these(v.List(allowlistKey)), nil
		}),
		describe("None", nil, func(map[string]string) (policy.Policy, error) { return these(nil), nil }),
		describe("Principal", nil, func(map[string]string) (policy.Policy, error) {
			return these{"sasl.jaas.config", "sasl.mechanism", "security.protocol"}, nil
		}),
	}
}

func describe(alias string, def *config.Def, create func(map[string]string) (policy.Policy, error)) plugin.Plugin {
	return plugin.Policy{
		Info: plugin.Info{
			Class:  "org.apache.kafka.connect.connector.policy." + alias + "ConnectorClientConfigOverridePolicy",
			Config: def,
		},
		New: create,
	}
}

func allowlistConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: allowlistKey, Type: config.List, Default: "", Importance: config.Medium,
		Validator: config.ListRule{AllowEmpty: true},
		Doc:       "Names of the client settings that connectors may override.",
	})
}

// everything allows every override.
type everything struct{}

func (everything) Allows(policy.Request) bool { return true }

// these allows the overrides of some keys.
type these []string

func (t these) Allows(r policy.Request) bool { return slices.Contains(t, r.Key) }
