package kafka

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// Consumer is a consumer's configuration. Opts make a consumer that is told its
// partitions (kgo.ConsumePartitions); GroupOpts, given as well, make it a member of
// the group, which never commits by itself.
type Consumer struct {
	Options
	GroupOpts       []kgo.Opt // empty without group.id
	GroupID         string
	GroupInstanceID string // "" unless the member is static
	OffsetReset     OffsetReset
	ReadCommitted   bool
	MaxPollRecords  int           // for kgo's PollRecords
	MaxPollInterval time.Duration // kgo does not watch it; the caller leaves the group when it polls too late
	SessionTimeout  time.Duration
	APITimeout      time.Duration // default.api.timeout.ms: commits, look-ups
	ExcludeInternal bool          // whether a topic pattern leaves internal topics out
}

// ConsumerOptions reads the properties of a consumer. Errors are *config.Error.
func ConsumerOptions(props map[string]string) (*Consumer, error) {
	r, err := read(ConsumerDef(), props)
	if err != nil {
		return nil, err
	}
	c := &Consumer{
		GroupID:         r.String(keyGroupID),
		GroupInstanceID: r.String(keyGroupInstance),
		ReadCommitted:   r.String(keyIsolation) == "read_committed",
		MaxPollRecords:  r.Int(keyMaxPollRecords),
		MaxPollInterval: r.duration(keyMaxPollInterval),
		SessionTimeout:  r.duration(keySessionTimeout),
		APITimeout:      r.duration(keyAPITimeout),
		ExcludeInternal: r.Bool(keyExcludeInternal),
	}
	if c.OffsetReset, err = ParseOffsetReset(r.String(keyOffsetReset)); err != nil {
		return nil, config.Invalid(keyOffsetReset, r.String(keyOffsetReset), err.Error())
	}
	r.add(c.OffsetReset.opts(time.Now())...)
	r.fetching(c)
	if r.given(keyAutoCommit) && r.Bool(keyAutoCommit) {
		r.warn(keyAutoCommit, "has no effect; the worker commits offsets when their records are done")
	}
	if c.GroupOpts, err = r.group(c); err != nil {
		return nil, err
	}
	c.Options = r.done()
	return c, nil
}

func (r *reading) fetching(c *Consumer) {
	const readBytes = 100 << 20 // a response may exceed fetch.max.bytes by one batch
	fetchMax := min(r.Int(keyFetchMax), maxBatchBytes/2)
	r.add(
		kgo.FetchMinBytes(int32(r.Int(keyFetchMin))),
		kgo.FetchMaxBytes(int32(fetchMax)),
		kgo.FetchMaxPartitionBytes(int32(min(r.Int(keyPartitionFetchMax), maxBatchBytes/2))),
		kgo.BrokerMaxReadBytes(int32(max(2*fetchMax, readBytes))),
		kgo.FetchMaxWait(max(r.duration(keyFetchWait), 10*time.Millisecond)),
	)
	if c.ReadCommitted {
		r.add(kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	if rack := r.String(keyRack); rack != "" {
		r.add(kgo.Rack(rack))
	}
	if !r.Bool(keyCheckCRCs) {
		r.add(kgo.DisableFetchCRCValidation())
	}
	if r.Bool(keyAutoCreate) {
		r.add(kgo.AllowAutoTopicCreation())
	}
}

// group returns the options of group membership.
func (r *reading) group(c *Consumer) ([]kgo.Opt, error) {
	modern := strings.EqualFold(r.String(keyGroupProtocol), "consumer")
	if err := r.checkGroupKeys(modern); err != nil {
		return nil, err
	}
	heartbeat := r.duration(keyHeartbeat)
	if heartbeat >= c.SessionTimeout {
		return nil, config.Errorf(keyHeartbeat, "Heartbeat must be set lower than the session timeout")
	}
	balancers, err := r.balancers(modern)
	if err != nil {
		return nil, err
	}
	if c.GroupID == "" {
		return nil, nil
	}
	const least = 100 * time.Millisecond // kgo's
	opts := []kgo.Opt{
		kgo.ConsumerGroup(c.GroupID),
		kgo.DisableAutoCommit(),
		kgo.Balancers(balancers...),
		kgo.SessionTimeout(max(c.SessionTimeout, least)),
		kgo.HeartbeatInterval(heartbeat),
		// As Java does, a member has as long to join a rebalance as between two polls.
		kgo.RebalanceTimeout(max(c.MaxPollInterval, least)),
	}
	if modern {
		opts = append(opts, kgo.ServerSideBalancer())
	}
	if c.GroupInstanceID != "" {
		opts = append(opts, kgo.InstanceID(c.GroupInstanceID))
	}
	return opts, nil
}

// checkGroupKeys refuses keys of the other group protocol, as Kafka does.
func (r *reading) checkGroupKeys(modern bool) error {
	foreign, protocol := []string{keyRemoteAssignor}, "CLASSIC"
	if modern {
		foreign, protocol = []string{keyAssignors, keyHeartbeat, keySessionTimeout}, "CONSUMER"
	}
	for _, key := range foreign {
		if r.given(key) && r.Originals()[key] != "" {
			return config.Errorf(key, "%s cannot be set when %s=%s", key, keyGroupProtocol, protocol)
		}
	}
	return nil
}

// balancers returns the assignors. A group with eager and cooperative ones runs
// eagerly, in Java as in kgo.
func (r *reading) balancers(modern bool) ([]kgo.GroupBalancer, error) {
	if modern {
		return r.remoteAssignor()
	}
	var found []kgo.GroupBalancer
	for _, class := range r.List(keyAssignors) {
		simple := class[strings.LastIndexByte(class, '.')+1:]
		switch simple {
		case "RangeAssignor":
			found = append(found, kgo.RangeBalancer())
		case "RoundRobinAssignor":
			found = append(found, kgo.RoundRobinBalancer())
		case "StickyAssignor":
			found = append(found, kgo.StickyBalancer())
		case "CooperativeStickyAssignor":
			found = append(found, kgo.CooperativeStickyBalancer())
		default:
			return nil, config.Invalid(keyAssignors, strings.Join(r.List(keyAssignors), ","), "the assignor "+class+" is not supported")
		}
	}
	if len(found) == 0 {
		return nil, config.Errorf(keyAssignors, "Must configure at least one partition assigner class name to %s configuration property", keyAssignors)
	}
	return found, nil
}

// remoteAssignor chooses the broker's assignor. kgo names it by one of its own, and
// falls back to the classic protocol with it on brokers before Kafka 4.0, where
// Java would fail.
func (r *reading) remoteAssignor() ([]kgo.GroupBalancer, error) {
	switch name := r.String(keyRemoteAssignor); name {
	case "", "uniform":
		return []kgo.GroupBalancer{kgo.StickyBalancer()}, nil
	case "range":
		return []kgo.GroupBalancer{kgo.RangeBalancer()}, nil
	default:
		return nil, config.Invalid(keyRemoteAssignor, name, "the supported assignors are uniform and range")
	}
}
