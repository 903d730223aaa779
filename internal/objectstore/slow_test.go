package objectstore

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// crawl is a Bucket that takes its time. It notes how much memory is in use meanwhile.
type crawl struct {
	nowhere
	pool *pool

	mu        sync.Mutex
	most      int64 // bytes
	now, busy int   // parts on their way
	bytes     int64
}

func (c *crawl) Upload(ctx context.Context, u Upload, number int, body Body) (string, error) {
	c.mu.Lock()
	c.now++
	c.busy, c.most, c.bytes = max(c.busy, c.now), max(c.most, c.pool.held.Load()), c.bytes+body.Len()
	c.mu.Unlock()
	time.Sleep(20 * time.Second)
	c.mu.Lock()
	c.now--
	c.mu.Unlock()
	return c.nowhere.Upload(ctx, u, number, body)
}

// TestSlowStore gives the sink more than the store takes: Put blocks, and memory stays
// within its bound.
func TestSlowStore(t *testing.T) {
	const limit, each = 16 << 20, 80
	text := strings.Repeat("0123456789abcdef", 24<<10) // 384 KiB
	for _, partitions := range []int32{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			settings := benchSettings(each)
			bucket := &crawl{}
			settings.Bucket, settings.PartSize, settings.BufferMemory, settings.BufferDir = bucket, 5<<20, limit, t.TempDir()
			settings.Concurrency = 8
			s := New(settings, sink.Runtime{Log: slog.New(slog.DiscardHandler)})
			bucket.pool = &s.pool
			for p := range partitions {
				s.Open([]connect.TopicPartition{{Topic: "t", Partition: p}})
			}
			start := time.Now()
			for offset := range int64(each) {
				var batch []connect.Record
				for p := range partitions {
					batch = append(batch, connect.Record{
						Topic: "t", Partition: p, Value: text, Consumed: &connect.Consumed{Topic: "t", Partition: p, Offset: offset},
					})
				}
				if err := s.Put(t.Context(), batch); err != nil {
					t.Fatal(err)
				}
				bucket.most = max(bucket.most, s.pool.held.Load())
			}
			if got := len(s.PreCommit()); got != int(partitions) {
				t.Errorf("%d offsets", got)
			}
			t.Logf("%d MiB in %s, at most %.1f MiB in memory, %d parts at a time",
				bucket.bytes>>20, time.Since(start), float64(bucket.most)/(1<<20), bucket.busy)
			if bucket.most > limit+limit/4+int64(settings.PartSize) || bucket.busy > 8 {
				t.Errorf("%d bytes were held, %d parts were on their way", bucket.most, bucket.busy)
			}
			if s.Stop(t.Context()); s.pool.held.Load() != 0 {
				t.Errorf("%d bytes are held in the end", s.pool.held.Load())
			}
		})
	}
}
