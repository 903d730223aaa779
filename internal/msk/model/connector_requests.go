package model

import "strings"

// CreateConnector is the request to create a connector.
type CreateConnector struct {
	ConnectorSettings
	Configuration map[string]string `json:"connectorConfiguration"`
	Tags          map[string]string `json:"tags,omitzero"`
	// Invocation is the client's id of the call, equal over its retries; it is empty
	// when the client gave none.
	Invocation string `json:"-"`
}

// ConnectorCreated is the answer to [CreateConnector].
type ConnectorCreated struct {
	ARN   ARN            `json:"connectorArn"`
	Name  string         `json:"connectorName"`
	State ConnectorState `json:"connectorState"`
}

// Validate returns a BadRequestException that says all that is wrong with the request
// itself.
func (r *CreateConnector) Validate() error {
	var p problems
	r.Capacity.check(&p, false)
	checkConfiguration(&p, r.Name, r.Configuration)
	p.description("connectorDescription", r.Description)
	p.name("connectorName", r.Name)
	r.KafkaCluster.check(&p)
	r.checkSecurity(&p)
	p.required("kafkaConnectVersion", r.KafkaConnectVersion)
	r.LogDelivery.check(&p)
	if r.NetworkType != "" {
		choice(&p, "networkType", r.NetworkType, NetworkIPv4, NetworkDual)
	}
	checkPlugins(&p, r.Plugins)
	r.checkRole(&p)
	checkTags(&p, r.Tags)
	r.WorkerConfiguration.check(&p)
	return p.err()
}

func (c *ConnectorSettings) checkSecurity(p *problems) {
	choice(p, "kafkaClusterClientAuthentication.authenticationType", c.Authentication.Type, AuthenticationNone, AuthenticationIAM)
	choice(p, "kafkaClusterEncryptionInTransit.encryptionType", c.Encryption.Type, EncryptionPlaintext, EncryptionTLS)
	if c.Authentication.Type == AuthenticationIAM && c.Encryption.Type == EncryptionPlaintext {
		p.add("kafkaClusterEncryptionInTransit.encryptionType must be TLS when the authentication type is IAM")
	}
}

func (c *ConnectorSettings) checkRole(p *problems) {
	p.required("serviceExecutionRoleArn", c.ServiceExecutionRoleARN)
	if strings.Contains(c.ServiceExecutionRoleARN, ":role/aws-service-role/") {
		p.add("serviceExecutionRoleArn must not be a service-linked role")
	}
}

// UpdateConnector is the request to change either the worker setting of a connector,
// which is all that is not Configuration, or its configuration.
type UpdateConnector struct {
	ARN ARN `json:"-"`
	// CurrentVersion must be the connector's.
	CurrentVersion string    `json:"-"`
	Capacity       *Capacity `json:"capacity,omitempty"`
	// Configuration replaces all of the former one.
	Configuration       map[string]string            `json:"connectorConfiguration,omitzero"`
	Plugins             []Plugin                     `json:"plugins,omitzero"`
	WorkerConfiguration *WorkerConfigurationRevision `json:"workerConfiguration,omitempty"`
	// UseDefault takes the worker configuration away.
	UseDefault bool `json:"useDefaultWorkerConfiguration,omitempty"`
	// SkipHealth skips the check of connector and tasks after the change, and the
	// roll-back when it fails. A PAUSED connector is only updated with it.
	SkipHealth bool `json:"skipHealthValidation,omitempty"`
}

// ConnectorUpdated is the answer to [UpdateConnector].
type ConnectorUpdated struct {
	ARN       ARN            `json:"connectorArn"`
	Operation ARN            `json:"connectorOperationArn"`
	State     ConnectorState `json:"connectorState"`
}

// WorkerSetting says whether the request changes the worker setting.
func (r *UpdateConnector) WorkerSetting() bool {
	return r.Capacity != nil || r.Plugins != nil || r.WorkerConfiguration != nil || r.UseDefault
}

// Target returns the worker setting that the request asks for, from the present one.
func (r *UpdateConnector) Target(origin WorkerSetting) WorkerSetting {
	target := origin
	if r.Capacity != nil {
		target.Capacity = r.Capacity.Effective()
	}
	if r.Plugins != nil {
		target.Plugins = r.Plugins
	}
	switch {
	case r.UseDefault:
		target.UseDefault, target.WorkerConfiguration = true, nil
	case r.WorkerConfiguration != nil:
		target.UseDefault, target.WorkerConfiguration = false, r.WorkerConfiguration
	}
	return target
}

// Validate returns a BadRequestException that says all that is wrong with the request
// itself. Whether the version is right and the connector can be updated now depends on
// the connector.
func (r *UpdateConnector) Validate() error {
	var p problems
	p.required("currentVersion", r.CurrentVersion)
	worker, configuration := r.WorkerSetting(), r.Configuration != nil
	switch {
	case worker && configuration:
		p.add("connectorConfiguration cannot be updated together with the worker setting")
	case !worker && !configuration:
		p.add("one of capacity, connectorConfiguration, plugins, workerConfiguration and useDefaultWorkerConfiguration is required")
	}
	if r.Capacity != nil {
		r.Capacity.check(&p, true)
	}
	if configuration {
		checkConfiguration(&p, r.ARN.Name, r.Configuration)
	}
	if r.Plugins != nil {
		checkPlugins(&p, r.Plugins)
	}
	r.WorkerConfiguration.check(&p)
	if r.WorkerConfiguration != nil && r.UseDefault {
		p.add("workerConfiguration and useDefaultWorkerConfiguration exclude each other")
	}
	return p.err()
}

// DeleteConnector is the request to delete a connector.
type DeleteConnector struct {
	ARN ARN `json:"-"`
	// CurrentVersion must be the connector's when it is not empty.
	CurrentVersion string `json:"-"`
}

// ConnectorDeleted is the answer to [DeleteConnector].
type ConnectorDeleted struct {
	ARN   ARN            `json:"connectorArn"`
	State ConnectorState `json:"connectorState"`
}

// RestartConnector is the request to restart a connector and its tasks.
type RestartConnector struct {
	ARN ARN `json:"-"`
	// OnlyFailedTasks restarts only tasks that have failed.
	OnlyFailedTasks bool `json:"-"`
}

// OperationStarted is the answer to requests to restart, pause and resume.
type OperationStarted struct {
	ARN       ARN `json:"connectorArn"`
	Operation ARN `json:"connectorOperationArn"`
}
