package distributed

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/signing"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/workerconfig"
)

// requestTimeout is how long a request of a worker may take.
const requestTimeout = 90 * time.Second

// write lets one request at a time change the config topic, as the leader.
func (h *Herder) write(ctx context.Context, change func(*configstore.Snapshot) error) error {
	select {
	case h.writing <- struct{}{}:
	case <-ctx.Done():
		return &herder.Error{
			Reason: herder.TimedOut, Err: ctx.Err(),
			Msg: "Request timed out. The worker is waiting for an earlier change to be written to the config topic.",
		}
	}
	defer func() { <-h.writing }()
	if _, err := h.requireLeader(ctx); err != nil {
		return err
	}
	if h.configs.Fenced() {
		if err := h.configs.Claim(ctx); err != nil {
			return fmt.Errorf("take the right to write the config topic: %w", err)
		}
	}
	return change(h.configs.Snapshot())
}

// putTasks writes the configurations of all tasks of a connector.
func (h *Herder) putTasks(ctx context.Context, connector string, configs []map[string]string) error {
	return h.write(ctx, func(s *configstore.Snapshot) error {
		switch c := s.Connector(connector); {
		case c.Config == nil:
			return herder.NoConnector(connector)
		case c.Target == state.TargetStopped && len(configs) > 0:
			return herder.Fail(herder.BadRequest, "Cannot submit non-empty set of task configs for stopped connector %s", connector)
		}
		return h.configs.PutTasks(ctx, connector, configs)
	})
}

// PutTaskConfigs is the request of another worker whose connector has new tasks.
func (h *Herder) PutTaskConfigs(ctx context.Context, connector string, configs []map[string]string, by signing.Claim) error {
	if err := h.verify(ctx, by); err != nil {
		return err
	}
	return h.putTasks(ctx, connector, configs)
}

// verify checks that a request comes from a worker of this group. Only groups whose
// protocol is sessioned sign.
func (h *Herder) verify(ctx context.Context, by signing.Claim) error {
	v, err := h.awaitSettled(ctx)
	if err != nil {
		return err
	}
	verifier := signing.Verifier{Required: v.mode == protocol.Sessioned, Algorithms: h.Cluster.Signing.Accepted}
	if k := h.configs.Snapshot().SessionKey; k != nil {
		verifier.Key = k.Key
	}
	return verifier.Verify(by)
}

// signer signs requests to the leader; nil when the group does not sign.
func (h *Herder) signer(v *view) (restclient.Sign, error) {
	if v.mode != protocol.Sessioned {
		return nil, nil
	}
	key := h.configs.Snapshot().SessionKey
	if key == nil {
		return nil, herder.Fail(herder.Unavailable, "This worker has no session key yet")
	}
	algorithm := h.Cluster.Signing.Algorithm
	if _, err := signing.Sign(algorithm, key.Key, nil); err != nil {
		return nil, fmt.Errorf("sign a request to the leader: %w", err)
	}
	return func(body []byte) http.Header {
		headers := http.Header{}
		if s, err := signing.Sign(algorithm, key.Key, body); err == nil {
			s.SetHeaders(headers)
		}
		return headers
	}, nil
}

// renewKey writes a new session key when this worker leads a group that signs and
// the present one is missing, too old or not of the kind that was configured.
func (o *owner) renewKey() {
	v := o.view.Load()
	if !v.settled || !v.leader || v.mode != protocol.Sessioned || o.stopping {
		return
	}
	if left, ok := o.keyLife(o.configs.Snapshot().SessionKey); ok {
		o.setKeyTimer(left)
		return
	}
	o.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		if err := o.write(ctx, func(s *configstore.Snapshot) error { return o.putKey(ctx, s) }); err != nil {
			o.log.Error("Failed to write a new session key; trying again", "err", err)
			o.after(keyRetry, o.renewKey)
		}
	})
}

// keyRetry is the pause after a session key could not be written.
const keyRetry = time.Second

func (h *Herder) putKey(ctx context.Context, s *configstore.Snapshot) error {
	if _, ok := h.keyLife(s.SessionKey); ok {
		return nil
	}
	key := make([]byte, keyLength(h.Cluster.Signing))
	_, _ = rand.Read(key) // never fails
	return h.configs.PutSessionKey(ctx, configstore.SessionKey{
		Key: key, Algorithm: h.Cluster.Signing.KeyAlgorithm, Created: time.Now().UnixMilli(),
	})
}

// keyLife returns how long a session key is still good, 0 for ever; ok is false when
// it is not good.
func (h *Herder) keyLife(k *configstore.SessionKey) (left time.Duration, ok bool) {
	s := h.Cluster.Signing
	if k == nil || k.Algorithm != s.KeyAlgorithm || len(k.Key) != keyLength(s) {
		return 0, false
	}
	if s.KeyTTL == 0 {
		return 0, true
	}
	left = time.Until(time.UnixMilli(k.Created).Add(s.KeyTTL))
	return left, left > 0
}

// keyLength returns the bytes of a session key: what the JDK's generators of keys for
// these algorithms make when no size is configured.
func keyLength(s workerconfig.Signing) int {
	if s.KeyBits > 0 {
		return (s.KeyBits + 7) / 8
	}
	switch strings.ToUpper(strings.ReplaceAll(s.KeyAlgorithm, "-", "")) {
	case "HMACSHA224", "HMACSHA512/224", "HMACSHA3224":
		return 28
	case "HMACSHA384", "HMACSHA3384":
		return 48
	case "HMACSHA512", "HMACSHA3512", "HMACSHA1", "HMACMD5":
		return 64
	}
	return 32
}

// watchKey waits for the end of a key that was just read.
func (o *owner) watchKey() {
	if left, ok := o.keyLife(o.configs.Snapshot().SessionKey); ok {
		o.setKeyTimer(left)
	}
}

func (o *owner) setKeyTimer(left time.Duration) {
	if o.key != nil {
		o.key.Stop()
		o.key = nil
	}
	if left > 0 {
		o.key = o.after(left, o.renewKey)
	}
}
