//go:build linux

package run_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/internal/cli"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devs3"
)

// TestMain lets the test binary be the control plane, and the workers that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "control" || os.Args[1] == "distributed") {
		os.Exit(cli.Main(os.Args, cli.System()))
	}
	os.Exit(m.Run())
}

const patience = 60 * time.Second

// site is what a control plane needs around it.
type site struct {
	t      *testing.T
	dir    string
	broker string
	s3     string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	s.broker = broker.Addrs()[0]
	objects, err := devs3.New(devs3.Settings{Dir: filepath.Join(s.dir, "s3"), AutoCreateBucket: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = objects.Close() })
	server := httptest.NewServer(objects)
	t.Cleanup(server.Close)
	s.s3 = server.URL
	return s
}

// plane is a process of millrace control.
type plane struct {
	cmd  *exec.Cmd
	url  string
	done chan error

	mu     sync.Mutex
	output bytes.Buffer
}

// start starts a control plane on the site's directory and waits for its address.
func (s *site) start(more ...string) *plane {
	s.t.Helper()
	args := append([]string{
		"control", "--data", filepath.Join(s.dir, "control"), "--listen", "127.0.0.1:0", "--s3-endpoint", s.s3,
		"--region", "eu-west-1", "--account", "123456789012", "--mcu-memory", "512MiB", "--no-cgroups",
	}, more...)
	p := &plane{cmd: exec.Command(os.Args[0], args...), done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret", "AWS_EC2_METADATA_DISABLED=true")
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if s.t.Failed() {
			s.t.Log(p.text())
		}
	})
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if p.url = regexp.MustCompile(`http://\S+`).FindString(first); err != nil || p.url == "" {
		s.t.Fatalf("%q, %v\n%s", first, err, p.text())
	}
	go func() {
		_, _ = io.Copy(p, lines)
		p.done <- p.cmd.Wait()
	}()
	return p
}

func (p *plane) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.Write(b)
}

func (p *plane) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// end sends a signal and waits for the process.
func (p *plane) end(t *testing.T, signal os.Signal) error {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(patience):
		t.Fatalf("the control plane does not end\n%s", p.text())
		return nil
	}
}

func (p *plane) client(secret string) *kafkaconnect.Client {
	return kafkaconnect.New(kafkaconnect.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String(p.url), Credentials: credentials.NewStaticCredentialsProvider("key", secret, ""),
	})
}

// until asks until the answer is the one that is waited for.
func until(t *testing.T, what string, ask func() (now string, done bool)) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		now, done := ask()
		if done {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: after %s it is %s", what, patience, now)
		}
	}
}

// pids returns the processes of workers below a directory.
func pids(dir string) (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err == nil && bytes.Contains(text, []byte("MILLRACE_WORKER="+dir)) {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}

func (s *site) input(plugin *string, workers int32) *kafkaconnect.CreateConnectorInput {
	return &kafkaconnect.CreateConnectorInput{
		ConnectorName: aws.String("orders"), KafkaConnectVersion: aws.String("3.7.x"),
		Capacity:               &types.Capacity{ProvisionedCapacity: &types.ProvisionedCapacity{McuCount: 1, WorkerCount: workers}},
		ConnectorConfiguration: map[string]string{"connector.class": "FileStreamSink", "tasks.max": "1", "topics": "in", "file": filepath.Join(s.dir, "out")},
		KafkaCluster: &types.KafkaCluster{ApacheKafkaCluster: &types.ApacheKafkaCluster{
			BootstrapServers: aws.String(s.broker), Vpc: &types.Vpc{Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}},
		}},
		KafkaClusterClientAuthentication: &types.KafkaClusterClientAuthentication{AuthenticationType: types.KafkaClusterClientAuthenticationTypeNone},
		KafkaClusterEncryptionInTransit:  &types.KafkaClusterEncryptionInTransit{EncryptionType: types.KafkaClusterEncryptionInTransitTypePlaintext},
		Plugins:                          []types.Plugin{{CustomPlugin: &types.CustomPlugin{CustomPluginArn: plugin, Revision: 1}}},
		ServiceExecutionRoleArn:          aws.String("arn:aws:iam::123456789012:role/r"),
	}
}

