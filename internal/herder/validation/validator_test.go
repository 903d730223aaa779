package validation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
)

// fakeSource answers the host's questions as its properties say.
type fakeSource struct{ source.Connector }

func (fakeSource) SupportsExactlyOnce(props map[string]string) bool {
	if props["eos"] == "panic" {
		panic("eos")
	}
	return props["eos"] == "yes"
}

func (fakeSource) Validate(props map[string]string, result *config.Result) {
	switch props["own"] {
	case "panic":
		panic("own check")
	case "error":
		result.AddError("own", "own is wrong")
		result.AddError("tasks.max", "too many")
	}
}

// plainSource has no abilities.
type plainSource struct{ source.Connector }

type fakeSink struct{ sink.Connector }

type denyAcks struct{}

func (denyAcks) Allows(r policy.Request) bool { return r.Key != "acks" }

// secrets returns ${s:KEY} as the value of the key here.
type secrets map[string]string

func (s secrets) Get(context.Context, string, []string) (provider.Data, error) {
	return provider.Data{Values: s}, nil
}

func newValidator(cluster *Cluster) *Validator {
	own := config.NewDef(
		config.Key{Name: "own", Type: config.StringType, Default: "", Group: "Own"},
		config.Key{Name: "must", Type: config.StringType, Required: true},
		config.Key{Name: "password", Type: config.PasswordType},
	)
	return &Validator{
		Plugins: pluginset.New(
			plugin.Source{Info: plugin.Info{Class: "t.FakeSourceConnector", Config: own}, New: func() source.Connector { return fakeSource{} }},
			plugin.Source{Info: plugin.Info{Class: "t.PlainSourceConnector"}, New: func() source.Connector { return plainSource{} }},
			plugin.Sink{Info: plugin.Info{Class: "t.FakeSinkConnector"}, New: func() sink.Connector { return fakeSink{} }},
			plugin.Converter{Info: plugin.Info{Class: "t.FakeConverter", Config: own}, Headers: true},
			plugin.Transformation{Info: plugin.Info{Class: "t.Fake$Key", Config: own}},
		),
		Providers: configprovider.New(map[string]provider.Provider{"s": secrets{"n": "abc", "t": "s3cr3t", "one": "1"}}),
		Policy:    denyAcks{}, PolicyAs: "Deny",
		Worker: Worker{Key: Converter{Class: "t.FakeConverter"}, Value: Converter{Class: "t.FakeConverter"}, Cluster: cluster},
	}
}

