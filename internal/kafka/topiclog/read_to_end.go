package topiclog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	lookUpWindow  = 15 * time.Minute
	lookUpBackoff = 100 * time.Millisecond
	lookUpLongest = 10 * time.Second
	stallFirst    = time.Second
	stallLongest  = 10 * time.Second
)

// round is one look-up of the topic's end, for all who asked before it.
type round struct {
	done chan struct{}
	err  error // valid when done
}

// ReadToEnd returns when all was handed over that was in the topic, or had been sent
// by this log, when it was called. It blocks while the brokers cannot be reached, and,
// if only committed records are read, while a transaction is open; the round that it
// takes part in goes on when ctx ends.
func (l *Log) ReadToEnd(ctx context.Context) error {
	r, err := l.join()
	if err != nil {
		return err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return fmt.Errorf("read topic %s to its end: %w", l.settings.Topic, context.Cause(ctx))
	}
}

// join returns the next round to begin. One under way may have looked already.
func (l *Log) join() (*round, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	if l.queued == nil {
		l.queued = &round{done: make(chan struct{})}
	}
	if !l.reading {
		l.reading = true
		l.running.Go(l.rounds)
	}
	return l.queued, nil
}

func (l *Log) rounds() {
	for r := l.nextRound(); r != nil; r = l.nextRound() {
		r.err = l.readToEnd()
		close(r.done)
	}
}

func (l *Log) nextRound() *round {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.queued
	l.queued = nil
	l.reading = r != nil
	return r
}

func (l *Log) readToEnd() error {
	if err := l.flights.wait(l.ctx); err != nil {
		return ErrClosed
	}
	for {
		ends, reads, err := l.lookUp()
		if err != nil {
			return err
		}
		if done, err := l.await(ends, reads); done || err != nil {
			return err
		}
	}
}

// lookUp returns the ends of all partitions, none for a topic that has to be read
// again, and which reading of the topic they belong to.
func (l *Log) lookUp() (ends []int64, reads int, err error) {
	limited, cancel := context.WithTimeout(l.ctx, lookUpWindow)
	defer cancel()
	for backoff := lookUpBackoff; ; backoff = min(2*backoff, lookUpLongest) {
		l.mu.Lock()
		client, reads, next := l.consumer, l.at.reads, slices.Clone(l.at.next)
		l.mu.Unlock()
		ends, err = l.ends(limited, client)
		if err == nil {
			return l.fit(client, next, ends), reads, nil
		}
		switch {
		case l.ctx.Err() != nil:
			return nil, 0, ErrClosed
		case !Retriable(err) && !errors.Is(err, kgo.ErrClientClosed), !pause(limited, backoff):
			return nil, 0, fmt.Errorf("look up the end of topic %s: %w", l.settings.Topic, err)
		}
		l.log.Debug("End of topic cannot be looked up; trying again", "err", err)
	}
}

// fit compares ends with how far the topic had been read before they were looked up.
// It returns those to wait for.
func (l *Log) fit(client *kgo.Client, next, ends []int64) []int64 {
	l.mu.Lock()
	current := l.consumer == client
	l.mu.Unlock()
	switch {
	case !current:
		return nil
	case shrunk(next, ends):
		l.markStale(hasShrunk)
		return nil
	case len(ends) > len(next):
		l.log.Warn("Partitions were added to topic; keys may move between partitions", "before", len(next), "now", len(ends))
		l.grow(client, len(ends))
	}
	return ends
}

func (l *Log) ends(ctx context.Context, client *kgo.Client) ([]int64, error) {
	answer, err := kadm.NewClient(client).ListEndOffsets(ctx, l.settings.Topic)
	if err != nil {
		return nil, err
	}
	listed := answer[l.settings.Topic]
	ends := make([]int64, len(listed))
	for p, end := range listed {
		switch {
		case end.Err != nil:
			return nil, end.Err
		case p < 0 || int(p) >= len(ends):
			return nil, kerr.UnknownTopicOrPartition
		}
		ends[p] = end.Offset
	}
	if len(ends) == 0 {
		return nil, kerr.UnknownTopicOrPartition
	}
	return ends, nil
}

// grow reads partitions that were added.
func (l *Log) grow(client *kgo.Client, n int) {
	l.mu.Lock()
	before := l.at.grow(n)
	l.mu.Unlock()
	l.consume(client, before, n)
}

// await tells whether the ends, nil for ends that never come, were reached. They were
// not when the topic is read again: then they are to be looked up anew.
func (l *Log) await(ends []int64, reads int) (done bool, err error) {
	wait := stallFirst
	stall := time.NewTimer(wait)
	defer stall.Stop()
	for {
		lagging, changed, again := l.lagging(ends, reads)
		switch {
		case again:
			return false, nil
		case ends != nil && len(lagging) == 0:
			return true, nil
		}
		select {
		case <-l.ctx.Done():
			return false, ErrClosed
		case <-changed:
			wait = stallFirst
		case <-stall.C:
			l.probe(lagging)
			wait = min(2*wait, stallLongest)
		}
		stall.Reset(wait)
	}
}

func (l *Log) lagging(ends []int64, reads int) (lagging map[int32]int64, changed <-chan struct{}, again bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.reads != reads {
		return nil, nil, true
	}
	return l.at.behind(ends), l.at.changed, false
}
