package model

// OperationType is what an operation does.
type OperationType string

// The types of operations. ISOLATE and RESTORE are not started by any request.
const (
	OperationUpdateWorkerSetting OperationType = "UPDATE_WORKER_SETTING"
	OperationUpdateConfiguration OperationType = "UPDATE_CONNECTOR_CONFIGURATION"
	OperationIsolate             OperationType = "ISOLATE_CONNECTOR"
	OperationRestore             OperationType = "RESTORE_CONNECTOR"
	OperationRestart             OperationType = "RESTART_CONNECTOR"
	OperationPause               OperationType = "PAUSE_CONNECTOR"
	OperationResume              OperationType = "RESUME_CONNECTOR"
)

// OperationState is how far an operation is.
type OperationState string

// The states of operations. An update goes from PENDING to UPDATE_IN_PROGRESS; when it
// fails after it has changed something it goes on to ROLLBACK_IN_PROGRESS.
const (
	OperationPending            OperationState = "PENDING"
	OperationUpdateInProgress   OperationState = "UPDATE_IN_PROGRESS"
	OperationUpdateComplete     OperationState = "UPDATE_COMPLETE"
	OperationUpdateFailed       OperationState = "UPDATE_FAILED"
	OperationRollbackInProgress OperationState = "ROLLBACK_IN_PROGRESS"
	OperationRollbackFailed     OperationState = "ROLLBACK_FAILED"
	OperationRollbackComplete   OperationState = "ROLLBACK_COMPLETE"
	OperationRestartInProgress  OperationState = "RESTART_IN_PROGRESS"
	OperationRestartComplete    OperationState = "RESTART_COMPLETE"
	OperationRestartFailed      OperationState = "RESTART_FAILED"
	OperationPauseInProgress    OperationState = "PAUSE_IN_PROGRESS"
	OperationPauseComplete      OperationState = "PAUSE_COMPLETE"
	OperationPauseFailed        OperationState = "PAUSE_FAILED"
	OperationResumeInProgress   OperationState = "RESUME_IN_PROGRESS"
	OperationResumeComplete     OperationState = "RESUME_COMPLETE"
	OperationResumeFailed       OperationState = "RESUME_FAILED"
)

// StepType is a step of an update.
type StepType string

// The steps of updates.
const (
	StepInitialize          StepType = "INITIALIZE_UPDATE"
	StepFinalize            StepType = "FINALIZE_UPDATE"
	StepUpdateWorkerSetting StepType = "UPDATE_WORKER_SETTING"
	StepUpdateConfiguration StepType = "UPDATE_CONNECTOR_CONFIGURATION"
	StepValidate            StepType = "VALIDATE_UPDATE"
)

// StepState is how far a step is.
type StepState string

// The states of steps.
const (
	StepPending    StepState = "PENDING"
	StepInProgress StepState = "IN_PROGRESS"
	StepCompleted  StepState = "COMPLETED"
	StepFailed     StepState = "FAILED"
	StepCancelled  StepState = "CANCELLED"
)

// OperationStep is a step of an operation.
type OperationStep struct {
	State StepState `json:"stepState"`
	Type  StepType  `json:"stepType"`
}

// WorkerSetting is what an update of the worker setting changes.
type WorkerSetting struct {
	Capacity            Capacity                     `json:"capacity"`
	Plugins             []Plugin                     `json:"plugins"`
	UseDefault          bool                         `json:"useDefaultWorkerConfiguration"`
	WorkerConfiguration *WorkerConfigurationRevision `json:"workerConfiguration,omitempty"`
}

// OperationSummary is an operation as lists show it.
type OperationSummary struct {
	ARN          ARN            `json:"connectorOperationArn"`
	State        OperationState `json:"connectorOperationState"`
	Type         OperationType  `json:"connectorOperationType"`
	CreationTime Time           `json:"creationTime,omitzero"`
	// EndTime is zero until the state is a last one.
	EndTime Time `json:"endTime,omitzero"`
}

