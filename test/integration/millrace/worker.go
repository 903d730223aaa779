package millrace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/process"
)

const (
	startWindow = 40 * time.Second
	stopGrace   = 30 * time.Second
	shownLog    = 16 << 10
)

// Settings say what a worker is like. Where they say nothing, records are strings,
// offsets are stored every 200 ms and the REST API has a free port of loopback.
type Settings struct {
	Bootstrap  string            // bootstrap.servers
	Group      string            // group.id of a distributed worker; "" for a standalone one
	Props      map[string]string // worker properties, over the ones above
	Env        []string          // KEY=value, over the test's environment
	Connectors map[string]string // files on the command line: name → content
}

// Worker is a worker process. Its files, the offsets of a standalone worker among
// them, stay over restarts. Its methods are for one goroutine, except Log and those
// that ask the REST API.
type Worker struct {
	dir     string
	command []string
	env     []string
	output  *os.File
	process *process.Process
	logFrom int64 // size of the log when the process was started
	url     string
	found   func(log []byte) (url string, ok bool)
}

// Worker prepares a worker that is not started yet. It is killed when the test ends;
// its log is shown when the test fails.
func (b *Binary) Worker(t testing.TB, s Settings) *Worker {
	t.Helper()
	mode := "standalone"
	if s.Group != "" {
		mode = "distributed"
	}
	path := b.Path(t)
	w := newWorker(t, s, func(files []string) []string { return append([]string{path, mode}, files...) })
	w.found = func(log []byte) (string, bool) {
		found := startedLine.FindSubmatch(log)
		if found == nil {
			return "", false
		}
		return string(found[1]), true
	}
	return w
}

func newWorker(t testing.TB, s Settings, command func(files []string) []string) *Worker {
	t.Helper()
	w := &Worker{dir: t.TempDir(), env: append(os.Environ(), s.Env...)}
	files := []string{w.write(t, "worker.properties", properties(w.props(s)))}
	for _, name := range slices.Sorted(maps.Keys(s.Connectors)) {
		files = append(files, w.write(t, name, s.Connectors[name]))
	}
	w.command = command(files)
	var err error
	if w.output, err = os.OpenFile(w.File("worker.log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.end(t) })
	return w
}

func (w *Worker) props(s Settings) map[string]string {
	const text = "org.apache.kafka.connect.storage.StringConverter"
	props := map[string]string{
		"bootstrap.servers":        s.Bootstrap,
		"listeners":                "http://127.0.0.1:0",
		"key.converter":            text,
		"value.converter":          text,
		"offset.flush.interval.ms": "200",
	}
	if s.Group == "" {
		props["offset.storage.file.filename"] = w.OffsetFile()
	} else {
		props["group.id"] = s.Group
		props["rest.advertised.host.name"] = "127.0.0.1"
		for _, what := range []string{"config", "offset", "status"} {
			props[what+".storage.topic"] = s.Group + "-" + what
			props[what+".storage.replication.factor"] = "1"
		}
	}
	maps.Copy(props, s.Props)
	return props
}

// properties writes m as a Java properties file whose keys are plain words.
func properties(m map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%s\n", key, strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(m[key]))
	}
	return b.String()
}

func (w *Worker) write(t testing.TB, name, content string) string {
	t.Helper()
	path := w.File(name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// File returns a path in the worker's directory.
func (w *Worker) File(name string) string { return filepath.Join(w.dir, name) }

// OffsetFile returns the path of the file with the offsets of sources.
func (w *Worker) OffsetFile() string { return w.File("connect.offsets") }

// Launch starts the process and does not wait for anything.
func (w *Worker) Launch(t testing.TB) {
	t.Helper()
	w.url = ""
	w.logFrom = int64(len(w.log(0)))
	cmd := exec.Command(w.command[0], w.command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.env, w.output, w.output
	var err error
	if w.process, err = process.Start(cmd); err != nil {
		t.Fatalf("start the worker: %v", err)
	}
}

var startedLine = regexp.MustCompile(`Kafka Connect started rest=([^ ,]+)`)

// Start starts the process and returns when the REST API answers. Connectors on the
// command line may not be there yet.
func (w *Worker) Start(t testing.TB) {
	t.Helper()
	w.Launch(t)
	Await(t, startWindow, "the worker's REST API", func() error {
		select {
		case <-w.process.Exited():
			t.Fatalf("the worker has ended: %v\n%s", w.process.Err(), w.Log())
		default:
		}
		url, ok := w.found(w.log(w.logFrom))
		if !ok {
			return errors.New("it has not logged that it has started")
		}
		w.url = url
		_, _, err := w.call("GET", "/", nil)
		return err
	})
}

// URL returns the base of the worker's REST API.
func (w *Worker) URL() string { return w.url }

// ID returns the worker's id in statuses.
func (w *Worker) ID() string { return strings.TrimPrefix(w.url, "http://") }

// Log returns what the worker has written since it was started last.
func (w *Worker) Log() string { return string(w.log(w.logFrom)) }

func (w *Worker) log(from int64) []byte {
	all, err := io.ReadAll(io.NewSectionReader(w.output, from, 1<<30))
	if err != nil {
		return []byte(err.Error())
	}
	return all
}

// Kill ends the worker without warning (SIGKILL) and returns when it is gone.
func (w *Worker) Kill(t testing.TB) {
	t.Helper()
	if err := w.process.Kill(); err != nil {
		t.Fatalf("kill the worker: %v", err)
	}
}

// Stop asks the worker to end (SIGTERM) and fails the test unless it does so in time
// with status 0.
func (w *Worker) Stop(t testing.TB) {
	t.Helper()
	clean, err := w.process.Stop(stopGrace)
	if err != nil || !clean || w.process.Err() != nil {
		t.Errorf("stop the worker: clean %v, error %v, end %v", clean, err, w.process.Err())
	}
}

// ExitCode waits until the worker has ended of itself and returns its status.
func (w *Worker) ExitCode(t testing.TB, window time.Duration) int {
	t.Helper()
	select {
	case <-w.process.Exited():
	case <-time.After(window):
		t.Fatalf("the worker still runs after %s", window)
	}
	var exit *exec.ExitError
	if err := w.process.Err(); errors.As(err, &exit) {
		return exit.ExitCode()
	} else if err != nil {
		t.Fatalf("the worker's end: %v", err)
	}
	return 0
}

// end is the end of the test.
func (w *Worker) end(t testing.TB) {
	var err error
	if w.process != nil {
		err = w.process.Kill()
	}
	if t.Failed() {
		all := w.log(0)
		t.Logf("worker's log:\n%s", bytes.ToValidUTF8(all[max(0, len(all)-shownLog):], nil))
	}
	if err = errors.Join(err, w.output.Close()); err != nil {
		t.Errorf("end the worker: %v", err)
	}
}

// Terminate asks the worker to end (SIGTERM) and returns when it has, whatever its
// status: a Java worker's is 143.
func (w *Worker) Terminate(t testing.TB) {
	t.Helper()
	if _, err := w.process.Stop(stopGrace); err != nil {
		t.Errorf("stop the worker: %v", err)
	}
}

// PID returns the process id of a worker that was started.
func (w *Worker) PID() int { return w.process.PID() }
