package s3sink_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// ids counts how often each id is in objects of JSON lines.
func ids(t testing.TB, objects map[string][]byte) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for key, content := range objects {
		if strings.Contains(key, ".keys.") {
			continue
		}
		for line := range strings.Lines(string(content)) {
			var text string
			if err := json.Unmarshal([]byte(line), &text); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			id, _, _ := strings.Cut(text, " ")
			seen[id]++
		}
	}
	return seen
}

// requireOnce fails the test unless ids 0 to n-1 are there once each.
func requireOnce(t testing.TB, objects map[string][]byte, n int) {
	t.Helper()
	seen := ids(t, objects)
	for i := range n {
		if got := seen[fmt.Sprint(i)]; got != 1 {
			t.Errorf("record %d is there %d times", i, got)
		}
	}
	if len(seen) != n {
		t.Errorf("%d different records, want %d", len(seen), n)
	}
}

// deliverAll delivers what lies in Kafka until it is all committed, through rewinds.
func (f *fixture) deliverAll() {
	f.Helper()
	n := len(f.Records)
	for range 100 {
		err := f.Deliver(f.Context(), n)
		_, err2 := f.PreCommit(f.Context())
		f.ok(errors.Join(err, err2))
		if f.Committed[f.Partition[0]] == int64(n) {
			return
		}
		time.Sleep(5 * time.Second)
	}
	f.Fatalf("%d of %d are committed", f.Committed[f.Partition[0]], n)
}

// TestBursts has each operation refused a number of times in a row: what the client does
// not get over by itself is written again, and in the end nothing is lost, nothing is
// there twice, and no upload is left but those that could not be completed.
func TestBursts(t *testing.T) {
	const n = 12
	for _, status := range []int{500, 503} {
		for _, c := range []struct {
			op      string
			count   int
			rewinds bool
			left    int // uploads that stay, as in the Java connector
			changes []string
		}{
			{op: "CreateMultipartUpload", count: 1},
			{op: "CreateMultipartUpload", count: 9, rewinds: true},
			{op: "UploadPart", count: 1},
			{op: "UploadPart", count: 9, rewinds: true},
			{op: "CompleteMultipartUpload", count: 1},
			{op: "CompleteMultipartUpload", count: 9, rewinds: true, left: 3},
			{op: "PutObjectTagging", count: 1, changes: []string{"s3.object.tagging", "true"}},
			{op: "PutObjectTagging", count: 9, changes: []string{"s3.object.tagging", "true"}},
			{op: "PutObjectTagging", count: 5, changes: []string{"s3.object.tagging", "true", "s3.object.behavior.on.tagging.error", "fail"}},
		} {
			t.Run(fmt.Sprintf("%s/%d-%d", c.op, c.count, status), func(t *testing.T) {
				bubble(t, func(f *fixture) {
					for i := range n {
						f.Records = append(f.Records, s3sinktest.Record("t", 0, int64(i), 0, fmt.Sprint(i)))
					}
					f.store.Fail(s3sinktest.Fault{Op: c.op, Skip: 1, Count: c.count, Status: status, Code: "SlowDown"})
					f.start()
					f.deliverAll()
					f.ok(f.Stop())
					requireOnce(t, f.store.Objects(t), n)
					if got := f.store.Uploads(t); got != c.left || len(f.Rewinds) > 0 != c.rewinds {
						t.Errorf("%d uploads are left, want %d; %d rewinds", got, c.left, len(f.Rewinds))
					}
				}, append([]string{"flush.size", "3", "s3.part.retries", "3"}, c.changes...)...)
			})
		}
	}
}

// TestAbortBurst has a part refused, and then the request to give the upload up: that is
// done when the task ends.
func TestAbortBurst(t *testing.T) {
	for _, status := range []int{500, 503} {
		bubble(t, func(f *fixture) {
			f.values("0", "1", "2")
			f.store.Fail(s3sinktest.Fault{Op: "UploadPart", Key: regexp.MustCompile("00001"), Count: 2, Status: 500, Code: "InternalError"})
			f.store.Fail(s3sinktest.Fault{Op: "AbortMultipartUpload", Count: 2, Status: status, Code: "SlowDown"})
			f.start()
			f.deliverAll()
			if got := f.store.Uploads(t); got != 1 {
				t.Errorf("%d uploads are left before the end", got)
			}
			f.ok(f.Stop())
			if got := f.store.Uploads(t); got != 0 {
				t.Errorf("%d uploads are left", got)
			}
			requireOnce(t, f.store.Objects(t), 3)
		}, "flush.size", "1")
	}
}

// TestHeadBurst crashes between an object and its offset, with conditional writes: the
// look for a name that is free is refused for a while.
func TestHeadBurst(t *testing.T) {
	for _, count := range []int{1, 7} {
		bubble(t, func(f *fixture) {
			f.values("0", "1", "2", "3")
			f.start()
			f.put(0, 2) // a crash follows
			f.start()
			f.store.Fail(s3sinktest.Fault{Op: "HeadObject", Count: count, Status: 503, Code: "SlowDown"})
			f.deliverAll()
			f.ok(f.Stop())
			seen := ids(t, f.store.Objects(t))
			for i := range 4 {
				if seen[fmt.Sprint(i)] == 0 {
					t.Errorf("record %d is lost: %v", i, seen)
				}
			}
		}, "flush.size", "2", "rotate.schedule.interval.ms", "60000", "timezone", "UTC")
	}
}

// TestFailures are answers after which no retry helps: the task fails and says why.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		op, code, text string
		status         int
	}{
		{"CreateMultipartUpload", "NoSuchBucket", "Status Code: 404", 404},
		{"UploadPart", "NoSuchBucket", "Status Code: 404", 404},
		{"CompleteMultipartUpload", "NoSuchBucket", "Status Code: 404", 404},
		{"CreateMultipartUpload", "AccessDenied", "Status Code: 403", 403},
		{"UploadPart", "SignatureDoesNotMatch", "Status Code: 403", 403},
		{"UploadPart", "ExpiredToken", "Status Code: 403", 403},
	} {
		t.Run(c.op+"/"+c.code, func(t *testing.T) {
			bubble(t, func(f *fixture) {
				f.store.Fail(s3sinktest.Fault{Op: c.op, Count: 1 << 30, Status: c.status, Code: c.code})
				f.values("a")
				f.start()
				err := f.Worker.Put(f.Context(), 0, 1)
				var e *connect.Error
				if !errors.As(err, &e) || connect.IsRetriable(err) {
					t.Fatalf("error %v", err)
				}
				if why := e.Error() + " because of " + fmt.Sprint(e.Err); !strings.Contains(why, c.text) || !strings.Contains(why, c.code) {
					t.Errorf("error %s", why)
				}
				f.committed(-1)
				f.ok(f.Stop())
			}, "flush.size", "1")
		})
	}
}