// Operation is an operation as DescribeConnectorOperation shows it.
type Operation struct {
	OperationSummary
	Connector ARN `json:"connectorArn"`
	// Steps are in order; there are none for a restart, pause or resume.
	Steps []OperationStep `json:"operationSteps"`
	// OriginSetting and TargetSetting are set for OperationUpdateWorkerSetting,
	// the configurations for OperationUpdateConfiguration.
	OriginSetting       *WorkerSetting    `json:"originWorkerSetting,omitempty"`
	TargetSetting       *WorkerSetting    `json:"targetWorkerSetting,omitempty"`
	OriginConfiguration map[string]string `json:"originConnectorConfiguration,omitzero"`
	TargetConfiguration map[string]string `json:"targetConnectorConfiguration,omitzero"`
	// ErrorInfo says why the operation has failed.
	ErrorInfo *StateDescription `json:"errorInfo,omitempty"`
}

// NewOperation returns an operation that begins now: an update is PENDING, as all its
// steps are; the others are in progress.
func NewOperation(t OperationType, connector ARN) *Operation {
	o := &Operation{Connector: connector, Steps: t.steps()}
	o.ARN = connector.OperationARN(NewUUID())
	o.Type, o.State, o.CreationTime = t, OperationPending, Now()
	if len(o.Steps) == 0 {
		o.State = t.InProgress()
	}
	return o
}

// steps returns the steps of an operation in order.
func (t OperationType) steps() []OperationStep {
	var types []StepType
	switch t {
	case OperationUpdateWorkerSetting:
		types = []StepType{StepInitialize, StepUpdateWorkerSetting, StepValidate, StepFinalize}
	case OperationUpdateConfiguration:
		types = []StepType{StepInitialize, StepValidate, StepUpdateConfiguration, StepFinalize}
	case OperationIsolate, OperationRestore, OperationRestart, OperationPause, OperationResume:
	}
	steps := []OperationStep{}
	for _, s := range types {
		steps = append(steps, OperationStep{StepPending, s})
	}
	return steps
}

// outcomes returns the states of an operation that runs, is done and has failed.
func (t OperationType) outcomes() (inProgress, complete, failed OperationState) {
	switch t {
	case OperationRestart:
		return OperationRestartInProgress, OperationRestartComplete, OperationRestartFailed
	case OperationPause:
		return OperationPauseInProgress, OperationPauseComplete, OperationPauseFailed
	case OperationResume:
		return OperationResumeInProgress, OperationResumeComplete, OperationResumeFailed
	case OperationUpdateWorkerSetting, OperationUpdateConfiguration, OperationIsolate, OperationRestore:
	}
	return OperationUpdateInProgress, OperationUpdateComplete, OperationUpdateFailed
}

// InProgress returns the state of an operation of this type that runs.
func (t OperationType) InProgress() OperationState { s, _, _ := t.outcomes(); return s }

// Complete returns the state of an operation of this type that is done.
func (t OperationType) Complete() OperationState { _, s, _ := t.outcomes(); return s }

// Failed returns the state of an operation of this type that has failed without
// having changed anything.
func (t OperationType) Failed() OperationState { _, _, s := t.outcomes(); return s }

// Advance marks the step as in progress, and those before it as completed.
func (o *Operation) Advance(step StepType) {
	for i := range o.Steps {
		if o.Steps[i].Type == step {
			o.Steps[i].State = StepInProgress
			return
		}
		o.Steps[i].State = StepCompleted
	}
}

// Succeed ends the operation in its state of success, with all steps completed.
func (o *Operation) Succeed() {
	for i := range o.Steps {
		o.Steps[i].State = StepCompleted
	}
	o.State, o.EndTime = o.Type.Complete(), Now()
}

// Fail ends the operation in a state of failure: [OperationType.Failed], or that of a
// roll-back. The first step that is not completed has failed, later ones are
// cancelled.
func (o *Operation) Fail(state OperationState, reason StateDescription) {
	next := StepFailed
	for i := range o.Steps {
		if o.Steps[i].State != StepCompleted {
			o.Steps[i].State, next = next, StepCancelled
		}
	}
	o.State, o.ErrorInfo, o.EndTime = state, &reason, Now()
}
