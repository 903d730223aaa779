package s3sink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/sigv4"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// site is an S3 server that checks signatures, on loopback.
type site struct {
	server *devs3.Server
	url    string
}

func newSite(t *testing.T, settings devs3.Settings) *site {
	t.Helper()
	settings.Dir, settings.Buckets = t.TempDir(), []string{s3sinktest.Bucket}
	verify := settings.Authenticate
	if verify == nil {
		verify = signedBy(map[string]string{"test": "test-secret"})
	}
	settings.Authenticate = func(r *http.Request) (devs3.ChunkCheck, error) {
		if r.Context().Value(http.ServerContextKey) == nil {
			return nil, nil // a View, which is not on the network
		}
		return verify(r)
	}
	server, err := devs3.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{server, front.URL}
}

func signedBy(secrets map[string]string) devs3.Authenticator {
	verify := &sigv4.Verifier{Service: "s3", Secrets: secrets}
	return func(r *http.Request) (devs3.ChunkCheck, error) {
		signature, err := verify.Verify(r, "")
		if err != nil {
			return nil, err
		}
		return signature.Chunk, nil
	}
}

// worker returns one whose task reaches the store over the network.
func (s *site) worker(t *testing.T, url string, changes ...string) *s3sinktest.Worker {
	t.Helper()
	props := append([]string{"store.url", url, "retry.backoff.ms", "1", "s3.part.size", "5242880"}, changes...)
	return &s3sinktest.Worker{
		New:   s3sink.Plugin.New().NewTask,
		Props: s3sinktest.Props(t, props...), Partition: []connect.TopicPartition{{Topic: "t"}},
	}
}

// deliverAll delivers until all is committed, and ends the task.
func deliverAll(t *testing.T, w *s3sinktest.Worker) {
	t.Helper()
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := int64(len(w.Records))
	for w.Committed[w.Partition[0]] < n {
		err := w.Deliver(t.Context(), len(w.Records))
		_, err2 := w.PreCommit(t.Context())
		if err = errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Stop(); err != nil {
		t.Error(err)
	}
}

// TestLostAnswers has the work of a request done and its answer lost, for each operation.
// Nothing is written twice, even where writing over an object is forbidden.
func TestLostAnswers(t *testing.T) {
	conditional := []string{"rotate.schedule.interval.ms", "3600000", "timezone", "UTC"}
	for _, c := range []struct {
		method, query string
		count         int32
		created       bool // the upload is made, and nobody knows
		changes       []string
	}{
		{method: "POST", query: "uploads", count: 2, created: true},
		{method: "PUT", query: "partNumber", count: 3},
		{method: "POST", query: "uploadId", count: 1},
		{method: "POST", query: "uploadId", count: 4},
		{method: "POST", query: "uploadId", count: 1, changes: conditional},
		{method: "PUT", query: "tagging", count: 2, changes: []string{"s3.object.tagging", "true"}},
	} {
		t.Run(fmt.Sprintf("%s %s %d", c.method, c.query, c.count), func(t *testing.T) {
			var left atomic.Int32
			left.Store(c.count)
			s := newSite(t, devs3.Settings{Fault: func(r *http.Request) *devs3.Fault {
				if r.Method == c.method && r.URL.Query().Has(c.query) && left.Add(-1) >= 0 {
					return &devs3.Fault{Close: true, AfterApply: true}
				}
				return nil
			}})
			w := s.worker(t, s.url, append([]string{"flush.size", "2"}, c.changes...)...)
			for i := range int64(8) {
				w.Records = append(w.Records, s3sinktest.Record("t", 0, i, 0, fmt.Sprint(i)))
			}
			deliverAll(t, w)
			store := s3sinktest.View(s.server)
			requireOnce(t, store.Objects(t), 8)
			if got := store.Uploads(t); got > 0 && !c.created {
				t.Errorf("%d uploads are left", got)
			}
		})
	}
}

// TestCutConnections sends objects of several parts through a proxy that resets
// connections in the middle of requests and of answers.
func TestCutConnections(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := newSite(t, devs3.Settings{})
	p := startProxy(t, s.url, rand.New(rand.NewPCG(seed, 0)), 25)
	w := s.worker(t, p.url, "flush.size", "4", "s3.retry.backoff.ms", "1")
	const n = 12
	long := strings.Repeat("The quick brown fox. ", 3<<20/21)
	for i := range int64(n) {
		w.Records = append(w.Records, s3sinktest.Record("t", 0, i, 0, fmt.Sprintf("%d %s", i, long)))
	}
	deliverAll(t, w)
	objects := s3sinktest.View(s.server).Objects(t)
	requireOnce(t, objects, n)
	for key, content := range objects {
		if got := bytes.Count(content, []byte(long)); got != 4 {
			t.Errorf("%s has %d whole records", key, got)
		}
	}
	t.Logf("%d connections were cut, %d rewinds", p.cut.Load(), len(w.Rewinds))
	if p.cut.Load() == 0 {
		t.Error("no connection was cut")
	}
}

// proxy hands connections on, and cuts the first ones after a random number of bytes.
type proxy struct {
	url, to string
	rnd     *rand.Rand // of the accepting goroutine
	cuts    int
	cut     atomic.Int32
	group   sync.WaitGroup
}

func startProxy(t *testing.T, to string, rnd *rand.Rand, cuts int) *proxy {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{url: "http://" + listener.Addr().String(), to: target.Host, rnd: rnd, cuts: cuts}
	p.group.Go(func() { p.accept(t.Context(), listener) })
	t.Cleanup(func() {
		_ = listener.Close()
		p.group.Wait()
	})
	return p
}

func (p *proxy) accept(ctx context.Context, l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		up, down := int64(1)<<62, int64(1)<<62
		if p.cuts--; p.cuts >= 0 {
			if p.rnd.IntN(3) == 0 {
				down = p.rnd.Int64N(900)
			} else {
				up = p.rnd.Int64N(8 << 20)
			}
		}
		p.group.Go(func() { p.join(ctx, client.(*net.TCPConn), up, down) })
	}
}

