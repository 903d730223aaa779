package logship

import (
	"context"
	"fmt"
	"time"
)

// ship sends a batch; nil when there is none.
func (d *delivery) ship(ctx context.Context) (sent *delivered, err error) {
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b := d.kept
	if b == nil {
		if b, err = d.next(); err != nil || b == nil {
			return nil, err
		}
	}
	return b, d.send(ctx, b)
}

// next reads a batch, nil for none.
func (d *delivery) next() (*delivered, error) {
	l := d.out.limits()
	c, err := d.read(l.bytes)
	if err != nil {
		return nil, err
	}
	notice := d.notice()
	if notice != nil {
		l.bytes, l.lines = l.bytes-len(notice.text)-l.overhead, l.lines-1
	}
	lines, used := d.scribe.lines(c.text, c.ends, l)
	next := c.after(used)
	if len(lines) == 0 {
		d.moved(state{next, d.state.Dropped, d.state.Lost})
		return nil, nil
	}
	b := &delivered{batch: batch{lines: lines, id: c.after(len(c.text)).id(c.offset)}, next: next, more: len(lines) == l.lines}
	if notice != nil {
		notice.time = lines[0].time
		b.lines, b.notice = append([]line{*notice}, lines...), true
	}
	return b, nil
}

// read returns text from the position on, and notes when that is gone.
func (d *delivery) read(most int) (piece, error) {
	f, err := d.tail.find(d.state.place)
	if err != nil {
		return piece{}, err
	}
	defer f.close()
	if f.lost {
		d.state.Lost = true
	}
	return f.read(most)
}

// id tells the text at an offset from all others, for names of objects.
func (p place) id(offset int64) string {
	return fmt.Sprintf("%.8s-%d", p.Head.Sum, offset)
}

// notice returns a line about lines that are not delivered, nil for none.
func (d *delivery) notice() *line {
	text := ""
	switch {
	case d.state.Lost && d.state.Dropped > 0:
		text = fmt.Sprintf("More than %d lines of this log were not delivered here", d.state.Dropped)
	case d.state.Lost:
		text = "Lines of this log may not have been delivered here"
	case d.state.Dropped > 0:
		text = fmt.Sprintf("%d lines of this log were not delivered here", d.state.Dropped)
	default:
		return nil
	}
	const stamped = "[%s] WARN %s, since the destination did not accept them (millrace.logship:0)"
	return &line{text: d.scribe.prefix + fmt.Sprintf(stamped, time.Now().Format(timeLayout), text)}
}

func (d *delivery) send(ctx context.Context, b *delivered) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	o, err := d.out.send(ctx, b.batch)
	if err != nil && d.wrong(err) {
		o, err = outcome{refused: o.refused + len(o.left)}, nil
	}
	accepted := len(b.lines) - len(o.left) - o.refused
	next := state{place: b.next, Dropped: int64(o.refused)}
	if b.notice && accepted == 0 && err == nil { // the notice was refused as well
		o.refused--
		next.Dropped, next.Lost = d.state.Dropped+int64(o.refused), d.state.Lost
	}
	d.count(accepted, o.refused)
	if err != nil {
		d.keep(b, o)
		return err
	}
	d.kept = nil
	d.moved(next)
	return nil
}

// keep keeps the rest of a batch that was accepted in part. Another is read again.
func (d *delivery) keep(b *delivered, o outcome) {
	if len(o.left) < len(b.lines) && len(o.left) > 0 {
		d.kept = &delivered{batch: batch{lines: o.left, id: b.id}, next: b.next}
	}
}

// wrong tells whether a destination has called the batch wrong too often. Lines that
// cannot be accepted must not keep others back for ever.
func (d *delivery) wrong(err error) bool {
	return invalid(err) && d.failures+1 >= wrongAttempts
}
