package objectstore

import "time"

// nextTick returns when a schedule of that period rotates next after now. Ticks
// begin anew at each midnight of now's location.
func nextTick(now time.Time, period time.Duration) time.Time {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	tick := day.Add((now.Sub(day)/period + 1) * period)
	if tick.After(next) {
		return next
	}
	return tick
}
