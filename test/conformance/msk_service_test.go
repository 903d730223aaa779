package conformance

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/millrace/millrace/internal/msk/model"
)

// mskService remembers the last request and answers as it was recorded.
type mskService struct {
	recorded *mskCase

	operation, arn string
	query          url.Values
	body           any
}

// play makes the service ready for a case.
func (s *mskService) play(c *mskCase) { *s = mskService{recorded: c} }

// note remembers a request. Values of the query that are empty were not sent.
func (s *mskService) note(operation string, arn model.ARN, body any, query ...string) {
	s.operation, s.arn, s.body, s.query = operation, arn.String(), body, url.Values{}
	for i := 0; i < len(query); i += 2 {
		if query[i+1] != "" {
			s.query.Add(query[i], query[i+1])
		}
	}
}

func (s *mskService) failure() error {
	if s.recorded.Response.Status < 400 {
		return nil
	}
	var e struct{ Message string }
	_ = json.Unmarshal(s.recorded.Response.Body, &e)
	return &model.Error{Code: model.Code(s.recorded.Response.Headers["x-amzn-ErrorType"]), Message: e.Message}
}

// mskAnswer returns the recorded answer.
func mskAnswer[T any](s *mskService) (result T, err error) {
	if err := s.failure(); err != nil {
		return result, err
	}
	return result, json.Unmarshal(s.recorded.Response.Body, &result)
}

func mskList[T any](s *mskService, operation, member, prefix string, l model.List) (p model.Page[T], err error) {
	most := ""
	if l.Max != model.MaxPage {
		most = strconv.Itoa(l.Max)
	}
	s.note(operation, l.Connector, nil, prefix, l.Prefix, "maxResults", most, "nextToken", l.Token)
	members, err := mskAnswer[map[string]json.RawMessage](s)
	if err != nil {
		return p, err
	}
	if next := members["nextToken"]; next != nil {
		err = json.Unmarshal(next, &p.NextToken)
	}
	if err == nil {
		err = json.Unmarshal(members[member], &p.Items)
	}
	return p, err
}

func (s *mskService) CreateConnector(_ context.Context, r model.CreateConnector) (model.ConnectorCreated, error) {
	s.note("CreateConnector", model.ARN{}, r)
	return mskAnswer[model.ConnectorCreated](s)
}

func (s *mskService) ListConnectors(_ context.Context, l model.List) (model.Page[model.ConnectorSummary], error) {
	return mskList[model.ConnectorSummary](s, "ListConnectors", "connectors", "connectorNamePrefix", l)
}

func (s *mskService) DescribeConnector(_ context.Context, arn model.ARN) (model.Connector, error) {
	s.note("DescribeConnector", arn, nil)
	return mskAnswer[model.Connector](s)
}

func (s *mskService) UpdateConnector(_ context.Context, r model.UpdateConnector) (model.ConnectorUpdated, error) {
	s.note("UpdateConnector", r.ARN, r, "currentVersion", r.CurrentVersion)
	return mskAnswer[model.ConnectorUpdated](s)
}

func (s *mskService) DeleteConnector(_ context.Context, r model.DeleteConnector) (model.ConnectorDeleted, error) {
	s.note("DeleteConnector", r.ARN, nil, "currentVersion", r.CurrentVersion)
	return mskAnswer[model.ConnectorDeleted](s)
}

func (s *mskService) RestartConnector(_ context.Context, r model.RestartConnector) (model.OperationStarted, error) {
	only := ""
	if r.OnlyFailedTasks {
		only = "true"
	}
	s.note("RestartConnector", r.ARN, nil, "onlyFailedTasks", only)
	return mskAnswer[model.OperationStarted](s)
}

func (s *mskService) PauseConnector(_ context.Context, arn model.ARN) (model.OperationStarted, error) {
	s.note("PauseConnector", arn, nil)
	return mskAnswer[model.OperationStarted](s)
}

func (s *mskService) ResumeConnector(_ context.Context, arn model.ARN) (model.OperationStarted, error) {
	s.note("ResumeConnector", arn, nil)
	return mskAnswer[model.OperationStarted](s)
}

func (s *mskService) ListConnectorOperations(_ context.Context, l model.List) (model.Page[model.OperationSummary], error) {
	return mskList[model.OperationSummary](s, "ListConnectorOperations", "connectorOperations", "", l)
}

func (s *mskService) DescribeConnectorOperation(_ context.Context, arn model.ARN) (model.Operation, error) {
	s.note("DescribeConnectorOperation", arn, nil)
	return mskAnswer[model.Operation](s)
}

func (s *mskService) CreateCustomPlugin(_ context.Context, r model.CreateCustomPlugin) (model.CustomPluginCreated, error) {
	s.note("CreateCustomPlugin", model.ARN{}, r)
	return mskAnswer[model.CustomPluginCreated](s)
}

func (s *mskService) ListCustomPlugins(_ context.Context, l model.List) (model.Page[model.CustomPlugin], error) {
	return mskList[model.CustomPlugin](s, "ListCustomPlugins", "customPlugins", "namePrefix", l)
}

func (s *mskService) DescribeCustomPlugin(_ context.Context, arn model.ARN) (model.CustomPlugin, error) {
	s.note("DescribeCustomPlugin", arn, nil)
	return mskAnswer[model.CustomPlugin](s)
}

func (s *mskService) DeleteCustomPlugin(_ context.Context, arn model.ARN) (model.CustomPluginDeleted, error) {
	s.note("DeleteCustomPlugin", arn, nil)
	return mskAnswer[model.CustomPluginDeleted](s)
}

func (s *mskService) CreateWorkerConfiguration(_ context.Context, r model.CreateWorkerConfiguration) (model.WorkerConfigurationCreated, error) {
	s.note("CreateWorkerConfiguration", model.ARN{}, r)
	return mskAnswer[model.WorkerConfigurationCreated](s)
}

func (s *mskService) ListWorkerConfigurations(_ context.Context, l model.List) (model.Page[model.WorkerConfigurationSummary], error) {
	return mskList[model.WorkerConfigurationSummary](s, "ListWorkerConfigurations", "workerConfigurations", "namePrefix", l)
}

func (s *mskService) DescribeWorkerConfiguration(_ context.Context, arn model.ARN) (model.WorkerConfiguration, error) {
	s.note("DescribeWorkerConfiguration", arn, nil)
	return mskAnswer[model.WorkerConfiguration](s)
}

func (s *mskService) DeleteWorkerConfiguration(_ context.Context, arn model.ARN) (model.WorkerConfigurationDeleted, error) {
	s.note("DeleteWorkerConfiguration", arn, nil)
	return mskAnswer[model.WorkerConfigurationDeleted](s)
}

func (s *mskService) TagResource(_ context.Context, r model.TagResource) error {
	s.note("TagResource", r.ARN, r)
	return s.failure()
}

func (s *mskService) UntagResource(_ context.Context, r model.UntagResource) error {
	s.note("UntagResource", r.ARN, nil)
	s.query["tagKeys"] = r.Keys
	return s.failure()
}

func (s *mskService) ListTagsForResource(_ context.Context, arn model.ARN) (model.Tags, error) {
	s.note("ListTagsForResource", arn, nil)
	return mskAnswer[model.Tags](s)
}
