package connecttest

import (
	"maps"
	"slices"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
)

// connector is what the suites of both kinds of connectors check alike.
type connector struct {
	info    plugin.Info
	props   map[string]string
	bad     []BadSetting
	host    func(t testing.TB) *Host
	fresh   func() planner // not started
	newTask func() stopper // not started
	start   func(h *Host, props map[string]string) (planner, error)
	run     func(h *Host, props map[string]string) (stop func(), err error) // start connector and task
}

type stopper interface{ Stop() error }

func (c connector) checks() []check {
	return []check{
		{"descriptor", func(t testing.TB) { checkInfo(t, c.info, c.props) }},
		{"validation", c.validation},
		{"connector stops without start", func(t testing.TB) { stopTwice(t, "Connector.Stop", c.fresh()) }},
		{"task stops without start", func(t testing.TB) { stopTwice(t, "Task.Stop", c.newTask()) }},
		{"connector stops twice", c.stopTwice},
		{"task configurations", c.taskConfigs},
		{"bad configuration", c.badConfiguration},
	}
}

func stopTwice(t testing.TB, what string, s stopper) {
	t.Helper()
	for range 2 {
		must(t, defaultPatience, what, s.Stop)
	}
}

// validation runs the connector's own Validate, on the configuration and on one that
// is empty.
func (c connector) validation(t testing.TB) {
	for _, props := range []map[string]string{c.props, {}} {
		v, ok := c.fresh().(validator)
		if !ok {
			return
		}
		result := c.info.Config.Validate(props)
		before := result.ErrorCount()
		must(t, defaultPatience, "Validate", func() error {
			v.Validate(clone(props), result)
			return nil
		})
		if len(props) > 0 && result.ErrorCount() > before {
			t.Errorf("Validate refuses the configuration of the suite: %q", result.Errors())
		}
	}
}

type validator interface {
	Validate(props map[string]string, result *config.Result)
}

func (c connector) stopTwice(t testing.TB) {
	started, err := c.start(c.host(t), c.props)
	if err != nil {
		t.Errorf("Connector.Start: %s", whole(err))
	}
	stopTwice(t, "Connector.Stop", started)
}

// taskConfigs asks twice, because the host takes a list that differs from the one
// before for news.
func (c connector) taskConfigs(t testing.TB) {
	h := c.host(t)
	for _, most := range []int{1, 3} {
		var plans [2][]map[string]string
		for i := range plans {
			started, err := c.start(h, c.props)
			if err != nil {
				t.Fatalf("Connector.Start: %s", whole(err))
			}
			if plans[i], err = h.plan(started, most); err != nil {
				t.Fatalf("TaskConfigs: %s", whole(err))
			}
		}
		if !slices.EqualFunc(plans[0], plans[1], maps.Equal) {
			t.Errorf("TaskConfigs(%d) differs from one call to the next, which restarts all tasks:\n%v\n%v", most, plans[0], plans[1])
		}
	}
}

func (c connector) badConfiguration(t testing.TB) {
	start := func(props map[string]string) error {
		stop, err := c.run(c.host(t), props)
		if err == nil {
			stop()
		}
		return err
	}
	checkRefused(t, c.props, implied(c.info.Config), start)
	checkRefused(t, c.props, c.bad, start)
}
