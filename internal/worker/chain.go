package worker

import (
	"errors"
	"fmt"
	"io"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
)

// chain is a task's transformations with their predicates.
type chain []link

type link struct {
	class     string
	as, when  metrics.Named // transform and predicate, as metrics call them
	transform transform.Transformation
	predicate transform.Predicate // nil: always
	negate    bool
	rewrite   rewriter // transform, if nobody before it can have kept the value; or nil
}

// rewriter is a transformation that can spare copies. Rewrite is Apply for a record
// whose key and value, if they are structs or maps, nobody else refers to, so that it
// may write into them, though not into their parts; on an error the record is as it
// was. After Rewrite, the key and value of such a record are again its own.
type rewriter interface {
	Rewrite(r *connect.Record) (keep bool, err error)
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
	c.spareCopies()
	return c, nil
}

// spareCopies finds the links that may rewrite what the record is the only one to
// have: those from the first on up to one that anybody else wrote, who may have kept
// the value. Predicates may do so, too.
func (c chain) spareCopies() {
	for i := range c {
		l := &c[i]
		if l.rewrite, _ = l.transform.(rewriter); l.rewrite == nil || l.predicate != nil {
			l.rewrite = nil
			return
		}
	}
}

func newLink(plugins *pluginset.Set, step connectorconfig.Transform) (link, error) {
	e, err := plugins.Find(step.Class, pluginset.Transformation)
	if err != nil {
		return link{}, err
	}
	l := link{class: e.Class, as: metrics.Named{Alias: step.Alias, Plugin: asMetric(e)}, negate: step.Negate}
	if l.transform, err = e.Plugin.(plugin.Transformation).New(step.Props); err != nil {
		return link{}, err
	}
	if step.Predicate == nil {
		return l, nil
	}
	e, err = plugins.Find(step.Predicate.Class, pluginset.Predicate)
	if err == nil {
		l.when = metrics.Named{Alias: step.Guard, Plugin: asMetric(e)}
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

// applyOwn is apply for a record whose key and value nobody else refers to.
func (c chain) applyOwn(r *connect.Record, first int) (keep bool, failed int, err error) {
	for i := first; i < len(c); i++ {
		if c[i].rewrite == nil {
			return c.apply(r, i)
		}
		if keep, err := c[i].rewrite.Rewrite(r); err != nil || !keep {
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
