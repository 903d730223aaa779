package devbroker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const childDir = "DEVBROKER_TEST_CHILD_DIR"

// TestMain turns the test binary into a broker that a test can kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		b, err := Start(Settings{DataDir: dir, AutoCreateTopics: true})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(b.Addrs()[0])
		select {}
	}
	os.Exit(m.Run())
}

func startChild(t *testing.T, dir string) (*exec.Cmd, string) {
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
	if err != nil || strings.HasPrefix(line, "error") {
		t.Fatal(line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestKillAndReopen(t *testing.T) {
	dir := t.TempDir()
	cmd, addr := startChild(t, dir)
	addrs := []string{addr}
	if _, err := Start(Settings{DataDir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second broker on the directory: %v", err)
	}
	c := client(t, addrs, kgo.AllowAutoTopicCreation())
	admin := kadm.NewClient(c)
	policy := "compact"
	if r, err := admin.CreateTopic(t.Context(), 1, 1, map[string]*string{"cleanup.policy": &policy}, "created"); err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	produce(t, c, "on-demand", "k=v")
	writeTransactions(t, addrs)
	acknowledged := writeUntilKilled(t, cmd, c, admin)

	b := start(t, Settings{DataDir: dir})
	got := read(t, b.Addrs(), "created", int(acknowledged.records))
	for i := range int(acknowledged.records) {
		if want := fmt.Sprintf("k%d=%d", i%10, i); got[i] != want {
			t.Fatalf("record %d is %s, want %s", i, got[i], want)
		}
	}
	after := kadm.NewClient(client(t, b.Addrs()))
	offsets, err := after.FetchOffsets(t.Context(), "group")
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := offsets.Lookup("created", 0); o.At < acknowledged.offset {
		t.Errorf("offset %d after the kill, %d was acknowledged", o.At, acknowledged.offset)
	}
	if got := read(t, b.Addrs(), "on-demand", 1); got[0] != "k=v" {
		t.Errorf("on-demand: %v", got)
	}
	configs, err := after.DescribeTopicConfigs(t.Context(), "created")
	if err != nil || !slices.ContainsFunc(configs[0].Configs, func(c kadm.Config) bool { return c.Key == "cleanup.policy" && c.MaybeValue() == "compact" }) {
		t.Errorf("configuration: %v %v", configs, err)
	}
	checkTransactions(t, b)
	t.Logf("%d records and offset %d were acknowledged before the kill", acknowledged.records, acknowledged.offset)
}

type acknowledgement struct{ records, offset int64 }

// writeUntilKilled produces and commits without pause, kills the broker in the
// middle and returns what it had acknowledged.
func writeUntilKilled(t *testing.T, cmd *exec.Cmd, c *kgo.Client, admin *kadm.Client) acknowledgement {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var records, offset atomic.Int64
	committed := make(chan struct{})
	go func() {
		defer close(committed)
		for at := int64(1); ; at++ {
			var offsets kadm.Offsets
			offsets.AddOffset("created", 0, at, -1)
			if admin.CommitAllOffsets(ctx, "group", offsets) != nil {
				return
			}
			offset.Store(at)
		}
	}()
	for i := 0; ctx.Err() == nil; i++ {
		r := &kgo.Record{Topic: "created", Key: fmt.Appendf(nil, "k%d", i%10), Value: fmt.Appendf(nil, "%d", i)}
		c.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				return
			}
			if records.Add(1) == 20_000 {
				_ = cmd.Process.Kill()
				cancel()
			}
		})
	}
	<-committed
	_ = cmd.Wait()
	return acknowledgement{records.Load(), offset.Load()}
}

// writeTransactions leaves a committed, an aborted and an open transaction.
func writeTransactions(t *testing.T, addrs []string) {
	t.Helper()
	c := client(t, addrs, kgo.TransactionalID("txn"), kgo.AllowAutoTopicCreation())
	for _, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort} {
		if err := c.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		produce(t, c, "transactional", fmt.Sprintf("commit=%v", bool(end)))
		if err := c.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "transactional", "open=true")
}

func checkTransactions(t *testing.T, b *Broker) {
	t.Helper()
	c := client(t, b.Addrs(), kgo.TransactionalID("txn"))
	if err := c.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "transactional", "last=true")
	if err := c.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	got := read(t, b.Addrs(), "transactional", 2, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if strings.Join(got, " ") != "commit=true last=true" {
		t.Errorf("committed transactions: %v", got)
	}
}

