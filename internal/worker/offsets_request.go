package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// Offset is a source partition, or the topic and partition of a sink, and the offset
// there. Either may be nil.
type Offset struct {
	Partition, Offset connect.Fields
}

// InvalidOffsetError is a change of offsets whose partitions or offsets have not the
// shape they must have.
type InvalidOffsetError struct{ Msg string }

// Error says what is wrong, in Connect's words.
func (e *InvalidOffsetError) Error() string { return e.Msg }

// ConnectorOffsets returns the stored offsets of a connector of these properties: of
// a source from the offset store, of a sink from its consumer group. It blocks until
// they are read or ctx ends.
func (w *Worker) ConnectorOffsets(ctx context.Context, name string, props map[string]string) ([]Offset, error) {
	r, err := w.offsetsRequest(ctx, name, props)
	if err != nil {
		return nil, err
	}
	if r.sink() {
		return r.sinkOffsets(ctx)
	}
	return r.sourceOffsets(ctx)
}

// AlterOffsets changes the offsets of a connector of which nothing may be running, and
// whose older tasks must have been fenced if it delivers exactly once; nil resets them
// all. A nil offset forgets its partition, and of equal partitions
// the last counts. The connector is asked first. It returns the message for the
// user. It blocks until it is done or ctx ends, even when the connector hangs;
// whatever that answers later has no effect. Offsets of a wrong shape are
// *InvalidOffsetError.
func (w *Worker) AlterOffsets(ctx context.Context, name string, props map[string]string, offsets []Offset) (string, error) {
	r, err := w.offsetsRequest(ctx, name, props)
	if err != nil {
		return "", err
	}
	alter := r.alterSource
	if r.sink() {
		alter = r.alterSink
	}
	told, err := alter(ctx, offsets)
	if err != nil {
		r.log(err)
		return "", err
	}
	return altered(offsets == nil, told), nil
}

func altered(reset, told bool) string {
	verb := "altered"
	if reset {
		verb = "reset"
	}
	if told {
		return "The offsets for this connector have been " + verb + " successfully"
	}
	return "The Connect framework-managed offsets for this connector have been " + verb + " successfully. However, if this connector " +
		"manages offsets externally, they will need to be manually " + verb + " in the system that the connector uses."
}

// offsetsRequest is a question about the offsets of one connector.
type offsetsRequest struct {
	w     *Worker
	name  string
	entry pluginset.Entry
	props map[string]string
	cfg   *connectorconfig.Config
}

func (w *Worker) offsetsRequest(ctx context.Context, name string, props map[string]string) (*offsetsRequest, error) {
	e, err := w.Plugins.Connector(props["connector.class"])
	if err != nil {
		return nil, err
	}
	resolved, err := w.Resolve(ctx, name, props)
	if err != nil {
		return nil, fmt.Errorf("resolve the configuration of connector %s: %w", name, err)
	}
	cfg, err := connectorconfig.ParseWith(resolved, connectorconfig.Options{
		Sink: e.Kind == pluginset.Sink, NoTopicCreation: !w.TopicCreation,
	})
	if err != nil {
		return nil, err
	}
	return &offsetsRequest{w: w, name: name, entry: e, props: resolved, cfg: cfg}, nil
}

func (r *offsetsRequest) sink() bool { return r.entry.Kind == pluginset.Sink }

// kind is the kind of connector, as texts name it.
func (r *offsetsRequest) kind() string {
	if r.sink() {
		return "sink"
	}
	return "source"
}

// fail is an error in Connect's words; the cause is for the log.
func (r *offsetsRequest) fail(err error, format string, args ...any) error {
	return &connect.Error{Msg: fmt.Sprintf(format, args...), Err: err}
}

// log notes why a change was not made; what users wrote wrongly is theirs to see.
func (r *offsetsRequest) log(err error) {
	var invalid *InvalidOffsetError
	if !errors.As(err, &invalid) {
		r.w.Log.Error("Offsets were not changed", "connector", r.name, "err", err, "cause", errors.Unwrap(err))
	}
}

// allowed checks the connector's settings for kinds of clients against the policy.
func (r *offsetsRequest) allowed(clients ...policy.Client) error {
	b := &builder{w: r.w, t: &taskRun{id: state.TaskID{Connector: r.name}}, entry: r.entry, cfg: r.cfg}
	for _, c := range clients {
		if err := b.allowed(c); err != nil {
			return err
		}
	}
	return nil
}

// ask calls the connector's own check of a change. The call goes on when ctx ends,
// without anybody listening.
func (r *offsetsRequest) ask(ctx context.Context, alter func(context.Context) (bool, error)) (told bool, err error) {
	type answer struct {
		told bool
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		a.err = new(watch).do("AlterOffsets", func() (err error) {
			a.told, err = alter(ctx)
			return err
		})
		answers <- a
	}()
	select {
	case a := <-answers:
		told, err = a.told, a.err
	case <-ctx.Done():
		r.w.Log.Error("A connector did not return from AlterOffsets in time; the call goes on", "connector", r.name)
	}
	if ctx.Err() != nil {
		return false, r.fail(ctx.Err(), "Timed out while calling the 'alterOffsets' method for %s connector %s", r.kind(), r.name)
	}
	return told, r.explain(err)
}

// explain gives a connector's refusal the text that users see: its own, unless it
// broke down.
func (r *offsetsRequest) explain(err error) error {
	var panicked *PanicError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errors.ErrUnsupported), javaerr.Class(err) == "java.lang.UnsupportedOperationException":
		return r.fail(err, "Failed to modify offsets for connector %s because it doesn't support external modification of offsets", r.name)
	case errors.As(err, &panicked), !strings.HasPrefix(javaerr.Class(err), "org.apache.kafka.connect.errors."):
		return r.failed(err)
	}
	return err
}

// failed is a change that could not be made.
func (r *offsetsRequest) failed(err error) error {
	return r.fail(err, "Failed to modify offsets for %s connector %s", r.kind(), r.name)
}
