package s3source

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// restore finds the objects that the sink wrote, group by group.
type restore struct {
	layout   *layout
	offsets  source.OffsetReader
	bucket   lister
	prefixes []string
	from, to string // of keys
	required [3]bool

	positions map[string]*position // by group
	listing   *listing
	group     *group    // being listed
	ready     []*object // of a group that is listed
}

// group is the unread objects of one Kafka partition within a folder.
type group struct {
	prefix    string
	topic     string
	partition int32
	at        *position
	values    []candidate
	sides     map[string]*[3]*piece // keys and headers by offset
}

// candidate is an object with values.
type candidate struct {
	rest      string // of the key, behind the group's prefix
	extension extension
	size      int64 // bytes
	modified  time.Time
}

// patience is how old an object may be before the keys or headers that must be with
// it count as lost.
const patience = 10 * time.Minute

var (
	errMisnamed  = errors.New("its name does not end in topic, partition and offset, as the sink writes it")
	errMisplaced = errors.New("it is not in a folder of its topic under topics.dir")
	errLacking   = errors.New("there is no object with the keys or headers of its records")
)

func (r *restore) begin() {
	r.listing = &listing{bucket: r.bucket, prefixes: r.prefixes, from: r.from, to: r.to}
	r.group = nil
}

func (r *restore) next(ctx context.Context) (*object, error) {
	for len(r.ready) == 0 {
		if err := r.list(ctx); err != nil || r.group == nil {
			return nil, err
		}
		r.ready = r.group.objects(r.required, time.Now())
		r.group = nil
	}
	o := r.ready[0]
	r.ready = r.ready[1:]
	return o, nil
}

// list collects the next group that has something to read; there is none at the end
// of the list.
func (r *restore) list(ctx context.Context) error {
	for {
		e, err := r.listing.peek(ctx)
		if e == nil || err != nil {
			return err
		}
		n, why := r.layout.parse(e.Key)
		switch why {
		case unrelated:
		case misnamed:
			r.listing.advance()
			return &badObject{e.Key, errMisnamed}
		case misplaced:
			r.listing.advance()
			return &badObject{e.Key, errMisplaced}
		default:
			prefix := r.layout.group(&n)
			if r.group == nil || r.group.prefix != prefix {
				if r.group != nil && len(r.group.values) > 0 {
					return nil
				}
				if err := r.open(ctx, prefix, &n); err != nil {
					return err
				}
			}
			r.group.add(e, &n)
		}
		r.listing.advance()
		r.hurry()
	}
}

// open begins with another group.
func (r *restore) open(ctx context.Context, prefix string, n *name) error {
	p := r.positions[prefix]
	if p == nil {
		var err error
		if p, err = newPosition(ctx, r.layout, r.offsets, n); err != nil {
			return err
		}
		r.positions[strings.Clone(prefix)] = p
	}
	r.group = &group{
		prefix: prefix, topic: strings.Clone(n.topic), partition: n.partition, at: p, sides: map[string]*[3]*piece{},
	}
	return nil
}

// add adds an object that was not read yet.
func (g *group) add(e *s3store.Entry, n *name) {
	if n.part != values {
		side := g.sides[n.offset]
		if side == nil {
			side = &[3]*piece{}
			g.sides[strings.Clone(n.offset)] = side
		}
		side[n.part] = &piece{e.Key, e.Size, n.extension}
		return
	}
	rest := strings.Clone(e.Key[len(g.prefix):])
	if last, ok := strings.CutPrefix(g.at.key, g.prefix); ok {
		if c := byOffset(rest, last); c < 0 || c == 0 && g.at.end {
			return
		}
	}
	g.values = append(g.values, candidate{rest, n.extension, e.Size, e.Modified})
}

// hurry passes over objects of the group that were read, without a look at their
// names. Only offsets with zeros in front of them sort as their names do.
func (r *restore) hurry() {
	if r.group == nil || len(r.group.values) > 0 {
		return
	}
	rest, ok := strings.CutPrefix(r.group.at.key, r.group.prefix)
	if ok && strings.HasPrefix(rest, "0") {
		r.listing.jump(r.group.prefix + digitsOf(rest))
	}
}

// objects returns what is to be read of a group, in order. Where keys or headers are
// still on their way, it ends.
func (g *group) objects(required [3]bool, now time.Time) []*object {
	slices.SortFunc(g.values, func(a, b candidate) int { return byOffset(a.rest, b.rest) })
	var all []*object
	for _, c := range g.values {
		o := &object{topic: g.topic, partition: g.partition, at: g.at, value: piece{g.prefix + c.rest, c.size, c.extension}}
		if side := g.sides[digitsOf(c.rest)]; side != nil {
			o.keys, o.headers = side[keys], side[headers]
		}
		if o.keys == nil && required[keys] || o.headers == nil && required[headers] {
			if now.Sub(c.modified) < patience {
				return all
			}
			o.bad = errLacking
		}
		all = append(all, o)
	}
	return all
}
