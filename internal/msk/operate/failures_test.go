//go:build linux

package operate_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
)

func putObject(t *testing.T, url string, content []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("put %s: %s", url, resp.Status)
	}
}

// explained checks a description of what went wrong.
func explained(t *testing.T, what string, got *model.StateDescription, code string, parts ...string) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: no description", what)
		return
	}
	for _, part := range parts {
		if got.Code != code || !strings.Contains(got.Message, part) {
			t.Errorf("%s: %s: %s\nwant %s: %s", what, got.Code, got.Message, code, part)
		}
	}
}

func TestPluginsFail(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("text", []byte("no archive"))
	p.upload("slip.zip", zipOf(t, map[string]string{"../../up.jar": "x"}))
	for key, want := range map[string]struct{ code, text string }{
		"missing":  {model.ReasonObjectNotFound, "s3://plugins/missing does not exist"},
		"text":     {model.ReasonInvalidPluginFile, "plugin file"},
		"slip.zip": {model.ReasonInvalidPluginFile, "up.jar"},
	} {
		got := p.plugin(strings.TrimSuffix(key, ".zip"), key)
		if got.State != model.PluginCreateFailed || got.LatestRevision != nil {
			t.Errorf("%s: %+v", key, got)
		}
		explained(t, key, got.StateDescription, want.code, want.text)
	}
	if left, err := os.ReadDir(filepath.Join(p.dir, "plugins")); err != nil || len(left) != 0 {
		t.Errorf("files of plugins: %v, %v", left, err)
	}
}

func TestCreatesFail(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	bad := func(text string) *model.WorkerConfigurationRevision {
		w, err := p.CreateWorkerConfiguration(t.Context(), model.CreateWorkerConfiguration{
			Name: fmt.Sprintf("w%d", len(text)), Content: base64.StdEncoding.EncodeToString([]byte(text)),
		})
		if err != nil {
			t.Fatal(err)
		}
		return &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}
	}
	for name, c := range map[string]struct {
		change func(*model.CreateConnector)
		code   string
		parts  []string
	}{
		"class": {
			func(r *model.CreateConnector) { r.Configuration["connector.class"] = "com.example.Nowhere" },
			model.ReasonPluginClassNotFound,
			[]string{"com.example.Nowhere is neither a native connector nor in the custom plugin, which has no connectors"},
		},
		"no-secret": {
			func(r *model.CreateConnector) {
				r.Configuration["file"] = "${file:/no/such/file:key}"
				r.WorkerConfiguration = bad("key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter\n" +
					"config.providers=file\nconfig.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider")
			},
			model.ReasonInvalidConfiguration,
			[]string{"Could not read properties from file /no/such/file"},
		},
		"refused": {
			func(r *model.CreateConnector) { r.KafkaCluster.Apache.BootstrapServers = "127.0.0.1:1" },
			model.ReasonBootstrapUnreachable,
			[]string{"127.0.0.1:1", "connection refused", "check bootstrapServers"},
		},
		"dns": {
			func(r *model.CreateConnector) { r.KafkaCluster.Apache.BootstrapServers = "no..where:9092" },
			model.ReasonDNSResolution,
			[]string{"no..where"},
		},
		"tls": {
			func(r *model.CreateConnector) { r.Encryption.Type = model.EncryptionTLS },
			model.ReasonBootstrapUnreachable,
			[]string{"security.protocol"},
		},
		"configuration": {
			func(r *model.CreateConnector) { delete(r.Configuration, "topic") },
			model.ReasonInvalidConfiguration,
			[]string{"contains the following 1 error(s):\n", `"topic"`},
		},
		"converter": {
			func(r *model.CreateConnector) {
				r.WorkerConfiguration = bad("key.converter=com.example.None\nvalue.converter=com.example.None")
			},
			model.ReasonNoWorkers,
			[]string{"com.example.None"},
		},
	} {
		r := p.request(name, plugin, p.source(name))
		c.change(&r)
		begin := time.Now()
		got := p.create(r)
		took(t, name, begin)
		if got.State != model.ConnectorFailed {
			t.Errorf("%s: %s", name, got.State)
		}
		explained(t, name, got.StateDescription, c.code, c.parts...)
		if _, err := p.DeleteConnector(t.Context(), model.DeleteConnector{ARN: got.ARN}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		p.deleted(got.ARN)
	}
	if fleets := p.fleet.Fleets(); len(fleets) != 0 {
		t.Errorf("fleets: %v", fleets)
	}
}

