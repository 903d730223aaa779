package worker

import (
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

// pendingOffsets are the newest offsets of source partitions since the last commit.
//
// Connect: org.apache.kafka.connect.storage.OffsetStorageWriter.
type pendingOffsets struct {
	newest map[*connect.SourcePartition]numberedOffset
	puts   int
}

type numberedOffset struct {
	offset connect.SourceOffset
	number int
}

// put notes a record's position. One without partition or offset has none.
func (p *pendingOffsets) put(partition *connect.SourcePartition, offset connect.SourceOffset) {
	if partition == nil || offset == nil {
		return
	}
	if p.newest == nil {
		p.newest = map[*connect.SourcePartition]numberedOffset{}
	}
	p.puts++
	p.newest[partition] = numberedOffset{offset, p.puts}
}

func (p *pendingOffsets) empty() bool { return len(p.newest) == 0 }

func (p *pendingOffsets) clear() { clear(p.newest) }

// entries encodes the offsets, oldest first. Partitions with equal fields are one,
// whatever their addresses.
func (p *pendingOffsets) entries(c *offsetstore.Connector) ([]offsetstore.Entry, error) {
	partitions := make([]*connect.SourcePartition, 0, len(p.newest))
	for partition := range p.newest {
		partitions = append(partitions, partition)
	}
	slices.SortFunc(partitions, func(a, b *connect.SourcePartition) int { return p.newest[a].number - p.newest[b].number })
	entries := make([]offsetstore.Entry, 0, len(partitions))
	at := map[string]int{}
	for _, partition := range partitions {
		one := map[*connect.SourcePartition]connect.Fields{partition: p.newest[partition].offset.Fields()}
		encoded, err := c.Entries(one)
		if err != nil {
			return nil, err
		}
		for _, e := range encoded {
			if i, known := at[string(e.Key)]; known {
				entries[i] = e
				continue
			}
			at[string(e.Key)] = len(entries)
			entries = append(entries, e)
		}
	}
	return entries, nil
}
