package validation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
)

// Validator validates connector configurations. It is safe for concurrent use.
type Validator struct {
	Plugins   *pluginset.Set
	Providers *configprovider.Transformer // nil for none
	Policy    policy.Policy
	PolicyAs  string // the policy's alias, for error texts
	Worker    Worker
}

// Worker is what validation needs to know of the worker.
type Worker struct {
	Key, Value, Header Converter
	Cluster            *Cluster // nil for a standalone worker
}

// Converter is a converter of the worker: the default of connectors.
type Converter struct{ Class, Version string }

// Cluster is what only distributed workers have.
type Cluster struct {
	Group       string
	ExactlyOnce bool // enabled, not only preparing
}

const (
	keyClass   = "connector.class"
	keyVersion = "connector.plugin.version"
	keyName    = "name"
)

// run is one validation.
type run struct {
	*Validator
	in        config.Input // references resolved
	connector pluginset.Entry
	sink      bool
	instance  any // of the connector

	def       *config.Def // of the framework, enriched
	framework *config.Result
	out       herder.Validation
}

// Validate checks a configuration. Wrong values are part of the result. The error is
// a *herder.Error when there is no such connector; otherwise a provider failed, a
// client override cannot be read, or the connector's own check broke down. That
// check may take long, and ctx does not end it.
func (v *Validator) Validate(ctx context.Context, props map[string]string) (*herder.Validation, error) {
	return v.ValidateNulls(ctx, props, nil)
}

// ValidateNulls is Validate for a configuration in which some keys have null as
// value.
func (v *Validator) ValidateNulls(ctx context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error) {
	if err := v.checkProviders(props); err != nil {
		return nil, err
	}
	submitted := maps.Clone(props)
	// A connector may not bring providers of its own: they would be run by anybody
	// who may ask for a validation.
	maps.DeleteFunc(submitted, func(k, _ string) bool {
		return k == "config.providers" || strings.HasPrefix(k, "config.providers.")
	})
	if _, ok := submitted[keyClass]; !ok {
		names := slices.Sorted(maps.Keys(submitted))
		return nil, herder.Fail(herder.BadRequest, "Connector config {%s} contains no connector type", strings.Join(names, ", "))
	}
	r := &run{Validator: v, in: config.Input{Props: submitted, Nulls: nulls, Classes: v.Plugins.ClassName}}
	changed, err := r.resolve(ctx)
	if err != nil {
		return nil, err
	}
	r.out.Class = submitted[keyClass]
	if err := r.validate(); err != nil {
		return nil, err
	}
	redact(&r.out, submitted, changed)
	return &r.out, nil
}

// resolve replaces references to configuration providers.
func (r *run) resolve(ctx context.Context) (changed []string, err error) {
	if r.Providers == nil {
		return nil, nil
	}
	resolved, err := r.Providers.Transform(ctx, r.in.Props)
	if err != nil {
		return nil, err
	}
	r.in.Props = resolved.Props
	return resolved.Changed, nil
}

func (r *run) validate() (err error) {
	defer r.recoverInto(&err)
	err = r.load()
	var mismatch *pluginset.NotFoundError
	if errors.As(err, &mismatch) && mismatch.Versions != nil {
		r.short(mismatch)
		return nil
	}
	if err != nil {
		return &herder.Error{Reason: herder.BadRequest, Msg: err.Error(), Err: err}
	}
	r.def = r.enriched()
	r.framework = r.def.ValidateInput(r.in)
	r.checkRules()
	r.checkNulls()
	r.mergeConnector(r.ownResult())
	if err := r.addOverrides(); err != nil {
		return err
	}
	r.addConverters()
	r.addRestarts()
	return nil
}

// load finds the connector and creates one.
func (r *run) load() error {
	e, err := r.Plugins.Connector(strings.TrimSpace(r.in.Props[keyClass]))
	if err != nil {
		return err
	}
	version, err := r.versionRange(keyVersion)
	if err != nil {
		return err
	}
	if r.connector, err = r.Plugins.FindVersion(e.Class, version, e.Kind); err != nil {
		return err
	}
	r.sink = e.Kind == pluginset.Sink
	r.instance = newConnector(r.connector.Plugin)
	return nil
}

// versionRange reads what a key demands of a version; nil for nothing.
func (r *run) versionRange(key string) (*pluginset.VersionRange, error) {
	text, given := r.in.Props[key]
	if !given {
		return nil, nil
	}
	return pluginset.ParseVersionRange(text)
}

// short is the result for a connector of which there is no such version: only the
// common keys.
func (r *run) short(mismatch *pluginset.NotFoundError) {
	r.def = r.commonDef()
	r.framework = r.def.ValidateInput(r.in)
	for _, key := range []string{keyClass, keyVersion} {
		r.framework.AddError(key, mismatch.Msg)
	}
	r.checkNulls()
	r.mergeConnector(nil)
}

func (r *run) checkNulls() {
	for _, key := range slices.Sorted(maps.Keys(r.in.Nulls)) {
		if r.in.Nulls[key] {
			r.framework.AddError(key, "Null value can not be supplied as the configuration value.")
		}
	}
}

// ownResult is what the connector says of its own keys.
func (r *run) ownResult() *config.Result {
	in := r.in
	in.Classes = nil // a connector knows itself which classes it can be given: formats, partitioners
	result := r.ownDef().ValidateInput(in)
	if own, ok := r.instance.(interface {
		Validate(props map[string]string, result *config.Result)
	}); ok {
		own.Validate(maps.Clone(r.in.Props), result)
	}
	return result
}

func (r *run) ownDef() *config.Def { return r.connector.Plugin.Describe().Config }

// mergeConnector adds the keys of framework and connector. The connector's
// definitions and values take the place of the framework's.
func (r *run) mergeConnector(own *config.Result) {
	values := r.framework.Values
	keys := slices.Clone(r.def.Keys())
	if own != nil {
		values = slices.Concat(values, own.Values)
		keys = mergeKeys(keys, r.ownDef().Keys())
	}
	merged := config.NewDef(keys...)
	byName := map[string]*config.Value{}
	for _, v := range values {
		byName[v.Name] = v
		if _, known := merged.Key(v.Name); !known {
			r.out.Configs = append(r.out.Configs, describe(v, "", nil))
			r.out.ErrorCount += len(v.Errors)
		}
	}
	for i := range keys {
		k := &keys[i]
		v := byName[k.Name]
		r.out.ErrorCount += len(v.Errors)
		r.out.Configs = append(r.out.Configs, describe(v, "", k))
	}
	for _, group := range r.def.Groups() {
		r.addGroup(group)
	}
	if own != nil {
		for _, group := range r.ownDef().Groups() {
			r.addGroup(group)
		}
	}
}

func mergeKeys(keys, own []config.Key) []config.Key {
	for _, k := range own {
		i := slices.IndexFunc(keys, func(have config.Key) bool { return have.Name == k.Name })
		if i >= 0 {
			keys[i] = k
		} else {
			keys = append(keys, k)
		}
	}
	return keys
}
