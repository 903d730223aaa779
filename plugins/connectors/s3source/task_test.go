package s3source_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// put makes an object without the sink.
func (b *bucket) put(key, content string) {
	b.Helper()
	put(b, b.store, key, content)
}

func put(t testing.TB, store http.RoundTripper, key, content string) {
	t.Helper()
	u := &url.URL{Scheme: "http", Host: "store", Path: "/" + s3sinktest.Bucket + "/" + key}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, u.String(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := store.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
}

// remove deletes an object.
func (b *bucket) remove(key string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodDelete, "http://store/"+s3sinktest.Bucket+"/"+key, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	answer, err := b.store.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	_ = answer.Body.Close()
}

// fixture is a bucket with tasks of the source, in a bubble of fake time.
type fixture struct {
	*bucket
	host    *connecttest.Host // keeps the offsets
	logs    bytes.Buffer
	replans atomic.Int32
}

func bubble(t *testing.T, do func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{bucket: newBucket(t), host: connecttest.NewHost(t)}
		f.host.Log = slog.New(slog.NewTextHandler(&f.logs, nil))
		do(f)
	})
}

// start starts a connector and its tasks.
func (f *fixture) start(props map[string]string) []source.Task {
	f.Helper()
	ctx, cancel := context.WithCancel(f.Context())
	c := f.plugin().New()
	rt := source.ConnectorRuntime{Log: f.host.Log, Offsets: f.host, RequestTaskReconfiguration: func() { f.replans.Add(1) }, Fail: func(error) {}}
	if err := c.Start(ctx, rt, maps.Clone(props)); err != nil {
		f.Fatal(err)
	}
	most := 1
	if text := props["tasks.max"]; text != "" {
		most = int(text[0] - '0')
	}
	configs, err := c.TaskConfigs(most)
	if err != nil {
		f.Fatal(err)
	}
	var tasks []source.Task
	for i, config := range configs {
		task := f.plugin().New().NewTask()
		if err := task.Start(ctx, source.Runtime{Task: i, Log: f.host.Log, Offsets: f.host}, config); err != nil {
			f.Fatal(err)
		}
		tasks = append(tasks, task)
	}
	f.Cleanup(func() {
		cancel()
		for _, task := range tasks {
			if err := task.Stop(); err != nil {
				f.Error(err)
			}
		}
		if err := c.Stop(); err != nil {
			f.Error(err)
		}
	})
	return tasks
}

// poll polls once, for longer than several looks at the bucket take.
func (f *fixture) poll(task source.Task) ([]connect.Record, error) {
	ctx, cancel := context.WithTimeout(f.Context(), 5*time.Second)
	defer cancel()
	records, err := task.Poll(ctx)
	return slices.Clone(records), err
}

// must ends the test after an error.
func (f *fixture) must(records []connect.Record, err error) []connect.Record {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
	return records
}

// drain polls until there is nothing more.
func (f *fixture) drain(task source.Task) []connect.Record {
	f.Helper()
	var all []connect.Record
	for {
		records := f.must(f.poll(task))
		if len(records) == 0 {
			return all
		}
		all = append(all, records...)
	}
}

// commit stores the offsets of records.
func (f *fixture) commit(records []connect.Record) {
	f.Helper()
	for i := range records {
		if err := f.host.StoreOffset(records[i].Source.Fields(), records[i].SourceOffset.Fields()); err != nil {
			f.Fatal(err)
		}
	}
}

func slow(changes ...string) map[string]string {
	return props(append([]string{"s3.poll.interval.ms", "1000"}, changes...)...)
}

func texts(records []connect.Record) string {
	var all []string
	for i := range records {
		all = append(all, data.Text(records[i].Value))
	}
	return strings.Join(all, " ")
}

func (f *fixture) want(got []connect.Record, want string) {
	f.Helper()
	if texts(got) != want {
		f.Errorf("got %q, want %q", texts(got), want)
	}
}

// TestTwoTasks: the tasks share the partitions, and no record comes twice.
func TestTwoTasks(t *testing.T) {
	bubble(t, func(f *fixture) {
		var records []connect.Record
		for p := range int32(5) {
			for i := range int64(6) {
				records = append(records, s3sinktest.Record("t", p, i, i, fmt.Sprintf("%d/%d", p, i)))
			}
		}
		f.write(records)
		for _, c := range []struct {
			props map[string]string
			want  []int
		}{
			{slow("tasks.max", "1"), []int{30}},
			{slow("tasks.max", "2"), []int{12, 18}},
			{slow("tasks.max", "9"), []int{6, 6, 6, 6, 6}},
			{slow("tasks.max", "3", "mode", "GENERIC", "topic.regex.list", "u:.*"), []int{15, 15, 0}},
		} {
			seen, counts := map[string]int{}, []int{}
			for _, task := range f.start(c.props) {
				got := f.drain(task)
				counts = append(counts, len(got))
				for i := range got {
					seen[data.Text(got[i].Value)]++
				}
			}
			if len(seen) != 30 || len(counts) != len(c.want) || !slices.Equal(counts, c.want) {
				t.Errorf("%d records, by task %v, want %v", len(seen), counts, c.want)
			}
		}
	})
}

