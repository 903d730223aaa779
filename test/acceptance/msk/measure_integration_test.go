//go:build integration

package msk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/millrace"
)

const (
	measureEnv  = "MILLRACE_MEASURE" // runs TestMeasures
	measureRuns = 10                 // of each operation
	manyNumber  = 50                 // connectors
	manyClients = 8
	idleTime    = 30 * time.Second // before memory is read
)

// TestMeasures prints how long operations take, from the call to the state that clients
// wait for, and how much memory a control plane and its idle workers have.
func TestMeasures(t *testing.T) {
	if os.Getenv(measureEnv) == "" {
		t.Skipf("set %s=1 to measure", measureEnv)
	}
	p := newPlane(t)
	s := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	s.plugin = s.newPlugin("files")
	took := map[string][]time.Duration{}
	for i := range measureRuns {
		s.measureOne(fmt.Sprint("measured-", i), took)
	}
	fmt.Println("|  | median | most |\n|---|---|---|")
	for _, what := range []string{"create → RUNNING", "update configuration", "update capacity 1 → 2", "update capacity 2 → 1", "delete → 404"} {
		all := took[what]
		slices.Sort(all)
		fmt.Printf("| %s | %.2f s | %.2f s |\n", what, all[len(all)/2].Seconds(), all[len(all)-1].Seconds())
	}
	s.measureMany()
}

// measureOne takes the times of one connector's life.
func (s *stage) measureOne(name string, took map[string][]time.Duration) {
	s.Helper()
	clock := func(what string, deed func()) {
		begin := time.Now()
		deed()
		took[what] = append(took[what], time.Since(begin))
	}
	in := s.source(name, "a")
	var arn *string
	var now *kafkaconnect.DescribeConnectorOutput
	clock("create → RUNNING", func() { arn, now = s.run(in) })
	s.awaitValues(name, "a")
	clock("update configuration", func() {
		now.ConnectorConfiguration["batch.size"] = "100"
		_, err := s.update(arn, now.CurrentVersion, now.ConnectorConfiguration)
		now = s.updated(arn, err)
	})
	for _, workers := range []int32{2, 1} {
		clock(fmt.Sprintf("update capacity %d → %d", 3-workers, workers), func() {
			_, err := s.sdk.UpdateConnector(s.Context(), &kafkaconnect.UpdateConnectorInput{
				ConnectorArn: arn, CurrentVersion: now.CurrentVersion,
				Capacity: &types.CapacityUpdate{ProvisionedCapacity: &types.ProvisionedCapacityUpdate{McuCount: 1, WorkerCount: workers}},
			})
			now = s.updated(arn, err)
		})
	}
	clock("delete → 404", func() { s.delete(arn) })
}

func (s *stage) updated(arn *string, err error) *kafkaconnect.DescribeConnectorOutput {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	return s.await(arn, types.ConnectorStateRunning)
}

// measureMany creates many connectors at once and prints the memory of the processes.
func (s *stage) measureMany() {
	begin := time.Now()
	arns := make([]*string, manyNumber)
	inputs := make([]*kafkaconnect.CreateConnectorInput, manyNumber)
	for i := range inputs {
		inputs[i] = s.source(fmt.Sprint("many-", i), "a")
	}
	var clients sync.WaitGroup
	for first := range manyClients {
		clients.Go(func() {
			for i := first; i < manyNumber; i += manyClients {
				if made, err := s.sdk.CreateConnector(s.Context(), inputs[i]); err == nil {
					arns[i] = made.ConnectorArn
				} else {
					s.Error(err)
				}
			}
		})
	}
	clients.Wait()
	if s.Failed() {
		return
	}
	for _, arn := range arns {
		s.await(arn, types.ConnectorStateRunning)
	}
	fmt.Printf("| %d connectors by %d clients, all RUNNING | %.1f s | |\n", manyNumber, manyClients, time.Since(begin).Seconds())
	s.awaitIdle()
	s.printMemory()
	begin = time.Now()
	for _, arn := range arns {
		s.delete(arn)
	}
	fmt.Printf("| %d connectors deleted, one after another | %.1f s | |\n", manyNumber, time.Since(begin).Seconds())
}

// awaitIdle lets time pass: what was needed for the start is given back meanwhile.
func (s *stage) awaitIdle() {
	s.Helper()
	begin := time.Now()
	millrace.Await(s.T, 2*idleTime, "idle workers", func() error {
		if time.Since(begin) < idleTime {
			return errors.New("they have not been idle for long enough")
		}
		return nil
	})
}

// printMemory prints resident memory, and what of it no other process has: workers share
// the pages of the program.
func (s *stage) printMemory() {
	s.Helper()
	workers := workerPIDs(s.dir)
	if len(workers) != manyNumber {
		s.Fatalf("there are %d workers", len(workers))
	}
	for _, c := range []struct {
		what string
		pids []int
	}{{"control plane", []int{s.process.PID()}}, {"worker", workers}} {
		resident, own := memoryMB(s.T, c.pids, "VmRSS"), memoryMB(s.T, c.pids, "RssAnon")
		n := len(resident)
		fmt.Printf("| %s, resident: median | %.0f MB | %.0f MB |\n", c.what, resident[n/2], resident[n-1])
		fmt.Printf("| %s, its own of that: median | %.0f MB | %.0f MB |\n", c.what, own[n/2], own[n-1])
	}
}

// memoryMB returns what the system says about the memory of processes, in 10^6 bytes,
// sorted.
func memoryMB(t testing.TB, pids []int, what string) (all []float64) {
	t.Helper()
	for _, pid := range pids {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), what+":")
		var kb float64
		if _, err := fmt.Sscan(rest, &kb); err != nil {
			t.Fatalf("%s of %d: %v", what, pid, err)
		}
		all = append(all, kb*1024/1e6)
	}
	slices.Sort(all)
	return all
}
