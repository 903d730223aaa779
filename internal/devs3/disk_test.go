package devs3

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const childDir = "DEVS3_TEST_CHILD_DIR"

// TestMain turns the test binary into a server that a test can kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		serveForever(dir)
	}
	os.Exit(m.Run())
}

func serveForever(dir string) {
	server, err := New(Settings{Dir: dir, Buckets: []string{"bucket"}, MinPartSize: 1})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("http://" + ln.Addr().String())
	fmt.Println(server.Serve(ln))
}

func startChild(t testing.TB, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestKillAndReopen(t *testing.T) {
	dir := t.TempDir()
	cmd, url := startChild(t, dir)
	if _, err := New(Settings{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second server on the directory: %v", err)
	}
	c := client(url)
	bucket, ctx := aws.String("bucket"), t.Context()
	var acknowledged sync.Map
	var stored atomic.Int64
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("w%d/%d//x", w, i%300)
				if i%2 == 0 {
					key = fmt.Sprintf("w%d/%d", w, i%300)
				}
				body := fmt.Sprintf("%s at %d", key, i)
				if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(body), Metadata: map[string]string{"i": fmt.Sprint(i)}}); err != nil {
					// The write cut off may have happened or not.
					acknowledged.Delete(key)
					return
				}
				acknowledged.Store(key, body)
				stored.Add(1)
			}
		})
	}
	kept, long := begin(t, c, "kept"), strings.Repeat("l", maxHeldBody+1)
	parts := []types.CompletedPart{kept.part(1, "part one"), kept.part(2, "replaced"), kept.part(2, long), kept.part(3, "part three")}
	forgotten := begin(t, c, "forgotten")
	forgotten.part(1, "short")
	for stored.Load() < 1000 {
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	writers.Wait()

	f := start(t, Settings{Dir: dir, MinPartSize: 1})
	acknowledged.Range(func(key, body any) bool {
		if got := f.get(key.(string)); got != body.(string) {
			t.Errorf("%s is %q, want %q", key, got, body)
		}
		return true
	})
	kept.s3, forgotten.s3 = f.s3, f.s3
	wantCode(t, "complete what was on disk", kept.complete(parts[0], parts[2], parts[3]), "")
	if got, want := f.get("kept"), "part one"+long+"part three"; got != want {
		t.Errorf("kept has %d bytes, want %d", len(got), len(want))
	}
	head, err := f.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("kept")})
	if err != nil || head.Metadata["m"] != "1" {
		t.Errorf("kept: %+v %v", head, err)
	}
	wantCode(t, "complete what was in memory", forgotten.complete(), "NoSuchUpload")
	t.Logf("%d objects were acknowledged before the kill", stored.Load())
}

// awkwardKeys collide with each other, with directories or with the file
// system's own ideas.
func awkwardKeys() []string {
	return []string{
		"a", "a/b", "a/b/c", "a/", "a//b", "/a", "//", ".", "..", "../a", "a/../b", "a/./b", "x/..", ".hidden/.k",
		"back\\slash", "new\nline", "tab\t", "ü/日本", "sp ace", "per%2Fcent", "colon:star*?", strings.Repeat("s", 300),
		strings.Repeat("d/", 400) + "deep", "CON", "Case", "case", ".millrace", "+", "&amp;",
	}
}