func props(more ...string) map[string]string {
	p := map[string]string{"name": "c", "connector.class": "FakeSource", "must": "x"}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

func messages(v *herder.Validation) map[string]string {
	found := map[string]string{}
	for _, k := range v.Configs {
		if len(k.Errors) > 0 {
			found[k.Name] = strings.Join(k.Errors, "|")
		}
	}
	return found
}

func TestValidateErrors(t *testing.T) {
	const (
		eosOff   = "This worker does not have exactly-once source support enabled."
		boundary = "The connector does not support connector-defined transaction boundaries with the given configuration. " +
			"Please reconfigure it to use a different transaction boundary definition."
		policyDenies = "The 'Deny' policy does not allow 'acks' to be overridden in the connector configuration."
		version      = "Plugin t.Fake$Key not found that matches the version range [9,9], available versions: [4.3.0]"
		mismatch     = "Plugin t.FakeConverter not found that matches the version range [9,9], available versions: [4.3.0, 4.3.0]"
	)
	off, on := &Cluster{Group: "connect-c"}, &Cluster{Group: "g", ExactlyOnce: true}
	for name, tt := range map[string]struct {
		cluster *Cluster
		props   map[string]string
		count   int
		want    map[string]string
	}{
		"fine":          {off, props(), 0, map[string]string{}},
		"eos off":       {off, props("exactly.once.support", "required", "eos", "yes"), 1, map[string]string{"exactly.once.support": eosOff}},
		"eos on":        {on, props("exactly.once.support", "REQUIRED", "eos", "yes"), 0, map[string]string{}},
		"eos alone":     {nil, props("exactly.once.support", "required"), 0, map[string]string{}},
		"eos without":   {on, props("exactly.once.support", "required", "eos", "no"), 1, map[string]string{"exactly.once.support": "The connector does not support exactly-once semantics with the provided configuration."}},
		"eos no API":    {on, props("connector.class", "PlainSource", "exactly.once.support", "required"), 1, map[string]string{"exactly.once.support": noExactlyOnceAPI}},
		"eos panics":    {on, props("exactly.once.support", "required", "eos", "panic"), 1, map[string]string{"exactly.once.support": "An unexpected error occurred during validation; please see the worker logs for more details."}},
		"boundary":      {on, props("transaction.boundary", "connector"), 1, map[string]string{"transaction.boundary": boundary}},
		"own":           {nil, props("own", "error", "tasks.max", "0"), 2, map[string]string{"own": "own is wrong", "tasks.max": "too many"}},
		"override":      {nil, props("producer.override.acks", "1", "producer.override.x", "y"), 1, map[string]string{"producer.override.acks": policyDenies}},
		"group name":    {off, props("connector.class", "FakeSink", "topics", "t"), 1, map[string]string{"name": "Consumer group for sink connector named c conflicts with Connect worker group connect-c"}},
		"group":         {on, props("connector.class", "FakeSink", "topics", "t", "consumer.override.group.id", "g"), 1, map[string]string{"consumer.override.group.id": "Consumer group g conflicts with Connect worker group g"}},
		"smt version":   {nil, props("transforms", "a", "transforms.a.type", "t.Fake$Key", "transforms.a.plugin.version", "9"), 2, map[string]string{"transforms.a.type": version, "transforms.a.plugin.version": version}},
		"abstract":      {nil, props("transforms", "a", "transforms.a.type", "t.Fake"), 1, map[string]string{"transforms.a.type": "This class is abstract and cannot be created. Did you mean t.Fake$Key?"}},
		"odd converter": {nil, props("value.converter", "t.FakeSinkConnector"), 1, map[string]string{"value.converter": "Class class t.FakeSinkConnector does not implement the Converter interface"}},
		"converter version": {nil, props("key.converter", "Fake", "key.converter.plugin.version", "9"), 2, map[string]string{
			"key.converter": mismatch, "key.converter.plugin.version": mismatch,
		}},
		"converter keys": {nil, props("key.converter", "t.FakeConverter"), 1, map[string]string{
			"key.converter.must": `Missing required configuration "must" which has no default value.`,
		}},
		"secret": {nil, props("tasks.max", "${s:n}", "own", "${s:t}"), 1, map[string]string{
			"tasks.max": "Invalid value for configuration 'tasks.max': the value resolved from the config provider reference failed validation",
		}},
	} {
		v, err := newValidator(tt.cluster).Validate(context.Background(), tt.props)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := messages(v); !maps.Equal(got, tt.want) || v.ErrorCount != tt.count {
			t.Errorf("%s: %d %q, want %d %q", name, v.ErrorCount, got, tt.count, tt.want)
		}
		for _, k := range v.Configs {
			if k.Value != nil && strings.Contains(*k.Value, "s3cr3t") {
				t.Errorf("%s: %s shows the secret", name, k.Name)
			}
		}
	}
}

func TestValidateRefusals(t *testing.T) {
	for want, p := range map[string]map[string]string{
		"Connector config {name} contains no connector type":                               {"name": "c", "config.providers": "x"},
		"Failed to find any class that implements Connector and which name matches No, av": props("connector.class", "No"),
		"Unbounded range: [1": props("connector.plugin.version", "[1"),
	} {
		_, err := newValidator(nil).Validate(context.Background(), p)
		var refused *herder.Error
		if !errors.As(err, &refused) || refused.Reason != herder.BadRequest || !strings.HasPrefix(refused.Msg, want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for want, p := range map[string]map[string]string{
		"Invalid value x for configuration retries: Not a number of type INT": props("producer.override.retries", "x"),
		"validation of t.FakeSourceConnector failed: own check":               props("own", "panic"),
	} {
		if _, err := newValidator(nil).Validate(context.Background(), p); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestValidateWrongVersionIsShort(t *testing.T) {
	v, err := newValidator(nil).Validate(context.Background(), props("connector.plugin.version", "9"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "Plugin t.FakeSourceConnector not found that matches the version range [9,9], available versions: [4.3.0]"
	if got := messages(v); len(v.Configs) != 19 || v.ErrorCount != 2 || got["connector.class"] != want || got["connector.plugin.version"] != want {
		t.Errorf("%d keys, %d errors: %q", len(v.Configs), v.ErrorCount, got)
	}
	text := v.Problems()
	if want := "contains the following 2 error(s):\n" + want + "\n" + want + "\nYou can also"; !strings.Contains(text, want) {
		t.Errorf("problems %s", text)
	}
}

func TestValidateNulls(t *testing.T) {
	p := props()
	delete(p, "must")
	v, err := newValidator(nil).ValidateNulls(context.Background(), p, map[string]bool{"must": true, "foo": true, "tasks.max": true})
	if err != nil {
		t.Fatal(err)
	}
	const null = "Null value can not be supplied as the configuration value."
	want := map[string]string{"foo": null, "tasks.max": "Invalid value null for configuration tasks.max: Value must be non-null|" + null}
	if got := messages(v); !maps.Equal(got, want) || v.Configs[0].Name != "foo" || v.Configs[0].Definition != nil {
		t.Errorf("errors %q, first %+v", got, v.Configs[0])
	}
}

func TestSecretsAreHidden(t *testing.T) {
	v, err := newValidator(nil).Validate(context.Background(), props("password", "p", "producer.override.sasl.jaas.config", "j", "must", "${s:one}"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, k := range v.Configs {
		if k.Value != nil {
			shown[k.Name] = *k.Value
		}
	}
	if shown["password"] != config.Hidden || shown["producer.override.sasl.jaas.config"] != config.Hidden || shown["must"] != "${s:one}" {
		t.Errorf("shown %q", shown)
	}
}

func TestPluginKeys(t *testing.T) {
	v := newValidator(nil)
	e, _ := v.Plugins.Connector("FakeSource")
	var names []string
	for _, d := range v.PluginKeys(e) {
		names = append(names, d.Name)
		if d.Name == "connector.plugin.version" && (d.Default == nil || *d.Default != "4.3.0") {
			t.Errorf("version %v", d.Default)
		}
	}
	if len(names) != 27 || !slices.Equal(names[:4], []string{"own", "must", "password", "name"}) {
		t.Errorf("keys %v", names)
	}
	e, _ = v.Plugins.Find("Fake", pluginset.Converter)
	if got := v.PluginKeys(e); len(got) != 3 {
		t.Errorf("converter keys %v", got)
	}
}
