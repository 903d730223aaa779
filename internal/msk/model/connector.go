package model

// ConnectorSettings are what the creator of a connector says about it, apart from its
// configuration. Only Capacity, Plugins and WorkerConfiguration can be updated.
type ConnectorSettings struct {
	Capacity       Capacity             `json:"capacity"`
	Description    string               `json:"connectorDescription,omitempty"`
	Name           string               `json:"connectorName"`
	KafkaCluster   KafkaCluster         `json:"kafkaCluster"`
	Authentication ClientAuthentication `json:"kafkaClusterClientAuthentication"`
	Encryption     EncryptionInTransit  `json:"kafkaClusterEncryptionInTransit"`
	// KafkaConnectVersion is given back as it came.
	KafkaConnectVersion string       `json:"kafkaConnectVersion"`
	LogDelivery         *LogDelivery `json:"logDelivery,omitempty"`
	NetworkType         NetworkType  `json:"networkType,omitempty"`
	// Plugins has one element.
	Plugins                 []Plugin `json:"plugins"`
	ServiceExecutionRoleARN string   `json:"serviceExecutionRoleArn"`
	// WorkerConfiguration is nil for the default; see [DefaultWorkerProperties].
	WorkerConfiguration *WorkerConfigurationRevision `json:"workerConfiguration,omitempty"`
}

// Plugin names a revision of a custom plugin.
type Plugin struct {
	Custom CustomPluginRevision `json:"customPlugin"`
}

// CustomPluginRevision names a revision of a custom plugin by the ARN that the client
// gave.
type CustomPluginRevision struct {
	ARN      string `json:"customPluginArn"`
	Revision int64  `json:"revision"`
}

// WorkerConfigurationRevision names a revision of a worker configuration by the ARN
// that the client gave.
type WorkerConfigurationRevision struct {
	Revision int64  `json:"revision"`
	ARN      string `json:"workerConfigurationArn"`
}

// ConnectorSummary is a connector as lists show it.
type ConnectorSummary struct {
	ConnectorSettings
	ARN          ARN            `json:"connectorArn"`
	State        ConnectorState `json:"connectorState"`
	CreationTime Time           `json:"creationTime,omitzero"`
	// CurrentVersion comes from [NewVersion]; updates name it.
	CurrentVersion string `json:"currentVersion"`
}

// Connector is a connector as DescribeConnector shows it.
type Connector struct {
	ConnectorSummary
	// Configuration is as the client set it: no key is added, no value is hidden.
	Configuration map[string]string `json:"connectorConfiguration"`
	// StateDescription is set while the connector is FAILED.
	StateDescription *StateDescription `json:"stateDescription,omitempty"`
}

// WorkerSetting returns what an update of the worker setting changes.
func (c ConnectorSettings) WorkerSetting() WorkerSetting {
	return WorkerSetting{
		Capacity:            c.Capacity,
		Plugins:             c.Plugins,
		UseDefault:          c.WorkerConfiguration == nil,
		WorkerConfiguration: c.WorkerConfiguration,
	}
}

// Apply makes the worker setting w that of the connector.
func (c *ConnectorSettings) Apply(w WorkerSetting) {
	c.Capacity, c.Plugins, c.WorkerConfiguration = w.Capacity, w.Plugins, w.WorkerConfiguration
}

// Keys of a connector's configuration that have rules of their own.
const (
	ConnectorClassKey = "connector.class"
	NameKey           = "name"
	TasksMaxKey       = "tasks.max"
)

// CheckConfiguration returns a BadRequestException when the configuration cannot be
// one of the connector of that name. The plugin's own checks come later.
func CheckConfiguration(connector string, configuration map[string]string) error {
	var p problems
	checkConfiguration(&p, connector, configuration)
	return p.err()
}

func checkConfiguration(p *problems, connector string, configuration map[string]string) {
	const at = "connectorConfiguration"
	if configuration[ConnectorClassKey] == "" {
		p.add("%s must have %s", at, ConnectorClassKey)
	}
	if name, ok := configuration[NameKey]; ok && name != connector {
		p.add("%s: %s must be the connector's name or be left out", at, NameKey)
	}
	if _, ok := configuration[""]; ok {
		p.add("%s must not have an empty key", at)
	}
}

func checkPlugins(p *problems, plugins []Plugin) {
	if len(plugins) != 1 {
		p.add("plugins must have exactly one element")
		return
	}
	checkRevision(p, "plugins[0].customPlugin", "customPluginArn", plugins[0].Custom.ARN, plugins[0].Custom.Revision)
}

func (w *WorkerConfigurationRevision) check(p *problems) {
	if w != nil {
		checkRevision(p, "workerConfiguration", "workerConfigurationArn", w.ARN, w.Revision)
	}
}

func checkRevision(p *problems, at, member, arn string, revision int64) {
	p.required(at+"."+member, arn)
	if revision < 1 {
		p.add("%s.revision must be at least 1", at)
	}
}
