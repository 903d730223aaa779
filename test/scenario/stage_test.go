package scenario

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// stage is what the connectors of all workers tell: what runs where, and what came
// through.
type stage struct {
	released chan struct{} // closed when nothing hangs any more

	mu      sync.Mutex
	running map[string]map[*worker]int // connectors and tasks by name, such as src and src-0
	arrived map[string]map[string]int  // by sink connector: how often an id came
	failed  map[string]int             // how often something has failed on purpose
	wanted  map[string]int             // by connector: tasks it shall have, instead of tasks.max
	ask     map[string]map[*worker]func()
	hanging map[string]chan struct{} // closed to let what hangs go on
}

func newStage() *stage {
	return &stage{
		released: make(chan struct{}), running: map[string]map[*worker]int{}, arrived: map[string]map[string]int{},
		failed: map[string]int{}, wanted: map[string]int{}, ask: map[string]map[*worker]func(){}, hanging: map[string]chan struct{}{},
	}
}

// enter notes that something runs on a worker; leave is to be called when it ends.
func (s *stage) enter(what string, on *worker) (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[what] == nil {
		s.running[what] = map[*worker]int{}
	}
	s.running[what][on]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running[what][on]--; s.running[what][on] == 0 {
			delete(s.running[what], on)
		}
	})
}

// where returns the living workers that run something, one name for each copy.
func (s *stage) where(what string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var on []string
	for w, n := range s.running[what] {
		if !w.dead {
			on = append(on, slices.Repeat([]string{w.name}, n)...)
		}
	}
	slices.Sort(on)
	return on
}

// work returns what runs on a worker.
func (s *stage) work(w *worker) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for what, on := range s.running {
		if on[w] > 0 {
			all = append(all, what)
		}
	}
	slices.Sort(all)
	return all
}

// hang blocks until the script lets something go on.
func (s *stage) hang(what string) {
	s.mu.Lock()
	c := s.hanging[what]
	if c == nil {
		c = make(chan struct{})
		s.hanging[what] = c
	}
	s.mu.Unlock()
	select {
	case <-c:
	case <-s.released:
	}
}

// release lets what hangs go on, for good.
func (s *stage) release(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hanging[what] == nil {
		s.hanging[what] = make(chan struct{})
	}
	close(s.hanging[what])
}

// failing counts how often something failed, and tells whether it shall once more;
// times "" means always.
func (s *stage) failing(what, times string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, err := strconv.Atoi(times)
	if err == nil && s.failed[what] >= limit {
		return false
	}
	s.failed[what]++
	return true
}

func (s *stage) arrive(sink, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrived[sink] == nil {
		s.arrived[sink] = map[string]int{}
	}
	s.arrived[sink][id]++
}

func (s *stage) arrivals(sink string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.arrived[sink])
}

// wants returns how many tasks a connector is to have.
func (s *stage) wants(connector string, otherwise int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.wanted[connector]; ok {
		return n
	}
	return otherwise
}

// want changes that, and has running connectors tell their workers.
func (s *stage) want(connector string, n int) (told bool) {
	s.mu.Lock()
	s.wanted[connector] = n
	var tell []func()
	for w, ask := range s.ask[connector] {
		if !w.dead {
			tell = append(tell, ask)
		}
	}
	s.mu.Unlock()
	for _, ask := range tell {
		ask()
	}
	return len(tell) > 0
}

func (s *stage) asker(connector string, on *worker, ask func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ask[connector] == nil {
		s.ask[connector] = map[*worker]func(){}
	}
	s.ask[connector][on] = ask
}

// kill notes that the process of a worker is gone.
func (s *stage) kill(w *worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.dead = true
}

// isTask tells tasks from connectors by their names.
func isTask(what string) bool {
	i := strings.LastIndexByte(what, '-')
	if i < 0 {
		return false
	}
	_, err := strconv.Atoi(what[i+1:])
	return err == nil
}
