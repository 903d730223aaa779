package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// scrape is what all sources say at one time.
type scrape struct {
	process     Process
	worker      bool
	connectors  []Connector
	tasks       []Task
	tally       tally
	byConnector []taskTally
	clients     []Client
	rebalances  *Rebalances
	coordinator *Coordinator
	network     *Network
	restarts    []Restarts
	stuck       []stuckCall
}

func (r *Registry) scrape() *scrape {
	s := &scrape{process: r.Process}
	if r.Worker != nil {
		s.worker = true
		s.connectors, s.tasks, s.clients = r.Worker.ConnectorSamples(), r.Worker.TaskSamples(), r.Worker.ClientSamples()
		s.tally = tally{connectors: len(s.connectors), tasks: len(s.tasks)}
		s.tally.connectorStarts, s.tally.taskStarts = r.Worker.StartSamples()
		s.sort()
		s.count(r.State)
		s.findStuck(r.Stuck)
	}
	if r.Group != nil {
		rebalances, coordinator := r.Group.RebalanceSample(), r.Group.CoordinatorSample()
		s.rebalances, s.coordinator = &rebalances, &coordinator
	}
	if r.Restart != nil {
		s.restarts = r.Restart.RestartSamples()
		slices.SortFunc(s.restarts, func(a, b Restarts) int {
			return cmp.Or(cmp.Compare(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task))
		})
	}
	if r.Network != nil {
		network := r.Network()
		s.network = &network
	}
	return s
}

// sort puts samples in order, so that two scrapes can be compared.
func (s *scrape) sort() {
	slices.SortFunc(s.connectors, func(a, b Connector) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task))
	})
	slices.SortFunc(s.clients, func(a, b Client) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
}

// count counts tasks by state.
func (s *scrape) count(state func(string, int) string) {
	counts := map[string]*taskTally{}
	for _, t := range s.tasks {
		c := counts[t.Connector]
		if c == nil {
			c = &taskTally{connector: t.Connector, states: map[string]int{}}
			counts[t.Connector] = c
		}
		now := t.Status
		if state != nil {
			now = state(t.Connector, t.Task)
		}
		c.total++
		c.states[now]++
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		s.byConnector = append(s.byConnector, *counts[name])
	}
}

// put puts everything under the names of one convention.
func (s *scrape) put(e *exposition, n Names) {
	if s.worker {
		s.putWorker(e, n)
		s.putConnectors(e, n)
		s.putTasks(e, n)
		s.putPlugins(e, n)
	}
	s.putGroup(e, n)
	s.putClients(e, n)
	s.putProcess(e, n)
	s.putOwn(e)
}

func (s *scrape) putWorker(e *exposition, n Names) {
	all, shape := labels(""), "worker"
	if n == Plain { // so do the dashboards tell the worker's numbers from a connector's
		all, shape = label("connector", "aggregate"), "aggregate"
	}
	putNumbers(e, n, groupWorker, shape, workerNumbers(), []sampled[tally]{{all, &s.tally}})
	putNumbers(e, n, groupWorker, "connector", taskTallyNumbers(), each(s.byConnector, func(t *taskTally) labels { return label("connector", t.connector) }))
}

func (s *scrape) putConnectors(e *exposition, n Names) {
	samples := each(s.connectors, func(c *Connector) labels { return label("connector", c.Name) })
	putTexts(e, n, groupConnector, "connector", connectorTexts(), samples)
}

func (s *scrape) putTasks(e *exposition, n Names) {
	const shape = "task"
	tasks := each(s.tasks, taskLabels)
	putTexts(e, n, groupTask, shape, taskTexts(), tasks)
	putNumbers(e, n, groupTask, shape, taskNumbers(), tasks)
	putNumbers(e, n, groupErrors, shape, errorNumbers(), tasks)
	var sources, transactional []sampled[SourceTask]
	var sinks []sampled[SinkTask]
	for _, t := range tasks {
		if t.at.Source != nil {
			sources = append(sources, sampled[SourceTask]{t.labels, t.at.Source})
			if t.at.Source.Transaction != nil {
				transactional = append(transactional, sources[len(sources)-1])
			}
		}
		if t.at.Sink != nil {
			sinks = append(sinks, sampled[SinkTask]{t.labels, t.at.Sink})
		}
	}
	putNumbers(e, n, groupSource, shape, sourceNumbers(), sources)
	putNumbers(e, n, groupSource, shape, transactionNumbers(), transactional)
	putNumbers(e, n, groupSink, shape, sinkNumbers(), sinks)
}

func taskLabels(t *Task) labels {
	return label("connector", t.Connector).and(label("task", strconv.Itoa(t.Task)))
}

// putPlugins puts the transforms and predicates of tasks.
func (s *scrape) putPlugins(e *exposition, n Names) {
	for _, kind := range []struct {
		group, name string
		of          func(*Task) []Named
	}{
		{groupTransform, "transform", func(t *Task) []Named { return t.Classes.Transforms }},
		{groupPredicate, "predicate", func(t *Task) []Named { return t.Classes.Predicates }},
	} {
		var all []sampled[Named]
		for i := range s.tasks {
			task := taskLabels(&s.tasks[i])
			all = append(all, each(kind.of(&s.tasks[i]), func(p *Named) labels { return task.and(label(kind.name, p.Alias)) })...)
		}
		putTexts(e, n, kind.group, kind.name, namedTexts(kind.name), all)
	}
}

// putGroup puts what only a worker in a group has.
func (s *scrape) putGroup(e *exposition, n Names) {
	if s.rebalances == nil {
		return
	}
	rebalances := []sampled[Rebalances]{{"", s.rebalances}}
	putTexts(e, n, groupRebalance, "worker", rebalanceTexts(), rebalances)
	putNumbers(e, n, groupRebalance, "worker", rebalanceNumbers(), rebalances)
	id := label(n.clientID(), s.process.ClientID)
	putNumbers(e, n, groupCoordinator, n.clientID(), coordinatorNumbers(), []sampled[Coordinator]{{id, s.coordinator}})
	if s.network != nil {
		putNumbers(e, n, groupNetwork, n.clientID(), networkNumbers(), []sampled[Network]{{id, s.network}})
	}
}

// each gives samples their labels.
func each[T any](samples []T, of func(*T) labels) []sampled[T] {
	all := make([]sampled[T], len(samples))
	for i := range samples {
		all[i] = sampled[T]{of(&samples[i]), &samples[i]}
	}
	return all
}
