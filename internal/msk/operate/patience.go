package operate

import "time"

// Something that cannot go on waits so long, and longer each time, up to the last.
const (
	firstWait = 2 * time.Second
	lastWait  = 30 * time.Second
)

// patience is that of something that is tried again until it can go on. The zero value
// is ready.
type patience struct {
	waited time.Duration
	told   string
}

// next returns how long to wait before the next try.
func (p *patience) next() time.Duration {
	p.waited = min(max(2*p.waited, firstWait), lastWait)
	return p.waited
}

// news reports whether an error says something else than the one before.
func (p *patience) news(err error) bool {
	text := err.Error()
	defer func() { p.told = text }()
	return text != p.told
}
