package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
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
		if !slices.Contains([]string{"apply", "configure", "test"}, c.Op) {
			return nil, unknownOp(c)
		}
		p, ok := classes[c.text("class")]
		if !ok {
			return nil, fmt.Errorf("no plugin of class %s", c.text("class"))
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

// pluginProps are the properties for a plugin, null ones included.
func (c *Case) pluginProps() map[string]string {
	props := c.props("props")
	for k, v := range into[map[string]*string](c.setting("props")) {
		if v == nil {
			props[k] = config.Null
		}
	}
	return props
}

func (c *Case) transform(p plugin.Transformation) (any, error) {
	t, err := p.New(c.pluginProps())
	if err != nil || c.Op == "configure" {
		return "ok", err
	}
	r, err := c.routable(p)
	if err != nil {
		return nil, err
	}
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

// routable returns the record of the case. A record of Millrace always has a topic, so
// one without cannot be made for a router, over which Java's routers crash. To other
// transformations an empty topic is the same.
func (c *Case) routable(p plugin.Transformation) (*connect.Record, error) {
	j := into[struct{ Topic *string }](c.Input)
	if j.Topic == nil && strings.HasSuffix(p.Class, "Router") {
		return nil, data.Fail(data.NullValue, "a record without topic cannot be routed")
	}
	return c.record(c.Input), nil
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
	t, err := p.New(c.pluginProps())
	if err != nil || isNull(c.Input) {
		return "ok", err
	}
	return t.Test(c.record(c.Input))
}
