//go:build integration

package msk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
	"github.com/aws/smithy-go"

	"github.com/millrace/millrace/test/integration/millrace"
)

// client works with connectors of its own, and remembers what it was answered.
type client struct {
	*stage
	name       string
	dice       *rand.Rand
	own        map[string]string // ARNs of connectors by name
	plugins    map[string]string // ARNs of plugins by name
	operations []string          // ARNs
	calls      map[string]int
}

func (s *stage) newClient(name string, seed uint64) *client {
	return &client{
		stage: s, name: name, dice: rand.New(rand.NewPCG(seed, 1)),
		own: map[string]string{}, plugins: map[string]string{}, calls: map[string]int{},
	}
}

func (c *client) names() []string { return []string{c.name + "-a", c.name + "-b"} }

// work does what comes to the mind of its dice.
func (c *client) work(end time.Time) {
	for time.Now().Before(end) {
		name := c.names()[c.dice.IntN(2)]
		arn := c.own[name]
		if arn == "" {
			c.create(name)
			continue
		}
		c.meddle(name, arn)
		if c.dice.IntN(4) > 0 {
			c.rest(arn, end)
		}
	}
}

func (c *client) meddle(name, arn string) {
	switch c.dice.IntN(10) {
	case 0, 1:
		c.update(arn, &kafkaconnect.UpdateConnectorInput{ConnectorConfiguration: c.configuration(name)})
	case 2, 3:
		c.update(arn, capacity(1<<c.dice.Int32N(2), 1+c.dice.Int32N(2)))
	case 4:
		c.lifecycle("POST", arn, "restart")
	case 5:
		c.lifecycle("PUT", arn, "pause")
	case 6, 7:
		c.lifecycle("PUT", arn, "resume")
	case 8:
		if _, err := c.sdk.DeleteConnector(c.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: &arn}); c.accepted("delete", err) {
			delete(c.own, name)
		}
	case 9:
		c.plugin()
	}
}

func (c *client) configuration(name string) map[string]string {
	return map[string]string{
		"connector.class": fileSource, "tasks.max": "1", "file": c.file(name + ".txt"), "topic": name, "batch.size": fmt.Sprint(1 + c.dice.IntN(1000)),
	}
}

func (c *client) create(name string) {
	made, err := c.sdk.CreateConnector(c.Context(), c.input(name, c.configuration(name)))
	if c.accepted("create", err) {
		c.own[name] = *made.ConnectorArn
		return
	}
	var taken *types.ConflictException
	if !errors.As(err, &taken) {
		return
	}
	// It is being deleted, or was created by a call whose answer did not come.
	connectors, err := c.connectors()
	if err != nil {
		return
	}
	for _, s := range connectors {
		if *s.ConnectorName == name && s.ConnectorState != types.ConnectorStateDeleting {
			c.own[name] = *s.ConnectorArn
		}
	}
}

func (c *client) update(arn string, in *kafkaconnect.UpdateConnectorInput) {
	now, err := c.describe(&arn)
	if !c.accepted("describe", err) {
		return
	}
	in.ConnectorArn, in.CurrentVersion = &arn, now.CurrentVersion
	if got, err := c.sdk.UpdateConnector(c.Context(), in); c.accepted("update", err) {
		c.operations = append(c.operations, *got.ConnectorOperationArn)
	}
}

// lifecycle is what this version of the SDK cannot do, or not tell the outcome of.
func (c *client) lifecycle(method, arn, what string) {
	answer, err := http.DefaultClient.Do(c.compose(c.T, request{line: method + " " + at("connectors", &arn, what)}))
	if err != nil {
		return
	}
	_ = answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		c.calls[what]++
	case http.StatusBadRequest, http.StatusNotFound:
	default:
		c.Errorf("%s: %s", what, answer.Status)
	}
}

// plugin makes a plugin, or deletes one that it has made.
func (c *client) plugin() {
	for name, arn := range c.plugins {
		if _, err := c.sdk.DeleteCustomPlugin(c.Context(), &kafkaconnect.DeleteCustomPluginInput{CustomPluginArn: &arn}); c.accepted("delete plugin", err) {
			delete(c.plugins, name)
		}
		return
	}
	name := fmt.Sprint(c.name, "-plugin-", c.calls["create plugin"])
	if made, err := c.sdk.CreateCustomPlugin(c.Context(), pluginInput(name, pluginKey)); c.accepted("create plugin", err) {
		c.plugins[name] = *made.CustomPluginArn
	}
}

// accepted reports success. Of errors, only those are good that say that something is not
// as it should be, or that come of a crash.
func (c *client) accepted(what string, err error) bool {
	if err == nil {
		c.calls[what]++
		return true
	}
	var answer smithy.APIError
	if errors.As(err, &answer) && !slices.Contains([]string{"BadRequestException", "NotFoundException", "ConflictException"}, answer.ErrorCode()) {
		c.Errorf("%s: %v", what, err)
	}
	return false
}

