package aivens3sink

import (
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
)

// file is an object that is not written yet.
type file struct {
	name    string // that of the template, by which records find it
	group   *group // nil when it has only the latest record
	stream  *objectstore.Stream
	content content
	records int
	sources []connect.TopicPartition // that its records are from
	sending bool                     // parts are on their way
	counted int                      // bytes that the writer took into account
}

// overhead is what a file takes in memory besides its content.
const overhead = 1 << 10

// size returns how many bytes of memory the file holds.
func (f *file) size() int { return overhead + f.stream.Held() + f.content.held() }

// from notes where a record is from.
func (f *file) from(tp connect.TopicPartition) {
	if n := len(f.sources); n > 0 && f.sources[n-1] == tp || slices.Contains(f.sources, tp) {
		return
	}
	f.sources = append(f.sources, tp)
}

// group is the records that would share an object if there were no limits.
type group struct {
	id    groupID
	head  int64 // offset that names of new objects have
	begun bool
	shape *shape
	hour  int64 // of the latest record, when names have the time
	file  *file // of the latest record
}

// groupID says what the records of a group have in common, as they leave the
// transformations.
type groupID struct {
	topic     string
	partition int32
	key       string // "" when it does not count
}

// source is what was put of one Kafka partition.
type source struct {
	first int64 // offset of the first record that is not written; none when there is no such record
	again bool  // nothing came since records were given up: they are still to be delivered again
}

const none = -1

// keyText is a key in names. Bytes count as text: Java would print where they lie in
// memory.
func keyText(r *connect.Record) string {
	switch key := r.Key.(type) {
	case nil:
		return "null"
	case string:
		return key
	case []byte:
		return string(key)
	}
	return data.Text(r.Key)
}