// TestRestart goes on behind each record of three objects in turn.
func TestRestart(t *testing.T) {
	for _, format := range []string{"avro.AvroFormat", "json.JsonFormat", "parquet.ParquetFormat"} {
		bubble(t, func(f *fixture) {
			f.write(orders(20, order, orderOf), "flush.size", "4", "format.class", formats+format, "store.kafka.keys", "true")
			config := slow("format.class", formats+format, "record.batch.max.size", "3")
			all := f.drain(f.start(config)[0])
			if len(all) != 16 {
				t.Fatalf("%d records", len(all))
			}
			for n := range all {
				f.host = connecttest.NewHost(t)
				f.commit(all[:n])
				if got := f.drain(f.start(config)[0]); lines(got, true, true) != lines(all[n:], true, true) {
					t.Errorf("%s: after %d records\n%s", format, n, lines(got, true, true))
				}
			}
		})
	}
}

// TestOffsets: the form of offsets, and that of the Java connector's for a folder.
func TestOffsets(t *testing.T) {
	bubble(t, func(f *fixture) {
		const key = "topics/t/partition=0/t+0+0000000000.json"
		f.put(key, "1\n2\n")
		f.put("topics/t/day=1/t+4+0000000007.json", "3")
		f.put("topics/t/day=1/t+5+0000000007.json", "4")
		got := f.drain(f.start(slow())[0])
		var forms []string
		for _, r := range got {
			forms = append(forms, r.Source.String()+r.SourceOffset.Fields().String())
		}
		if want := []string{
			"{folder=topics/t/day=1/, partition=4}{eof=true, fileOffset=1, lastFileRead=topics/t/day=1/t+4+0000000007.json}",
			"{folder=topics/t/day=1/, partition=5}{eof=true, fileOffset=1, lastFileRead=topics/t/day=1/t+5+0000000007.json}",
			"{folder=topics/t/partition=0/}{eof=false, fileOffset=1, lastFileRead=" + key + "}",
			"{folder=topics/t/partition=0/}{eof=true, fileOffset=2, lastFileRead=" + key + "}",
		}; !slices.Equal(forms, want) {
			t.Errorf("%s", strings.Join(forms, "\n"))
		}
		f.commit([]connect.Record{{
			Source:       connect.NewSourcePartition(connect.Fields{"folder": "topics/t/day=1/"}),
			SourceOffset: connect.Fields{"lastFileRead": "topics/t/day=1/t+4+0000000007.json", "fileOffset": "1", "eof": "true"},
		}})
		f.want(f.drain(f.start(slow())[0]), "4 1 2")
		if err := f.host.StoreOffset(connect.Fields{"folder": "topics/t/partition=0/"}, connect.Fields{"fileOffset": "x"}); err != nil {
			t.Fatal(err)
		}
		task := f.start(slow("task.batch.size", "1"))[0]
		f.want(f.must(f.poll(task)), "4")
		if _, err := f.poll(task); err == nil || !strings.Contains(err.Error(), "fileOffset") {
			t.Errorf("error %v", err)
		}
	})
}

// TestNewObjects appear in old and new folders, also in front of what was read.
func TestNewObjects(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("topics/t/hour=1/t+0+0000000005.json", "1")
		f.put("topics/t/hour=1/t+3+0000000005.json", "2")
		task := f.start(slow())[0]
		f.want(f.drain(task), "1 2")
		f.put("topics/t/hour=1/t+0+0000000006.json", "3") // an older partition, new to the folder's end
		f.put("topics/t/hour=0/t+0+0000000001.json", "4")
		f.put("topics/t/hour=1/t+3+0000000004.json", "late: lost")
		f.want(f.drain(task), "4 3")
		f.put("topics/t/hour=1/t+0+9.json", "5")
		f.put("topics/t/hour=1/t+0+10.json", "6")
		f.put("topics/u/x/u+0+1.json", "7")
		f.want(f.drain(task), "5 6 7")
		f.put("topics/t/hour=1/t+0+9.json", "again")
		f.want(f.drain(task), "")
	})
}

// TestStrayObjects: what is no object of values is passed over.
func TestStrayObjects(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("topics/t/partition=0/t+0+0000000000.json", "1\n2")
		f.put("topics/t/partition=0/t+0+0000000000.keys.json", "\"a\"\n\"b\"\n")
		f.put("topics/t/tombstone/t+0+0000000002.keys.json", "\"gone\"")
		f.put("topics/t/partition=0/notes.txt", "no")
		f.put("topics/t/partition=0/", "")
		f.put("other/t/partition=0/t+0+0000000000.json", "3")
		got := f.drain(f.start(slow())[0])
		f.want(got, "1 2")
		if got[0].Key != "a" || got[1].Key != "b" {
			t.Errorf("keys %v %v", got[0].Key, got[1].Key)
		}
		config := slow("mode", "GENERIC", "topics.dir", "", "topic.regex.list", "o:other/.*,t:.*json")
		var topics []string
		for _, r := range f.drain(f.start(config)[0]) {
			topics = append(topics, fmt.Sprint(r.Topic, " ", r.Partition, " ", r.Value))
		}
		if want := []string{"o -1 3", "t -1 1", "t -1 2"}; !slices.Equal(topics, want) {
			t.Errorf("%q", topics)
		}
	})
}

