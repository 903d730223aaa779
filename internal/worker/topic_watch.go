package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

// topicWatch says why a task's client does not get on with a topic: clients wait
// without a word for topics that do not exist, and for brokers that do not let them
// in. A topic that is there in time costs one timer.
type topicWatch struct {
	ctx     context.Context // ends with the task
	client  *kgo.Client
	log     *slog.Logger
	explain func(topic string, err error) error
	refused func(error) // told when the brokers do not accept the client's credentials
}

const (
	topicPatience = 3 * time.Second  // before the first warning
	topicReminder = 30 * time.Second // between warnings
	topicAnswer   = 10 * time.Second // for the brokers' answer
)

// expect says that the client uses a topic from now on. It does not wait.
func (w *topicWatch) expect(topic string) {
	time.AfterFunc(topicPatience, func() { w.look(topic) })
}

// expectAll expects topics, or none in particular: then only the login is looked at.
func (w *topicWatch) expectAll(topics []string) {
	if len(topics) == 0 {
		topics = []string{""}
	}
	for _, topic := range topics {
		w.expect(topic)
	}
}

func (w *topicWatch) look(topic string) {
	if leader, _, _ := w.client.PartitionLeader(topic, 0); leader >= 0 || w.ctx.Err() != nil {
		return
	}
	err := w.ask(topic)
	if w.ctx.Err() != nil {
		return
	}
	if loginRefused(err) {
		w.refused(w.explain(topic, err))
		return
	}
	switch {
	case err != nil:
		w.log.Warn("The task waits for a topic", "topic", topic, "err", w.explain(topic, err))
	case topic == "":
		return
	}
	time.AfterFunc(topicReminder, func() { w.look(topic) })
}

// ask returns what is wrong with a topic.
func (w *topicWatch) ask(topic string) error {
	ctx, cancel := context.WithTimeout(w.ctx, topicAnswer)
	defer cancel()
	if topic == "" {
		return kafka.Ping(ctx, w.client)
	}
	found, err := topicadmin.New(w.client).Describe(ctx, topic)
	if err == nil && len(found) == 0 {
		err = kerr.UnknownTopicOrPartition
	}
	return err
}

// loginRefused tells the errors of a login that trying again does not heal.
func loginRefused(err error) bool {
	for _, refusal := range []error{kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
