package rest

import (
	"context"
	"maps"
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// fakeHerder keeps connectors in memory and never runs them. A function that is set
// answers in the place of the fake.
type fakeHerder struct {
	connectors map[string]herder.Connector
	puts       []herder.PutRequest

	put      func(context.Context, herder.PutRequest) (herder.Connector, bool, error)
	get      func(context.Context, string) (herder.Connector, error)
	offsets  func(name string) ([]herder.Offset, error)
	validate func(props map[string]string, nulls map[string]bool) (*herder.Validation, error)
	topics   func() ([]string, error)
	ready    func() (bool, string)
	altered  []herder.Offset
	restart  func() (herder.Status, error)
	away     error // answers whatever only the leader or an owner can do
}

func newFake() *fakeHerder {
	h := &fakeHerder{connectors: map[string]herder.Connector{}}
	for _, name := range []string{"src", "odd/na%me"} {
		h.connectors[name] = herder.Connector{
			Name: name, Kind: pluginset.Source, Target: state.TargetStarted,
			Config: map[string]string{"connector.class": "FileStreamSource", "file": "/f", "tasks.max": "1", "name": name, "topic": "<t&>"},
			Tasks:  []state.TaskID{{Connector: name, Task: 0}},
		}
	}
	return h
}

func (h *fakeHerder) Connectors(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(h.connectors)), nil
}

func (h *fakeHerder) Connector(ctx context.Context, name string) (herder.Connector, error) {
	if h.get != nil {
		return h.get(ctx, name)
	}
	c, ok := h.connectors[name]
	if !ok {
		return c, herder.NoConnector(name)
	}
	return c, nil
}

func (h *fakeHerder) PutConnector(ctx context.Context, r herder.PutRequest) (herder.Connector, bool, error) {
	h.puts = append(h.puts, r)
	if h.put != nil {
		return h.put(ctx, r)
	}
	if h.away != nil {
		return herder.Connector{}, false, h.away
	}
	_, known := h.connectors[r.Name]
	switch {
	case r.Config["connector.class"] == "":
		return herder.Connector{}, false, herder.Fail(herder.BadRequest, "Connector config {name} contains no connector type")
	case known && r.Create:
		return herder.Connector{}, false, herder.Fail(herder.Conflict, "Connector %s already exists", r.Name)
	}
	return herder.Connector{Name: r.Name, Config: r.Config, Kind: pluginset.Source}, !known, nil
}

func (h *fakeHerder) PatchConnector(ctx context.Context, name string, patch map[string]*string) (herder.Connector, error) {
	if h.away != nil {
		return herder.Connector{}, h.away
	}
	c, err := h.Connector(ctx, name)
	c.Config = maps.Clone(c.Config)
	for k, v := range patch {
		if v == nil {
			delete(c.Config, k)
		} else {
			c.Config[k] = *v
		}
	}
	return c, err
}

func (h *fakeHerder) DeleteConnector(ctx context.Context, name string) error {
	if h.away != nil {
		return h.away
	}
	_, err := h.Connector(ctx, name)
	return err
}

func (h *fakeHerder) ConnectorStatus(ctx context.Context, name string) (herder.Status, error) {
	c, err := h.Connector(ctx, name)
	if err != nil || name != "src" {
		return herder.Status{}, herder.NoConnector(name)
	}
	up := state.Status{State: state.Running, WorkerID: "127.0.0.1:8083", Version: "4.3.0"}
	return herder.Status{Name: name, Kind: c.Kind, Connector: up, Tasks: []herder.TaskStatus{
		{ID: 1, Status: state.Status{State: state.Failed, WorkerID: "127.0.0.1:8083", Trace: "java.lang.Exception: boom\n"}},
		{ID: 0, Status: state.Status{State: state.Running, WorkerID: "127.0.0.1:8083", Version: "undefined"}},
	}}, nil
}

func (h *fakeHerder) TaskStatus(ctx context.Context, id state.TaskID) (herder.TaskStatus, error) {
	s, err := h.ConnectorStatus(ctx, id.Connector)
	for _, t := range s.Tasks {
		if t.ID == id.Task {
			return t, err
		}
	}
	return herder.TaskStatus{}, herder.Fail(herder.NotFound, "whatever")
}

func (h *fakeHerder) TaskConfigs(ctx context.Context, name string) ([]herder.Task, error) {
	c, err := h.Connector(ctx, name)
	if err != nil {
		return nil, err
	}
	return []herder.Task{{ID: c.Tasks[0], Config: map[string]string{"task.class": "T"}}}, nil
}

func (h *fakeHerder) SetTarget(ctx context.Context, name string, target state.Target) error {
	if h.away != nil && target == state.TargetStopped {
		return h.away
	}
	_, err := h.Connector(ctx, name)
	return err
}

func (h *fakeHerder) Restart(ctx context.Context, r herder.RestartRequest) (herder.Status, error) {
	if h.restart != nil {
		return h.restart()
	}
	if h.away != nil {
		return herder.Status{}, h.away
	}
	s, err := h.ConnectorStatus(ctx, r.Connector)
	if !r.OnlyFailed {
		s.Connector.State = state.Restarting
	}
	return s, err
}

