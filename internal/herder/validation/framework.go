package validation

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
)

func newConnector(p plugin.Plugin) any {
	switch p := p.(type) {
	case plugin.Source:
		return p.New()
	case plugin.Sink:
		return p.New()
	}
	return nil
}

// commonDef returns the common keys with what is known of the connector's versions.
func (r *run) commonDef() *config.Def {
	keys := slices.Clone(connectorconfig.CommonDef().Keys())
	r.describeConnector(keys)
	return config.NewDef(keys...)
}

// enriched returns the framework's keys with what the installed plugins and the
// worker add to them.
func (r *run) enriched() *config.Def {
	keys := slices.Clone(frameworkDef(r.sink).Keys())
	r.describeConnector(keys)
	r.describeConverter(keys, "key.converter", pluginset.Converter, r.Worker.Key)
	r.describeConverter(keys, "value.converter", pluginset.Converter, r.Worker.Value)
	r.describeConverter(keys, "header.converter", pluginset.HeaderConverter, r.Worker.Header)
	keys = r.addAliases(keys, stage{key: "transforms", title: "Transforms", kind: pluginset.Transformation})
	keys = r.addAliases(keys, stage{key: "predicates", title: "Predicates", kind: pluginset.Predicate})
	return config.NewDef(keys...)
}

func frameworkDef(sink bool) *config.Def {
	if sink {
		return connectorconfig.SinkDef()
	}
	return connectorconfig.SourceDef()
}

func keyAt(keys []config.Key, name string) *config.Key {
	i := slices.IndexFunc(keys, func(k config.Key) bool { return k.Name == name })
	return &keys[i]
}

func (r *run) describeConnector(keys []config.Key) {
	e, err := r.Plugins.Connector(strings.TrimSpace(r.in.Props[keyClass]))
	if err != nil {
		return
	}
	versions := r.Plugins.Versions(e.Class)
	k := keyAt(keys, keyVersion)
	k.Default = versions[0]
	k.Recommend = connectorconfig.VersionOf(keyClass, func(string) []string { return versions })
	k.Validator = versionText()
}

// describeConverter adds the default of a converter, which is that of the worker,
// and which converters and versions there are.
func (r *run) describeConverter(keys []config.Key, name string, kind pluginset.Kind, worker Converter) {
	class := keyAt(keys, name)
	if worker.Class != "" {
		class.Default = worker.Class
	}
	class.Recommend = classesOf(r.classes(kind))
	class.Validator = config.Valid(class.Validator.String(), func(_ string, value any) error {
		return r.concrete(value, kind)
	})
	version := keyAt(keys, name+".plugin.version")
	version.Recommend = connectorconfig.VersionOf(name, func(class string) []string { return r.versions(class, kind) })
	version.Validator = versionText()
	own, given := r.in.Props[name]
	switch {
	case given:
		version.Default = r.latest(strings.TrimSpace(own), kind)
	case worker.Version != "":
		version.Default = worker.Version
	default:
		version.Default = r.latest(worker.Class, kind)
	}
}

// classes returns the names of the plugins of a kind.
func (r *run) classes(kind pluginset.Kind) []string {
	list := r.Plugins.OfKind(kind)
	if kind == pluginset.HeaderConverter {
		list = r.Plugins.HeaderConverters()
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Class)
	}
	return slices.Compact(names)
}

// versions returns those of a class, none when it is not of the kind.
func (r *run) versions(name string, kind pluginset.Kind) []string {
	class, ok := r.Plugins.Class(name)
	if !ok || class.Abstract || !class.Is(kind) {
		return nil
	}
	return r.Plugins.Versions(class.Name)
}

// latest returns the latest version as a default: null when there is none.
func (r *run) latest(name string, kind pluginset.Kind) any {
	if versions := r.versions(name, kind); versions != nil {
		return versions[0]
	}
	return nil
}

// concrete checks that a class, by its full name, can be used as a kind of plugin.
func (r *run) concrete(value any, kind pluginset.Kind) error {
	name, given := value.(string)
	if !given {
		return nil
	}
	class, _ := r.Plugins.Class(name)
	if !class.Is(kind) {
		return config.Errorf("", "Class class %s does not implement the %s interface", name, kind.Interface())
	}
	if !class.Abstract {
		return nil
	}
	msg := "This class is abstract and cannot be created."
	if class.Children != nil {
		msg += " Did you mean " + strings.Join(class.Children, ", ") + "?"
	}
	return config.Errorf("", "%s", msg)
}

// versionText demands a version or a range of versions.
func versionText() config.Validator {
	return config.Valid("", func(_ string, value any) error {
		text, given := value.(string)
		if !given {
			return nil
		}
		_, err := pluginset.ParseVersionRange(text)
		return err
	})
}

// classesOf recommends classes.
type classesOf []string

func (c classesOf) Recommended(string, map[string]any) []any {
	var list []any
	for _, name := range c {
		list = append(list, name)
	}
	return list
}

func (classesOf) Visible(string, map[string]any) bool { return true }
