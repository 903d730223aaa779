package topiclog

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// emptied returns a batch of offsets first to last whose records the cleaner took.
func emptied(first, last int64) []byte {
	b := kmsg.RecordBatch{FirstOffset: first, Magic: 2, LastOffsetDelta: int32(last - first), ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1}
	raw := b.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// kgo does not tell how far it got over batches without records.
func TestWithoutRecords(t *testing.T) {
	for name, c := range map[string]struct {
		raw  kmsg.FetchResponseTopicPartition
		want int64
	}{
		"nothing yet":     {kmsg.FetchResponseTopicPartition{}, 5},
		"an empty batch":  {kmsg.FetchResponseTopicPartition{RecordBatches: emptied(5, 9)}, 10},
		"begun before":    {kmsg.FetchResponseTopicPartition{RecordBatches: emptied(3, 9)}, 10},
		"several":         {kmsg.FetchResponseTopicPartition{RecordBatches: append(emptied(5, 9), emptied(10, 10)...)}, 11},
		"a broken batch":  {kmsg.FetchResponseTopicPartition{RecordBatches: append(emptied(5, 9)[:60], 1)}, 5},
		"an answer of no": {kmsg.FetchResponseTopicPartition{ErrorCode: kerr.NotLeaderForPartition.Code, RecordBatches: emptied(5, 9)}, 5},
	} {
		for _, committed := range []bool{false, true} {
			l := &Log{settings: Settings{Topic: "log"}}
			l.committed.Store(committed)
			if got := l.withoutRecords(&c.raw, 5); got != c.want {
				t.Errorf("%s: %d, want %d", name, got, c.want)
			}
		}
	}
}

func TestPositions(t *testing.T) {
	l := &Log{}
	l.at.next = []int64{5, 7}
	l.skip(0, 4, 9) // the reader was faster
	l.skip(1, 7, 9)
	l.skip(0, 5, 3)
	if l.at.next[0] != 5 || l.at.next[1] != 9 {
		t.Errorf("positions %v", l.at.next)
	}
	if got := l.at.behind([]int64{6, 9}); len(got) != 1 || got[0] != 5 {
		t.Errorf("behind: %v", got)
	}
	for _, c := range []struct {
		next, ends []int64
		want       bool
	}{
		{[]int64{5}, []int64{5}, false},
		{[]int64{5}, []int64{6, 1}, false},
		{[]int64{5}, []int64{4}, true},
		{[]int64{5, 0}, []int64{5}, true},
	} {
		if shrunk(c.next, c.ends) != c.want {
			t.Errorf("%v to %v: want %v", c.next, c.ends, c.want)
		}
	}
}
