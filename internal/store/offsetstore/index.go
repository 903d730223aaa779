package offsetstore

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// index is what the records of an offsets topic add up to. Java compares keys by their
// bytes, which depend on the kind of map that a connector made its partition with; so
// keys of equal meaning are kept together, each with its own value. It is safe for
// concurrent use and never blocks.
type index struct {
	partitions *Partitions
	decoders   sync.Pool

	mu    sync.Mutex
	forms map[string][]form // by meaning; that which was written last comes last
}

// form is a key as it is written.
type form struct {
	key     string
	value   []byte // nil when there is none, or none any more
	written time.Time
}

func newIndex() *index {
	x := &index{partitions: NewPartitions(), forms: map[string][]form{}}
	x.decoders.New = func() any { return new(topicjson.Decoder) }
	return x
}

// parsed is a key's meaning.
type parsed struct {
	meaning   string // a text that keys share when they are equal
	connector string
	partition *data.Map
	err       error // of a key that is not [connector, partition] and means only itself
}

func (x *index) parse(key []byte) parsed {
	d := x.decoders.Get().(*topicjson.Decoder)
	defer x.decoders.Put(d)
	connector, partition, err := decodeKey(d, key)
	if err != nil {
		return parsed{meaning: "\x00" + string(key), err: err}
	}
	return parsed{identity([]any{connector, partition}), connector, partition, nil}
}

// apply takes in the next record. The answer says why its partition is not listed, ""
// when it is.
func (x *index) apply(key, value []byte, written time.Time) (discarded string) {
	k := x.parse(key)
	x.mu.Lock()
	// The record's bytes belong to a larger buffer.
	forms := put(x.forms[k.meaning], form{string(key), bytes.Clone(value), written})
	x.forms[k.meaning] = forms
	x.mu.Unlock()
	if k.err != nil {
		return k.err.Error()
	}
	x.partitions.put(k.connector, k.partition, latest(forms).value != nil)
	return ""
}

// put adds a form or replaces it, in order of the times of writing.
func put(forms []form, f form) []form {
	forms = slices.DeleteFunc(slices.Clone(forms), func(old form) bool { return old.key == f.key })
	at := len(forms)
	for at > 0 && forms[at-1].written.After(f.written) {
		at--
	}
	return slices.Insert(forms, at, f)
}

// latest returns the form that was written last of those with a value, and if there is
// none, of all.
func latest(forms []form) form {
	for _, f := range slices.Backward(forms) {
		if f.value != nil {
			return f
		}
	}
	return forms[len(forms)-1]
}

func (x *index) value(key []byte) []byte {
	k := x.parse(key)
	x.mu.Lock()
	defer x.mu.Unlock()
	forms := x.forms[k.meaning]
	if len(forms) == 0 {
		return nil
	}
	return bytes.Clone(latest(forms).value)
}

// all returns a key of each meaning, with its value, in order of the keys.
func (x *index) all() []Entry {
	x.mu.Lock()
	var all []Entry
	for forms := range maps.Values(x.forms) {
		if f := latest(forms); f.value != nil {
			all = append(all, Entry{[]byte(f.key), bytes.Clone(f.value)})
		}
	}
	x.mu.Unlock()
	slices.SortFunc(all, func(a, b Entry) int { return bytes.Compare(a.Key, b.Key) })
	return all
}

// rewrite also remembers new keys, which may be written in another form before they
// were read back.
func (x *index) rewrite(entries []Entry) []Entry {
	values, order := map[string][]byte{}, []string{}
	set := func(key string, value []byte) {
		if _, ok := values[key]; !ok {
			order = append(order, key)
		}
		values[key] = value
	}
	for _, e := range entries {
		forms := x.known(e.Key)
		if e.Value != nil {
			set(latest(forms).key, e.Value)
			continue
		}
		for _, f := range forms {
			set(f.key, nil)
		}
	}
	rewritten := make([]Entry, len(order))
	for i, key := range order {
		rewritten[i] = Entry{[]byte(key), values[key]}
	}
	return rewritten
}

func (x *index) known(key []byte) []form {
	k := x.parse(key)
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.forms[k.meaning]) == 0 {
		x.forms[k.meaning] = []form{{key: string(key)}}
	}
	return x.forms[k.meaning]
}