// TestProducerOutlivesStops lets one idempotent producer write through a clean
// stop, another start, a kill and another start.
func TestProducerOutlivesStops(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(Settings{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	addr := b.Addrs()[0]
	if err := b.Cluster().CreateTopic("t", 1, nil); err != nil {
		t.Fatal(err)
	}
	c := client(t, []string{addr}, kgo.RetryBackoffFn(func(int) time.Duration { return 10 * time.Millisecond }))
	produce(t, c, "t", "k=1", "k=2")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err = Start(Settings{DataDir: dir, Addr: addr}); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "t", "k=3")
	crashed := copyDir(t, dir) // what a kill would leave behind
	produce(t, c, "t", "k=not in the copy")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = start(t, Settings{DataDir: crashed, Addr: addr})
	produce(t, c, "t", "k=4")
	if got := strings.Join(read(t, b.Addrs(), "t", 4), " "); got != "k=1 k=2 k=3 k=4" {
		t.Errorf("read %s", got)
	}
}

func copyDir(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestCleanRestart(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		b, err := Start(Settings{DataDir: dir, AutoCreateTopics: true})
		if err != nil {
			t.Fatal(err)
		}
		c := client(t, b.Addrs(), kgo.AllowAutoTopicCreation())
		produce(t, c, "t", fmt.Sprintf("k=%d", round))
		var offsets kadm.Offsets
		offsets.AddOffset("t", 0, int64(round+1), -1)
		admin := kadm.NewClient(c)
		if round > 0 {
			before, err := admin.FetchOffsets(t.Context(), "g")
			if err != nil {
				t.Fatal(err)
			}
			if o, _ := before.Lookup("t", 0); o.At != int64(round) {
				t.Errorf("round %d starts with offset %d", round, o.At)
			}
		}
		if err := admin.CommitAllOffsets(t.Context(), "g", offsets); err != nil {
			t.Fatal(err)
		}
		if got := read(t, b.Addrs(), "t", round+1); got[round] != fmt.Sprintf("k=%d", round) {
			t.Errorf("round %d: %v", round, got)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// fillCompacted writes keys again and again, and some in transactions.
func fillCompacted(t *testing.T, dir string) {
	t.Helper()
	b, err := Start(Settings{DataDir: dir, CompactAbove: -1})
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"compacted", "plain"} {
		config := map[string]string{}
		if topic == "compacted" {
			config["cleanup.policy"] = "compact"
		}
		if err := b.Cluster().CreateTopic(topic, 1, config); err != nil {
			t.Fatal(err)
		}
		c := client(t, b.Addrs())
		for i := range 100 {
			produce(t, c, topic, fmt.Sprintf("k%d=%d", i%5, i))
		}
		txn := client(t, b.Addrs(), kgo.TransactionalID("txn"))
		for i, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort} {
			if err := txn.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			produce(t, txn, topic, fmt.Sprintf("k%d=%v", i, bool(end)))
			if err := txn.EndTransaction(t.Context(), end); err != nil {
				t.Fatal(err)
			}
		}
		produce(t, c, topic, "last=1")
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

func latest(records []string) string {
	last := map[string]string{}
	for _, r := range records {
		key, value, _ := strings.Cut(r, "=")
		last[key] = value
	}
	var all []string
	for key, value := range last {
		all = append(all, key+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

const compactedState = "k0=true k1=96 k2=97 k3=98 k4=99 last=1"

func TestCompactionAtStart(t *testing.T) {
	dir := t.TempDir()
	fillCompacted(t, dir)
	b, err := Start(Settings{DataDir: dir, CompactAbove: 1})
	if err != nil {
		t.Fatal(err)
	}
	committed := kgo.FetchIsolationLevel(kgo.ReadCommitted())
	if got := read(t, b.Addrs(), "compacted", 6, committed); latest(got) != compactedState || len(got) > 10 {
		t.Errorf("compacted topic: %v", got)
	}
	if got := read(t, b.Addrs(), "plain", 102, committed); latest(got) != compactedState {
		t.Errorf("plain topic: %v", got)
	}
	produce(t, client(t, b.Addrs()), "compacted", "new=1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b.worthCompacting(1000) {
		t.Error("it would be compacted again at every start")
	}
}

// TestBrokenCompaction starts over a directory in the states a kill during the
// compaction can leave.
func TestBrokenCompaction(t *testing.T) {
	original := t.TempDir()
	fillCompacted(t, original)
	files := func(dir string) []string {
		logs, _ := filepath.Glob(filepath.Join(dir, partitionsDir, "compacted-0", "*"))
		return logs
	}
	for name, breakIt := range map[string]func(dir string) error{
		"while linking": func(dir string) error {
			return linkFiles(filepath.Join(dir, partitionsDir, "compacted-0"), filepath.Join(dir, backupDraft, "compacted-0"))
		},
		"before removing": func(dir string) error { return backUp(dir, []string{"compacted-0"}) },
		"after removing": func(dir string) error {
			err := backUp(dir, []string{"compacted-0"})
			for _, f := range files(dir) {
				err = errors.Join(err, os.Remove(f))
			}
			return err
		},
		"while writing": func(dir string) error {
			err := backUp(dir, []string{"compacted-0"})
			for _, f := range files(dir) {
				err = errors.Join(err, os.Remove(f), os.WriteFile(f, bytes.Repeat([]byte{1}, 20), 0o644))
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyDir(t, original)
			if err := breakIt(dir); err != nil {
				t.Fatal(err)
			}
			b := start(t, Settings{DataDir: dir, CompactAbove: 1})
			if got := read(t, b.Addrs(), "compacted", 6, kgo.FetchIsolationLevel(kgo.ReadCommitted())); latest(got) != compactedState {
				t.Errorf("compacted topic: %v", got)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, backupDir+"*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
