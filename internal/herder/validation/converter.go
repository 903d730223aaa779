package validation

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/pluginset"
)

// addConverters checks the settings of the converters that the connector names
// itself.
func (r *run) addConverters() {
	r.addConverter("header", pluginset.HeaderConverter)
	r.addConverter("key", pluginset.Converter)
	r.addConverter("value", pluginset.Converter)
}

func (r *run) addConverter(role string, kind pluginset.Kind) {
	name := role + ".converter"
	e, ok := r.ownConverter(name, kind)
	if !ok {
		return
	}
	prefix := name + "."
	in := config.Input{Props: config.WithPrefix(r.in.Props, prefix), Nulls: map[string]bool{}, Classes: r.in.Classes}
	for k, null := range r.in.Nulls {
		if short, ok := strings.CutPrefix(k, prefix); ok {
			in.Nulls[short] = null
		}
	}
	if _, given := in.Props["converter.type"]; !given {
		in.Props["converter.type"] = role
	}
	def := e.Plugin.Describe().Config
	r.addPrefixed(prefix, def, inHashOrder(def.ValidateInput(in).Values))
}

// ownConverter returns the converter that the connector names, when that is right so
// far. A version that does not exist is found here.
func (r *run) ownConverter(name string, kind pluginset.Kind) (pluginset.Entry, bool) {
	if _, given := r.in.Props[name]; !given {
		return pluginset.Entry{}, false
	}
	class, version := r.shown(name), r.shown(name+".plugin.version")
	if class.Value == nil || len(class.Errors) > 0 || len(version.Errors) > 0 {
		return pluginset.Entry{}, false
	}
	wanted, err := r.versionRange(name + ".plugin.version")
	if err != nil {
		return pluginset.Entry{}, false
	}
	e, err := r.Plugins.FindVersion(*class.Value, wanted, kind)
	if err != nil {
		for _, v := range []*herder.ValidatedKey{class, version} {
			v.Errors = append(v.Errors, err.Error())
			r.out.ErrorCount++
		}
		return pluginset.Entry{}, false
	}
	return e, true
}

// shown returns the value of a key in the result.
func (r *run) shown(name string) *herder.ValidatedKey {
	i := slices.IndexFunc(r.out.Configs, func(c herder.ValidatedKey) bool { return c.Name == name })
	return &r.out.Configs[i]
}

// inHashOrder puts the values of a part into the order in which Java's map of them
// is walked, which is the order of the answer.
func inHashOrder(values []*config.Value) []*config.Value {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.Name
	}
	ordered := make([]*config.Value, 0, len(values))
	for _, i := range hashorder.Default(names) {
		ordered = append(ordered, values[i])
	}
	return ordered
}

// PluginKeys returns the keys of a plugin as the REST API lists them: its own, and
// for connectors those of the framework that it does not define itself.
func (v *Validator) PluginKeys(e pluginset.Entry) []herder.Definition {
	def := e.Plugin.Describe().Config
	if e.Kind != pluginset.Source && e.Kind != pluginset.Sink {
		return Definitions(def)
	}
	r := &run{Validator: v, in: config.Input{Props: map[string]string{keyClass: e.Class}}}
	keys := slices.Clone(frameworkDef(e.Kind == pluginset.Sink).Keys())
	r.describeConnector(keys)
	all := slices.Clone(def.Keys())
	for _, k := range keys {
		if _, own := def.Key(k.Name); !own {
			all = append(all, k)
		}
	}
	return Definitions(config.NewDef(all...))
}
