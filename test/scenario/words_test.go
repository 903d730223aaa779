package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// word is what a script can say.
type word struct {
	form form
	do   func(*cluster, args) error
}

// words are the statements that do something.
func words() []word {
	return []word{
		{"needs synctests", func(*cluster, args) error { return nil }},
		{"brokers N", (*cluster).setBrokers},
		{"worker NAME …", (*cluster).startWorker},
		{"again NAME …", (*cluster).startAgain},
		{"stop NAME", onWorker((*cluster).stop)},
		{"kill NAME", onWorker((*cluster).kill)},
		{"cut NAME", onWorker(func(c *cluster, w *worker) { c.part(w, w.host.Cut) })},
		{"cut NAME from coordinator", (*cluster).cutFromCoordinator},
		{"cut NAME from leader of TOPIC", (*cluster).cutFromLeader},
		{"stall NAME", onWorker(func(c *cluster, w *worker) { c.part(w, w.host.Stall) })},
		{"heal NAME", onWorker(func(c *cluster, w *worker) { w.apart = false; w.host.Heal() })},
		{"dismiss NAME", (*cluster).dismiss},
		{"coordinator moves", (*cluster).moveGroup},
		{"coordinator away", (*cluster).groupAway},
		{"coordinator refuses", (*cluster).refuse},
		{"topic TOPIC away", (*cluster).away},
		{"TOPIC back", (*cluster).back},
		{"topic TOPIC back", (*cluster).back},
		{"truncate TOPIC", (*cluster).truncate},
		{"recreate TOPIC", (*cluster).recreate},
		{"record TOPIC KEY …", (*cluster).record},
		{"foreigner NAME speaks LANGUAGE", (*cluster).join},
		{"foreigner NAME leaves", (*cluster).goAway},
		{"ask WORKER: …", (*cluster).ask},
		{"release NAME", func(c *cluster, a args) error { c.stage.release(a.word["NAME"]); return nil }},
		{"NAME wants N tasks", (*cluster).wantTasks},
		{"pass TIME", (*cluster).pass},
	}
}

// find returns what a statement does.
func find(s *statement) (func(*cluster) error, error) {
	if s.words[0] == "expect" {
		return s.expectation()
	}
	for _, w := range words() {
		if a, ok := w.form.match(s.words); ok {
			return func(c *cluster) error { return w.do(c, a) }, nil
		}
	}
	return nil, fmt.Errorf("%q is not understood", strings.Join(s.words, " "))
}

// expectation makes a statement hold at once, some time, or all the time.
func (s *statement) expectation() (func(*cluster) error, error) {
	for _, w := range facts() {
		a, ok := w.form.match(s.words[1:])
		if !ok {
			continue
		}
		fact := func(c *cluster) error {
			settle()
			return w.do(c, a)
		}
		switch {
		case s.within > 0:
			return func(c *cluster) error { return within(s.within, func() error { return fact(c) }) }, nil
		case s.lasting > 0:
			return func(c *cluster) error { return lasting(s.lasting, func() error { return fact(c) }) }, nil
		}
		return fact, nil
	}
	return nil, fmt.Errorf("%q is not understood", strings.Join(s.words, " "))
}

// step is how often an expectation is looked at.
func step(d time.Duration) time.Duration { return min(max(d/50, 100*time.Millisecond), time.Second) }

func within(limit time.Duration, fact func() error) error {
	end := time.Now().Add(limit)
	for {
		err := fact()
		if err == nil {
			return nil
		}
		if !time.Now().Before(end) {
			return fmt.Errorf("not within %v: %w", limit, err)
		}
		time.Sleep(step(limit))
	}
}

func lasting(d time.Duration, fact func() error) error {
	began := time.Now()
	for {
		if err := fact(); err != nil {
			return fmt.Errorf("not any more after %v of %v: %w", time.Since(began), d, err)
		}
		if time.Since(began) >= d {
			return nil
		}
		time.Sleep(step(d))
	}
}

func onWorker(do func(*cluster, *worker)) func(*cluster, args) error {
	return func(c *cluster, a args) error {
		w, err := c.worker(a.word["NAME"])
		if err == nil && w.dead {
			err = fmt.Errorf("worker %s does not run", w.name)
		}
		if err == nil {
			do(c, w)
		}
		return err
	}
}

func (c *cluster) setBrokers(a args) (err error) {
	if c.broker != nil {
		return errors.New("the brokers run already")
	}
	c.brokers, err = strconv.Atoi(a.word["N"])
	return err
}

func (c *cluster) startWorker(a args) error {
	if _, err := c.worker(a.word["NAME"]); err == nil {
		return errors.New("it was started before; say: again")
	}
	props, err := a.props()
	if err != nil {
		return err
	}
	return c.start(a.word["NAME"], props)
}

// startAgain starts a worker that was stopped or killed, or has exited.
func (c *cluster) startAgain(a args) error {
	old, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	if !old.dead {
		c.kill(old)
	}
	props, err := a.props()
	if err != nil {
		return err
	}
	for key, value := range old.props {
		if _, given := props[key]; !given {
			props[key] = value
		}
	}
	return c.start(old.name, props)
}

// untilSeen is until all clients know where partitions have gone.
const untilSeen = 2 * time.Second

func (c *cluster) cutFromCoordinator(a args) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	address, err := c.onlyCoordinates()
	if err != nil {
		return err
	}
	time.Sleep(untilSeen)
	c.lost[w.name] = c.stage.work(w)
	w.host.CutFrom(address)
	return nil
}

// part separates a worker from everything.
func (c *cluster) part(w *worker, how func()) {
	c.lost[w.name] = c.stage.work(w)
	w.apart = true
	how()
}

func (c *cluster) cutFromLeader(a args) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	address, err := c.onlyLeads(topicName(a.word["TOPIC"]))
	if err != nil {
		return err
	}
	time.Sleep(untilSeen)
	c.lost[w.name] = c.stage.work(w)
	w.host.CutFrom(address)
	return nil
}

func (c *cluster) wantTasks(a args) error {
	n, err := strconv.Atoi(a.word["N"])
	if err == nil && !c.stage.want(a.word["NAME"], n) {
		err = fmt.Errorf("connector %s runs nowhere", a.word["NAME"])
	}
	return err
}

func (c *cluster) pass(a args) error {
	d, err := time.ParseDuration(a.word["TIME"])
	time.Sleep(d)
	return err
}

// sorted returns names as a script would list them.
func sorted(names []string) string {
	if len(names) == 0 {
		return "nowhere"
	}
	return strings.Join(slices.Sorted(slices.Values(names)), " ")
}
