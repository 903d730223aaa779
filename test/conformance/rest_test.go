package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/devbroker"
	mode "github.com/millrace/millrace/internal/run"
)

// scenario is a sequence of recorded REST exchanges.
type scenario struct {
	Name     string   `json:"scenario"`
	Profile  string   `json:"profile"`
	Steps    []step   `json:"steps"`
	Cleanup  []string `json:"cleanup"`
	Requires []string `json:"requires"`
}

type step struct {
	ID       string          `json:"id"`
	Before   []fileAction    `json:"before"`
	Request  *restRequest    `json:"request"`
	Poll     float64         `json:"poll"` // longest wait, in seconds
	Response json.RawMessage `json:"response"`
	Match    matchRules      `json:"match"`
}

type fileAction struct{ Write, Append, Mkdir, Remove, Text string }

// TestREST replays recorded exchanges against a standalone worker of our own. Those
// of distributed workers are replayed where the kind of worker makes no difference.
func TestREST(t *testing.T) {
	w := startStandalone(t)
	for _, pattern := range []string{"standalone-*", "dist-s01*", "dist-s05*", "dist-s06*"} {
		for _, area := range restAreas(t, pattern) {
			t.Run(filepath.Base(area), func(t *testing.T) { w.replay(t, area) })
		}
	}
}

func restAreas(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectors(), "rest", pattern+".jsonl*"))
	if err != nil {
		t.Fatal(err)
	}
	var areas []string
	for _, f := range files {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(f), ".gz"), ".jsonl")
		areas = append(areas, filepath.Join("rest", name))
	}
	return areas
}

// restWorker is a running worker and what stands for the variables of scenarios.
type restWorker struct {
	address, dir string
	run, cluster string
	root         map[string]string // the answer of GET /
}

const restCluster = "c1"

