package s3source

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// generic finds objects of any name, whose topics follow from regular expressions.
type generic struct {
	layout   *layout
	offsets  source.OffsetReader
	bucket   lister
	prefixes []string
	routes   []route
	since    time.Time // older objects are not read
	value    func(key string) extension
	number   uint64 // of the task, out of count
	count    uint64

	listing *listing
	known   map[digest]*position // objects of this task as of the last time; nil for one that is done with
	seen    map[digest]*position // this time
}

// route says which keys go to a topic.
type route struct {
	topic   string
	pattern *regex.Pattern
}

// digest stands for a key, of which there may be very many.
type digest [16]byte

func digestOf(key string) digest {
	sum := sha256.Sum256([]byte(key))
	return digest(sum[:len(digest{})])
}

func (g *generic) begin() {
	g.listing = &listing{bucket: g.bucket, prefixes: g.prefixes}
	g.known, g.seen = g.seen, make(map[digest]*position, len(g.seen))
}

func (g *generic) next(ctx context.Context) (*object, error) {
	for {
		e, err := g.listing.peek(ctx)
		if e == nil || err != nil {
			return nil, err
		}
		o, err := g.object(ctx, e)
		var bad *badObject
		if err == nil || errors.As(err, &bad) {
			g.listing.advance()
		}
		if o != nil || err != nil {
			return o, err
		}
	}
}

// object returns what is to be read of an object in the list; nil for nothing.
func (g *generic) object(ctx context.Context, e *s3store.Entry) (*object, error) {
	if e.Size == 0 || e.Modified.Before(g.since) || strings.HasSuffix(e.Key, g.layout.directory) {
		return nil, nil
	}
	id := digestOf(e.Key)
	if binary.BigEndian.Uint64(id[:])%g.count != g.number {
		return nil, nil
	}
	if _, why := g.layout.parse(e.Key); why == sideObject {
		return nil, nil
	}
	topic, err := g.topic(e.Key)
	if err != nil {
		return nil, &badObject{e.Key, err}
	}
	if topic == "" {
		return nil, nil
	}
	at, err := g.position(ctx, id, e.Key)
	if err != nil || at == nil {
		return nil, err
	}
	return &object{topic: topic, partition: connect.NoPartition, at: at, value: piece{e.Key, e.Size, g.value(e.Key)}}, nil
}

// topic returns the topic of the first route that a key fits as a whole.
func (g *generic) topic(key string) (string, error) {
	for _, r := range g.routes {
		if ok, err := r.pattern.Matches(key); ok || err != nil {
			return r.topic, err
		}
	}
	return "", nil
}

// position returns how far an object was read, nil when it is done with.
func (g *generic) position(ctx context.Context, id digest, key string) (*position, error) {
	p, ok := g.known[id]
	if !ok {
		p = &position{source: connect.NewSourcePartition(connect.Fields{fileField: key})}
		found, err := p.load(ctx, g.offsets, p.source)
		if err != nil {
			return nil, err
		}
		if found {
			p.key = key
		}
	}
	if p != nil && p.end {
		p = nil
	}
	g.seen[id] = p
	return p, nil
}
