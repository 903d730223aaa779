package scenario

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const operatorPatience = 30 * time.Second

// within30s is for what the operator asks of Kafka.
func within30s() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), operatorPatience)
}

// record writes a record to a topic; without value a tombstone.
func (c *cluster) record(a args) error {
	r := &kgo.Record{Topic: topicName(a.word["TOPIC"]), Key: []byte(a.word["KEY"])}
	if len(a.rest) > 0 {
		r.Value = []byte(strings.Join(a.rest, " "))
	}
	ctx, cancel := within30s()
	defer cancel()
	return c.kafka.ProduceSync(ctx, r).FirstErr()
}

// truncate deletes all records of a topic.
func (c *cluster) truncate(a args) error {
	ctx, cancel := within30s()
	defer cancel()
	topic := topicName(a.word["TOPIC"])
	ends, err := c.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		return err
	}
	answers, err := c.admin.DeleteRecords(ctx, ends.Offsets())
	return errors.Join(err, answers.Error())
}

// recreate deletes a topic and makes it again, empty.
func (c *cluster) recreate(a args) error {
	ctx, cancel := within30s()
	defer cancel()
	topic := topicName(a.word["TOPIC"])
	before := c.broker.Cluster().TopicInfo(topic)
	if before == nil {
		return fmt.Errorf("there is no topic %s", topic)
	}
	partitions := int32(0)
	for c.broker.Cluster().LeaderFor(topic, partitions) >= 0 {
		partitions++
	}
	if _, err := c.admin.DeleteTopics(ctx, topic); err != nil {
		return err
	}
	compact := "compact"
	_, err := c.admin.CreateTopics(ctx, partitions, 1, map[string]*string{"cleanup.policy": &compact}, topic)
	return err
}

// away makes the partitions of a topic have no leader.
func (c *cluster) away(a args) error {
	name := a.word["TOPIC"]
	c.faults[name] = c.broker.Fault(kfake.Fault{
		Keys: []kmsg.Key{kmsg.Produce, kmsg.Fetch, kmsg.ListOffsets}, Topic: topicName(name), Err: kerr.NotLeaderForPartition, Count: -1,
	})
	return nil
}

// groupAway makes the coordinator of the workers' group refuse to work.
func (c *cluster) groupAway(args) error {
	c.faults["coordinator"] = c.broker.Fault(kfake.Fault{
		Keys:  []kmsg.Key{kmsg.FindCoordinator, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat, kmsg.LeaveGroup},
		Group: defaultGroup, Err: kerr.CoordinatorNotAvailable, Count: -1,
	})
	return nil
}

// refuse makes the coordinator refuse the workers' group for good.
func (c *cluster) refuse(args) error {
	c.faults["coordinator"] = c.broker.Fault(kfake.Fault{
		Keys: []kmsg.Key{kmsg.JoinGroup, kmsg.Heartbeat}, Group: defaultGroup, Err: kerr.GroupAuthorizationFailed, Count: -1,
	})
	return nil
}

func (c *cluster) back(a args) error {
	h := c.faults[a.word["TOPIC"]]
	if h == nil {
		return fmt.Errorf("%s is not away", a.word["TOPIC"])
	}
	h.Remove()
	delete(c.faults, a.word["TOPIC"])
	return nil
}

// dismiss takes a worker out of its group; it learns that with its next heartbeat.
func (c *cluster) dismiss(a args) error {
	info := c.broker.Cluster().GroupInfo(defaultGroup)
	if info == nil {
		return errors.New("there is no group")
	}
	for _, m := range info.Members {
		if m.ClientID != "connect-"+a.word["NAME"]+":8083" {
			continue
		}
		leave := kmsg.NewPtrLeaveGroupRequest()
		leave.Group = defaultGroup
		leave.Members = []kmsg.LeaveGroupRequestMember{{MemberID: m.MemberID}}
		_, err := leave.RequestWith(context.Background(), c.kafka)
		return err
	}
	return fmt.Errorf("worker %s is no member", a.word["NAME"])
}

