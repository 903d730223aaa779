package conformance

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
)

// configuration is a snapshot in which some connectors are inconsistent.
func configuration(connectors map[string]int, inconsistent []string, offset int64) assign.Configuration {
	c := assign.Configuration{Offset: offset, Connectors: map[string]int{}}
	for name, tasks := range connectors {
		if slices.Contains(inconsistent, name) {
			tasks = 0
		}
		c.Connectors[name] = tasks
	}
	return c
}

func (c *Case) assignEagerly() (any, error) {
	in := into[struct {
		LeaderID                        string
		Members                         []struct{ MemberID, Metadata string }
		Connectors                      map[string]int
		Inconsistent                    []string
		ConfigOffset, FreshConfigOffset int64
	}](c.Input)
	round := assign.Round{
		Leader: in.LeaderID, Configuration: configuration(in.Connectors, in.Inconsistent, in.ConfigOffset),
		Fresh: func() assign.Configuration {
			return configuration(in.Connectors, in.Inconsistent, in.FreshConfigOffset)
		},
	}
	for _, m := range in.Members {
		meta, err := protocol.ReadEagerMetadata(bytesOf(m.Metadata))
		if err != nil {
			return nil, err
		}
		round.Members = append(round.Members, assign.Member{ID: m.MemberID, Metadata: meta})
	}
	view := map[string]any{}
	for id, a := range assign.Eager(round).Assignments {
		b, err := protocol.AppendAssignment(nil, protocol.Eager, a)
		if err != nil {
			return nil, err
		}
		view[id] = hex.EncodeToString(b)
	}
	return view, nil
}

type roundJSON struct {
	Input struct {
		Events                              []string
		Now                                 string
		LastCompletedGeneration, Generation int32
		Leader                              string
		Connectors                          map[string]int
		Inconsistent, MemberOrder           []string
		Members                             map[string]struct{ Connectors, Tasks []string }
	}
	Output roundView
}

// roundView is what is compared after a round.
type roundView struct {
	Delay                           int64
	Members                         map[string]shareView
	ScheduledRebalance              string
	Candidates                      []string
	RevokedInPrevious               bool
	NumSuccessiveRevokingRebalances int
}

type shareView struct {
	Assigned, Revoked                     []string
	AssignedConnectors, RevokedConnectors int
}

// sorted returns the view with what is revoked in order: Java tells it in the
// order of a hash set, and nothing depends on it.
func (v roundView) sorted() roundView {
	for _, s := range v.Members {
		slices.Sort(s.Revoked[:s.RevokedConnectors])
		slices.Sort(s.Revoked[s.RevokedConnectors:])
	}
	return v
}

// assignRounds computes the recorded rounds and returns the first difference.
func (c *Case) assignRounds() error {
	most := time.Duration(into[int64](c.setting("scheduled.rebalance.max.delay.ms"))) * time.Millisecond
	assignor := assign.NewCooperative(most)
	rounds := into[[]roundJSON](c.Output)
	for i, r := range rounds {
		if r.newLeader() {
			assignor = assign.NewCooperative(most)
		}
		got, err := r.assign(assignor)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(got.sorted(), r.Output.sorted()) {
			return malformed{fmt.Errorf("round %d: got\n      %+v, want\n      %+v\n      of %+v", i+1, got, r.Output, r.Input)}
		}
	}
	c.Output = []byte(`"rounds as recorded"`)
	return nil
}

// newLeader reports whether a member without history computes the round.
func (r *roundJSON) newLeader() bool {
	return slices.ContainsFunc(r.Input.Events, func(e string) bool { return len(e) > 10 && e[:10] == "new leader" })
}

func (r *roundJSON) assign(assignor *assign.Cooperative) (roundView, error) {
	in := r.Input
	round := assign.Round{
		Leader: in.Leader, Configuration: configuration(in.Connectors, in.Inconsistent, 0),
		LastCompleted: in.LastCompletedGeneration, Generation: in.Generation, Now: time.UnixMilli(wireInt(in.Now)),
	}
	for _, id := range in.MemberOrder {
		owned := in.Members[id]
		round.Members = append(round.Members, assign.Member{ID: id, Metadata: &protocol.Metadata{
			Allocation: &protocol.Assignment{Assigned: workOf(owned.Connectors, owned.Tasks)},
		}})
	}
	plan, state := assignor.Assign(round), assignor.State()
	view := roundView{
		Delay: state.Delay.Milliseconds(), ScheduledRebalance: "0", Members: map[string]shareView{},
		Candidates: append([]string{}, state.Candidates...), RevokedInPrevious: state.Revoking,
		NumSuccessiveRevokingRebalances: state.SuccessiveRevocation,
	}
	if !state.Rebalance.IsZero() {
		view.ScheduledRebalance = strconv.FormatInt(state.Rebalance.UnixMilli(), 10)
	}
	for id, a := range plan.Assignments {
		share, err := received(a)
		if err != nil {
			return view, err
		}
		view.Members[id] = share
	}
	return view, nil
}

// received returns an assignment as the member reads it.
func received(sent *protocol.Assignment) (shareView, error) {
	b, err := protocol.AppendAssignment(nil, protocol.Sessioned, sent)
	if err != nil {
		return shareView{}, err
	}
	a, err := protocol.ReadAssignment(b)
	if err != nil {
		return shareView{}, err
	}
	return shareView{
		Assigned: names(a.Assigned), AssignedConnectors: len(a.Assigned.Connectors),
		Revoked: names(a.Revoked), RevokedConnectors: len(a.Revoked.Connectors),
	}, nil
}

func names(w protocol.Work) []string {
	texts := append([]string{}, w.Connectors...)
	for _, id := range w.Tasks {
		texts = append(texts, id.String())
	}
	return texts
}
