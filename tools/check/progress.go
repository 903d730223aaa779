package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progress shows a stage at work. In a pipe each line is passed on as it comes. On a
// terminal a last line tells how far it is, and only what needs attention stays.
type progress struct {
	stage   string
	out     io.Writer
	live    bool
	verbose bool
	start   time.Time

	mu      sync.Mutex
	lines   int // so far
	partial []byte
	passed  int // packages
	doing   string
	stop    chan struct{}
	ticking sync.WaitGroup
}

func newProgress(stage string, out io.Writer, live, verbose bool) *progress {
	p := &progress{stage: stage, out: out, live: live && !verbose, verbose: verbose, start: time.Now(), stop: make(chan struct{})}
	if p.live {
		p.ticking.Go(p.tick)
	} else {
		fmt.Fprintf(out, "== %s\n", stage)
	}
	return p
}

// tick keeps the last line of the terminal up to date.
func (p *progress) tick() {
	t := time.NewTicker(time.Second / 4)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.mu.Lock()
			p.show()
			p.mu.Unlock()
		}
	}
}

const (
	clearLine = "\r\x1b[K"
	lineWidth = 78
)

// show writes the last line anew; p.mu is held.
func (p *progress) show() {
	text := fmt.Sprintf("%-12s %6.0fs", p.stage, time.Since(p.start).Seconds())
	if p.passed > 0 {
		text += fmt.Sprintf("  %d packages ok", p.passed)
	}
	if p.doing != "" {
		text += "  " + p.doing
	}
	if len(text) > lineWidth {
		text = text[:lineWidth]
	}
	fmt.Fprint(p.out, clearLine+text)
}

// command notes the command that comes next.
func (p *progress) command(name string, args []string) {
	text := name + " " + strings.Join(args, " ")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing = text
	switch {
	case p.verbose:
		fmt.Fprintf(p.out, "$ %s\n", text)
	case p.live:
		p.show()
	}
}

// count returns the number of lines so far.
func (p *progress) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines
}

// Write takes what a command says.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partial = append(p.partial, b...)
	for {
		i := bytes.IndexByte(p.partial, '\n')
		if i < 0 {
			return len(b), nil
		}
		p.line(string(p.partial[:i]))
		p.partial = p.partial[i+1:]
	}
}

// line shows one line; p.mu is held.
func (p *progress) line(text string) {
	p.lines++
	passed := strings.HasPrefix(text, "ok  ")
	if passed {
		p.passed++
	}
	switch {
	case p.verbose:
		fmt.Fprintln(p.out, text)
	case noise(text):
	case !p.live:
		fmt.Fprintln(p.out, text)
	case passed:
		p.doing = strings.Fields(text)[1]
		p.show()
	default:
		fmt.Fprintln(p.out, clearLine+text)
		p.show()
	}
}

// noise tells the lines of good tests that nobody misses.
func noise(text string) bool {
	return text == "PASS" || strings.HasPrefix(text, "?   ") || strings.HasPrefix(text, "fuzz: elapsed:")
}

// end shows what became of the stage.
func (p *progress) end(r result) {
	close(p.stop)
	p.ticking.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.partial) > 0 {
		p.line(string(p.partial))
	}
	if p.live {
		fmt.Fprint(p.out, clearLine)
	}
	fmt.Fprintf(p.out, "-- %s: %s (%.1fs)\n", p.stage, r, r.took.Seconds())
}
