package model

// ConnectorState is where a connector is in its life.
type ConnectorState string

// The states of a connector. That its tasks have failed does not change its state.
const (
	ConnectorCreating   ConnectorState = "CREATING"
	ConnectorRunning    ConnectorState = "RUNNING"
	ConnectorUpdating   ConnectorState = "UPDATING"
	ConnectorDeleting   ConnectorState = "DELETING"
	ConnectorFailed     ConnectorState = "FAILED"
	ConnectorRestarting ConnectorState = "RESTARTING"
	ConnectorPausing    ConnectorState = "PAUSING"
	ConnectorPaused     ConnectorState = "PAUSED"
	ConnectorResuming   ConnectorState = "RESUMING"
)

// PluginState is where a custom plugin is in its life.
type PluginState string

// The states of a custom plugin; no operation leads to UPDATING or UPDATE_FAILED.
const (
	PluginCreating     PluginState = "CREATING"
	PluginCreateFailed PluginState = "CREATE_FAILED"
	PluginActive       PluginState = "ACTIVE"
	PluginUpdating     PluginState = "UPDATING"
	PluginUpdateFailed PluginState = "UPDATE_FAILED"
	PluginDeleting     PluginState = "DELETING"
)

// WorkerConfigurationState is where a worker configuration is in its life.
type WorkerConfigurationState string

// The states of a worker configuration.
const (
	WorkerConfigurationActive   WorkerConfigurationState = "ACTIVE"
	WorkerConfigurationDeleting WorkerConfigurationState = "DELETING"
)

// StateDescription says why a resource is in its state, or why an operation failed.
type StateDescription struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Codes of a [StateDescription]. Messages name the cause and where to look.
const (
	ReasonUnknown                 = "UnknownError.Unknown"
	ReasonInvalidConfiguration    = "InvalidInput.InvalidConnectorConfiguration"
	ReasonPluginClassNotFound     = "InvalidInput.PluginClassNotFound"
	ReasonInvalidPluginFile       = "InvalidInput.InvalidPluginFile"
	ReasonObjectNotFound          = "InvalidInput.S3ObjectNotFound"
	ReasonBucketNotFound          = "InvalidInput.S3BucketNotFound"
	ReasonS3AccessDenied          = "AccessDenied.S3"
	ReasonRoleAccessDenied        = "AccessDenied.ServiceExecutionRole"
	ReasonBootstrapUnreachable    = "ConnectionError.BootstrapUnreachable"
	ReasonDNSResolution           = "ConnectionError.DnsResolution"
	ReasonS3Unreachable           = "ConnectionError.S3Unreachable"
	ReasonKafkaAuthentication     = "AuthenticationError.Kafka"
	ReasonInternalTopicsForbidden = "AuthorizationError.InternalTopics"
	ReasonTopicsForbidden         = "AuthorizationError.Topics"
	ReasonNoWorkers               = "CapacityError.NoWorkers"
)