func TestAwkwardKeysSurviveRestart(t *testing.T) {
	dir := t.TempDir()
	keys := awkwardKeys()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	server, err := New(Settings{Dir: dir, Buckets: []string{"bucket"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := server.store.bucket("bucket")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		putDirect(t, server, b, key, "body of "+key)
	}
	check := func(server *Server, want []string) {
		t.Helper()
		b, err := server.store.bucket("bucket")
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, item := range b.list(listQuery{max: 1000}).items {
			listed = append(listed, item.key)
			_, f, err := b.open(item.key)
			if err != nil {
				t.Fatal(err)
			}
			body := make([]byte, 2000)
			n, _ := f.Read(body)
			_ = f.Close()
			if string(body[:n]) != "body of "+item.key {
				t.Errorf("%q holds %q", item.key, body[:n])
			}
		}
		slices.Sort(want)
		if !slices.Equal(listed, want) {
			t.Errorf("listed %q\nwant %q", listed, want)
		}
	}
	check(server, keys)
	server = reopen(t, server, dir)
	check(server, keys)
	b, _ = server.store.bucket("bucket")
	for _, key := range keys[:len(keys)/2] {
		if err := b.remove(key); err != nil {
			t.Error(err)
		}
	}
	server = reopen(t, server, dir)
	check(server, slices.Clone(keys[len(keys)/2:]))
	b, _ = server.store.bucket("bucket")
	for _, item := range b.list(listQuery{max: 1000}).items {
		if err := b.remove(item.key); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "bucket", "*")); len(left) > 0 {
		t.Errorf("left in the bucket: %q", left)
	}
	if err := server.store.deleteBucket("bucket"); err != nil {
		t.Error(err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func reopen(t *testing.T, server *Server, dir string) *Server {
	t.Helper()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	server, err := New(Settings{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func putDirect(t testing.TB, server *Server, b *bucket, key, body string) {
	t.Helper()
	r := httptest.NewRequest("PUT", "/bucket/k", strings.NewReader(body))
	got, err := server.receive(&request{Request: r})
	if err != nil {
		t.Fatal(err)
	}
	o := &object{Key: key}
	if err := b.put(got, o, nil); err != nil {
		t.Fatalf("%q: %v", key, err)
	}
}

func TestOrdinaryKeysAreFiles(t *testing.T) {
	dir := t.TempDir()
	f := start(t, Settings{Dir: dir, Buckets: []string{"bucket"}})
	f.put("topics/orders/partition=0/orders+0+0000000000.json", "{}")
	body, err := os.ReadFile(filepath.Join(dir, "bucket/topics/orders/partition=0/orders+0+0000000000.json"))
	if err != nil || string(body) != "{}" {
		t.Errorf("%q %v", body, err)
	}
}

func TestFilesAreAdopted(t *testing.T) {
	dir := t.TempDir()
	server, err := New(Settings{Dir: dir, Buckets: []string{"bucket"}})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := server.store.bucket("bucket")
	putDirect(t, server, b, "changed", "before")
	putDirect(t, server, b, "removed", "x")
	write := func(name, body string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	write("bucket/changed", "after it")
	write("bucket/sub/new.json", "{}")
	write("second-bucket/k", "v")
	if err := os.Remove(filepath.Join(dir, "bucket/removed")); err != nil {
		t.Fatal(err)
	}
	f := start(t, Settings{Dir: dir})
	if got := f.get("changed"); got != "after it" {
		t.Errorf("changed: %q", got)
	}
	if got := f.keys(); got != "changed sub/new.json" {
		t.Errorf("keys %q", got)
	}
	resp, body := f.raw("GET", "/second-bucket/k", "")
	if resp.StatusCode != 200 || body != "v" || resp.Header.Get("Etag") != `"9e3669d19b675bd57058fd4664205d2a"` {
		t.Errorf("%d %q %s", resp.StatusCode, body, resp.Header.Get("Etag"))
	}
}

func TestTornJournal(t *testing.T) {
	dir := t.TempDir()
	server, err := New(Settings{Dir: dir, Buckets: []string{"bucket"}})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := server.store.bucket("bucket")
	putDirect(t, server, b, "a//hidden", "1")
	path := b.journal.path
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"k":"torn`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for range 2 {
		if server, err = New(Settings{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		b, _ = server.store.bucket("bucket")
		putDirect(t, server, b, "b//hidden", "2")
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
	}
	last := start(t, Settings{Dir: dir})
	if got := last.keys(); got != "a//hidden b//hidden" {
		t.Errorf("keys %q", got)
	}
}

func TestOneConditionalWriterWins(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, err := f.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"), IfNoneMatch: aws.String("*"), Body: strings.NewReader(fmt.Sprint(i))})
			switch code(err) {
			case "":
				won.Add(1)
			case "PreconditionFailed":
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d writers won", won.Load())
	}
	if left, _ := os.ReadDir(f.server.store.layout.tmp()); len(left) > 0 {
		t.Errorf("%d temporary files left", len(left))
	}
}

func TestIndexAgainstSortedSlice(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x := newIndex(nil)
	model := map[string]bool{}
	for range 20_000 {
		key := fmt.Sprintf("%d", rng.IntN(4000))
		if rng.IntN(3) == 0 {
			x.remove(key)
			delete(model, key)
		} else {
			x.put(&object{Key: key})
			model[key] = true
		}
	}
	var want, got []string
	for key := range model {
		want = append(want, key)
	}
	slices.Sort(want)
	for o := range x.from("") {
		got = append(got, o.Key)
	}
	if !slices.Equal(got, want) || x.n != len(want) {
		t.Fatalf("%d keys in the index (n=%d), want %d", len(got), x.n, len(want))
	}
	for range 1000 {
		key := fmt.Sprintf("%d", rng.IntN(4000))
		i, found := slices.BinarySearch(want, key)
		if o := x.get(key); (o != nil) != found {
			t.Fatalf("get %q: %v, want %v", key, o, found)
		}
		if o := x.first(key); (o == nil) != (i == len(want)) || (o != nil && o.Key != want[i]) {
			t.Fatalf("first %q: %v", key, o)
		}
	}
}

func BenchmarkPutSmall(b *testing.B) {
	server, err := New(Settings{Dir: b.TempDir(), Buckets: []string{"bucket"}})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	for i := 0; b.Loop(); i++ {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("PUT", fmt.Sprintf("/bucket/dir%d/%d", i%100, i), strings.NewReader("a small object of fifty bytes or so, to be stored")))
		if w.Code != 200 {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkList100k(b *testing.B) {
	dir := b.TempDir()
	server, err := New(Settings{Dir: dir, Buckets: []string{"bucket"}})
	if err != nil {
		b.Fatal(err)
	}
	bucket, _ := server.store.bucket("bucket")
	for i := range 100_000 {
		putDirect(b, server, bucket, fmt.Sprintf("topics/t/%03d/%06d.json", i%100, i), "{}")
	}
	server.Close()
	if server, err = New(Settings{Dir: dir}); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	f := httptest.NewServer(server)
	defer f.Close()
	c := client(f.URL)
	for b.Loop() {
		n := 0
		pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
		for pages.HasMorePages() {
			page, err := pages.NextPage(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			n += len(page.Contents)
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}
