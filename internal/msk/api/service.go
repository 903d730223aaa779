package api

import (
	"context"

	"github.com/millrace/millrace/internal/msk/model"
)

// Service does what the API offers. Its methods are called from many goroutines.
// Requests have passed their Validate, an ARN is of the kind that the method is for
// (TagResource and its like: of any kind). A returned *model.Error is answered as it
// is; any other error is logged and answered as an InternalServerErrorException without
// its text, the end of the context as a ServiceUnavailableException. The context ends
// with the request or after [Options.Timeout].
type Service interface {
	Connectors
	Lifecycle
	Operations
	CustomPlugins
	WorkerConfigurations
	Tags
}

// Connectors creates, shows, changes and deletes connectors.
type Connectors interface {
	// CreateConnector answers when the connector is stored. It is called again with
	// the same Invocation when the client did not get the answer.
	CreateConnector(context.Context, model.CreateConnector) (model.ConnectorCreated, error)
	// ListConnectors is in the order of creation. It checks the token.
	ListConnectors(context.Context, model.List) (model.Page[model.ConnectorSummary], error)
	DescribeConnector(context.Context, model.ARN) (model.Connector, error)
	// UpdateConnector starts an operation.
	UpdateConnector(context.Context, model.UpdateConnector) (model.ConnectorUpdated, error)
	// DeleteConnector succeeds again while the connector is being deleted.
	DeleteConnector(context.Context, model.DeleteConnector) (model.ConnectorDeleted, error)
}

// Lifecycle starts operations that restart, pause and resume connectors.
type Lifecycle interface {
	RestartConnector(context.Context, model.RestartConnector) (model.OperationStarted, error)
	PauseConnector(context.Context, model.ARN) (model.OperationStarted, error)
	ResumeConnector(context.Context, model.ARN) (model.OperationStarted, error)
}

// Operations shows what operations do and did.
type Operations interface {
	// ListConnectorOperations is newest first. It checks the token.
	ListConnectorOperations(context.Context, model.List) (model.Page[model.OperationSummary], error)
	DescribeConnectorOperation(context.Context, model.ARN) (model.Operation, error)
}

// CustomPlugins creates, shows and deletes plugins.
type CustomPlugins interface {
	CreateCustomPlugin(context.Context, model.CreateCustomPlugin) (model.CustomPluginCreated, error)
	// ListCustomPlugins is in the order of creation. It checks the token.
	ListCustomPlugins(context.Context, model.List) (model.Page[model.CustomPlugin], error)
	DescribeCustomPlugin(context.Context, model.ARN) (model.CustomPlugin, error)
	DeleteCustomPlugin(context.Context, model.ARN) (model.CustomPluginDeleted, error)
}

// WorkerConfigurations creates, shows and deletes worker configurations.
type WorkerConfigurations interface {
	CreateWorkerConfiguration(context.Context, model.CreateWorkerConfiguration) (model.WorkerConfigurationCreated, error)
	// ListWorkerConfigurations is in the order of creation. It checks the token.
	ListWorkerConfigurations(context.Context, model.List) (model.Page[model.WorkerConfigurationSummary], error)
	DescribeWorkerConfiguration(context.Context, model.ARN) (model.WorkerConfiguration, error)
	DeleteWorkerConfiguration(context.Context, model.ARN) (model.WorkerConfigurationDeleted, error)
}

// Tags shows and changes the tags of connectors, plugins and worker configurations.
type Tags interface {
	TagResource(context.Context, model.TagResource) error
	UntagResource(context.Context, model.UntagResource) error
	ListTagsForResource(context.Context, model.ARN) (model.Tags, error)
}
