//go:build integration

package s3

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/s3server"
)

// eachServer runs a test against both servers.
func eachServer(t *testing.T, do func(t *testing.T, store *s3server.Server)) {
	t.Run("embedded", func(t *testing.T) { do(t, s3server.Embedded(t, nil)) })
	t.Run("versitygw", func(t *testing.T) { do(t, s3server.Versity(t)) })
}

// TestEndToEnd writes small objects in all the ways that S3 is asked for something.
func TestEndToEnd(t *testing.T) {
	const records, size = 2000, 200
	eachServer(t, func(t *testing.T, store *s3server.Server) {
		for _, c := range []struct {
			name, suffix string
			changes      []string
		}{
			{"plain", ".json", nil},
			{"gzip with tags", ".json.gz", []string{
				"s3.compression.type", "gzip", "s3.object.tagging", "true", "s3.object.tagging.key.value.pairs", "team:blue",
				"s3.object.behavior.on.tagging.error", "fail",
			}},
			{"encrypted, with digests", ".json", []string{"s3.ssea.name", "AES256", "s3.send.digest", "true"}},
			{"never written over", ".json", []string{"rotate.schedule.interval.ms", "3600000", "timezone", "UTC"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				changes := append([]string{"flush.size", "250", "tasks.max", "2"}, c.changes...)
				s := newStage(t, embeddedKafka(t), store, 2, changes...)
				s.produce(records, size)
				w := s.standalone(10000)
				w.Start(t)
				s.create(w)
				s.awaitObjects(records / 250)
				w.RequireRunning(t, s.connector())
				w.Stop(t)
				s.requireOnce(size)
				s.requireNoUploads()
				for _, o := range s.objects() {
					if !strings.HasSuffix(o.Key, c.suffix) {
						t.Errorf("object %s", o.Key)
					}
					if c.suffix == ".json.gz" && (o.Tags["team"] != "blue" || o.Tags["recordCount"] != "250") {
						t.Errorf("object %s has tags %v", o.Key, o.Tags)
					}
				}
			})
		}
	})
}

// TestParts writes objects of several parts; their ETags are those of their parts.
func TestParts(t *testing.T) {
	const each, objects, size = 26, 4, 500 << 10
	eachServer(t, func(t *testing.T, store *s3server.Server) {
		s := newStage(t, embeddedKafka(t), store, 2, "flush.size", fmt.Sprint(each), "s3.ssea.name", "AES256")
		s.produce(each*objects, size)
		w := s.standalone(10000)
		w.Start(t)
		s.create(w)
		s.awaitObjects(objects)
		w.Stop(t)
		s.requireOnce(size)
		s.requireNoUploads()
		for _, o := range s.objects() {
			if want := s3server.MultipartTag(o.Content, 5<<20); o.ETag != want || !strings.HasSuffix(want, "-3") {
				t.Errorf("object %s of %d bytes has ETag %s, want %s", o.Key, len(o.Content), o.ETag, want)
			}
		}
	})
}

// TestWrongSecret has a secret key that is not the server's: the trace of the task says
// what S3 says, and does not show the key.
func TestWrongSecret(t *testing.T) {
	eachServer(t, func(t *testing.T, store *s3server.Server) {
		s := newStage(t, embeddedKafka(t), store, 1, "flush.size", "1", "aws.secret.access.key", "mistyped-key")
		s.produce(1, 10)
		w := s.standalone(10000)
		w.Start(t)
		s.create(w)
		trace := w.AwaitFailedTask(t, s.connector())
		t.Log(trace)
		if !strings.Contains(trace, "Status Code: 403") || !strings.Contains(trace, "SignatureDoesNotMatch") {
			t.Error("the trace does not say that the signature is wrong")
		}
		if strings.Contains(trace+w.Log(), "mistyped-key") {
			t.Error("the key is shown")
		}
		w.Stop(t)
	})
}

// TestBucketVanishes deletes the bucket while the connector runs.
func TestBucketVanishes(t *testing.T) {
	eachServer(t, func(t *testing.T, store *s3server.Server) {
		s := newStage(t, embeddedKafka(t), store, 1, "flush.size", "1")
		w := s.standalone(10000)
		w.Start(t)
		s.create(w)
		w.AwaitState(t, s.connector(), millrace.Running, 1)
		s.store.Delete(t, s.bucket)
		s.produce(1, 10)
		trace := w.AwaitFailedTask(t, s.connector())
		t.Log(trace)
		if !strings.Contains(trace, "Status Code: 404") || !strings.Contains(trace, "NoSuchBucket") || !strings.Contains(trace, s.bucket) {
			t.Error("the trace does not say which bucket is missing")
		}
		// With the bucket the task can go on.
		s.store.Create(t, s.bucket)
		w.Do(t, http.MethodPost, "/connectors/"+s.connector()+"/tasks/0/restart")
		s.awaitObjects(1)
		w.Stop(t)
	})
}
