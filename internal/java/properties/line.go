package properties

// lineReader walks logical lines: comments and blank lines are skipped, and a
// line that ends in an odd number of backslashes goes on in the next one.
type lineReader struct {
	rest []byte
	line []byte // the current logical line, escapes still in it
	crlf bool   // the last natural line ended in \r\n
}

func (r *lineReader) next() bool {
	for len(r.rest) > 0 {
		text := trimLeft(r.natural())
		if len(text) == 0 || text[0] == '#' || text[0] == '!' {
			continue
		}
		body, more := cutContinuation(text)
		if more && len(body) == 0 && (len(r.rest) > 0 || r.crlf) {
			// As the JDK: a lone backslash starts nothing, so the next line may
			// be a comment.
			continue
		}
		r.line = body
		if more {
			r.join()
		}
		return true
	}
	return false
}

// join adds the natural lines that go on from r.line.
func (r *lineReader) join() {
	joined, more := append([]byte(nil), r.line...), true
	for more && len(r.rest) > 0 {
		var body []byte
		body, more = cutContinuation(trimLeft(r.natural()))
		joined = append(joined, body...)
	}
	r.line = joined
}

// natural cuts the next line off, at \n, \r or \r\n.
func (r *lineReader) natural() []byte {
	for i, c := range r.rest {
		if c != '\n' && c != '\r' {
			continue
		}
		line := r.rest[:i]
		r.crlf = c == '\r' && i+1 < len(r.rest) && r.rest[i+1] == '\n'
		if r.crlf {
			i++
		}
		r.rest = r.rest[i+1:]
		return line
	}
	line := r.rest
	r.rest = nil
	return line
}

func cutContinuation(line []byte) (body []byte, more bool) {
	n := 0
	for n < len(line) && line[len(line)-1-n] == '\\' {
		n++
	}
	if n%2 == 0 {
		return line, false
	}
	return line[:len(line)-1], true
}
