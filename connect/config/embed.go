package config

import (
	"cmp"
	"slices"
	"strings"
)

// Sorted returns the keys as documentation shows them: by group in order of first
// use, those without one first; in it by order; then required ones first, by
// importance and by name.
func (d *Def) Sorted() []Key {
	rank := map[string]int{"": -1}
	for i, g := range d.Groups() {
		rank[g] = i
	}
	keys := slices.Clone(d.Keys())
	slices.SortStableFunc(keys, func(a, b Key) int {
		return cmp.Or(
			rank[a.Group]-rank[b.Group],
			cmp.Compare(a.Order, b.Order),
			requiredFirst(a, b),
			int(a.Importance)-int(b.Importance),
			strings.Compare(a.Name, b.Name),
		)
	})
	return keys
}

func requiredFirst(a, b Key) int {
	switch {
	case a.Required == b.Required:
		return 0
	case a.Required:
		return -1
	}
	return 1
}

// Embed returns the keys of d, sorted, as part of another Def: under a prefix, in
// a group, with orders counted from first. Validators and recommenders see the
// names without the prefix.
func (d *Def) Embed(prefix, group string, first int) []Key {
	keys := d.Sorted()
	for i := range keys {
		k := &keys[i]
		k.Display = k.DisplayName()
		k.Name = prefix + k.Name
		k.Order = first + i
		if k.Group == "" {
			k.Group = group
		} else {
			k.Group = group + ": " + k.Group
		}
		k.Dependents = prefixed(prefix, k.Dependents)
		if k.Validator != nil {
			k.Validator = embeddedValidator{k.Validator, prefix}
		}
		if k.Recommend != nil {
			k.Recommend = embeddedRecommender{k.Recommend, prefix}
		}
	}
	return keys
}

func prefixed(prefix string, names []string) []string {
	var list []string
	for _, n := range names {
		list = append(list, prefix+n)
	}
	return list
}

// embeddedValidator and embeddedRecommender work under a prefix that they do not
// know.
type (
	embeddedValidator struct {
		Validator
		prefix string
	}
	embeddedRecommender struct {
		inner  Recommender
		prefix string
	}
)

func (v embeddedValidator) Check(key string, value any) error {
	return v.Validator.Check(strings.TrimPrefix(key, v.prefix), value)
}

func (v embeddedValidator) unique() bool {
	u, ok := v.Validator.(interface{ unique() bool })
	return ok && u.unique()
}

func (r embeddedRecommender) Recommended(name string, values map[string]any) []any {
	return r.inner.Recommended(strings.TrimPrefix(name, r.prefix), r.own(values))
}

func (r embeddedRecommender) Visible(name string, values map[string]any) bool {
	return r.inner.Visible(strings.TrimPrefix(name, r.prefix), r.own(values))
}

func (r embeddedRecommender) own(values map[string]any) map[string]any {
	own := map[string]any{}
	for name, v := range values {
		if short, ok := strings.CutPrefix(name, r.prefix); ok {
			own[short] = v
		}
	}
	return own
}
