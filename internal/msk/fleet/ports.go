package fleet

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// ports hands out the ports of workers, each only once.
type ports struct {
	host        string
	first, last int

	mu    sync.Mutex
	taken map[int]bool
}

func newPorts(s Settings) *ports {
	return &ports{host: s.Host, first: s.FirstPort, last: s.LastPort, taken: map[int]bool{}}
}

// keep takes ports that a worker has from before.
func (p *ports) keep(numbers ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range numbers {
		p.taken[n] = true
	}
}

func (p *ports) release(numbers ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range numbers {
		delete(p.taken, n)
	}
}

// take returns a port that nobody has and nobody uses. It begins somewhere in the
// range, so that drivers of other directories are rarely in the way.
func (p *ports) take() (int, error) {
	size := p.last - p.first + 1
	if size < 1 {
		return 0, fmt.Errorf("there is no port between %d and %d", p.first, p.last)
	}
	start := rand.IntN(size)
	for i := range size {
		n := p.first + (start+i)%size
		if p.claim(n) {
			if p.unused(n) {
				return n, nil
			}
			p.release(n)
		}
	}
	return 0, fmt.Errorf("no port between %d and %d is free", p.first, p.last)
}

func (p *ports) claim(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken[n] {
		return false
	}
	p.taken[n] = true
	return true
}

// unused reports whether a worker could listen there now.
func (p *ports) unused(n int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(p.host, strconv.Itoa(n)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// takePair returns the ports of a worker.
func (p *ports) takePair() (port, admin int, err error) {
	if port, err = p.take(); err != nil {
		return 0, 0, err
	}
	if admin, err = p.take(); err != nil {
		p.release(port)
		return 0, 0, err
	}
	return port, admin, nil
}
