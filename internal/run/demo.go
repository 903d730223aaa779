package run

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

// The demo: lines of a file → FileStreamSource → topic → S3 sink → objects.
const (
	demoTopic  = "my-example-topic"
	demoBucket = "my-destination-bucket"
	demoSource = "demo-feed"
	demoSink   = "demo-s3-sink"
	demoPrefix = "topics/" + demoTopic + "/"
)

//go:embed demo/sample.txt demo/s3-sink.properties
var demoFiles embed.FS

// prepareDemo makes the topic, the bucket and the file to feed, and finds the line
// to go on at.
func (d *dev) prepareDemo(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(d.broker.Addrs()...), kgo.DisableClientMetrics())
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(ctx, 1, 1, nil, demoTopic)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("create topic %s: %w", demoTopic, err)
	}
	if err := d.s3.CreateBucket(demoBucket); err != nil {
		return err
	}
	if d.Feed, err = d.feedFile(); err != nil {
		return fmt.Errorf("--feed: %w", err)
	}
	done, last, err := demoProgress(ctx, client)
	if err != nil {
		return err
	}
	if err := d.goOnAfter(ctx, done, last); err != nil {
		return fmt.Errorf("--dir %s: %w", d.dir, err)
	}
	return nil
}

// feedFile returns the path of a file whose lines all end: the user's own, or a copy
// in the data directory.
func (d *dev) feedFile() (string, error) {
	spool := filepath.Join(d.dir, "feed.txt")
	switch d.Feed {
	case "":
		return spool, writeSample(spool)
	case "-":
		return spool, spoolLines(spool, d.In)
	}
	path, err := filepath.Abs(d.Feed)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if ok, err := endsWithNewline(f); ok || err != nil {
		return path, err
	}
	return spool, spoolLines(spool, f)
}

// writeSample makes a file of the sample, unless it is one already: users may have
// added lines.
func writeSample(path string) error {
	sample, err := demoFiles.ReadFile("demo/sample.txt")
	if err != nil {
		return err
	}
	if f, err := os.Open(path); err == nil {
		defer f.Close()
		begin := make([]byte, len(sample))
		if _, err := io.ReadFull(f, begin); err == nil && bytes.Equal(begin, sample) {
			return nil
		}
	}
	return os.WriteFile(path, sample, 0o644)
}

func endsWithNewline(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if info.IsDir() {
		return false, fmt.Errorf("%s is a directory", f.Name())
	}
	if info.Size() == 0 {
		return true, nil
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return last[0] == '\n', err
}

// spoolLines copies text into a file and ends the last line: FileStreamSource takes
// only whole lines.
func spoolLines(path string, in io.Reader) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = io.Copy(f, in); err != nil {
		return err
	}
	if ok, err := endsWithNewline(f); ok || err != nil {
		return err
	}
	_, err = f.WriteString("\n")
	return err
}

// demoProgress returns how many records the topic has, and the last of them.
func demoProgress(ctx context.Context, client *kgo.Client) (n int64, last []byte, err error) {
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, demoTopic)
	if err != nil {
		return 0, nil, fmt.Errorf("find the end of topic %s: %w", demoTopic, err)
	}
	end, _ := ends.Lookup(demoTopic, 0)
	if end.Offset <= 0 {
		return 0, nil, nil
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{demoTopic: {0: kgo.NewOffset().At(end.Offset - 1)}})
	for ctx.Err() == nil {
		for _, r := range client.PollFetches(ctx).Records() {
			if r.Offset == end.Offset-1 {
				return end.Offset, r.Value, nil
			}
		}
	}
	return 0, nil, ctx.Err()
}

// goOnAfter stores the position of line done as the source's offset. The topic has
// one record a line, so its end tells exactly what Kafka has, also after a kill that
// came before the offset was stored: no line is fed twice.
func (d *dev) goOnAfter(ctx context.Context, done int64, last []byte) error {
	position, err := positionAfter(d.Feed, done, last)
	if err != nil {
		return err
	}
	bootstrap := map[string]string{"bootstrap.servers": d.broker.Addrs()[0]}
	store, err := offsetstore.OpenTopic(ctx, offsetstore.TopicSettings{
		Topic: devOffsets, Property: "offset.storage.topic", Partitions: 1, Replication: 1,
		Producer: bootstrap, Consumer: bootstrap, Admin: bootstrap, Log: d.logs.For("millrace.dev"),
	})
	if err != nil {
		return err
	}
	defer store.Close()
	partition := connect.NewSourcePartition(connect.Fields{"filename": d.Feed})
	return offsetstore.For(store, demoSource).Commit(ctx, map[*connect.SourcePartition]connect.Fields{
		partition: {"position": position},
	})
}

// positionAfter returns the position after a number of lines, the last of which must
// be as given.
func positionAfter(path string, lines int64, last []byte) (position int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for n := int64(1); n <= lines; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		position += int64(len(line))
		same := n < lines || bytes.Equal(bytes.TrimRight(line, "\r\n"), last)
		if err != nil || !same {
			return 0, fmt.Errorf("it has %d lines of another feed; give this one a directory of its own", lines)
		}
	}
	return position, nil
}

// demoConnectors are the two connectors of the demo.
func (d *dev) demoConnectors() ([]herder.PutRequest, error) {
	raw, err := demoFiles.ReadFile("demo/s3-sink.properties")
	if err != nil {
		return nil, err
	}
	sink, err := properties.Parse(raw)
	if err != nil {
		return nil, err
	}
	sink["name"] = demoSink
	const text = "org.apache.kafka.connect.storage.StringConverter"
	source := map[string]string{
		"name": demoSource, "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
		"tasks.max": "1", "file": d.Feed, "topic": demoTopic, "key.converter": text, "value.converter": text,
		"producer.override.enable.idempotence": "true",
	}
	return []herder.PutRequest{{Name: demoSink, Config: sink}, {Name: demoSource, Config: source}}, nil
}
