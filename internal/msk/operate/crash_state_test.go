//go:build linux

package operate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
	"github.com/millrace/millrace/internal/restclient"
)

// check looks whether anything is left over, then at what the deed shall have done.
func (p *crashes) check(d deed, at string) {
	p.t.Helper()
	known := p.records()
	p.fleets(known)
	p.files()
	if now, err := p.DescribeConnector(p.t.Context(), p.c.ARN); err == nil && (now.CurrentVersion != p.c.CurrentVersion) != d.updates {
		p.t.Errorf("version %s, before %s", now.CurrentVersion, p.c.CurrentVersion)
	}
	d.check(p)
	if p.t.Failed() {
		p.t.Fatalf("after a crash %s", at)
	}
}

// records checks that nothing is under way, and returns how many workers each fleet
// must have.
func (p *crashes) records() map[string]int {
	p.t.Helper()
	known := map[string]int{}
	err := p.store.View(func(tx *store.Tx) error {
		unfinished, err := tx.Operations().Unfinished()
		if err != nil || len(unfinished) > 0 {
			p.t.Errorf("%d unfinished operations, %v", len(unfinished), err)
		}
		all, err := tx.Connectors().All()
		for _, c := range all {
			if c.Operation != "" {
				p.t.Errorf("%s still has an operation", c.Name)
			}
			if c.State != model.ConnectorFailed {
				var crew struct{ Count int }
				if err := json.Unmarshal(c.Fleet, &crew); err != nil {
					return err
				}
				known[c.ARN.Name+"_"+c.ARN.ID] = crew.Count
			}
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return known
}

// fleets checks that there are the workers that must be, as directories and as
// processes, and no others.
func (p *crashes) fleets(known map[string]int) {
	p.t.Helper()
	p.until("workers of connectors", func() (string, bool) {
		fleets := p.fleet.Fleets()
		return fmt.Sprint(fleets), slices.Equal(fleets, slices.Sorted(maps.Keys(known)))
	})
	dir := filepath.Join(p.dir, "fleet")
	var want, got []string
	for name, count := range known {
		workers := p.fleet.Workers(name)
		if len(workers) != count {
			p.t.Errorf("%s has %d workers, want %d", name, len(workers), count)
		}
		for _, w := range workers {
			want = append(want, filepath.Join(dir, name, w.ID))
		}
	}
	p.until("directories of workers", func() (string, bool) {
		got, _ = filepath.Glob(filepath.Join(dir, "*", "*"))
		hidden, _ := filepath.Glob(filepath.Join(dir, "*", ".*"))
		got = slices.Compact(slices.Sorted(slices.Values(append(got, hidden...))))
		return fmt.Sprint(got), slices.Equal(got, slices.Sorted(slices.Values(want)))
	})
	p.until("processes of workers", func() (string, bool) {
		processes := markedWith(dir)
		return fmt.Sprint(processes), slices.Equal(processes, slices.Sorted(slices.Values(want)))
	})
}

// markedWith returns the directories of workers below dir that have a process, as often
// as they have one.
func markedWith(dir string) (dirs []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for _, line := range bytes.Split(text, []byte{0}) {
			if at, ok := strings.CutPrefix(string(line), "MILLRACE_WORKER="); ok && strings.HasPrefix(at, dir+"/") {
				dirs = append(dirs, at)
			}
		}
	}
	slices.Sort(dirs)
	return dirs
}

// files checks that there are the files of plugins that can be used, and no others.
func (p *crashes) files() {
	p.t.Helper()
	var want []string
	plugins, err := p.ListCustomPlugins(p.t.Context(), model.List{Max: model.MaxPage})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, q := range plugins.Items {
		if q.State == model.PluginActive {
			want = append(want, filepath.Join(q.ARN.ID, "plugin.zip"))
		}
	}
	var got []string
	err = filepath.WalkDir(filepath.Join(p.dir, "plugins"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(filepath.Join(p.dir, "plugins"), path)
			got = append(got, path)
		}
		return err
	})
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		p.t.Errorf("files of plugins %v, want %v, %v", got, want, err)
	}
}

// runs checks that the connector is as it shall be, for its clients and its workers.
func (p *crashes) runs(want model.Connector, task string) {
	p.t.Helper()
	now := p.settled(want.ARN)
	got, _ := json.Marshal([]any{now.State, now.WorkerSetting(), now.Configuration})
	should, _ := json.Marshal([]any{want.State, want.WorkerSetting(), want.Configuration})
	if !bytes.Equal(got, should) {
		p.t.Errorf("the connector is %s, want %s; %+v", got, should, now.StateDescription)
		return
	}
	p.until("task", func() (string, bool) {
		s := p.status(want.ARN)
		other := func(t restclient.TaskState) bool { return t.State.State != task }
		return fmt.Sprint(s), len(s.Tasks) == p.tasks && !slices.ContainsFunc(s.Tasks, other)
	})
	if config := p.effective(want.ARN); config["file"] != want.Configuration["file"] || config["batch"] != want.Configuration["batch"] {
		p.t.Errorf("the workers have %v", config)
	}
	for _, w := range p.workers(want.ARN) {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(w.LogFile), "worker.properties"))
		plugin := want.Plugins[0].Custom.ARN
		if err != nil || w.MCUs != want.Capacity.MCUCount() || !strings.Contains(string(text), plugin[strings.LastIndex(plugin, "/")+1:]+"\n") {
			p.t.Errorf("worker of %d MCUs, %v:\n%s", w.MCUs, err, text)
		}
	}
	names := want.ARN.InternalNames()
	for _, topic := range []string{names.ConfigTopic, names.OffsetTopic, names.StatusTopic} {
		if !slices.Contains(p.topics(), topic) {
			p.t.Errorf("there is no topic %s", topic)
		}
	}
}

func (p *crashes) came(state model.OperationState) {
	p.t.Helper()
	if op := p.operation(p.asked); op.State != state || op.EndTime.IsZero() {
		p.t.Errorf("operation %s, %+v", op.State, op.ErrorInfo)
	}
}

// fails checks that what was created has failed, with the reason.
func (p *crashes) fails(code, part string) {
	p.t.Helper()
	c := p.settled(p.made)
	if c.State != model.ConnectorFailed {
		p.t.Errorf("%s", c.State)
	}
	explained(p.t, "create", c.StateDescription, code, part)
}

// scaled reports whether scaling has led to so many workers, with their tasks.
func (p *crashes) scaled(workers int) bool {
	s, err := p.engine.Scaling(p.t.Context(), "c")
	all := p.workers(p.c.ARN)
	if err != nil || s.Workers != workers || len(all) != workers {
		return false
	}
	client, err := restclient.New(restclient.Settings{URL: all[0].URL})
	if err != nil {
		return false
	}
	defer client.Close()
	got, err := client.Connector(p.t.Context(), "c")
	return err == nil && got.Config["tasks.max"] == strconv.Itoa(2*workers)
}