// join copies both ways until one side ends, or has sent so many bytes.
func (p *proxy) join(ctx context.Context, client *net.TCPConn, up, down int64) {
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	var ends sync.WaitGroup
	end := sync.OnceFunc(func() {
		_ = client.SetLinger(0)
		_ = client.Close()
		_ = server.Close()
	})
	defer context.AfterFunc(ctx, end)()
	copyTo := func(dst, src net.Conn, most int64) {
		if n, _ := io.CopyN(dst, src, most); n == most {
			p.cut.Add(1)
		}
		end()
	}
	ends.Go(func() { copyTo(server, client, up) })
	ends.Go(func() { copyTo(client, server, down) })
	ends.Wait()
}

// expiredToken is what S3 says of credentials that are no more.
type expiredToken struct{}

func (expiredToken) Error() string { return "The provided token has expired." }
func (expiredToken) Code() string  { return "ExpiredToken" }

// TestExpiredCredentials has credentials end while objects are written, before their
// provider said they would: the task goes on with those that the provider has by then.
func TestExpiredCredentials(t *testing.T) {
	var asked, good, expired atomic.Int32
	valid := func() int32 { return 1 + min(good.Load()/20, 2) }
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"AccessKeyId":"KEY%d","SecretAccessKey":"secret","Token":"token","Expiration":"2999-01-01T00:00:00Z"}`, valid())
		asked.Add(1)
	}))
	defer provider.Close()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none", "AWS_CONFIG_FILE": t.TempDir() + "/none",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.URL, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "",
	} {
		t.Setenv(name, value)
	}
	verify := signedBy(map[string]string{"KEY1": "secret", "KEY2": "secret", "KEY3": "secret"})
	s := newSite(t, devs3.Settings{Authenticate: func(r *http.Request) (devs3.ChunkCheck, error) {
		if !strings.Contains(r.Header.Get("Authorization"), fmt.Sprintf("Credential=KEY%d/", valid())) {
			expired.Add(1)
			return nil, expiredToken{}
		}
		good.Add(1)
		return verify(r)
	}})
	w := s.worker(t, s.url, "flush.size", "1", "s3.part.retries", "5", "aws.access.key.id", "", "aws.secret.access.key", "")
	for i := range int64(16) {
		w.Records = append(w.Records, s3sinktest.Record("t", 0, i, 0, fmt.Sprint(i)))
	}
	deliverAll(t, w)
	requireOnce(t, s3sinktest.View(s.server).Objects(t), 16)
	if asked.Load() < 3 || expired.Load() == 0 || len(w.Rewinds) > 0 {
		t.Errorf("the provider was asked %d times, %d requests had old credentials, %d rewinds", asked.Load(), expired.Load(), len(w.Rewinds))
	}
}

// TestWrongSecret: the answer of S3 is in the error.
func TestWrongSecret(t *testing.T) {
	s := newSite(t, devs3.Settings{})
	w := s.worker(t, s.url, "flush.size", "1", "aws.secret.access.key", "wrong")
	w.LogTo = slog.New(slog.DiscardHandler)
	w.Records = append(w.Records, s3sinktest.Record("t", 0, 0, 0, "0"))
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err) // an answer of 403 proves that the bucket exists
	}
	err := w.Deliver(t.Context(), 1)
	if err == nil || connect.IsRetriable(err) || !strings.Contains(err.Error(), "signature") || strings.Contains(fmt.Sprint(err, errors.Unwrap(err)), "wrong") {
		t.Errorf("error %v", err)
	}
	if err := w.Stop(); err != nil {
		t.Error(err)
	}
}
