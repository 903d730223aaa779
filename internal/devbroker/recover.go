package devbroker

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	cleanFile      = "stopped-cleanly"
	privatePort    = 9092
	recoverTimeout = time.Minute

	batchHeaderSize  = 61
	attrsTransaction = 0x10
	attrsControl     = 0x20
)

// producer is a transactional producer as it stands in a log.
type producer struct {
	id    int64
	epoch int16
}

// partition is a partition and the producers that have a transaction open in
// its log, by id.
type partition struct {
	topic string
	index int32
	dir   string
	open  map[int64]producer
}

// recoverFromKill ends the transactions that were open when the process was
// killed. kfake aborts them for itself, but writes no abort marker; without one
// a consumer of committed records also drops what the same producer writes
// next.
func (b *Broker) recoverFromKill() error {
	dir := b.settings.DataDir
	if _, err := os.Stat(filepath.Join(dir, cleanFile)); err == nil {
		return nil
	}
	partitions, err := openTransactions(dir)
	if err != nil || len(partitions) == 0 {
		return err
	}
	// What a clean stop once said about these transactions is out of date.
	stale := []string{filepath.Join(dir, "session_state.json")}
	for _, p := range partitions {
		stale = append(stale, filepath.Join(p.dir, "snapshot.json"))
	}
	for _, path := range stale {
		if err := removeFile(path); err != nil {
			return err
		}
	}
	b.log.Info("transactions open at the kill are aborted", "partitions", len(partitions))
	return b.privately(func(cluster *kfake.Cluster, dial dialer) error {
		return writeMarkers(cluster, dial, partitions)
	})
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// privately runs a cluster nobody else can reach over the data.
func (b *Broker) privately(do func(*kfake.Cluster, dialer) error) error {
	network := new(kfake.VirtualNetwork)
	port := privatePort
	listen := func(string, string) (net.Listener, error) {
		port++
		return network.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(port-1)))
	}
	options := append(b.options(), kfake.NumBrokers(max(1, b.settings.Brokers)), kfake.ListenFn(listen))
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		return err
	}
	defer cluster.Close()
	return do(cluster, network.DialContext)
}

func writeMarkers(cluster *kfake.Cluster, dial dialer, partitions []partition) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.Dialer(dial))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), recoverTimeout)
	defer cancel()
	for _, p := range partitions {
		for _, id := range slices.Sorted(maps.Keys(p.open)) {
			if err := writeMarker(ctx, client, p, p.open[id]); err != nil {
				return fmt.Errorf("abort transaction in %s-%d: %w", p.topic, p.index, err)
			}
		}
	}
	return nil
}

func writeMarker(ctx context.Context, client *kgo.Client, p partition, by producer) error {
	topic := kmsg.NewWriteTxnMarkersRequestMarkerTopic()
	topic.Topic, topic.Partitions = p.topic, []int32{p.index}
	marker := kmsg.NewWriteTxnMarkersRequestMarker()
	marker.ProducerID, marker.ProducerEpoch, marker.Committed = by.id, by.epoch, false
	marker.Topics = append(marker.Topics, topic)
	req := kmsg.NewPtrWriteTxnMarkersRequest()
	req.Markers = append(req.Markers, marker)
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	for _, m := range resp.Markers {
		for _, t := range m.Topics {
			for _, part := range t.Partitions {
				if err := kerr.ErrorForCode(part.ErrorCode); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// openTransactions reads the batch headers of all logs.
func openTransactions(dir string) ([]partition, error) {
	entries, err := os.ReadDir(filepath.Join(dir, partitionsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []partition
	for _, e := range entries {
		i := strings.LastIndexByte(e.Name(), '-')
		topic, err := url.PathUnescape(e.Name()[:max(i, 0)])
		index, numberErr := strconv.ParseInt(e.Name()[i+1:], 10, 32)
		if i < 0 || err != nil || numberErr != nil {
			continue
		}
		p := partition{topic: topic, index: int32(index), dir: filepath.Join(dir, partitionsDir, e.Name()), open: map[int64]producer{}}
		if err := p.scan(); err != nil {
			return nil, fmt.Errorf("scan partition %s: %w", e.Name(), err)
		}
		if len(p.open) > 0 {
			all = append(all, p)
		}
	}
	return all, nil
}

// scan follows the transactions through the segments in order of their offsets.
func (p *partition) scan() error {
	files, err := os.ReadDir(p.dir)
	if err != nil {
		return err
	}
	var bases []int64
	for _, f := range files {
		if text, ok := strings.CutSuffix(f.Name(), ".dat"); ok {
			if base, err := strconv.ParseInt(text, 10, 64); err == nil {
				bases = append(bases, base)
			}
		}
	}
	slices.Sort(bases)
	for _, base := range bases {
		if err := p.scanSegment(filepath.Join(p.dir, strconv.FormatInt(base, 10)+".dat")); err != nil {
			return err
		}
	}
	return nil
}

func (p *partition) scanSegment(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [batchHeaderSize]byte
	for at := int64(0); ; {
		if _, err := f.ReadAt(head[:], at); errors.Is(err, io.EOF) {
			return nil // the end, or a torn batch that is cut off when loaded
		} else if err != nil {
			return err
		}
		length := int64(binary.BigEndian.Uint32(head[8:]))
		if length < batchHeaderSize-12 {
			return nil
		}
		p.follow(head[:])
		at += 12 + length
	}
}

// follow takes note of one batch.
func (p *partition) follow(head []byte) {
	attributes := binary.BigEndian.Uint16(head[21:])
	by := producer{int64(binary.BigEndian.Uint64(head[43:])), int16(binary.BigEndian.Uint16(head[51:]))}
	switch {
	case attributes&attrsControl != 0:
		delete(p.open, by.id)
	case attributes&attrsTransaction != 0:
		p.open[by.id] = by
	}
}
