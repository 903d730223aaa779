package scenario

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// facts are what a script can expect.
func facts() []word {
	return []word{
		{"balance", func(c *cluster, _ args) error { return c.balance() }},
		{"everything to run", func(c *cluster, _ args) error { return c.everything("") }},
		{"everything to run on NAME", func(c *cluster, a args) error { return c.everything(a.word["NAME"]) }},
		{"work of NAME to run nowhere", func(c *cluster, a args) error { return c.workOf(a.word["NAME"], "nowhere") }},
		{"work of NAME to run on OTHER", func(c *cluster, a args) error { return c.workOf(a.word["NAME"], a.word["OTHER"]) }},
		{"work of NAME to run", func(c *cluster, a args) error { return c.workOf(a.word["NAME"], "") }},
		{"work of NAME to be STATE on WORKER", (*cluster).workHasStatus},
		{"NAME to run nowhere", func(c *cluster, a args) error { return c.runs(a.word["NAME"], "nowhere") }},
		{"NAME to run on WORKER", func(c *cluster, a args) error { return c.runs(a.word["NAME"], a.word["WORKER"]) }},
		{"NAME to run", func(c *cluster, a args) error { return c.runs(a.word["NAME"], "") }},
		{"NAME to do nothing", (*cluster).idle},
		{"somebody to lead", (*cluster).somebodyLeads},
		{"NAME to lead", func(c *cluster, a args) error { return c.leads(a.word["NAME"], true) }},
		{"NAME not to lead", func(c *cluster, a args) error { return c.leads(a.word["NAME"], false) }},
		{"members …", (*cluster).members},
		{"NAME to be fit", func(c *cluster, a args) error { return c.fit(a, http.StatusOK) }},
		{"NAME to be unfit", func(c *cluster, a args) error { return c.fit(a, http.StatusInternalServerError) }},
		{"NAME to be STATE", (*cluster).hasStatus},
		{"NAME to be STATE on WORKER", (*cluster).hasStatus},
		{"NAME to hang in CALL", (*cluster).hangs},
		{"trace of NAME to have …", (*cluster).hasTrace},
		{"NAME to have N tasks", (*cluster).hasTasks},
		{"every id of NAME", (*cluster).complete},
		{"every id of NAME once", (*cluster).exactlyOnce},
		{"every id of NAME in SINK", (*cluster).received},
		{"more ids of NAME", (*cluster).more},
		{"offsets of NAME from N", (*cluster).offsetsFrom},
		{"no offsets of NAME", (*cluster).noOffsets},
		{"log of NAME to have …", func(c *cluster, a args) error { return c.logHas(a, true) }},
		{"log of NAME to lack …", func(c *cluster, a args) error { return c.logHas(a, false) }},
		{"reads of NAME at once", (*cluster).readsAtOnce},
		{"NAME to exit with …", (*cluster).exits},
	}
}

// balance expects everything to run, spread over all workers evenly.
func (c *cluster) balance() error {
	if err := c.everything(""); err != nil {
		return err
	}
	count := map[bool]map[string]int{false: {}, true: {}}
	for _, w := range c.alive() {
		count[false][w.name], count[true][w.name] = 0, 0
		for _, what := range c.stage.work(w) {
			count[isTask(what)][w.name]++
		}
	}
	for _, on := range count {
		counts := slices.Sorted(maps.Values(on))
		if counts[len(counts)-1]-counts[0] > 1 {
			return fmt.Errorf("connectors %v, tasks %v", count[false], count[true])
		}
	}
	return nil
}

// everything expects each connector and task to run once, and on a worker if it is
// named.
func (c *cluster) everything(on string) error {
	names, err := c.configured()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("there are no connectors")
	}
	var wrong []error
	for _, what := range names {
		wrong = append(wrong, c.runs(what, on))
	}
	return errors.Join(wrong...)
}

// workOf is runs for all that a worker had.
func (c *cluster) workOf(name, on string) error {
	work, ok := c.lost[name]
	if !ok || len(work) == 0 {
		return fmt.Errorf("worker %s was not stopped or killed, or had no work", name)
	}
	var wrong []error
	for _, what := range work {
		wrong = append(wrong, c.runs(what, on))
	}
	return errors.Join(wrong...)
}

// workHasStatus is hasStatus for all that a worker had.
func (c *cluster) workHasStatus(a args) error {
	work := c.lost[a.word["NAME"]]
	if len(work) == 0 {
		return fmt.Errorf("worker %s had no work", a.word["NAME"])
	}
	for _, what := range work {
		one := args{word: map[string]string{"NAME": what, "STATE": a.word["STATE"], "WORKER": a.word["WORKER"]}}
		if err := c.hasStatus(one); err != nil {
			return err
		}
	}
	return nil
}

// runs expects a connector or task to run nowhere, or once, on a worker if it is
// named.
func (c *cluster) runs(what, on string) error {
	where := c.stage.where(what)
	good := len(where) == 1 && (on == "" || where[0] == on)
	if on == "nowhere" {
		good = len(where) == 0
	}
	if !good {
		return fmt.Errorf("%s runs %s", what, sorted(where))
	}
	return nil
}

func (c *cluster) idle(a args) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	if work := c.stage.work(w); len(work) > 0 {
		return fmt.Errorf("worker %s runs %s", w.name, strings.Join(work, " "))
	}
	return nil
}

