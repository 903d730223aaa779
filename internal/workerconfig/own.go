package workerconfig

import "github.com/millrace/millrace/connect/config"

const (
	keyHandover = "scheduled.rebalance.handover.enable"
	keyJAAS     = "java.security.auth.login.config"
)

// OwnDef defines the keys of workers that Kafka Connect does not have. They are kept
// out of the definitions of the workers, which are as Kafka's.
func OwnDef() *config.Def {
	return config.NewDef(
		config.Key{
			Name: keyHandover, Type: config.Boolean, Default: false, Importance: config.Medium,
			Doc: "Whether a worker that is stopped gives its connectors and tasks to the others at once, instead of " +
				"after scheduled.rebalance.max.delay.ms. It needs a leader that has the key, too; heartbeats are sent " +
				"at least every 500 ms.",
		},
		config.Key{
			Name: keyJAAS, Type: config.StringType, Default: "", Importance: config.Low,
			Doc: "Path of the JAAS file of BasicAuthSecurityRestExtension, which Java workers have in a JVM option.",
		},
	)
}

// readOwn reads the keys that only Millrace has.
func (c *Config) readOwn(props map[string]string) error {
	v, err := OwnDef().Parse(props)
	if err == nil && c.Cluster != nil {
		c.Cluster.Handover = v.Bool(keyHandover)
	}
	return err
}

func own(name string) bool {
	_, ok := OwnDef().Key(name)
	return ok
}