// moveGroup gives the workers' group another coordinator.
func (c *cluster) moveGroup(args) error {
	before := c.broker.Cluster().CoordinatorFor(defaultGroup)
	for range 100 {
		c.broker.Cluster().RehashCoordinators()
		if c.broker.Cluster().CoordinatorFor(defaultGroup) != before {
			return nil
		}
	}
	return errors.New("the coordinator does not move")
}

// onlyCoordinates gives the broker that coordinates the workers' group nothing else to
// do, and returns its address.
func (c *cluster) onlyCoordinates() (string, error) {
	node := c.broker.Cluster().CoordinatorFor(defaultGroup)
	return c.address(node), c.place(func(string) int32 { return node + 1 })
}

// onlyLeads makes a broker have nothing but a topic, and returns its address.
func (c *cluster) onlyLeads(topic string) (string, error) {
	node := c.broker.Cluster().CoordinatorFor(defaultGroup)
	err := c.place(func(t string) int32 {
		if t == topic {
			return node + 1
		}
		return node + 2
	})
	return c.address((node + 1) % int32(c.brokers)), err
}

// place moves partitions to brokers, which are counted in a ring.
func (c *cluster) place(at func(topic string) int32) error {
	if c.brokers < 3 {
		return errors.New("there are too few brokers: begin with brokers 3")
	}
	ctx, cancel := within30s()
	defer cancel()
	topics, err := c.admin.ListTopics(ctx)
	if err != nil {
		return err
	}
	for topic, d := range topics {
		for p := range d.Partitions {
			if err := c.broker.Cluster().MoveTopicPartition(topic, p, at(topic)%int32(c.brokers)); err != nil {
				return err
			}
		}
	}
	return nil
}

// reader reads a topic from its beginning, further with each look.
type reader struct {
	client *kgo.Client
	at     map[int32]int64
	ids    map[string][]int64 // by task, in order
}

// ids returns the ids that every task has written to a topic, and are committed.
func (c *cluster) ids(topic string) (map[string][]int64, error) {
	ctx, cancel := within30s()
	defer cancel()
	ends, err := c.admin.ListCommittedOffsets(ctx, topic)
	if err != nil || ends.Error() != nil {
		return nil, errors.Join(err, ends.Error())
	}
	r := c.readers[topic]
	if r == nil {
		client, err := kgo.NewClient(append(c.clientOptions(c.network.Host("operator")), kgo.ConsumeTopics(topic), kgo.KeepControlRecords(),
			kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
		if err != nil {
			return nil, err
		}
		r = &reader{client: client, at: map[int32]int64{}, ids: map[string][]int64{}}
		c.readers[topic] = r
	}
	return r.ids, r.read(ctx, ends)
}

func (r *reader) read(ctx context.Context, ends kadm.ListedOffsets) error {
	for {
		behind := false
		ends.Each(func(o kadm.ListedOffset) { behind = behind || r.at[o.Partition] < o.Offset })
		if !behind {
			return nil
		}
		fetches := r.client.PollFetches(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("a topic cannot be read: %w", ctx.Err())
		}
		fetches.EachRecord(r.take)
	}
}

func (r *reader) take(k *kgo.Record) {
	r.at[k.Partition] = k.Offset + 1
	if k.Attrs.IsControl() {
		return
	}
	task, id, _ := strings.Cut(string(k.Value), " ")
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		r.ids[task] = append(r.ids[task], n)
	}
}

// missing returns what is not there of 0 to the greatest id.
func missing(ids []int64) (gaps []int64) {
	seen := map[int64]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	for id := int64(0); len(ids) > 0 && id < slices.Max(ids); id++ {
		if !seen[id] {
			gaps = append(gaps, id)
		}
	}
	return gaps
}

// repeated returns the ids that are there more than once.
func repeated(ids []int64) []int64 {
	count := map[int64]int{}
	for _, id := range ids {
		count[id]++
	}
	maps.DeleteFunc(count, func(_ int64, n int) bool { return n == 1 })
	return slices.Sorted(maps.Keys(count))
}
