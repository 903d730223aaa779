package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
)

// figures are what the demo shows.
type figures struct {
	lines   int64 // of the feed
	in      int64 // records in the topic
	objects int   // in the bucket
	lag     int64 // records that the sink has not committed
}

func (f figures) done() bool { return f.in >= f.lines && f.lag == 0 && int64(f.objects) >= f.in }

// demo runs the two connectors and shows how they get on.
func (d *dev) demo(ctx context.Context) error {
	connectors, err := d.demoConnectors()
	if err != nil {
		return err
	}
	for _, r := range connectors {
		if _, _, err := d.node.herder.PutConnector(ctx, r); err != nil {
			return fmt.Errorf("start connector %s: %w", r.Name, err)
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(d.broker.Addrs()...), kgo.DisableClientMetrics())
	if err != nil {
		return err
	}
	defer client.Close()
	d.printf("\nFeeding   %s\nInto      topic %s, then bucket %s\n\n", d.Feed, demoTopic, demoBucket)
	s := &show{dev: d, admin: kadm.NewClient(client)}
	return s.run(ctx)
}

// show prints the figures: in place on a terminal, else a line for each change.
type show struct {
	*dev
	admin *kadm.Client
	last  figures
	size  int64 // of the feed when it was counted
	lines int64
	since time.Time
}

func (s *show) run(ctx context.Context) error {
	s.since = time.Now()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		f, err := s.measure(ctx)
		if err == nil {
			s.print(f)
			if err := s.failure(ctx); err != nil {
				return err
			}
			if f.done() && s.Exit {
				s.finish(f)
				return nil
			}
		}
		select {
		case <-ctx.Done():
			s.finish(s.last)
			return nil
		case <-ticker.C:
		}
	}
}

func (s *show) measure(ctx context.Context) (figures, error) {
	f := figures{objects: s.s3.Count(demoBucket, demoPrefix)}
	var err error
	if f.lines, err = s.countLines(); err != nil {
		return f, err
	}
	ends, err := s.admin.ListEndOffsets(ctx, demoTopic)
	if err != nil {
		return f, err
	}
	end, _ := ends.Lookup(demoTopic, 0)
	f.in = max(end.Offset, 0)
	f.lag = f.in
	committed, err := s.admin.FetchOffsets(ctx, "connect-"+demoSink)
	if err != nil {
		return f, err
	}
	if c, ok := committed.Lookup(demoTopic, 0); ok {
		f.lag = f.in - c.At
	}
	return f, nil
}

// countLines counts the feed's lines again when it has grown.
func (s *show) countLines() (int64, error) {
	info, err := os.Stat(s.Feed)
	if err != nil || info.Size() == s.size {
		return s.lines, err
	}
	f, err := os.Open(s.Feed)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	s.lines = 0
	for {
		n, err := f.Read(buf)
		s.lines += int64(bytes.Count(buf[:n], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			s.size = info.Size()
			return s.lines, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func (s *show) print(f figures) {
	if f == s.last {
		return
	}
	if s.Terminal {
		s.printTable(f)
	} else {
		s.printf("records in %d of %d, objects out %d, lag %d\n", f.in, f.lines, f.objects, f.lag)
	}
	s.last = f
}

const tableHeight = 3

func (s *show) printTable(f figures) {
	if s.last != (figures{}) {
		s.printf("\x1b[%dA", tableHeight) // up to the table's first line
	}
	rate := float64(f.objects) / max(time.Since(s.since).Seconds(), 0.001)
	for _, row := range [tableHeight][2]string{
		{"records in", fmt.Sprintf("%d of %d", f.in, f.lines)},
		{"objects out", fmt.Sprintf("%d   (%.0f/s)", f.objects, rate)},
		{"lag", fmt.Sprint(f.lag)},
	} {
		s.printf("\x1b[2K  %-12s %s\n", row[0], row[1])
	}
}

// failure returns why the demo cannot go on.
func (s *show) failure(ctx context.Context) error {
	for _, name := range []string{demoSource, demoSink} {
		status, err := s.node.herder.ConnectorStatus(ctx, name)
		var known *herder.Error
		if errors.As(err, &known) && known.Reason == herder.NotFound {
			continue // it has not started yet
		}
		if err != nil {
			return err
		}
		if status.Connector.State == state.Failed {
			return fmt.Errorf("connector %s failed:\n%s", name, status.Connector.Trace)
		}
		for _, t := range status.Tasks {
			if t.State == state.Failed {
				return fmt.Errorf("task %d of connector %s failed:\n%s", t.ID, name, t.Trace)
			}
		}
	}
	return nil
}

const listed = 30 // objects shown at the end

// finish says where the objects are.
func (s *show) finish(f figures) {
	keys := s.s3.Keys(demoBucket, demoPrefix, listed)
	s.printf("\n%d objects in bucket %s:\n", f.objects, demoBucket)
	for _, key := range keys {
		s.printf("  %s\n", key)
	}
	if more := f.objects - len(keys); more > 0 {
		s.printf("  … and %d more\n", more)
	}
	s.printf("\nThey are files, too: %s\n", filepath.Join(s.dir, "s3", demoBucket, filepath.FromSlash(demoPrefix)))
	if !s.Exit {
		return
	}
	s.printf("Run without --exit-when-idle to ask the embedded S3 itself: curl '%s/%s?list-type=2'\n", s.s3URL, demoBucket)
}