func (s *site) plugin(c *kafkaconnect.Client) *string {
	s.t.Helper()
	body, err := os.ReadFile("testdata/plugin.zip")
	if err != nil {
		s.t.Fatal(err)
	}
	r, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPut, s.s3+"/plugins/p.zip", bytes.NewReader(body))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	made, err := c.CreateCustomPlugin(s.t.Context(), &kafkaconnect.CreateCustomPluginInput{
		Name: aws.String("p"), ContentType: types.CustomPluginContentTypeZip,
		Location: &types.CustomPluginLocation{S3Location: &types.S3Location{BucketArn: aws.String("arn:aws:s3:::plugins"), FileKey: aws.String("p.zip")}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	until(s.t, "plugin", func() (string, bool) {
		got, err := c.DescribeCustomPlugin(s.t.Context(), &kafkaconnect.DescribeCustomPluginInput{CustomPluginArn: made.CustomPluginArn})
		return fmt.Sprint(got, err), err == nil && got.CustomPluginState == types.CustomPluginStateActive
	})
	return made.CustomPluginArn
}

func describe(t *testing.T, c *kafkaconnect.Client, arn *string, want types.ConnectorState) (got *kafkaconnect.DescribeConnectorOutput) {
	t.Helper()
	until(t, "connector "+string(want), func() (string, bool) {
		var err error
		got, err = c.DescribeConnector(t.Context(), &kafkaconnect.DescribeConnectorInput{ConnectorArn: arn})
		if err != nil {
			return err.Error(), false
		}
		if d := got.StateDescription; d != nil {
			t.Fatalf("%s: %s: %s", got.ConnectorState, aws.ToString(d.Code), aws.ToString(d.Message))
		}
		return string(got.ConnectorState), got.ConnectorState == want
	})
	return got
}

// TestControl drives a control plane with the Go SDK, kills it in the middle of an
// update, stops it and starts it again.
func TestControl(t *testing.T) {
	s := newSite(t)
	p := s.start()
	c := p.client("secret")
	if _, err := p.client("wrong").ListConnectors(t.Context(), &kafkaconnect.ListConnectorsInput{}); err == nil || !strings.Contains(err.Error(), "InvalidSignatureException") {
		t.Errorf("wrong key: %v", err)
	}
	begin := time.Now()
	made, err := c.CreateConnector(t.Context(), s.input(s.plugin(c), 1))
	if err != nil {
		t.Fatal(err)
	}
	now := describe(t, c, made.ConnectorArn, types.ConnectorStateRunning)
	t.Logf("create took %s", time.Since(begin))
	before := pids(s.dir)
	if len(before) != 1 {
		t.Fatalf("processes %v", before)
	}
	p.connectAPI(t)

	updated, err := c.UpdateConnector(t.Context(), &kafkaconnect.UpdateConnectorInput{
		ConnectorArn: made.ConnectorArn, CurrentVersion: now.CurrentVersion,
		Capacity: &types.CapacityUpdate{ProvisionedCapacity: &types.ProvisionedCapacityUpdate{McuCount: 1, WorkerCount: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = p.end(t, syscall.SIGKILL)
	p = s.start()
	c = p.client("secret")
	after := describe(t, c, made.ConnectorArn, types.ConnectorStateRunning)
	if after.Capacity.ProvisionedCapacity.WorkerCount != 2 || *after.CurrentVersion == *now.CurrentVersion {
		t.Errorf("after the kill: %+v", after.Capacity.ProvisionedCapacity)
	}
	op, err := c.DescribeConnectorOperation(t.Context(), &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: updated.ConnectorOperationArn})
	if err != nil || op.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete {
		t.Errorf("%+v, %v", op, err)
	}
	both := pids(s.dir)
	if len(both) != 2 || !strings.Contains(strings.Join(both, " "), before[0]) {
		t.Errorf("processes %v, before %v", both, before)
	}

	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if left := pids(s.dir); strings.Join(left, " ") != strings.Join(both, " ") {
		t.Errorf("processes after SIGTERM %v, before %v", left, both)
	}
	p = s.start("--stop-workers", "--assume-roles", "--cloudwatch-metrics")
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if left := pids(s.dir); len(left) != 0 {
		t.Errorf("processes after --stop-workers: %v", left)
	}
	p = s.start()
	c = p.client("secret")
	until(t, "workers started again", func() (string, bool) { return fmt.Sprint(pids(s.dir)), len(pids(s.dir)) == 2 })
	begin = time.Now()
	if _, err := c.DeleteConnector(t.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: made.ConnectorArn}); err != nil {
		t.Fatal(err)
	}
	until(t, "deletion", func() (string, bool) {
		_, err := c.DescribeConnector(t.Context(), &kafkaconnect.DescribeConnectorInput{ConnectorArn: made.ConnectorArn})
		var gone *types.NotFoundException
		return fmt.Sprint(err), errors.As(err, &gone)
	})
	t.Logf("delete took %s", time.Since(begin))
	if left := pids(s.dir); len(left) != 0 {
		t.Errorf("processes after the deletion: %v", left)
	}
}
