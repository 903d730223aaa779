package rest

import (
	"errors"
	"net/http"
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
)

// listedKinds returns the kinds of plugins that the API shows, in its order.
func listedKinds() []pluginset.Kind {
	return []pluginset.Kind{
		pluginset.Sink, pluginset.Source, pluginset.Transformation, pluginset.Predicate, pluginset.Converter, pluginset.HeaderConverter,
	}
}

type pluginInfo struct {
	Class   string         `json:"class"`
	Type    pluginset.Kind `json:"type"`
	Version string         `json:"version,omitempty"`
}

// connectorPlugins lists plugins: connectors, or all kinds (KIP-769).
func (a *api) connectorPlugins(r *request) (any, error) {
	kinds := listedKinds()
	if r.flag("connectorsOnly", true) {
		kinds = kinds[:2]
	}
	plugins := []pluginInfo{}
	for _, kind := range kinds {
		for _, e := range a.pluginsOf(kind) {
			info := pluginInfo{e.Class, kind, e.Version}
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

// pluginsOf returns the plugins of a kind; some converters are of two.
func (a *api) pluginsOf(kind pluginset.Kind) []pluginset.Entry {
	if kind == pluginset.HeaderConverter {
		return a.herder.Plugins().HeaderConverters()
	}
	return a.herder.Plugins().OfKind(kind)
}

// pluginConfig describes the keys of a plugin, of a connector also the framework's.
func (a *api) pluginConfig(r *request) (any, error) {
	e, err := a.findPlugin(r)
	if err != nil {
		return nil, err
	}
	own := e.Plugin.Describe().Config
	keys := definitions(own.Keys(), nil)
	switch e.Kind {
	case pluginset.Sink:
		keys = append(keys, definitions(others(connectorconfig.SinkDef(), own), &e.Version)...)
	case pluginset.Source:
		keys = append(keys, definitions(others(connectorconfig.SourceDef(), own), &e.Version)...)
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

// definitions shows keys. version is the default of connector.plugin.version, unless a
// connector defines that key itself, as those of MirrorMaker do: then it has none.
func definitions(keys []config.Key, version *string) []*keyInfo {
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
			def = version
		}
		shown = append(shown, showDefinition(herder.DefinitionOf(&keys[i], def)))
	}
	return shown
}

// findPlugin returns the plugin that a request names, in the version that it asks
// for (KIP-891).
func (a *api) findPlugin(r *request) (pluginset.Entry, error) {
	name, query := r.params["plugin"], r.URL.Query()
	class, known := a.herder.Plugins().Class(name)
	switch {
	case !known:
		return pluginset.Entry{}, fail(http.StatusNotFound, "Unknown plugin %s.", name)
	case class.Abstract || len(class.Kinds) == 0:
		return pluginset.Entry{}, fail(http.StatusInternalServerError, "Instantiation error")
	case !slices.ContainsFunc(class.Kinds, func(k pluginset.Kind) bool { return slices.Contains(listedKinds(), k) }):
		return pluginset.Entry{}, fail(http.StatusBadRequest,
			"Invalid plugin class %s. Valid types are sink, source, converter, header_converter, transformation, predicate.", name)
	}
	version := query.Get("version")
	if !query.Has("version") {
		version = "latest"
	}
	wanted, err := pluginset.ParseVersionRange(version)
	if err != nil {
		return pluginset.Entry{}, fail(http.StatusBadRequest, "Invalid version specification: %s", version)
	}
	e, err := a.herder.Plugins().FindVersion(class.Name, wanted, class.Kinds...)
	var missing *pluginset.NotFoundError
	if errors.As(err, &missing) {
		return e, fail(http.StatusBadRequest, "%s", missing.Error())
	}
	return e, err
}