// rest waits a while for an operation to end.
func (c *client) rest(arn string, end time.Time) {
	most := time.Now().Add(time.Duration(c.dice.IntN(1500)) * time.Millisecond)
	for time.Now().Before(end) && time.Now().Before(most) {
		now, err := c.describe(&arn)
		if err == nil && slices.Contains([]types.ConnectorState{types.ConnectorStateRunning, paused, types.ConnectorStateFailed}, now.ConnectorState) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// isTrue checks that what the client was told is so.
func (c *client) isTrue() {
	c.Helper()
	for name, arn := range c.own {
		if _, err := c.describe(&arn); err != nil {
			c.Errorf("%s, which was created: %v", name, err)
		}
	}
	for name, arn := range c.plugins {
		if _, err := c.sdk.DescribeCustomPlugin(c.Context(), &kafkaconnect.DescribeCustomPluginInput{CustomPluginArn: &arn}); err != nil {
			c.Errorf("plugin %s, which was created: %v", name, err)
		}
	}
	for _, arn := range c.operations {
		op, err := c.sdk.DescribeConnectorOperation(c.Context(), &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: &arn})
		var gone *types.NotFoundException
		if errors.As(err, &gone) && !slices.ContainsFunc(slices.Collect(maps.Values(c.own)), func(own string) bool {
			return strings.HasPrefix(arn, strings.Replace(own, ":connector/", ":connector-operation/", 1))
		}) {
			continue // with its connector
		}
		if err != nil || op.EndTime == nil || op.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete {
			c.Errorf("operation %s: %+v, %v", arn, op, err)
		}
	}
	c.Logf("%s: %v", c.name, c.calls)
}

func (s *stage) connectors() ([]types.ConnectorSummary, error) {
	got, err := s.sdk.ListConnectors(context.WithoutCancel(s.Context()), &kafkaconnect.ListConnectorsInput{})
	if err != nil {
		return nil, err
	}
	return got.Connectors, nil
}

func (s *stage) plugins() []types.CustomPluginSummary {
	s.Helper()
	got, err := s.sdk.ListCustomPlugins(s.Context(), &kafkaconnect.ListCustomPluginsInput{})
	if err != nil {
		s.Fatal(err)
	}
	return got.CustomPlugins
}

// isConsistent checks that a connector is what its last update has made it, that its
// operations have ended, newest first, and that its workers run it so.
func (s *stage) isConsistent(c types.ConnectorSummary) {
	s.Helper()
	now, err := s.describe(c.ConnectorArn)
	if err != nil {
		s.Fatal(err)
	}
	config := map[string]string(nil)
	list, err := s.sdk.ListConnectorOperations(s.Context(), &kafkaconnect.ListConnectorOperationsInput{ConnectorArn: c.ConnectorArn})
	if err != nil {
		s.Fatal(err)
	}
	for _, o := range list.ConnectorOperations {
		if o.EndTime == nil || !strings.HasSuffix(string(o.ConnectorOperationState), "_COMPLETE") || strings.HasPrefix(string(o.ConnectorOperationState), "ROLLBACK") {
			op, _ := s.sdk.DescribeConnectorOperation(s.Context(), &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: o.ConnectorOperationArn})
			s.Errorf("an operation of %s is %s: %s", *c.ConnectorName, o.ConnectorOperationState, reason(op.ErrorInfo))
		}
		if config == nil && o.ConnectorOperationType == types.ConnectorOperationTypeUpdateConnectorConfiguration {
			op, err := s.sdk.DescribeConnectorOperation(s.Context(), &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: o.ConnectorOperationArn})
			if err != nil {
				s.Fatal(err)
			}
			config = op.TargetConnectorConfiguration
		}
	}
	if config != nil && !maps.Equal(config, now.ConnectorConfiguration) {
		s.Errorf("%s has %v, its last update says %v", *c.ConnectorName, now.ConnectorConfiguration, config)
	}
	s.runsAs(now)
}

// runsAs checks that workers do what a description says.
func (s *stage) runsAs(now *kafkaconnect.DescribeConnectorOutput) {
	s.Helper()
	name, state := *now.ConnectorName, strings.ToUpper(string(now.ConnectorState))
	millrace.Await(s.T, window, "the task of "+name, func() error {
		got := s.status(name)
		if got.Connector.State != state || len(got.Tasks) != 1 || got.Tasks[0].State != state {
			return fmt.Errorf("it is %s, its workers say %+v", state, got)
		}
		return nil
	})
	config := get[struct{ Config map[string]string }](s.T, s.plane, "/connect/"+name+"/connectors/"+name).Config
	delete(config, "name")
	if !maps.Equal(config, now.ConnectorConfiguration) {
		s.Errorf("%s: the workers have %v, want %v", name, config, now.ConnectorConfiguration)
	}
}
