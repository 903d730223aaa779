package worker

import (
	"errors"
	"fmt"
	"io"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
)

// chain is a task's transformations with their predicates.
type chain []link

type link struct {
	class     string
	transform transform.Transformation
	predicate transform.Predicate // nil: always
	negate    bool
}

// newChain makes the transformations that a configuration names.
func newChain(plugins *pluginset.Set, steps []connectorconfig.Transform) (chain, error) {
	var c chain
	for _, step := range steps {
		l, err := newLink(plugins, step)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("transformation %s: %w", step.Alias, err), c.close())
		}
		c = append(c, l)
	}
	return c, nil
}

func newLink(plugins *pluginset.Set, step connectorconfig.Transform) (link, error) {
	e, err := plugins.Find(step.Class, pluginset.Transformation)
	if err != nil {
		return link{}, err
	}
	l := link{class: e.Class, negate: step.Negate}
	if l.transform, err = e.Plugin.(plugin.Transformation).New(step.Props); err != nil {
		return link{}, err
	}
	if step.Predicate == nil {
		return l, nil
	}
	e, err = plugins.Find(step.Predicate.Class, pluginset.Predicate)
	if err == nil {
		l.predicate, err = e.Plugin.(plugin.Predicate).New(step.Predicate.Props)
	}
	if err != nil {
		return link{}, errors.Join(fmt.Errorf("predicate: %w", err), closeIf(l.transform))
	}
	return l, nil
}

// apply runs the links from number first on; it returns the number of the link that
// failed.
func (c chain) apply(r *connect.Record, first int) (keep bool, failed int, err error) {
	for i := first; i < len(c); i++ {
		if keep, err := c[i].apply(r); err != nil || !keep {
			return false, i, err
		}
	}
	return true, 0, nil
}

func (l *link) apply(r *connect.Record) (bool, error) {
	if l.predicate != nil {
		ok, err := l.predicate.Test(r)
		if err != nil {
			return false, err
		}
		if ok == l.negate {
			return true, nil
		}
	}
	return l.transform.Apply(r)
}

func (c chain) close() error {
	var errs []error
	for _, l := range c {
		errs = append(errs, closeIf(l.transform), closeIf(l.predicate))
	}
	return errors.Join(errs...)
}

// closeIf closes plugins that want it.
func closeIf(v any) error {
	if c, ok := v.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
