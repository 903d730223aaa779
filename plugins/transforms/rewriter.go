package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

// Transformations with a method Rewrite can spare copies. Rewrite is Apply for a
// record whose key and value, if they are structs or maps, nobody else refers to, so
// that it may write into them, though not into their parts. Like Apply it leaves the
// record as it was on an error. Rewrite and Apply leave in the record only what was
// there and what is new: after them, the key and value of such a record are again its
// own.

// rewriting is a transformation that has both in one.
type rewriting interface {
	// apply is Rewrite when own is true.
	apply(r *connect.Record, own bool) (keep bool, err error)
}

type rewriter struct{ rewriting }

func (t rewriter) Apply(r *connect.Record) (bool, error)   { return t.apply(r, false) }
func (t rewriter) Rewrite(r *connect.Record) (bool, error) { return t.apply(r, true) }

// keeper is a transformation that leaves keys and values alone.
type keeper struct{ transform.Transformation }

func (t keeper) Rewrite(r *connect.Record) (bool, error) { return t.Apply(r) }

// patched returns m with the values that p is for: itself if it is the caller's own,
// else a copy.
func patched(p *data.Patch, m *data.Map, values []any, own bool) *data.Map {
	if own {
		p.In(m, values)
		return m
	}
	return p.Of(m, values)
}
