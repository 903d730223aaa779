package logship

import "bytes"

const passPiece = 256 << 10 // bytes that are looked at at once

// passOver passes over the oldest lines when too many wait for a destination that does
// not accept them. Half of what may wait is kept, so that it is not done line by line.
func (d *delivery) passOver() {
	left, err := d.backlog()
	if err != nil || left <= d.src.Backlog || d.kept != nil {
		return
	}
	s, total := d.state, int64(0)
	for left > d.src.Backlog/2 {
		c, rest, err := d.pieceAt(s.place, int(min(passPiece, left-d.src.Backlog/2)))
		used, lines := lineEnds(c)
		if err != nil || used == 0 {
			break
		}
		s.place, left = c.after(used), rest-int64(used)
		s.Dropped, total = s.Dropped+lines, total+lines
	}
	s.Lost = d.state.Lost
	d.moved(s)
	d.count(0, int(total))
}

// pieceAt returns text at a place and how much there is from there on.
func (d *delivery) pieceAt(at place, most int) (piece, int64, error) {
	f, err := d.tail.find(at)
	if err != nil {
		return piece{}, 0, err
	}
	defer f.close()
	if f.lost {
		d.state.Lost = true
	}
	c, err := f.read(most)
	return c, f.backlog(), err
}

// lineEnds returns the size of the whole lines of a text, and their number. A line that
// is longer than the text is taken for one.
func lineEnds(c piece) (used int, lines int64) {
	used, lines = bytes.LastIndexByte(c.text, '\n')+1, int64(bytes.Count(c.text, []byte{'\n'}))
	if used < len(c.text) && (c.ends || used == 0 && len(c.text) == passPiece) {
		return len(c.text), lines + 1
	}
	return used, lines
}
