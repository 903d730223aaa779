package model

// WorkerConfigurationSummary is a worker configuration as lists show it.
type WorkerConfigurationSummary struct {
	CreationTime Time   `json:"creationTime,omitzero"`
	Description  string `json:"description,omitempty"`
	// LatestRevision has no content here.
	LatestRevision RevisionSummary          `json:"latestRevision"`
	Name           string                   `json:"name"`
	ARN            ARN                      `json:"workerConfigurationArn"`
	State          WorkerConfigurationState `json:"workerConfigurationState"`
}

// RevisionSummary is a revision of a worker configuration. There is only revision 1.
type RevisionSummary struct {
	CreationTime Time   `json:"creationTime,omitzero"`
	Description  string `json:"description,omitempty"`
	Revision     int64  `json:"revision"`
}

// Revision is a revision of a worker configuration with its content.
type Revision struct {
	RevisionSummary
	// Content is base64, byte for byte as the client sent it; [WorkerProperties]
	// reads it.
	Content string `json:"propertiesFileContent"`
}

// WorkerConfiguration is a worker configuration as DescribeWorkerConfiguration shows
// it.
type WorkerConfiguration struct {
	WorkerConfigurationSummary
	// LatestRevision takes the place of the summary's.
	LatestRevision Revision `json:"latestRevision"`
}

// CreateWorkerConfiguration is the request to create a worker configuration.
type CreateWorkerConfiguration struct {
	Description string `json:"description,omitempty"`
	Name        string `json:"name"`
	// Content is base64 of a part of connect-distributed.properties.
	Content string            `json:"propertiesFileContent"`
	Tags    map[string]string `json:"tags,omitzero"`
	// Invocation is as in [CreateConnector].
	Invocation string `json:"-"`
}

// WorkerConfigurationCreated is the answer to [CreateWorkerConfiguration].
type WorkerConfigurationCreated struct {
	CreationTime   Time                     `json:"creationTime,omitzero"`
	LatestRevision RevisionSummary          `json:"latestRevision"`
	Name           string                   `json:"name"`
	ARN            ARN                      `json:"workerConfigurationArn"`
	State          WorkerConfigurationState `json:"workerConfigurationState"`
}

// Validate returns a BadRequestException that says all that is wrong with the request,
// its content included.
func (r *CreateWorkerConfiguration) Validate() error {
	var p problems
	p.description("description", r.Description)
	p.name("name", r.Name)
	checkContent(&p, r.Content)
	checkTags(&p, r.Tags)
	return p.err()
}

// WorkerConfigurationDeleted is the answer to a request to delete a worker
// configuration.
type WorkerConfigurationDeleted struct {
	ARN   ARN                      `json:"workerConfigurationArn"`
	State WorkerConfigurationState `json:"workerConfigurationState"`
}
