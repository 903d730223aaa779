package kafka

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// idempotence adds acks, idempotence and the requests in flight by Kafka's rules,
// and tells whether the producer is idempotent: by default it is, unless acks or
// retries say otherwise; if the user asked for it, they must not.
func (r *reading) idempotence() (bool, error) {
	acks := map[string]kgo.Acks{"all": kgo.AllISRAcks(), "-1": kgo.AllISRAcks(), "1": kgo.LeaderAck(), "0": kgo.NoAck()}[r.String(keyAcks)]
	r.add(kgo.RequiredAcks(acks))
	idempotent, err := r.wantsIdempotence(acks)
	if err != nil {
		return false, err
	}
	if idempotent {
		// kgo keeps up to five requests in flight, in order. A smaller limit of the user
		// could not change what is written.
		return true, nil
	}
	if r.given(keyTransactionalID) {
		return false, config.Errorf(keyTransactionalID, "Cannot set a %s without also enabling idempotence.", keyTransactionalID)
	}
	r.add(kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(r.Int(keyInFlight)))
	return false, nil
}

func (r *reading) wantsIdempotence(acks kgo.Acks) (bool, error) {
	if !r.Bool(keyIdempotence) {
		return false, nil
	}
	asked := r.given(keyIdempotence)
	noRetries, fewAcks := r.Int(keyRetries) == 0, acks != kgo.AllISRAcks()
	switch {
	case noRetries && asked:
		return false, config.Errorf(keyRetries, "Must set %s to non-zero when using the idempotent producer.", keyRetries)
	case fewAcks && asked:
		return false, config.Errorf(keyAcks, "Must set %s to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.", keyAcks)
	case r.Int(keyInFlight) > 5:
		return false, config.Errorf(keyInFlight, "To use the idempotent producer, %s must be set to at most 5. Current value is %d.", keyInFlight, r.Int(keyInFlight))
	}
	return !noRetries && !fewAcks, nil
}

// transactions adds the transactional id and the transaction timeout.
func (r *reading) transactions() error {
	if r.Bool(keyTwoPhaseCommit) {
		return config.Invalid(keyTwoPhaseCommit, true, "two-phase commit is not supported")
	}
	if id := r.String(keyTransactionalID); id != "" {
		timeout := max(r.duration(keyTxnTimeout), time.Millisecond)
		r.add(kgo.TransactionalID(id), kgo.TransactionTimeout(timeout))
	}
	return nil
}
