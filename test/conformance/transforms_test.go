package conformance

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/plugins/predicates"
	"github.com/millrace/millrace/plugins/transforms"
)

func TestTransforms(t *testing.T) {
	classes := map[string]plugin.Plugin{}
	for _, p := range append(transforms.All(), predicates.All()...) {
		classes[p.Describe().Class] = p
	}
	run(t, "transforms", func(c *Case) (any, error) {
		if topicless(c) {
			return nil, skip("a record without topic")
		}
		p, ok := classes[c.text("class")]
		if !ok {
			return nil, fmt.Errorf("no plugin of class %s", c.text("class"))
		}
		if err := c.nullProps(p.Describe().Config); err != nil {
			return nil, err
		}
		switch p := p.(type) {
		case plugin.Transformation:
			return c.transform(p)
		case plugin.Predicate:
			return c.predicate(p)
		}
		return nil, fmt.Errorf("%T is neither transformation nor predicate", p)
	})
}

// topicless finds records that Millrace's source tasks cannot make.
func topicless(c *Case) bool {
	return into[struct{ Topic *string }](c.Input).Topic == nil && c.Op == "apply"
}

// nullProps checks properties that are null. Maps of properties cannot hold null
// in Go, so what Java would do with them is asked of their keys.
func (c *Case) nullProps(def *config.Def) error {
	given := into[map[string]*string](c.setting("props"))
	for _, k := range def.Keys() {
		v, ok := given[k.Name]
		if !ok || v != nil {
			continue
		}
		if k.Validator != nil {
			if err := k.Validator.Check(k.Name, nil); err != nil {
				return err
			}
		}
		if k.Required || k.Default != nil {
			return skip("a null property, which a map of texts cannot hold")
		}
	}
	return nil
}

func (c *Case) transform(p plugin.Transformation) (any, error) {
	t, err := p.New(c.props("props"))
	if err != nil || c.Op == "configure" {
		return "ok", err
	}
	r := c.record(c.Input)
	before := r.String()
	keep, err := c.apply(t, r)
	if err == nil && !keep {
		return (*connect.Record)(nil), nil
	}
	if err != nil && r.String() != before {
		return nil, fmt.Errorf("the record changed to %s in spite of the error %w", r, err)
	}
	return r, err
}

// apply applies t twice to records that share all parts: the result must not depend
// on what t remembers, and the first record must not see the second call.
func (c *Case) apply(t transform.Transformation, r *connect.Record) (bool, error) {
	twin := *r
	keep, err := t.Apply(r)
	after := r.String()
	if _, again := t.Apply(&twin); (again == nil) != (err == nil) {
		return keep, fmt.Errorf("second call: %w", again)
	}
	if twin.String() != after || r.String() != after {
		return keep, fmt.Errorf("second call makes %s of what was %s", &twin, after)
	}
	return keep, err
}

func (c *Case) predicate(p plugin.Predicate) (any, error) {
	t, err := p.New(c.props("props"))
	if err != nil || isNull(c.Input) {
		return "ok", err
	}
	return t.Test(c.record(c.Input))
}
