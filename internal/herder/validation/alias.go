package validation

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
)

// stage is a list of aliases, each of which has keys of its own.
type stage struct {
	key, title string
	kind       pluginset.Kind
}

// alias is one entry of a stage.
type alias struct {
	stage
	name   string
	prefix string // transforms.ALIAS.
}

// addAliases adds the keys of each alias in the order of the list.
func (r *run) addAliases(keys []config.Key, s stage) []config.Key {
	value, err := config.Parse(s.key, config.List, r.in.Props[s.key])
	if err != nil {
		return keys
	}
	var seen []string
	for _, name := range value.([]string) {
		if slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		for _, k := range r.aliasKeys(alias{s, name, s.key + "." + name + "."}) {
			// An alias can be such that its keys collide with others.
			if !slices.ContainsFunc(keys, func(have config.Key) bool { return have.Name == k.Name }) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

func (r *run) aliasKeys(a alias) []config.Key {
	group := a.title + ": " + a.name
	typeKey, versionKey := a.prefix+"type", a.prefix+"plugin.version"
	class := strings.TrimSpace(r.in.Props[typeKey])
	what := a.kind.Interface()
	keys := []config.Key{
		{
			Name: typeKey, Type: config.Class, Required: true, Importance: config.High,
			Validator: r.aliasType(a), Recommend: classesOf(r.classes(a.kind)),
			Group: group, Order: 0, Width: config.LongWidth, Display: what + " type for " + a.name,
			Doc: "Class of the " + strings.ToLower(what) + " " + a.name + ".",
		},
		{
			Name: versionKey, Type: config.StringType, Default: r.latest(class, a.kind), Importance: config.High,
			Validator: r.aliasVersion(a),
			Recommend: visible{connectorconfig.VersionOf(typeKey, func(class string) []string { return r.versions(class, a.kind) })},
			Group:     group, Order: 1, Width: config.LongWidth, Display: what + " version for " + a.name,
			Doc: "Version of the " + strings.ToLower(what) + " " + a.name + ": a version or a range.",
		},
	}
	e, err := r.aliasPlugin(a, class)
	if err != nil {
		return keys
	}
	def := e.Plugin.Describe().Config
	if a.kind == pluginset.Transformation {
		def = config.NewDef(mergeKeys(guardKeys(), def.Keys())...)
	}
	return append(keys, def.Embed(a.prefix, group, 2)...)
}

// guardKeys are those that every transformation has.
func guardKeys() []config.Key {
	return []config.Key{
		{
			Name: "predicate", Type: config.StringType, Importance: config.Medium,
			Doc: "Alias of the predicate that decides to which records the transformation is applied.",
		},
		{
			Name: "negate", Type: config.Boolean, Default: false, Importance: config.Medium,
			Doc: "Whether the transformation is applied to the records for which the predicate does not hold.",
		},
	}
}

// aliasPlugin finds the plugin of an alias in the version that is wanted.
func (r *run) aliasPlugin(a alias, name string) (pluginset.Entry, error) {
	class, ok := r.Plugins.Class(name)
	if !ok {
		return pluginset.Entry{}, &pluginset.NotFoundError{Name: name}
	}
	if err := r.concrete(class.Name, a.kind); err != nil {
		return pluginset.Entry{}, err
	}
	version, err := r.versionRange(a.prefix + "plugin.version")
	if err != nil {
		return pluginset.Entry{}, err
	}
	return r.Plugins.FindVersion(class.Name, version, a.kind)
}

// aliasType checks the class of an alias.
func (r *run) aliasType(a alias) config.Validator {
	return config.Valid("", func(_ string, value any) error {
		if err := r.checkNegate(a); err != nil {
			return err
		}
		name, given := value.(string)
		if !given {
			return nil
		}
		_, err := r.aliasPlugin(a, name)
		return err
	})
}

// aliasVersion checks the version of an alias whose class is right.
func (r *run) aliasVersion(a alias) config.Validator {
	return config.Valid("", func(key string, value any) error {
		class, ok := r.Plugins.Class(strings.TrimSpace(r.in.Props[a.prefix+"type"]))
		if _, given := r.in.Props[key]; !given || value == nil || !ok || r.concrete(class.Name, a.kind) != nil {
			return nil
		}
		_, err := r.aliasPlugin(a, class.Name)
		return err
	})
}

func (r *run) checkNegate(a alias) error {
	given := func(key string) bool {
		_, ok := r.in.Props[a.prefix+key]
		return ok || r.in.Nulls[a.prefix+key]
	}
	if a.kind == pluginset.Transformation && given("negate") && !given("predicate") {
		return connectorconfig.NegateWithoutPredicate(a.name)
	}
	return nil
}

// visible is a recommender that hides nothing.
type visible struct{ config.Recommender }

func (visible) Visible(string, map[string]any) bool { return true }
