package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/rest/versionrange"
)

// listedKinds returns the kinds of plugins that the API shows, in its order.
func listedKinds() []pluginset.Kind {
	return []pluginset.Kind{
		pluginset.Sink, pluginset.Source, pluginset.Transformation, pluginset.Predicate, pluginset.Converter, pluginset.HeaderConverter,
	}
}

type pluginInfo struct {
	Class   string `json:"class"`
	Type    string `json:"type"`
	Version string `json:"version,omitempty"`
}

// connectorPlugins lists plugins: connectors, or all kinds (KIP-769).
func (a *api) connectorPlugins(r *request) (any, error) {
	kinds := listedKinds()
	if r.flag("connectorsOnly", true) {
		kinds = kinds[:2]
	}
	plugins := []pluginInfo{}
	for _, kind := range kinds {
		for _, e := range a.herder.Plugins().OfKind(kind) {
			info := pluginInfo{e.Class, string(e.Kind), e.Version}
			if info.Version == "undefined" {
				info.Version = ""
			}
			if !slices.Contains(plugins, info) {
				plugins = append(plugins, info)
			}
		}
	}
	return plugins, nil
}

// pluginConfig describes the keys of a plugin, of a connector also the framework's.
func (a *api) pluginConfig(r *request) (any, error) {
	e, err := a.findPlugin(r.params["plugin"])
	if err != nil {
		return nil, err
	}
	if err := a.checkVersion(e, r); err != nil {
		return nil, err
	}
	own := e.Plugin.Describe().Config
	keys := definitions(own.Keys(), e)
	switch e.Kind {
	case pluginset.Sink:
		keys = append(keys, definitions(others(connectorconfig.SinkDef(), own), e)...)
	case pluginset.Source:
		keys = append(keys, definitions(others(connectorconfig.SourceDef(), own), e)...)
	}
	return keys, nil
}

// others returns the keys of def that own does not define.
func others(def, own *config.Def) []config.Key {
	return slices.DeleteFunc(slices.Clone(def.Keys()), func(k config.Key) bool {
		_, defined := own.Key(k.Name)
		return defined
	})
}

func definitions(keys []config.Key, e pluginset.Entry) []*keyInfo {
	shown := []*keyInfo{}
	for i := range keys {
		if keys[i].Internal {
			continue
		}
		var def *string
		if text, ok := keys[i].DefaultText(); ok {
			def = &text
		}
		if keys[i].Name == "connector.plugin.version" && def == nil {
			def = &e.Version
		}
		shown = append(shown, showDefinition(herder.DefinitionOf(&keys[i], def)))
	}
	return shown
}

// findPlugin returns the plugin that a name means; a class of several kinds is the
// first of them.
func (a *api) findPlugin(name string) (pluginset.Entry, error) {
	plugins := a.herder.Plugins()
	var found []pluginset.Entry
	for _, kind := range []pluginset.Kind{
		pluginset.Sink, pluginset.Source, pluginset.Converter, pluginset.HeaderConverter, pluginset.Transformation, pluginset.Predicate,
	} {
		if e, err := plugins.Find(name, kind); err == nil {
			found = append(found, e)
		}
	}
	switch {
	case len(found) == 0 && plugins.Has(name) && isOther(plugins, name):
		return pluginset.Entry{}, fail(http.StatusBadRequest,
			"Invalid plugin class %s. Valid types are sink, source, converter, header_converter, transformation, predicate.", name)
	case len(found) == 0 || slices.ContainsFunc(found, func(e pluginset.Entry) bool { return e.Class != found[0].Class }):
		return pluginset.Entry{}, fail(http.StatusNotFound, "Unknown plugin %s.", name)
	}
	return found[0], nil
}

// isOther tells whether a name means a plugin of a kind that the API does not show.
func isOther(plugins *pluginset.Set, name string) bool {
	_, provider := plugins.Find(name, pluginset.Provider)
	_, policy := plugins.Find(name, pluginset.Policy)
	return provider == nil || policy == nil
}

// checkVersion refuses a plugin that has not the version asked for (KIP-891).
func (a *api) checkVersion(e pluginset.Entry, r *request) error {
	query := r.URL.Query()
	version := query.Get("version")
	if !query.Has("version") || version == "latest" {
		return nil
	}
	wanted, err := versionrange.Exact(version)
	if err != nil {
		return fail(http.StatusBadRequest, "Invalid version specification: %s", version)
	}
	var available []string
	for _, other := range a.herder.Plugins().All() {
		if other.Class != e.Class {
			continue
		}
		if wanted.Contains(other.Version) {
			return nil
		}
		available = append(available, other.Version)
	}
	return fail(http.StatusBadRequest, "Plugin %s not found that matches the version range %s, available versions: [%s]",
		e.Class, wanted, strings.Join(available, ", "))
}