// startStandalone starts a broker and a standalone worker with the connectors that
// the scenarios expect.
func startStandalone(t *testing.T) *restWorker {
	t.Helper()
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	w := &restWorker{dir: t.TempDir(), run: "t1", cluster: restCluster}
	write := func(name, text string) string {
		path := filepath.Join(w.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("alone-in.txt", "one\ntwo\nthree\n")
	options := mode.StandaloneOptions{
		WorkerFile: write("worker.properties", "bootstrap.servers="+strings.Join(broker.Addrs(), ",")+`
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
offset.flush.interval.ms=1000
config.providers=file
config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
listeners=http://127.0.0.1:0
offset.storage.file.filename=`+filepath.Join(w.dir, "offsets")+"\n"),
		ConnectorFiles: []string{
			write("alone-a.properties", "name=alone-a\nconnector.class=FileStreamSource\ntasks.max=1\ntopic=alone-"+restCluster+"\nfile="+filepath.Join(w.dir, "alone-in.txt")+"\n"),
			write("alone-b.json", `{"name":"alone-b","initial_state":"PAUSED","config":{"connector.class":"FileStreamSink","tasks.max":"1","topics":"alone-`+restCluster+`","file":"`+filepath.Join(w.dir, "alone-out.txt")+`"}}`),
		},
		Log: &addressFinder{found: make(chan string, 1)},
	}
	w.start(t, options)
	w.settle(t)
	return w
}

// settle waits until the connectors of the command line are there.
func (w *restWorker) settle(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/connectors/alone-a/status", "/connectors/alone-b/status"} {
		s := &step{
			Request: &restRequest{Method: "GET", Path: path}, Poll: 20,
			Response: json.RawMessage(`{"status":200,"headers":{"Content-Type":"application/json"},"body":{}}`), Match: matchRules{Body: "ignore"},
		}
		if err := w.do(s); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	got, err := w.exchange(&restRequest{Method: "GET", Path: "/"})
	if err != nil {
		t.Fatal(err)
	}
	w.root = into[map[string]string](json.RawMessage(got.Text))
}

func (w *restWorker) start(t *testing.T, options mode.StandaloneOptions) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mode.Standalone(ctx, options) }()
	finder := options.Log.(*addressFinder)
	select {
	case w.address = <-finder.found:
	case err := <-ended:
		cancel()
		t.Fatal(err)
	case <-time.After(time.Minute):
		cancel()
		t.Fatal("the worker has not started")
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// addressFinder finds the address of the REST API in the log.
type addressFinder struct {
	mu    sync.Mutex
	found chan string // capacity 1
	done  bool
}

func (f *addressFinder) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := regexp.MustCompile(` rest=http://(\S+)`).FindSubmatch(line); m != nil && !f.done {
		f.done = true
		f.found <- string(m[1])
	}
	return len(line), nil
}

// distributedOnly are steps, by scenario/step, recorded on a distributed worker of
// which a standalone worker, Kafka's as well, does otherwise.
func distributedOnly() map[string]string {
	return map[string]string{
		"validate-common-keys/boundary-connector": "only distributed workers check it",
		"validate-common-keys/eos-required-off":   "only distributed workers check it",
		"validate-versions/create-range":          "a standalone worker answers with tasks",
	}
}

func (w *restWorker) replay(t *testing.T, area string) {
	file, reader := open(t, area)
	defer file.Close()
	passed, others := 0, map[string]int{}
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	for lines.Scan() {
		s := w.scenario(t, lines.Bytes())
		for i := range s.Steps {
			at := &s.Steps[i]
			reason := distributedOnly()[s.Name+"/"+at.ID]
			problem := w.do(at)
			switch {
			case problem == nil && reason != "":
				t.Errorf("%s/%s passes although %s", s.Name, at.ID, reason)
			case problem == nil:
				passed++
			case reason != "":
				others[reason]++
			default:
				t.Errorf("%s/%s: %v", s.Name, at.ID, problem)
			}
		}
		for _, name := range s.Cleanup {
			_, _ = w.exchange(&restRequest{Method: "DELETE", Path: "/connectors/" + name})
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s: %d steps passed, otherwise in standalone mode: %v\n", area, passed, others)
}

// rootMembers are what GET / says of the build and the Kafka cluster, which are those
// of the recording.
var rootMembers = regexp.MustCompile(`"(commit|kafka_cluster_id)": "[\w-]+"`)

// scenario reads a line, with the variables replaced.
func (w *restWorker) scenario(t *testing.T, line []byte) *scenario {
	t.Helper()
	var name struct{ Scenario string }
	if err := json.Unmarshal(line, &name); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(w.dir, w.run, name.Scenario)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"{{run}}", w.run, "{{dir}}", dir, "{{host}}", w.address, "{{cluster}}", w.cluster, "{{version}}", "4.3.0",
	).Replace(string(line))
	text = rootMembers.ReplaceAllStringFunc(text, func(member string) string {
		name, _, _ := strings.Cut(member, ":")
		return name + `: "` + w.root[strings.Trim(name, `"`)] + `"`
	})
	s := &scenario{}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// do performs a step until its answer is right or its time is up.
func (w *restWorker) do(s *step) error {
	if err := act(s.Before); err != nil || s.Request == nil {
		return err
	}
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		got, err := w.exchange(s.Request)
		if err != nil {
			return err
		}
		problem := s.compare(got)
		if problem == nil || waited.Seconds() >= min(s.Poll, 20) {
			return problem
		}
		time.Sleep(pause)
	}
}

func act(actions []fileAction) error {
	for _, a := range actions {
		var err error
		switch {
		case a.Write != "":
			err = os.WriteFile(a.Write, []byte(a.Text), 0o644)
		case a.Append != "":
			err = appendFile(a.Append, a.Text)
		case a.Mkdir != "":
			err = os.MkdirAll(a.Mkdir, 0o755)
		case a.Remove != "":
			err = os.RemoveAll(a.Remove)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}
