package kafka

import (
	"crypto/sha256"
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// kgo's limits of batches.
const (
	minBatchBytes = 512
	maxBatchBytes = 1 << 30
	writeBytes    = 100 << 20 // one produce request, as the broker's socket.request.max.bytes
)

// Producer is a producer's configuration.
type Producer struct {
	Options
	TransactionalID string        // "" for a producer without transactions
	Idempotent      bool          // whether brokers drop what is sent twice
	MaxBlock        time.Duration // how long the caller may wait for metadata and buffer space; Forever for no limit
	DeliveryTimeout time.Duration // of a record with all tries; Forever for no limit
	MaxRequestSize  int           // largest record in bytes, before compression

	fingerprint [sha256.Size]byte
}

// Fingerprint identifies all effective values except client.id: producers with
// equal fingerprints are interchangeable.
func (p *Producer) Fingerprint() [sha256.Size]byte { return p.fingerprint }

// ProducerOptions reads the properties of a producer. Records without a partition
// of their own must have Partition -1; see RecordPartitioner of the options.
// Errors are *config.Error.
func ProducerOptions(props map[string]string) (*Producer, error) {
	r, err := read(ProducerDef(), props)
	if err != nil {
		return nil, err
	}
	p := &Producer{
		TransactionalID: r.String(keyTransactionalID),
		MaxBlock:        r.duration(keyMaxBlock),
		MaxRequestSize:  r.Int(keyMaxRequestSize),
		fingerprint:     r.fingerprint(),
	}
	if p.DeliveryTimeout, err = r.deliveryTimeout(); err != nil {
		return nil, err
	}
	if p.Idempotent, err = r.idempotence(); err != nil {
		return nil, err
	}
	if err := r.transactions(); err != nil {
		return nil, err
	}
	choose, warnings, err := partitioner(r.Values)
	if err != nil {
		return nil, err
	}
	r.Warnings = append(r.Warnings, warnings...)
	r.add(kgo.RecordPartitioner(choose), kgo.ProducerBatchCompression(compression(r.Values)))
	// Asking for a topic's metadata creates it on brokers that allow it, as in Java.
	r.add(kgo.AllowAutoTopicCreation())
	r.delivery(p)
	r.buffers()
	p.Options = r.done()
	return p, nil
}

// deliveryTimeout applies Kafka's rule that it covers linger and request time.
func (r *reading) deliveryTimeout() (time.Duration, error) {
	timeout := r.duration(keyDeliveryTimeout)
	if r.Int(keyDeliveryTimeout) == math.MaxInt32 {
		return Forever, nil
	}
	least := min(r.duration(keyLinger), math.MaxInt32*time.Millisecond) + r.RequestTimeout
	if timeout >= least {
		return timeout, nil
	}
	if r.given(keyDeliveryTimeout) {
		return 0, config.Errorf(keyDeliveryTimeout, "%s should be equal to or larger than %s + %s", keyDeliveryTimeout, keyLinger, keyRequestTimeout)
	}
	return least, nil
}

func (r *reading) delivery(p *Producer) {
	if p.DeliveryTimeout != Forever {
		r.add(kgo.RecordDeliveryTimeout(max(p.DeliveryTimeout, time.Second)))
	}
	if retries := r.Int(keyRetries); retries != math.MaxInt32 {
		r.add(kgo.RecordRetries(retries))
	}
	// The broker's part of request.timeout.ms; RequestTimeoutOverhead is the client's.
	r.add(kgo.ProduceRequestTimeout(max(r.RequestTimeout, 100*time.Millisecond)))
	r.add(kgo.UnknownTopicRetries(unknownTopicRetries(p.MaxBlock)))
	linger := r.duration(keyLinger)
	if linger > time.Minute {
		r.warn(keyLinger, "is limited to one minute")
		linger = time.Minute
	}
	r.add(kgo.ProducerLinger(linger))
}

// unknownTopicRetries is how often metadata are asked for within max.block.ms: a
// missing topic is waited for as long. kgo asks 8 times at once, then each second or
// so. The worker's producers wait for ever (-1).
func unknownTopicRetries(maxBlock time.Duration) int {
	const longest = 365 * 24 * time.Hour
	if maxBlock > longest {
		return -1
	}
	return 8 + int(maxBlock/time.Second)
}

// buffers maps the sizes. batch.size is not a limit of batches: Java also sends a
// record that is larger than it, in a batch of its own, while kgo would fail it.
// So batches may grow to max.request.size, which is Java's limit of a record; what
// batch.size is good for, filling batches, the sender does by itself, because a
// batch grows while the request before it is under way. It serves the partitioner.
func (r *reading) buffers() {
	batch := min(max(r.Int(keyMaxRequestSize), minBatchBytes), maxBatchBytes)
	r.add(kgo.ProducerBatchMaxBytes(int32(batch)), kgo.BrokerMaxWriteBytes(int32(max(batch, writeBytes))))
	memory := min(max(r.Long(keyBufferMemory), 1), math.MaxInt)
	r.add(kgo.MaxBufferedBytes(int(memory)))
	// kgo counts the bytes of keys, values and headers only. A record costs about half
	// a kilobyte besides, so small ones are limited by their number.
	r.add(kgo.MaxBufferedRecords(int(min(max(memory/512, 1024), 1<<20))))
}
