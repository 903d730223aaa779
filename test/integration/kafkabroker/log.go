package kafkabroker

import (
	"errors"
	"io"
	"testing"
)

// shownLog bounds how much of the broker's log a failed test prints.
const shownLog = 16 << 10

func (b *Broker) logSize() int64 {
	info, err := b.output.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// logSince returns the last part of what the broker has logged since its log had
// size from. It is for people to read: what cannot be read is left out.
func (b *Broker) logSince(from int64) []byte {
	from = max(from, b.logSize()-shownLog)
	buf := make([]byte, shownLog)
	n, err := b.output.ReadAt(buf, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return []byte(err.Error())
	}
	return buf[:n]
}

// showLogOnFailure prints what the broker logs during the test if it fails.
func (b *Broker) showLogOnFailure(t testing.TB) {
	from := b.logSize()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kafka broker's log:\n%s", b.logSince(from))
		}
	})
}
