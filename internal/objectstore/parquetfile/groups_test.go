package parquetfile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/parquetfile/parquetfiletest"
)

// files is a bucket of objects in one part.
type files map[string][]byte

func (files) Create(context.Context, string) (string, error) { return "id", nil }
func (f files) Upload(_ context.Context, u objectstore.Upload, _ int, body objectstore.Body) (string, error) {
	var err error
	f[u.Key], err = io.ReadAll(body)
	return "tag", err
}
func (files) Complete(context.Context, objectstore.Upload, []string, bool) error { return nil }
func (files) Abort(context.Context, objectstore.Upload) error                    { return nil }
func (files) Exists(context.Context, string) (bool, error)                       { return false, nil }
func (files) SetTags(context.Context, string, []objectstore.Tag) error           { return nil }

// TestFilesByTurns writes many files at once, of which a few have columns at a time: each
// is what it is when written alone, and has row groups of the same sizes.
func TestFilesByTurns(t *testing.T) {
	const count = 3 * writersMost
	records := orders(t, 4000)
	f := newFormat(t, Options{})
	f.batch, f.group = 4<<10, 64<<10
	got := files{}
	s := objectstore.New(objectstore.Settings{
		Bucket: got, Layout: objectstore.Layout{Directory: "/", File: "+", Width: 1}, Partitioner: objectstore.DefaultPartitioner{},
		Value: f, PartSize: 5 << 20, Concurrency: 1, MaxWrite: objectstore.NoLimit, BufferMemory: 1 << 20,
		Rotation: objectstore.Rotation{Records: len(records), MaxOpenFiles: -1},
	}, sink.Runtime{Log: slog.New(slog.DiscardHandler)})
	for i := range int32(count) {
		s.Open([]connect.TopicPartition{{Topic: "t", Partition: i}})
	}
	most := int32(0)
	rnd := rand.New(rand.NewPCG(1, 2))
	for next := make([]int, count); len(got) < count; {
		p := rnd.IntN(count)
		n := min(1+rnd.IntN(200), len(records)-next[p])
		var batch []connect.Record
		for i, r := range records[next[p] : next[p]+n] {
			batch = append(batch, connect.Record{
				Topic: "t", Partition: int32(p), ValueSchema: r.schema, Value: r.value,
				Consumed: &connect.Consumed{Topic: "t", Partition: int32(p), Offset: int64(next[p] + i)},
			})
		}
		if err := s.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		next[p] += n
		most = max(most, f.writers.Load())
	}
	if most != writersMost || f.writers.Load() != 0 {
		t.Errorf("%d files had columns at a time, %d still have", most, f.writers.Load())
	}
	want := write(t, f, records...)
	for key := range maps.Keys(got) {
		if !bytes.Equal(got[key], want) {
			t.Errorf("%s has %d bytes, written alone %d", key, len(got[key]), len(want))
		}
	}
	file := parquetfiletest.Read(t, want)
	if file.RowGroups < 5 || len(file.Records) != len(records) {
		t.Errorf("%d row groups, %d records", file.RowGroups, len(file.Records))
	}
	for i, r := range file.Records {
		if id := r.(map[string]any)["id"]; fmt.Sprint(id) != fmt.Sprint(1_000_000+i) {
			t.Fatalf("record %d has id %v", i, id)
		}
	}
}
