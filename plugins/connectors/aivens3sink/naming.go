package aivens3sink

import (
	"fmt"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// group returns the group of a record.
func (w *writer) group(r *connect.Record) *group {
	id := groupID{topic: r.Topic, partition: r.Partition}
	if w.grouping == byPartitionAndKey {
		id.key = keyText(r)
	}
	if w.latest != nil && w.latest.id == id {
		return w.latest
	}
	g := w.groups[id]
	if g == nil {
		g = &group{id: id}
		w.groups[id] = g
	}
	w.latest = g
	return g
}

// fileOf returns the file for a record of a group: that of the record before it, or
// another one when the time in names, the schema or the number of records says so.
func (w *writer) fileOf(g *group, r *connect.Record, s *shape) (*file, error) {
	var at time.Time
	hour := int64(0)
	if w.timed {
		var err error
		if at, err = w.clock.at(r, w.now); err != nil {
			return nil, err
		}
		hour = hourOf(at)
	}
	offset := offsetOf(r)
	anew := !g.begun || g.shape != s
	if anew {
		g.head = offset
	}
	if anew || hour != g.hour || g.file == nil {
		g.begun, g.shape, g.hour = true, s, hour
		g.file = w.files[w.nameIn(g, at)]
	}
	if !anew && w.limit > 0 && (g.file == nil || g.file.records >= w.limit) {
		g.head = offset
		g.file = w.files[w.nameIn(g, at)]
	}
	if g.file != nil {
		return g.file, nil
	}
	var err error
	g.file, err = w.open(w.nameIn(g, at), g, r, s)
	return g.file, err
}

func (w *writer) nameIn(g *group, at time.Time) string {
	return w.name.render(&place{topic: g.id.topic, partition: g.id.partition, offset: g.head, key: g.id.key, time: at})
}

// at returns the time that a record has in names.
func (c *clock) at(r *connect.Record, now time.Time) (time.Time, error) {
	if !c.event {
		return now.In(c.zone), nil
	}
	if r.Timestamp == connect.NoTimestamp {
		return now, data.Errorf("The record has no timestamp, which names of objects are to have")
	}
	return time.UnixMilli(r.Timestamp).In(c.zone), nil
}

// hourOf numbers the hours of a calendar.
func hourOf(t time.Time) int64 {
	return ((int64(t.Year())*12+int64(t.Month()))*31+int64(t.Day()))*24 + int64(t.Hour())
}

// name returns the name of an object that begins with a record.
func (o *oldNames) name(r *connect.Record, now time.Time) (string, error) {
	p := place{topic: r.Topic, partition: r.Partition, offset: offsetOf(r)}
	if o.prefix.has(varTimestamp) {
		var err error
		if p.time, err = o.clock.at(r, now); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s%s-%d-%020d%s", o.prefix.render(&p), r.Topic, r.Partition, p.offset, o.suffix), nil
}
