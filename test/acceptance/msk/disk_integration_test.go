//go:build linux && integration

package msk

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/millrace"
)

const disk = "size=8m"

// fullDisk is a control plane whose data is on a file system that can be filled.
type fullDisk struct {
	*stage
	mortal  *mortal
	kept    []string // names of worker configurations that were answered with success
	refused []string
}

// TestFullDisk fills the disk of the control plane. Changes are refused for as long, what
// is there can be read, and what is under way waits.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := newFullDisk(t)
	arn, _ := d.run(d.source("a", "one"))
	d.awaitValues("a", "one")

	pids := workerPIDs(d.file("control/fleet"))
	signalAll(t, pids, syscall.SIGSTOP)
	asked := d.send(t, request{line: "PUT " + at("connectors", arn, "pause")})
	d.fill(t)
	d.exhaust()
	d.isReadOnly(arn)
	signalAll(t, pids, syscall.SIGCONT)
	millrace.Await(t, window, "the operation to find the disk full", func() error {
		if n := d.complaints(); n != 1 {
			return fmt.Errorf("%d messages", n)
		}
		return nil
	})
	if got, err := d.describe(arn); err != nil || got.ConnectorState != "PAUSING" {
		t.Errorf("on a full disk: %+v, %v", got, err)
	}
	d.empty(t)
	d.operation(asked, pauseComplete)
	if n := d.complaints(); n != 1 {
		t.Errorf("%d messages for one operation", n)
	}
	d.isIntact()

	d.fill(t)
	d.exhaust()
	if err := d.plane.process.Kill(); err != nil {
		t.Fatal(err)
	}
	d.mortal.revive(t)
	millrace.Await(t, window, "a start on a full disk", func() error { _, err := d.describe(arn); return err })
	d.exhaust()
	d.isReadOnly(arn)
	d.isIntact()
	d.empty(t)
	d.act("PUT", arn, "resume", resumeComplete)
	d.appendLines(t, "a.txt", "two")
	d.awaitValues("a", "one", "two")
	second, _ := d.run(d.source("b", "three"))
	d.awaitValues("b", "three")
	d.delete(arn)
	d.delete(second)
	d.isIntact()
}

func newFullDisk(t *testing.T) *fullDisk {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "control")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, disk); err != nil {
		t.Skipf("a file system that can be filled cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	m := newMortalIn(t, dir)
	d := &fullDisk{stage: &stage{T: t, plane: m.plane, sdk: m.impatient(1)}, mortal: m}
	d.plugin = d.newPlugin("files")
	return d
}

func signalAll(t *testing.T, pids []int, signal os.Signal) {
	t.Helper()
	for _, pid := range pids {
		if p, err := os.FindProcess(pid); err != nil || p.Signal(signal) != nil {
			t.Errorf("signal %v to %d: %v", signal, pid, err)
		}
	}
}

func (d *fullDisk) filler() string { return d.file("control/filler") }

// fill takes all space.
func (d *fullDisk) fill(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

func (d *fullDisk) empty(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		t.Fatal(err)
	}
}

// configure creates a worker configuration that takes some space.
func (d *fullDisk) configure() error {
	name := fmt.Sprintf("w%d", len(d.kept)+len(d.refused))
	content := converters + strings.Repeat("# a comment\n", 500)
	_, err := d.sdk.CreateWorkerConfiguration(d.Context(), &kafkaconnect.CreateWorkerConfigurationInput{
		Name: &name, PropertiesFileContent: aws.String(base64.StdEncoding.EncodeToString([]byte(content))),
	})
	if err == nil {
		d.kept = append(d.kept, name)
	} else {
		d.refused = append(d.refused, name)
	}
	return err
}

// exhaust makes changes until the space is used up that the store has set aside.
func (d *fullDisk) exhaust() {
	d.Helper()
	for failures := 0; failures < 3; {
		if err := d.configure(); err != nil {
			d.isFull("create worker configuration", err)
			failures++
		}
	}
}

// complaints returns how often the control plane has said that an operation waits.
func (d *fullDisk) complaints() int {
	d.Helper()
	text, err := os.ReadFile(d.log.Name())
	if err != nil {
		d.Fatal(err)
	}
	return strings.Count(string(text), "An operation cannot go on")
}

func (d *fullDisk) isFull(what string, err error) {
	d.Helper()
	refused[*types.ServiceUnavailableException](d.stage, what, err, "full", "free some space")
	if err != nil && strings.Contains(err.Error(), d.plane.dir) {
		d.Errorf("%s: a path in %v", what, err)
	}
}

// isReadOnly makes calls of both kinds.
func (d *fullDisk) isReadOnly(arn *string) {
	d.Helper()
	_, err := d.sdk.CreateConnector(d.Context(), d.input("new", map[string]string{
		"connector.class": fileSource, "file": "x", "topic": "x", "large": strings.Repeat("x", 32<<10),
	}))
	d.isFull("create connector", err)
	_, err = d.sdk.TagResource(d.Context(), &kafkaconnect.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"k": "v"}})
	if err != nil { // for a small change there may be space in the store
		d.isFull("tag", err)
	}
	begin := time.Now()
	if _, err := d.describe(arn); err != nil {
		d.Errorf("describe: %v", err)
	}
	if all, err := d.connectors(); err != nil || len(all) != 1 {
		d.Errorf("list: %d connectors, %v", len(all), err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		d.Errorf("reads took %s", took)
	}
}

// isIntact compares the worker configurations with what was answered.
func (d *fullDisk) isIntact() {
	d.Helper()
	var got []string
	pages := kafkaconnect.NewListWorkerConfigurationsPaginator(d.sdk, &kafkaconnect.ListWorkerConfigurationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(d.Context())
		if err != nil {
			d.Fatal(err)
		}
		for _, w := range page.WorkerConfigurations {
			got = append(got, *w.Name)
		}
	}
	if !slices.Equal(got, d.kept) {
		d.Errorf("worker configurations %v, want %v", got, d.kept)
	}
	if raw := d.send(d.T, request{line: "GET /v1/custom-plugins"}); raw.status != http.StatusOK {
		d.Errorf("plugins: %d %s", raw.status, raw.body)
	}
}