func (h *fakeHerder) RestartTask(ctx context.Context, id state.TaskID) error {
	if h.away != nil {
		return h.away
	}
	c, err := h.Connector(ctx, id.Connector)
	if err == nil && id.Task >= len(c.Tasks) {
		return herder.Fail(herder.NotFound, "Unknown task: %s", id)
	}
	return err
}

func (h *fakeHerder) Topics(ctx context.Context, name string) ([]string, error) {
	if h.topics != nil {
		return h.topics()
	}
	_, err := h.Connector(ctx, name)
	return []string{"t1", "t2"}, err
}

func (h *fakeHerder) ResetTopics(ctx context.Context, name string) error {
	_, err := h.Topics(ctx, name)
	return err
}

func (h *fakeHerder) Offsets(ctx context.Context, name string) ([]herder.Offset, error) {
	if _, err := h.Connector(ctx, name); err != nil || h.offsets == nil {
		return nil, err
	}
	return h.offsets(name)
}

func (h *fakeHerder) AlterOffsets(ctx context.Context, name string, offsets []herder.Offset) (string, error) {
	h.altered = offsets
	if h.away != nil {
		return "", h.away
	}
	_, err := h.Connector(ctx, name)
	if offsets == nil {
		return "The offsets for this connector have been reset successfully", err
	}
	return "The offsets for this connector have been altered successfully", err
}

func (h *fakeHerder) Plugins() *pluginset.Set {
	jsonDef := config.NewDef(config.Key{Name: "schemas.enable", Type: config.Boolean, Default: true, Importance: config.High, Doc: "d"})
	file := config.NewDef(
		config.Key{Name: "file", Type: config.StringType, Importance: config.High, Doc: "The file."},
		config.Key{Name: "topic", Type: config.StringType, Required: true, Importance: config.High, Doc: "The topic.", Group: "G", Order: 2, Width: config.LongWidth, Display: "Topic", Dependents: []string{"file"}},
		config.Key{Name: "tasks.max", Type: config.Int, Default: 3, Importance: config.Low, Doc: "Its own."},
	)
	newConverter := func(map[string]string, convert.Role) (convert.Converter, error) { return nil, nil }
	return pluginset.New(
		plugin.Source{Info: plugin.Info{Class: "org.apache.kafka.connect.file.FileStreamSourceConnector", Config: file}},
		plugin.Sink{Info: plugin.Info{Class: "org.apache.kafka.connect.file.FileStreamSinkConnector", Version: "undefined"}},
		plugin.Converter{Info: plugin.Info{Class: "org.apache.kafka.connect.json.JsonConverter", Config: jsonDef}, Headers: true, New: newConverter},
		plugin.Transformation{Info: plugin.Info{Class: "org.apache.kafka.connect.transforms.Cast$Value"}},
		plugin.Transformation{Info: plugin.Info{Class: "org.apache.kafka.connect.transforms.MaskField$Value"}},
		plugin.Provider{Info: plugin.Info{Class: "org.apache.kafka.common.config.provider.FileConfigProvider"}},
		plugin.Policy{Info: plugin.Info{Class: "p.NoneConnectorClientConfigOverridePolicy"}},
	)
}

func (h *fakeHerder) Validate(_ context.Context, props map[string]string) (*herder.Validation, error) {
	return h.ValidateNulls(context.Background(), props, nil)
}

func (h *fakeHerder) ValidateNulls(_ context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error) {
	if h.validate != nil {
		return h.validate(props, nulls)
	}
	if props["connector.class"] == "" {
		return nil, herder.Fail(herder.BadRequest, "Connector config contains no connector type")
	}
	v := &herder.Validation{Class: props["connector.class"], Groups: []string{"Common"}}
	for name := range nulls {
		v.ErrorCount++
		v.Configs = append(v.Configs, herder.ValidatedKey{Name: name, Errors: []string{"Null value can not be supplied as the configuration value."}, Visible: true})
	}
	def := "1"
	text := "x<y"
	v.Configs = append(v.Configs, herder.ValidatedKey{
		Name: "tasks.max", Value: &text, Recommended: []string{"1"}, Visible: true,
		Definition: &herder.Definition{Name: "tasks.max", Type: "INT", Default: &def, Importance: "HIGH", Group: &v.Groups[0], Width: "SHORT", DisplayName: "Tasks max"},
	})
	return v, nil
}

func (h *fakeHerder) ClusterID() string { return "cluster-1" }

func (h *fakeHerder) Ready() (bool, string) {
	if h.ready != nil {
		return h.ready()
	}
	return true, ""
}

func sourceOffsets(string) ([]herder.Offset, error) {
	return []herder.Offset{{
		Partition: connect.Fields{"id": int64(1), "s": "x", "b": true, "f": 1.5, "n": nil},
		Offset:    connect.Fields{"seqno": int64(9007199254740993), "f": 2.0},
	}, {Partition: connect.Fields{"id": int64(2)}}}, nil
}
