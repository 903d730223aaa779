package run

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
)

// signpost is a provider whose only value holds for a second.
type signpost struct{ value *atomic.Value }

func (s signpost) Get(context.Context, string, []string) (provider.Data, error) {
	return provider.Data{Values: map[string]string{"file": s.value.Load().(string)}, TTL: time.Second}, nil
}

// TestChangedValue: when a value changes that a configuration refers to, the tasks go on
// with the new one, in both modes.
func TestChangedValue(t *testing.T) {
	for name, mode := range map[string]mode{"standalone": standaloneMode(), "distributed": distributedMode(make(chan error, 1))} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var value atomic.Value
			value.Store(filepath.Join(dir, "one"))
			more := map[string]string{"config.providers": "p", "config.providers.p.class": "test.Signpost"}
			if name == "standalone" {
				more["offset.storage.file.filename"] = filepath.Join(dir, "offsets")
			} else {
				for k, v := range clusterProps() {
					more[k] = v
				}
			}
			n, err := mode.start(t.Context(), setup{
				props: workerProps(t, more), logs: logs.New(logs.Settings{Out: t.Output()}),
				plugins: []plugin.Plugin{plugin.Provider{
					Info: plugin.Info{Class: "test.Signpost", Version: "1"},
					New:  func(map[string]string) (provider.Provider, error) { return signpost{&value}, nil },
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(n.stop)
			followSignpost(t, n, dir, &value)
		})
	}
}

func followSignpost(t *testing.T, n *node, dir string, value *atomic.Value) {
	ctx, cancel := context.WithTimeout(t.Context(), scrapePatience)
	defer cancel()
	from := filepath.Join(dir, "from")
	write := func(lines string) {
		f, err := os.OpenFile(from, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(lines)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	write("a\n")
	for _, config := range []map[string]string{
		{"name": "src", "connector.class": "FileStreamSource", "file": from, "topic": "t"},
		{"name": "snk", "connector.class": "FileStreamSink", "file": "${p:x:file}", "topics": "t"},
	} {
		if _, _, err := n.herder.PutConnector(ctx, herder.PutRequest{Name: config["name"], Config: config, Create: true}); err != nil {
			t.Fatal(err)
		}
	}
	awaitLine(ctx, t, filepath.Join(dir, "one"))
	value.Store(filepath.Join(dir, "two"))
	for ctx.Err() == nil { // lines go to the old file until the value was looked up again
		write("b\n")
		if raw, _ := os.ReadFile(filepath.Join(dir, "two")); len(raw) > 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Error("the sink went on with the old value")
}

func awaitLine(ctx context.Context, t *testing.T, path string) {
	t.Helper()
	for {
		if raw, _ := os.ReadFile(path); len(raw) > 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("nothing in %s in time", path)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
