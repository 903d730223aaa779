//go:build integration

package msk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
)

// awsCLI runs the AWS CLI against a control plane.
type awsCLI struct {
	*stage
	python string
	env    []string
}

// output is what a run of the CLI has left.
type output struct {
	status         int
	stdout, stderr string
}

// run runs a command of kafkaconnect.
func (c *awsCLI) run(args ...string) output {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), clientWindow)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.python, append([]string{"-m", "awscli", "kafkaconnect"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.Fatal(err)
	}
	return output{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// ask runs a command that must succeed and returns what it prints.
func (c *awsCLI) ask(args ...string) map[string]any {
	c.Helper()
	got := c.run(args...)
	text := got.stdout
	if strings.TrimSpace(text) == "" {
		text = "{}" // there are no members to print
	}
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); got.status != 0 || err != nil {
		c.Fatalf("aws kafkaconnect %v: status %d, %v\n%s%s", args, got.status, err, got.stdout, got.stderr)
	}
	return value
}

// fails runs a command that must fail with an exception.
func (c *awsCLI) fails(exception string, args ...string) {
	c.Helper()
	if got := c.run(args...); got.status < 250 || got.stdout != "" || !strings.Contains(got.stderr, "("+exception+")") {
		c.Errorf("aws kafkaconnect %v: status %d, want %s\n%s%s", args, got.status, exception, got.stdout, got.stderr)
	}
}

// inputFile writes the input of create-connector.
func (c *awsCLI) inputFile(name string) string {
	c.Helper()
	c.createTopic(c.T, name)
	c.appendLines(c.T, name+".txt", "a")
	input, err := json.Marshal(map[string]any{
		"connectorName": name, "kafkaConnectVersion": "3.7.x",
		"connectorConfiguration": map[string]string{"connector.class": fileSource, "tasks.max": "1", "file": c.file(name + ".txt"), "topic": name},
		"capacity":               map[string]any{"provisionedCapacity": map[string]int{"mcuCount": 1, "workerCount": 1}},
		"kafkaCluster": map[string]any{"apacheKafkaCluster": map[string]any{
			"bootstrapServers": c.bootstrap, "vpc": map[string]any{"subnets": []string{"subnet-1"}, "securityGroups": []string{"sg-1"}},
		}},
		"kafkaClusterClientAuthentication": map[string]string{"authenticationType": "NONE"},
		"kafkaClusterEncryptionInTransit":  map[string]string{"encryptionType": "PLAINTEXT"},
		"plugins":                          []any{map[string]any{"customPlugin": map[string]any{"customPluginArn": *c.plugin, "revision": 1}}},
		"serviceExecutionRoleArn":          "arn:aws:iam::" + account + ":role/connect",
	})
	if err == nil {
		err = os.WriteFile(c.file(name+".json"), input, 0o600)
	}
	if err != nil {
		c.Fatal(err)
	}
	return "file://" + c.file(name+".json")
}

// TestCLI runs the AWS CLI as people do.
func TestCLI(t *testing.T) {
	t.Parallel()
	program := python.program(t)
	p := newPlane(t)
	c := &awsCLI{&stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}, program, p.clientEnv()}
	c.plugin = c.newPlugin("files")
	var arns []string
	for _, name := range []string{"cli-2", "cli-1"} {
		made := c.ask("create-connector", "--cli-input-json", c.inputFile(name))
		if made["connectorState"] != "CREATING" || made["connectorName"] != name {
			t.Errorf("created %v", made)
		}
		arn := made["connectorArn"].(string)
		arns = append(arns, arn)
		c.await(&arn, types.ConnectorStateRunning)
	}
	c.list()
	c.describeAndUpdate(arns[0])
	c.fails("ConflictException", "create-connector", "--cli-input-json", "file://"+c.file("cli-1.json"))
	c.fails("NotFoundException", "describe-connector", "--connector-arn", arns[0]+"0")
	c.fails("BadRequestException", "delete-connector", "--connector-arn", arns[0], "--current-version", "KWRONG")
	c.fails("MissingAuthenticationTokenException", "list-connectors", "--no-sign-request")
	c.newer(arns[1])
	for _, arn := range arns {
		if gone := c.ask("delete-connector", "--connector-arn", arn); gone["connectorState"] != "DELETING" {
			t.Errorf("deleted %v", gone)
		}
		c.awaitGone("connector", func() error { _, err := c.describe(&arn); return err })
	}
}