// TestUpdatesFail updates a connector to what cannot work: it must be as it was.
func TestUpdatesFail(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	good := map[string]string{"connector.class": sinkClass, "topics": "in", "file": filepath.Join(p.dir, "out.txt")}
	c := p.create(p.request("c", plugin, good))
	if c.State != model.ConnectorRunning {
		t.Fatalf("%s, %+v", c.State, c.StateDescription)
	}
	pid := p.workers(c.ARN)[0].PID
	converter := base64.StdEncoding.EncodeToString([]byte("key.converter=com.example.None\nvalue.converter=com.example.None"))
	w, err := p.CreateWorkerConfiguration(t.Context(), model.CreateWorkerConfiguration{Name: "w", Content: converter})
	if err != nil {
		t.Fatal(err)
	}
	with := func(key, value string) model.UpdateConnector {
		config := maps.Clone(good)
		config[key] = value
		return model.UpdateConnector{Configuration: config}
	}
	for _, step := range []struct {
		name   string
		change model.UpdateConnector
		state  model.OperationState
		code   string
		part   string
		steps  string
	}{
		{"invalid", with("tasks.max", "none"), model.OperationUpdateFailed, model.ReasonInvalidConfiguration, "tasks.max", "COMPLETED FAILED CANCELLED CANCELLED"},
		{"task", with("file", filepath.Join(p.dir, "no", "directory")), model.OperationRollbackComplete, model.ReasonUnknown, "task 0 has failed", "COMPLETED COMPLETED FAILED CANCELLED"},
		{
			"workers",
			model.UpdateConnector{WorkerConfiguration: &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}},
			model.OperationRollbackComplete, model.ReasonNoWorkers, "com.example.None", "COMPLETED FAILED CANCELLED CANCELLED",
		},
	} {
		begin := time.Now()
		now, op := p.update(c, step.change)
		took(t, step.name, begin)
		if op.State != step.state || op.EndTime.IsZero() || stepsOf(op) != step.steps {
			t.Errorf("%s: %s, steps %s", step.name, op.State, stepsOf(op))
		}
		explained(t, step.name, op.ErrorInfo, step.code, step.part)
		if now.State != model.ConnectorRunning || now.CurrentVersion != c.CurrentVersion || !maps.Equal(now.Configuration, good) || now.WorkerConfiguration != nil {
			t.Errorf("%s: %+v", step.name, now)
		}
		p.until("old configuration", func() (string, bool) {
			s := p.status(c.ARN)
			return fmt.Sprint(s), len(s.Tasks) == 1 && s.Tasks[0].State.State == "RUNNING" && p.effective(c.ARN)["file"] == good["file"]
		})
	}
	if p.workers(c.ARN)[0].PID == pid {
		t.Error("the worker was never restarted")
	}
	// Without health checks the target stays whatever comes of it.
	change := with("file", filepath.Join(p.dir, "no", "directory"))
	change.SkipHealth = true
	now, op := p.update(c, change)
	p.isUpdated(c, now, op)
	p.until("failed task", func() (string, bool) {
		s := p.status(c.ARN)
		return fmt.Sprint(s), len(s.Tasks) == 1 && s.Tasks[0].State.State == "FAILED"
	})
	// A task that has failed before is no reason to refuse an update.
	more, op := p.update(now, model.UpdateConnector{Capacity: provisioned(1, 2)})
	p.isUpdated(now, more, op)
}

