package conformance

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	javaproperties "github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/logs"
	mode "github.com/millrace/millrace/internal/run"
)

// startDistributed starts a worker with an API of the given name, on ports that are
// its own before the configuration names them.
func (p *profile) startDistributed(t *testing.T, name string) {
	t.Helper()
	ports := reservedPorts{}
	p.listeners[name] = ports.reserve(t)
	text := p.fill(p.properties, "{{port}}", portOf(p.listeners[name]))
	if strings.Contains(text, "{{admin_port}}") {
		p.listeners["admin"] = ports.reserve(t)
		text = strings.ReplaceAll(text, "{{admin_port}}", portOf(p.listeners["admin"]))
	}
	props, err := javaproperties.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	w, err := mode.StartEmbedded(ctx, mode.EmbeddedSettings{
		Props: props, Logs: logs.New(logs.Settings{Out: p.log(t)}), Network: mode.Network{Listen: ports.listen},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Stop()
		select {
		case err := <-w.Lost():
			t.Errorf("the worker could not go on: %v", err)
		default:
		}
	})
}

// reservedPorts are listeners that no server has yet, by address.
type reservedPorts map[string]net.Listener

func (r reservedPorts) reserve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r[l.Addr().String()] = l
	return l.Addr().String()
}

func (r reservedPorts) listen(network, address string) (net.Listener, error) {
	if l, ok := r[address]; ok {
		return l, nil
	}
	return net.Listen(network, address)
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// startStandalone starts a worker with the connectors that the scenarios expect.
func (p *profile) startStandalone(t *testing.T) {
	t.Helper()
	write := func(name, text string) string {
		path := filepath.Join(p.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("alone-in.txt", "one\ntwo\nthree\n")
	found := &addressFinder{next: p.log(t), found: make(chan string, 1)}
	options := mode.StandaloneOptions{
		WorkerFile: write("worker.properties", p.fill(p.properties, "{{port}}", "0")),
		ConnectorFiles: []string{
			write("alone-a.properties", p.fill(profileFile(t, "alone-a.properties"))),
			write("alone-b.json", p.fill(profileFile(t, "alone-b.json"))),
		},
		Log: found,
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mode.Standalone(ctx, options) }()
	select {
	case p.listeners["main"] = <-found.found:
	case err := <-ended:
		cancel()
		t.Fatal(err)
	case <-time.After(startTimeout):
		cancel()
		t.Fatal("the worker has not started")
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	p.awaitConnectors(t, "alone-a", "alone-b")
}

// awaitConnectors waits for the connectors of the command line.
func (p *profile) awaitConnectors(t *testing.T, names ...string) {
	t.Helper()
	r := &replay{listeners: p.listeners}
	for _, name := range names {
		s := &step{
			Request: &restRequest{Method: "GET", Path: "/connectors/" + name + "/status"}, Poll: startTimeout.Seconds(),
			Response: recordedAnswer{Status: 200}, Match: matchRules{Body: "ignore", Headers: "ignore"},
		}
		if err := r.do(s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// log returns where a worker logs to, a file that go test keeps with -artifacts.
func (p *profile) log(t *testing.T) io.Writer {
	t.Helper()
	f, err := os.CreateTemp(t.ArtifactDir(), p.name+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// addressFinder finds the address of the REST API in the log.
type addressFinder struct {
	next io.Writer

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
	return f.next.Write(line)
}