// list lists both connectors in pages of one.
func (c *awsCLI) list() {
	c.Helper()
	var got struct {
		Connectors []struct{ ConnectorName, CreationTime string }
		NextToken  string
	}
	listed := c.run("list-connectors", "--page-size", "1")
	err := json.Unmarshal([]byte(listed.stdout), &got)
	if err != nil || len(got.Connectors) != 2 || got.Connectors[0].ConnectorName != "cli-2" || got.NextToken != "" {
		c.Errorf("status %d, %v\n%s%s", listed.status, err, listed.stdout, listed.stderr)
	}
	iso := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|\+00:00)$`)
	for _, one := range got.Connectors {
		if !iso.MatchString(one.CreationTime) {
			c.Errorf("creationTime %q", one.CreationTime)
		}
	}
	first := c.run("list-connectors", "--max-items", "1", "--connector-name-prefix", "cli-", "--query", "connectors[].connectorName", "--output", "text")
	if name, _, _ := strings.Cut(first.stdout, "\n"); first.status != 0 || strings.TrimSpace(name) != "cli-2" {
		c.Errorf("status %d\n%s%s", first.status, first.stdout, first.stderr)
	}
}

// describeAndUpdate updates the number of workers with the CLI's short form.
func (c *awsCLI) describeAndUpdate(arn string) {
	c.Helper()
	now := c.ask("describe-connector", "--connector-arn", arn)
	if now["connectorState"] != "RUNNING" || now["networkType"] != "IPV4" {
		c.Errorf("described %v", now)
	}
	started := c.ask("update-connector", "--connector-arn", arn, "--current-version", now["currentVersion"].(string),
		"--capacity", "provisionedCapacity={mcuCount=2,workerCount=1}")
	operation, _ := started["connectorOperationArn"].(string)
	if op := c.finish(&operation); op.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete {
		c.Errorf("operation %s: %s", op.ConnectorOperationState, reason(op.ErrorInfo))
	}
	if shown := c.ask("describe-connector-operation", "--connector-operation-arn", operation); shown["connectorOperationState"] != "UPDATE_COMPLETE" {
		c.Errorf("operation %v", shown)
	}
	c.ask("tag-resource", "--resource-arn", arn, "--tags", `{"a":"1","b c":"é"}`)
	if tags, _ := c.ask("list-tags-for-resource", "--resource-arn", arn)["tags"].(map[string]any); len(tags) != 2 || tags["b c"] != "é" {
		c.Errorf("tags %v", tags)
	}
}

// newer uses operations that this CLI knows only with the service model of boto3.
func (c *awsCLI) newer(arn string) {
	c.Helper()
	models, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(c.python)), "*", "*", "site-packages", "botocore", "data"))
	if err != nil || len(models) == 0 {
		c.Fatalf("service models at %v, %v", models, err)
	}
	old := c.env
	defer func() { c.env = old }()
	c.env = append(c.env[:len(c.env):len(c.env)], "AWS_DATA_PATH="+models[0])
	operation, _ := c.ask("restart-connector", "--connector-arn", arn, "--only-failed-tasks")["connectorOperationArn"].(string)
	if op := c.finish(&operation); op.ConnectorOperationState != restartComplete {
		c.Errorf("restart: %s, %s", op.ConnectorOperationState, reason(op.ErrorInfo))
	}
}
