package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// asksPerSilence is how often a worker is asked before it is replaced.
const asksPerSilence = 6

// attend looks for workers that are there and do nothing, until the driver is closed.
func (d *Processes) attend() {
	if d.settings.Silence < 0 {
		return
	}
	every := d.settings.Silence / asksPerSilence
	client := &http.Client{Timeout: every, Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(every)
	defer tick.Stop()
	silent := map[identity]int{} // times in a row
	for {
		select {
		case <-d.closing.Done():
			return
		case <-tick.C:
			silent = d.askAll(client, silent)
		}
	}
}

// askAll asks all workers at the same time, and has those replaced that were silent too
// often. It returns how often each was.
func (d *Processes) askAll(client *http.Client, before map[identity]int) map[identity]int {
	var mu sync.Mutex
	var group sync.WaitGroup
	after := map[identity]int{}
	for _, w := range d.all() {
		is, ok := w.running()
		if !ok {
			continue
		}
		group.Go(func() {
			if answers(d.closing, client, w.snapshot().AdminURL) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			after[is] = before[is] + 1
			if after[is] >= asksPerSilence {
				d.giveUp(w, is)
			}
		})
	}
	group.Wait()
	return after
}

// answers tells whether a worker says anything. One that does not listen is only starting,
// or about to end.
func answers(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return true
	}
	resp, err := client.Do(req)
	if err == nil {
		_, _ = io.CopyN(io.Discard, resp.Body, 1)
		_ = resp.Body.Close()
		return true
	}
	return ctx.Err() != nil || errors.Is(err, syscall.ECONNREFUSED) || !os.IsTimeout(err)
}

// giveUp has a worker replaced. One that is busy with something else is asked the next
// time.
func (d *Processes) giveUp(w *worker, is identity) {
	reason := fmt.Sprintf("it has not answered for %s, and was stopped", d.settings.Silence)
	replace := func(ctx context.Context, w *worker) error { return w.replace(ctx, is, reason) }
	select {
	case w.requests <- request{replace, make(chan error, 1)}:
	default:
	}
}
