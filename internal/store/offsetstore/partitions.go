package offsetstore

import (
	"maps"
	"slices"
	"sync"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// Partitions is the set of source partitions, by connector, that the records of an
// offsets topic add up to. It is safe for concurrent use and never blocks.
type Partitions struct {
	mu  sync.Mutex
	all map[string]map[string]*data.Map // by connector and identity
}

// NewPartitions returns the set before the first record.
func NewPartitions() *Partitions {
	return &Partitions{all: map[string]map[string]*data.Map{}}
}

// Apply takes in the next record; a nil value removes its partition. The answer says
// for the log why the record had no effect, "" when it had one.
func (p *Partitions) Apply(e Entry) (discarded string) {
	connector, partition, err := decodeKey(new(topicjson.Decoder), e.Key)
	if err != nil {
		return err.Error()
	}
	p.put(connector, partition, e.Value != nil)
	return ""
}

// put adds a partition, or removes it when it has no offset.
func (p *Partitions) put(connector string, partition *data.Map, offset bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[connector] == nil {
		p.all[connector] = map[string]*data.Map{}
	}
	if offset {
		p.all[connector][identity(partition)] = partition
	} else {
		delete(p.all[connector], identity(partition))
	}
}

// Connectors returns the names of all connectors that there were records of, in
// order.
func (p *Partitions) Connectors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.all))
}

// Of returns the partitions of a connector, which nobody may change.
func (p *Partitions) Of(connector string) []*data.Map {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := p.all[connector]
	partitions := make([]*data.Map, 0, len(set))
	for _, id := range slices.Sorted(maps.Keys(set)) {
		partitions = append(partitions, set[id])
	}
	return partitions
}