// leads asks a worker for what only the leader does without sending it on.
func (c *cluster) leads(name string, want bool) error {
	w, err := c.worker(name)
	if err != nil {
		return err
	}
	a, err := c.call(w, http.MethodDelete, "/connectors/no-such-connector?forward=false", nil)
	if err != nil {
		return err
	}
	if leads := a.status == http.StatusNotFound; leads != want || a.status != http.StatusNotFound && a.status != http.StatusConflict {
		return fmt.Errorf("worker %s leads is %t: %s", name, leads, a)
	}
	return nil
}

// somebodyLeads expects one leader among those who can be asked.
func (c *cluster) somebodyLeads(args) error {
	var leaders []string
	for _, w := range c.alive() {
		if !w.apart && c.leads(w.name, true) == nil {
			leaders = append(leaders, w.name)
		}
	}
	if len(leaders) != 1 {
		return fmt.Errorf("the leaders are %q", leaders)
	}
	return nil
}

// members expects the members of the workers' group, by name.
func (c *cluster) members(a args) error {
	var names []string
	info := c.broker.Cluster().GroupInfo(defaultGroup)
	if info != nil {
		for _, m := range info.Members {
			name := strings.TrimPrefix(m.ClientID, "connect-")
			names = append(names, strings.TrimSuffix(name, ":8083"))
		}
	}
	if got := sorted(names); got != sorted(a.rest) {
		return fmt.Errorf("the members are %s", got)
	}
	return nil
}

func (c *cluster) hasStatus(a args) error {
	s, err := c.status(a.word["NAME"])
	if err != nil {
		return err
	}
	worker, named := a.word["WORKER"]
	if s.State != a.word["STATE"] || named && s.Worker != worker+":8083" {
		return fmt.Errorf("%s is %s", a.word["NAME"], s)
	}
	return nil
}

// hangs expects all workers to say in which call a connector or task hangs; in nothing
// when it does not.
func (c *cluster) hangs(a args) error {
	call := a.word["CALL"]
	if call == "nothing" {
		call = ""
	}
	for _, w := range c.alive() {
		s, err := c.statusFrom(w, a.word["NAME"])
		if err == nil && s.Call != call {
			err = fmt.Errorf("it is %s, in call %q", s, s.Call)
		}
		if err != nil {
			return fmt.Errorf("%s as %s says: %w", a.word["NAME"], w.name, err)
		}
	}
	return nil
}

func (c *cluster) hasTrace(a args) error {
	s, err := c.status(a.word["NAME"])
	if err == nil && !strings.Contains(s.Trace, strings.Join(a.rest, " ")) {
		err = fmt.Errorf("%s is %s, with trace %q", a.word["NAME"], s, s.Trace)
	}
	return err
}

func (c *cluster) hasTasks(a args) error {
	names, err := c.configured()
	if err != nil {
		return err
	}
	n := 0
	for _, name := range names {
		if isTask(name) && strings.HasPrefix(name, a.word["NAME"]+"-") {
			n++
		}
	}
	if strconv.Itoa(n) != a.word["N"] {
		return fmt.Errorf("%s has %d tasks", a.word["NAME"], n)
	}
	return nil
}

func (c *cluster) logHas(a args, want bool) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	text := strings.Join(a.rest, " ")
	for line := range strings.SplitSeq(w.log.String(), "\n") {
		if strings.Contains(line, text) && !want {
			return fmt.Errorf("it has %s", line)
		} else if strings.Contains(line, text) {
			return nil
		}
	}
	if want {
		return fmt.Errorf("it lacks %q", text)
	}
	return nil
}

// most is how long a read may take of the bubble's time, in which work takes none.
const most = 10 * time.Millisecond

// readsAtOnce expects all reads to be answered without waiting for anything.
func (c *cluster) readsAtOnce(a args) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	paths := []string{"/", "/connectors", "/connectors?expand=info&expand=status", "/connector-plugins", "/admin/loggers"}
	var names []string
	if err := c.get(w, "/connectors", &names); err != nil {
		return err
	}
	for _, name := range names {
		for _, at := range []string{"", "/config", "/status", "/tasks", "/topics"} {
			paths = append(paths, "/connectors/"+name+at)
		}
	}
	for _, path := range paths {
		got, err := c.call(w, http.MethodGet, path, nil)
		if err != nil {
			return fmt.Errorf("GET %s: %w", path, err)
		}
		unborn := got.status == http.StatusNotFound && strings.HasSuffix(path, "/status") // nothing is known of it yet
		if got.status != http.StatusOK && !unborn || got.took > most {
			return fmt.Errorf("GET %s: %s", path, got)
		}
	}
	return nil
}

func (c *cluster) fit(a args, want int) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	got, err := c.call(w, http.MethodGet, "/health", nil)
	if err == nil && got.status != want {
		err = fmt.Errorf("GET /health: %s", got)
	}
	return err
}

func (c *cluster) exits(a args) error {
	w, err := c.worker(a.word["NAME"])
	if err != nil {
		return err
	}
	w.mayExit = true
	text := strings.Join(a.rest, " ")
	if err := w.gone(); err == nil || !strings.Contains(err.Error(), text) {
		return fmt.Errorf("worker %s has not exited so: %w", w.name, err)
	}
	return nil
}
