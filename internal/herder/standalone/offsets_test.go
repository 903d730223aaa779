package standalone

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// quietSource is a source without tasks whose answer about offsets is a function.
type quietSource struct {
	alter func(context.Context) error
}

func (*quietSource) Start(context.Context, source.ConnectorRuntime, map[string]string) error {
	return nil
}
func (*quietSource) TaskConfigs(int) ([]map[string]string, error) { return nil, nil }
func (*quietSource) NewTask() source.Task                         { return nil }
func (*quietSource) Stop() error                                  { return nil }

func (s *quietSource) AlterOffsets(ctx context.Context, _ map[string]string, _ []source.PartitionOffset) (bool, error) {
	return true, s.alter(ctx)
}

type allowAll struct{}

func (allowAll) Allows(policy.Request) bool { return true }

// quietHerder has the connector c, which s answers for.
func quietHerder(t *testing.T, s *quietSource) *Herder {
	t.Helper()
	h := New(Settings{
		Validate: func(context.Context, map[string]string, map[string]bool) (*herder.Validation, error) {
			return &herder.Validation{}, nil
		},
		Worker: worker.Settings{
			Plugins: pluginset.New(plugin.Source{Info: plugin.Info{Class: "test.Source"}, New: func() source.Connector { return s }}),
			Offsets: offsetstore.NewMemory(), Policy: allowAll{}, Log: slog.New(slog.DiscardHandler), GracefulTimeout: 5 * time.Second,
			Resolve: func(_ context.Context, _ string, p map[string]string) (map[string]string, error) { return p, nil },
		},
	})
	t.Cleanup(h.Stop)
	r := herder.PutRequest{Name: "c", Config: map[string]string{"name": "c", "connector.class": "test.Source"}}
	if _, _, err := h.PutConnector(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return h
}

// refused tells whether err has a reason and a text.
func refused(t *testing.T, err error, reason herder.Reason, text string) {
	t.Helper()
	var known *herder.Error
	if !errors.As(err, &known) || known.Reason != reason || known.Msg != text {
		t.Errorf("got %v, want %q", err, text)
	}
}

func TestOffsets(t *testing.T) {
	h := quietHerder(t, &quietSource{func(context.Context) error { return nil }})
	const running = "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by " +
		"issuing a 'PUT' request to the '/connectors/c/stop' endpoint"
	change := []herder.Offset{{Partition: connect.Fields{"p": int64(1)}, Offset: connect.Fields{"n": int64(2)}}}
	for _, target := range []state.Target{state.TargetStarted, state.TargetPaused} {
		if err := h.SetTarget(t.Context(), "c", target); err != nil {
			t.Fatal(err)
		}
		_, err := h.AlterOffsets(t.Context(), "c", change)
		refused(t, err, herder.BadRequest, running)
	}
	_, err := h.AlterOffsets(t.Context(), "none", change)
	refused(t, err, herder.NotFound, "Connector none not found")
	_, err = h.Offsets(t.Context(), "none")
	refused(t, err, herder.NotFound, "Connector none not found")
	if err := h.SetTarget(t.Context(), "c", state.TargetStopped); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		change []herder.Offset
		want   []herder.Offset
		text   string
	}{
		{change, change, "The offsets for this connector have been altered successfully"},
		{nil, []herder.Offset{}, "The offsets for this connector have been reset successfully"},
	} {
		if text, err := h.AlterOffsets(t.Context(), "c", step.change); err != nil || text != step.text {
			t.Errorf("%q, %v; want %q", text, err, step.text)
		}
		if got, err := h.Offsets(t.Context(), "c"); err != nil || !reflect.DeepEqual(got, step.want) {
			t.Errorf("offsets %v, %v; want %v", got, err, step.want)
		}
	}
}

// TestAlterOffsetsHangs: a connector that does not answer holds up nobody for longer
// than the request lasts.
func TestAlterOffsetsHangs(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	defer cancel()
	returned := make(chan struct{})
	s := &quietSource{func(context.Context) error {
		cancel()
		<-returned
		return nil
	}}
	defer close(returned)
	h := quietHerder(t, s)
	if err := h.SetTarget(ctx, "c", state.TargetStopped); err != nil {
		t.Fatal(err)
	}
	_, err := h.AlterOffsets(ctx, "c", nil)
	refused(t, err, herder.Internal, "Timed out while calling the 'alterOffsets' method for source connector c")
	s.alter = func(context.Context) error { return context.DeadlineExceeded }
	_, err = h.AlterOffsets(t.Context(), "c", nil)
	refused(t, err, herder.TimedOut, "context deadline exceeded")
	if err := h.DeleteConnector(t.Context(), "c"); err != nil {
		t.Error(err)
	}
}
