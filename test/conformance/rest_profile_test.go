package conformance

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/pluginset"
)

const (
	restRun      = "t1"
	restCluster  = "c1"
	startTimeout = time.Minute
)

// profile is a cluster that is configured as one of the recording.
type profile struct {
	name, dir  string
	bootstrap  string
	clusterID  string // of Kafka
	properties string // of a worker, as recorded

	listeners map[string]string // addresses: main, admin, second
}

// startProfile starts a broker and the workers that the scenarios need.
func startProfile(t *testing.T, name string, scenarios []*scenario) *profile {
	t.Helper()
	p := &profile{
		name: name, dir: t.TempDir(), clusterID: recordedCluster(scenarios),
		properties: profileFile(t, name+".properties"), listeners: map[string]string{},
	}
	broker, err := devbroker.Start(devbroker.Settings{
		AutoCreateTopics: true, Options: []kfake.Opt{kfake.ClusterID(p.clusterID)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	p.bootstrap = strings.Join(broker.Addrs(), ",")
	needs := func(listener string) bool {
		return slices.ContainsFunc(scenarios, func(s *scenario) bool { return s.Needs == listener })
	}
	switch {
	case !strings.Contains(p.properties, "group.id="):
		p.startStandalone(t)
	case needs("second"):
		p.startDistributed(t, "main")
		p.startDistributed(t, "second")
	default:
		p.startDistributed(t, "main")
	}
	p.checkRoot(t)
	return p
}

// recordedCluster returns the id of the Kafka cluster of the recording, which our own
// cluster is given, because some answers have it in a text.
func recordedCluster(scenarios []*scenario) string {
	id := regexp.MustCompile(`kafka_cluster_id\\*": *\\*"([\w-]+)`)
	for _, s := range scenarios {
		for _, step := range s.Steps {
			if m := id.FindSubmatch(step); m != nil {
				return string(m[1])
			}
		}
	}
	return "millrace-conformance"
}

// profileFile reads a file of the worker's configuration. The profiles are ours
// where the directory with the cases has none.
func profileFile(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range []string{vectors(), "testdata"} {
		text, err := readPacked(filepath.Join(dir, "rest", "profiles", name))
		if err == nil {
			return text
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Fatalf("the profile is unknown: there is no %s", name)
	return ""
}

// readPacked reads a file that may be compressed.
func readPacked(path string) (string, error) {
	if raw, err := os.ReadFile(path); err == nil {
		return string(raw), nil
	}
	packed, err := os.Open(path + ".gz")
	if err != nil {
		return "", err
	}
	defer packed.Close()
	reader, err := gzip.NewReader(packed)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(reader)
	return string(raw), err
}

// fill replaces what a file of the profile leaves open.
func (p *profile) fill(text string, more ...string) string {
	return strings.NewReplacer(append([]string{
		"{{bootstrap}}", p.bootstrap, "{{plugin_path}}", filepath.Join(p.dir, "plugins"),
		"{{dir}}", p.dir, "{{cluster}}", restCluster,
	}, more...)...).Replace(text)
}

// variables are what scenarios leave open.
func (p *profile) variables() variables {
	return variables{
		"run": restRun, "cluster": restCluster, "version": pluginset.KafkaVersion,
		"host": p.listeners["main"], "host2": p.listeners["second"], "admin_host": p.listeners["admin"],
	}
}

// checkRoot compares what scenarios let pass: what the worker says of itself.
func (p *profile) checkRoot(t *testing.T) {
	t.Helper()
	for listener, address := range p.listeners {
		if listener == "admin" {
			continue
		}
		got, err := (&restRequest{Method: "GET", Path: "/"}).send(address)
		if err != nil {
			t.Fatal(err)
		}
		root := map[string]string{}
		if err := json.Unmarshal([]byte(got.Text), &root); err != nil {
			t.Fatalf("GET /: %v: %.300s", err, got.Text)
		}
		if root["commit"] != pluginset.KafkaCommit || root["kafka_cluster_id"] != p.clusterID || root["version"] != pluginset.KafkaVersion {
			t.Errorf("GET / of %s says %v", listener, root)
		}
	}
}