// TestLateKeys: where keys must be there, an object waits for them.
func TestLateKeys(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("topics/t/partition=0/t+0+0000000000.json", "1")
		task := f.start(slow("store.kafka.keys", "true"))[0]
		f.want(f.drain(task), "")
		f.put("topics/t/partition=0/t+0+0000000000.keys.json", "\"a\"")
		f.put("topics/t/partition=0/t+0+0000000001.json", "2")
		f.want(f.drain(task), "1")
		time.Sleep(time.Hour)
		if _, err := f.poll(task); err == nil || !strings.Contains(err.Error(), "0000000001.json") {
			t.Errorf("error %v", err)
		}
	})
}

// TestGeneric keeps an offset for each object.
func TestGeneric(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("in/b.csv", "id,name\n1,x\n2,\"y\n\"\"z\"\n")
		config := slow("mode", "GENERIC", "topics.dir", "in", "topic.regex.list", "c:.*\\.csv(\\.gz)?", "format.class", formats+"csv.CsvFormat")
		task := f.start(config)[0]
		got := f.drain(task)
		f.want(got, "Struct{id=1,name=x} Struct{id=2,name=y\n\"z}")
		if at := got[0].Source.String() + got[0].SourceOffset.Fields().String(); at != "{file=in/b.csv}{eof=false, fileOffset=1}" {
			t.Error(at)
		}
		f.commit(got[:1])
		f.put("in/a.csv", "id\n3\n")
		f.put("in/b.csv", "id\n9\n") // a new version is not read
		f.want(f.drain(task), "Struct{id=3}")
		f.put("in/b.csv", "id,name\n1,x\n2,y\n")
		task = f.start(config)[0]
		got = f.drain(task)
		f.want(got, "Struct{id=3} Struct{id=2,name=y}")
		f.commit(got)
		f.want(f.drain(f.start(config)[0]), "")
		later := fmt.Sprint(time.Now().Add(time.Hour).UnixMilli())
		f.host = connecttest.NewHost(t)
		config["file.discovery.starting.timestamp"] = later
		f.want(f.drain(f.start(config)[0]), "")
	})
}

func TestContract(t *testing.T) {
	b := newBucket(t)
	fed := 0
	connecttest.Source{
		Plugin: b.plugin(),
		Config: props("record.batch.max.size", "3", "s3.poll.interval.ms", "5"),
		Feed: func(_ testing.TB, n int) {
			var content strings.Builder
			for range n {
				fed++
				fmt.Fprintf(&content, "{\"n\":%d}\n", fed)
			}
			b.put(fmt.Sprintf("topics/t/partition=%d/t+%d+%010d.json", fed%2, fed%2, fed), content.String())
		},
		Bad: []connecttest.BadSetting{
			{Key: "mode", Value: "COPY"},
			{Key: "mode", Value: "GENERIC"},
			{Key: "format.class", Value: "com.acme.Own"},
			{Key: "topic.regex.list", Value: "t:("},
			{Key: "topic.regex.list", Value: "t"},
			{Key: "file.delim", Value: ""},
			{Key: "format.json.schema.enable", Value: "true"},
			{Key: "s3.credentials.provider.class", Value: "com.acme.Own"},
			{Key: "behavior.on.error", Value: "log"},
		},
	}.Run(t)
}

func TestAlterOffsets(t *testing.T) {
	b := newBucket(t)
	a := b.plugin().New().(source.OffsetAlterer)
	folder := connect.Fields{"folder": "topics/t/partition=0/"}
	for _, c := range []struct {
		partition, offset connect.Fields
		ok                bool
	}{
		{folder, nil, true},
		{folder, connect.Fields{"lastFileRead": "topics/t/partition=0/t+0+1.json", "fileOffset": "3", "eof": "true"}, true},
		{folder, connect.Fields{"lastFileRead": "topics/t/partition=0/t+0+1.json", "fileOffset": int64(3)}, true},
		{folder, connect.Fields{"lastFileRead": "else/t+0+1.json", "fileOffset": "3"}, false},
		{folder, connect.Fields{"lastFileRead": "topics/t/partition=0/t+0+1.json", "fileOffset": "-1"}, false},
		{connect.Fields{"file": "a"}, connect.Fields{"fileOffset": "3"}, true},
		{connect.Fields{"file": "a"}, connect.Fields{"fileOffset": true}, false},
		{connect.Fields{"other": "a"}, nil, false},
		{nil, nil, false},
	} {
		ok, err := a.AlterOffsets(t.Context(), nil, []source.PartitionOffset{{Partition: c.partition, Offset: c.offset}})
		if ok != c.ok || (err == nil) != c.ok {
			t.Errorf("%v %v: %t, %v", c.partition, c.offset, ok, err)
		}
	}
}
