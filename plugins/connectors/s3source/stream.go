package s3source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/connectors/s3source/content"
)

// store is what the task needs of a bucket.
type store interface {
	lister
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

// stream is the records in an object of the store, as they come.
type stream struct {
	content.Reader
	body io.Closer
}

func (s *stream) close() {
	// What is not read to its end has nothing to say any more.
	_ = s.Reader.Close()
	_ = s.body.Close()
}

// reading is an object that is being read, with the keys and headers beside it.
type reading struct {
	*object
	values, keys, headers *stream
	count                 int64 // records that were returned
	ahead                 connect.Record
	full                  bool               // there is a record in ahead
	cancel                context.CancelFunc // ends the requests
}

// open begins to read an object behind so many records. ctx must live as long as the
// reading.
func (o *object) open(ctx context.Context, s store, from int64) (_ *reading, err error) {
	r := &reading{object: o, count: from}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if o.bad != nil {
		return nil, &badObject{o.value.key, o.bad}
	}
	for _, x := range []struct {
		piece *piece
		to    **stream
	}{{&o.value, &r.values}, {o.keys, &r.keys}, {o.headers, &r.headers}} {
		if x.piece == nil {
			continue
		}
		if *x.to, err = x.piece.open(ctx, s); err == nil {
			err = (*x.to).Skip(r.count)
		}
		if err != nil {
			return nil, &badObject{x.piece.key, err}
		}
	}
	return r, r.look() // an error closes it
}

// close ends the requests. Afterwards there are no more records.
func (r *reading) close() {
	if r.cancel != nil {
		r.cancel()
	}
	for _, s := range []*stream{r.values, r.keys, r.headers} {
		if s != nil {
			s.close()
		}
	}
}

// grace is how long a Poll that must end waits for a record.
const grace = 100 * time.Millisecond

// guard ends the requests when ctx has ended and nothing came for a moment. The
// caller says when it does not wait for records any more, and learns whether that
// happened.
func (r *reading) guard(ctx context.Context) (release func() (broken bool)) {
	released, broken := make(chan struct{}), make(chan bool, 1)
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-released:
			broken <- false
		case <-timer.C:
			r.cancel()
			broken <- true
		}
	})
	return func() bool {
		close(released)
		return !stop() && <-broken
	}
}

// next returns the next record, and whether it is the last one; false when there is
// none. One record is read ahead, so an error comes with a record that is good.
func (r *reading) next() (rec connect.Record, last, ok bool, err error) {
	if !r.full {
		return rec, true, false, nil
	}
	rec = r.ahead
	r.count++
	err = r.look()
	return rec, !r.full && err == nil, true, err
}

// look reads the record after the next.
func (r *reading) look() error {
	r.full = false
	schema, v, err := r.values.Next()
	if err == io.EOF {
		return r.finish()
	}
	if err != nil {
		return r.damaged(&r.value, err)
	}
	rec := connect.NewRecord(r.topic)
	rec.Partition, rec.ValueSchema, rec.Value, rec.Source = r.partition, schema, v, r.at.source
	if r.keys != nil {
		if rec.KeySchema, rec.Key, err = beside(r.keys, r.object.keys.unwrap, unwrapKey); err != nil {
			return r.damaged(r.object.keys, err)
		}
	}
	if r.headers != nil {
		_, list, err := beside(r.headers, true, unwrapHeaders)
		if err == nil {
			rec.Headers, err = headersOf(list)
		}
		if err != nil {
			return r.damaged(r.object.headers, err)
		}
	}
	r.ahead, r.full = rec, true
	return nil
}

// damaged says where the content of an object is wrong.
func (r *reading) damaged(p *piece, err error) error {
	return &badObject{p.key, fmt.Errorf("record %d: %w", r.count, err)}
}

// finish checks that keys and headers end with the values.
func (r *reading) finish() error {
	for _, x := range []struct {
		s *stream
		p *piece
	}{{r.keys, r.object.keys}, {r.headers, r.object.headers}} {
		if x.s == nil {
			continue
		}
		if _, _, err := x.s.Next(); err == nil {
			return r.damaged(x.p, errors.New("there are more than there are values"))
		} else if err != io.EOF {
			return r.damaged(x.p, err)
		}
	}
	return nil
}

// beside reads what belongs to a record from another object.
func beside(s *stream, wrapped bool, unwrap func(v any) (*data.Schema, any, error)) (*data.Schema, any, error) {
	schema, v, err := s.Next()
	if err == io.EOF {
		return nil, nil, errors.New("there are less than there are values")
	}
	if err != nil || !wrapped {
		return schema, v, err
	}
	return unwrap(v)
}
