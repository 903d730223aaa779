package connectorconfig

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// parseTransforms reads transforms.ALIAS.* and the predicates they name.
func parseTransforms(v *config.Values) ([]Transform, error) {
	var steps []Transform
	for _, alias := range v.List("transforms") {
		step := Transform{Alias: alias, Plugin: pluginUnder(v, "transforms."+alias)}
		if step.Class == "" {
			return nil, config.Missing("transforms." + alias + ".type")
		}
		if err := step.guard(v); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// guard reads which predicate a step has, and takes it out of its properties.
func (t *Transform) guard(v *config.Values) error {
	prefix := "transforms." + t.Alias + "."
	name, guarded := t.Props["predicate"]
	negate, negated := t.Props["negate"]
	delete(t.Props, "predicate")
	delete(t.Props, "negate")
	if negated {
		if !guarded {
			return NegateWithoutPredicate(t.Alias)
		}
		value, err := config.Parse(prefix+"negate", config.Boolean, negate)
		if err != nil {
			return err
		}
		t.Negate = value.(bool)
	}
	if name = strings.TrimSpace(name); name == "" {
		return nil
	}
	p := pluginUnder(v, "predicates."+name)
	if p.Class == "" {
		return config.Errorf(prefix+"predicate",
			"Transform %q uses the predicate %q, which has no predicates.%s.type; add it, and %s to predicates.", t.Alias, name, name, name)
	}
	t.Predicate, t.Guard = &p, name
	return nil
}

// NegateWithoutPredicate is the error of a transformation that negates nothing.
func NegateWithoutPredicate(alias string) error {
	negate, predicate := "transforms."+alias+".negate", "transforms."+alias+".predicate"
	return config.Errorf(negate, "Config '%s' was provided but there is no config '%s' defining a predicate to be negated.", negate, predicate)
}

func pluginUnder(v *config.Values, prefix string) Plugin {
	props := v.WithPrefix(prefix + ".")
	return Plugin{Class: strings.TrimSpace(props["type"]), Props: props}
}
