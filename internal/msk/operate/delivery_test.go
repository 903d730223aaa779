//go:build linux

package operate_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/logship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/sigv4"
)

// logGroup is a CloudWatch Logs with the group "group".
type logGroup struct {
	t     *testing.T
	mu    sync.Mutex
	lines map[string][]string // by stream
}

func (g *logGroup) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	sum := sha256.Sum256(body)
	v := sigv4.Verifier{Service: "logs", Secrets: map[string]string{"key": "secret"}}
	if _, err := v.Verify(q, hex.EncodeToString(sum[:])); err != nil {
		g.t.Errorf("signature: %v", err)
	}
	var r struct {
		LogGroupName, LogStreamName string
		LogEvents                   []struct{ Message string }
	}
	if err := json.Unmarshal(body, &r); err != nil || r.LogGroupName != "group" && r.LogGroupName != "none" {
		g.t.Errorf("request %.200s, %v", body, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_, there := g.lines[r.LogStreamName]
	code := ""
	switch target := q.Header.Get("X-Amz-Target"); {
	case r.LogGroupName == "none":
		code, there = "ResourceNotFoundException", false
	case target == "Logs_20140328.CreateLogStream" && there:
		code = "ResourceAlreadyExistsException"
	case target == "Logs_20140328.CreateLogStream":
		g.lines[r.LogStreamName] = []string{}
	case target != "Logs_20140328.PutLogEvents":
		g.t.Errorf("target %s", target)
	case !there:
		code = "ResourceNotFoundException"
	}
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
	}
	for _, e := range r.LogEvents {
		if there {
			g.lines[r.LogStreamName] = append(g.lines[r.LogStreamName], e.Message)
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code})
}

func (g *logGroup) of(worker string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.lines[worker])
}

// objectLines returns the lines of the objects below a prefix of the plugins' bucket.
func (p *plant) objectLines(prefix string) (lines []string) {
	p.t.Helper()
	list := p.get("/plugins?list-type=2&prefix=" + prefix)
	for _, key := range regexp.MustCompile(`<Key>([^<]+)</Key>`).FindAllStringSubmatch(list, -1) {
		z, err := gzip.NewReader(strings.NewReader(p.get("/plugins/" + key[1])))
		if err != nil {
			p.t.Fatalf("%s: %v", key[1], err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			p.t.Fatalf("%s: %v", key[1], err)
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")...)
	}
	return lines
}

func (p *plant) get(path string) string {
	p.t.Helper()
	resp, err := http.Get(p.s3 + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("GET %s: %s, %v", path, resp.Status, err)
	}
	return string(text)
}

// written returns the lines of a log file as they are delivered.
func written(t *testing.T, file, worker string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		lines = append(lines, "["+worker+"] "+strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// TestLogDelivery has the log of a worker delivered over the end of a control plane, to
// the last line, and that of a worker that does not live for long.
func TestLogDelivery(t *testing.T) {
	p := newPlant(t)
	group := &logGroup{t: t, lines: map[string][]string{}}
	server := httptest.NewServer(group)
	t.Cleanup(server.Close)
	p.access = logship.Access{Region: "eu-west-1", Endpoint: server.URL, S3Endpoint: p.s3}
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	r := p.request("c", plugin, p.source("t", "one"))
	r.LogDelivery = &model.LogDelivery{Worker: model.WorkerLogDelivery{
		CloudWatchLogs: &model.CloudWatchLogs{Enabled: true, LogGroup: "group"},
		S3:             &model.S3Logs{Enabled: true, Bucket: "plugins", Prefix: "logs"},
		Firehose:       &model.Firehose{DeliveryStream: "not enabled"},
	}}
	c := p.create(r)
	if c.State != model.ConnectorRunning {
		t.Fatalf("%s: %+v", c.State, c.StateDescription)
	}
	worker := p.fleet.Workers(p.fleet.Fleets()[0])[0]
	p.until("lines", func() (string, bool) { return "", len(group.of(worker.ID)) > 0 })
	p.close()
	p.open(nil, nil)
	if _, err := p.PauseConnector(t.Context(), c.ARN); err != nil {
		t.Fatal(err)
	}
	p.until("pause", func() (string, bool) {
		got, err := p.DescribeConnector(t.Context(), c.ARN)
		return string(got.State), err == nil && got.State == model.ConnectorPaused
	})
	before := written(t, worker.LogFile, worker.ID)
	if _, err := p.DeleteConnector(t.Context(), model.DeleteConnector{ARN: c.ARN}); err != nil {
		t.Fatal(err)
	}
	p.deleted(c.ARN)
	events, objects := group.of(worker.ID), p.objectLines("logs/"+worker.ID+"/")
	if len(events) <= len(before) || !slices.Equal(events[:len(before)], before) {
		t.Errorf("%d lines before the deletion:\n%s\n\n%d in CloudWatch:\n%s", len(before), strings.Join(before, "\n"), len(events), strings.Join(events, "\n"))
	}
	if !slices.Equal(objects, events) {
		t.Errorf("S3 has %d lines, CloudWatch %d", len(objects), len(events))
	}

	r = p.request("d", plugin, map[string]string{"connector.class": sourceClass, "topic": "t", "batch.size": "no number"})
	r.LogDelivery = &model.LogDelivery{Worker: model.WorkerLogDelivery{
		CloudWatchLogs: &model.CloudWatchLogs{Enabled: true, LogGroup: "none"},
		S3:             &model.S3Logs{Enabled: true, Bucket: "plugins", Prefix: "short"},
	}}
	begin := time.Now()
	if d := p.create(r); d.State != model.ConnectorFailed {
		t.Fatal(d.State)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("a log group that is not there held the end of a worker up for %s", took)
	} else {
		t.Logf("with a log group that is not there it took %s", took)
	}
	if lines := p.objectLines("short/"); len(lines) == 0 {
		t.Error("the log of a worker that failed is not there")
	}
}