func stepsOf(op model.Operation) string {
	var states []string
	for _, s := range op.Steps {
		states = append(states, string(s.State))
	}
	return strings.Join(states, " ")
}

// TestOffsetsContinue creates a source again under the same name, with an offset topic
// of its own, and a sink.
func TestOffsetsContinue(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	content := "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter\noffset.storage.topic=my-offsets\noffset.flush.interval.ms=100\n"
	w, err := p.CreateWorkerConfiguration(t.Context(), model.CreateWorkerConfiguration{Name: "w", Content: base64.StdEncoding.EncodeToString([]byte(content))})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(p.dir, "out.txt")
	source, sink := p.request("lines", plugin, p.source("lines")), p.request("copy", plugin, map[string]string{"connector.class": sinkClass, "topics": "lines", "file": out})
	source.WorkerConfiguration = &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}
	for _, lines := range [][]string{{"one", "two"}, {"three"}} {
		p.file("lines", lines...)
		first, second := p.create(source), p.create(sink)
		if first.State != model.ConnectorRunning || second.State != model.ConnectorRunning {
			t.Fatalf("%+v %+v", first.StateDescription, second.StateDescription)
		}
		p.until("copy of "+lines[0], func() (string, bool) {
			text, _ := os.ReadFile(out)
			return string(text), strings.Contains(string(text), lines[len(lines)-1]+"\n")
		})
		for _, arn := range []model.ARN{first.ARN, second.ARN} {
			if _, err := p.DeleteConnector(t.Context(), model.DeleteConnector{ARN: arn}); err != nil {
				t.Fatal(err)
			}
			p.deleted(arn)
		}
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", text, err)
	}
	if got := p.read("lines", 3); strings.Join(got, " ") != "one two three" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(strings.Join(p.topics(), "\n"), "my-offsets") {
		t.Error("the offset topic is not there")
	}
}

// TestJavaOnly has a connector class that is in the plugin and nowhere else.
func TestJavaOnly(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	jar := zipOf(t, map[string]string{
		"com/example/Pump.class": classFile("com/example/Pump", "org/apache/kafka/connect/source/SourceConnector"),
		"META-INF/services/org.apache.kafka.connect.source.SourceConnector": "com.example.Pump\n",
	})
	p.upload("p.zip", zipOf(t, map[string]string{"lib/pump-1.2.jar": string(jar)}))
	plugin := p.plugin("p", "p.zip")
	if plugin.State != model.PluginActive {
		t.Fatalf("%+v", plugin.StateDescription)
	}
	for class, part := range map[string]string{
		"com.example.Pump":  "com.example.Pump is in the custom plugin, but it is written in Java",
		"com.example.Pumps": "nor in the custom plugin, which has the connectors com.example.Pump;",
	} {
		r := p.request(class, plugin.ARN.String(), map[string]string{"connector.class": class})
		got := p.create(r)
		if got.State != model.ConnectorFailed {
			t.Errorf("%s: %s", class, got.State)
		}
		explained(t, class, got.StateDescription, model.ReasonPluginClassNotFound, part)
	}
}

// classFile returns a public class without members, in the form of Java 8.
func classFile(name, super string) string {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if text, ok := v.(string); ok {
				put := append(binary.BigEndian.AppendUint16([]byte{1}, uint16(len(text))), text...)
				b.Write(put)
				continue
			}
			_ = binary.Write(&b, binary.BigEndian, v)
		}
	}
	put(uint32(0xCAFEBABE), uint16(0), uint16(52), uint16(5))
	put(name, super, byte(7), uint16(1), byte(7), uint16(2))                            // constants 1 to 4
	put(uint16(0x21), uint16(3), uint16(4), uint16(0), uint16(0), uint16(0), uint16(0)) // public, this, super
	return b.String()
}
