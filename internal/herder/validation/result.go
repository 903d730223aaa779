package validation

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/herder"
)

// Definitions returns the keys of a Def in definition order, as the REST API shows
// them.
func Definitions(def *config.Def) []herder.Definition {
	list := []herder.Definition{}
	for i := range def.Keys() {
		list = append(list, *define(&def.Keys()[i], ""))
	}
	return list
}

func define(k *config.Key, prefix string) *herder.Definition {
	var fallback *string
	if text, ok := k.DefaultText(); ok {
		fallback = &text
	}
	d := herder.DefinitionOf(k, fallback)
	d.Name = prefix + k.Name
	d.Dependents = []string{}
	for _, name := range k.Dependents {
		d.Dependents = append(d.Dependents, prefix+name)
	}
	return d
}

// describe shows a value; k is its key, or nil for one without definition.
func describe(v *config.Value, prefix string, k *config.Key) herder.ValidatedKey {
	t := config.StringType
	shown := herder.ValidatedKey{Name: prefix + v.Name, Recommended: []string{}, Errors: []string{}, Visible: v.Visible}
	if k != nil {
		t = k.Type
		shown.Definition = define(k, prefix)
	}
	shown.Errors = append(shown.Errors, v.Errors...)
	if text, ok := config.Text(v.Value, t); ok {
		shown.Value = &text
	}
	for _, r := range v.Recommended {
		if text, ok := config.Text(r, t); ok {
			shown.Recommended = append(shown.Recommended, text)
		}
	}
	return shown
}

func (r *run) addGroup(group string) {
	if group != "" && !slices.Contains(r.out.Groups, group) {
		r.out.Groups = append(r.out.Groups, group)
	}
}

// addPrefixed adds the values of a part that has a definition of its own. Keys with
// errors count, not errors.
func (r *run) addPrefixed(prefix string, def *config.Def, values []*config.Value) {
	for _, v := range values {
		k, known := def.Key(v.Name)
		if known {
			r.addGroup(k.Group)
		}
		if len(v.Errors) > 0 {
			r.out.ErrorCount++
		}
		r.out.Configs = append(r.out.Configs, describe(v, prefix, k))
	}
}

// redact hides what came from configuration providers: those keys show what was
// submitted, and one error that does not tell the value.
func redact(v *herder.Validation, submitted map[string]string, changed []string) {
	if len(changed) == 0 {
		return
	}
	v.ErrorCount = 0
	for i := range v.Configs {
		c := &v.Configs[i]
		if slices.Contains(changed, c.Name) {
			text := submitted[c.Name]
			c.Value, c.Recommended = &text, []string{}
			if len(c.Errors) > 0 {
				c.Errors = []string{"Invalid value for configuration '" + c.Name +
					"': the value resolved from the config provider reference failed validation"}
			}
		}
		v.ErrorCount += len(c.Errors)
	}
}
