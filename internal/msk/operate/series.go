package operate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxScrape = 16 << 20 // bytes
	maxSeries = 64 << 10 // bytes of a line
	// Rates are over this time at least, and forgotten when nobody has asked for long.
	leastFlow = 5 * time.Second
	flowAge   = 15 * time.Minute
)

// series is a line of the Prometheus text format.
type series struct {
	name, labels string
	value        float64
}

// scrape asks a worker for its metrics.
func scrape(ctx context.Context, url string) ([]series, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics?names=plain,exporter", nil)
	if err != nil {
		return nil, err
	}
	// Straight to the worker, whatever proxies the environment names.
	transport := &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers with status %d", resp.StatusCode)
	}
	return readSeries(io.LimitReader(resp.Body, maxScrape))
}

// readSeries reads the series that it understands.
func readSeries(r io.Reader) (all []series, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSeries)
	for lines.Scan() {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if at < 0 || line[0] == '#' {
			continue
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			continue
		}
		name, labels, _ := strings.Cut(line[:at], "{")
		all = append(all, series{name, strings.TrimSuffix(labels, "}"), value})
	}
	return all, lines.Err()
}

// flows turns totals into rates. The zero value is ready.
type flows struct {
	mu   sync.Mutex
	last map[string]flow
}

type flow struct {
	at    time.Time
	total float64
	rate  float64
	known bool
	seen  time.Time
}

// rate returns how much a total grows per second, false until that is known.
func (f *flows) rate(key string, total float64, now time.Time) (float64, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		f.last = map[string]flow{}
	}
	was, ok := f.last[key]
	switch passed := now.Sub(was.at); {
	case !ok || total < was.total: // it is another process
		was = flow{at: now, total: total}
	case passed >= leastFlow:
		was = flow{at: now, total: total, rate: (total - was.total) / passed.Seconds(), known: true}
	}
	was.seen = now
	f.last[key] = was
	return was.rate, was.known
}

// forget drops what nobody asks for any more.
func (f *flows) forget(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.last, func(_ string, w flow) bool { return now.Sub(w.seen) > flowAge })
}
