package distributed

import "sync"

// mailbox holds letters for the owner: what it shall do, in order.
type mailbox struct {
	mu      sync.Mutex
	letters []func()
	arrived chan struct{} // capacity 1
}

// post leaves a letter; it does not wait.
func (m *mailbox) post(letter func()) {
	m.mu.Lock()
	m.letters = append(m.letters, letter)
	m.mu.Unlock()
	select {
	case m.arrived <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	letters := m.letters
	m.letters = nil
	return letters
}

// run is the owner: it does what its letters say until the herder ends.
func (h *Herder) run() {
	for {
		for _, letter := range h.mail.take() {
			letter()
		}
		select {
		case <-h.mail.arrived:
		case <-h.ctx.Done():
			return
		}
	}
}
