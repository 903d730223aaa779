//go:build integration

package msk

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/process"
	"github.com/millrace/millrace/test/integration/s3server"
)

const (
	region    = "eu-west-1"
	account   = "123456789012"
	accessKey = "AKIDACCEPTANCE"
	secretKey = "secret/of+the=acceptance tests"

	window    = 60 * time.Second // how long anything may take that takes seconds
	stopGrace = 30 * time.Second
	shownLog  = 16 << 10

	bucket = "plugins"
)

// plane is a running control plane with a broker and a bucket.
type plane struct {
	dir       string // of everything, also of what connectors read and write
	url       string
	process   *process.Process
	log       *os.File
	bootstrap string
	kafka     *kgo.Client
	admin     *kadm.Client
	bucket    map[string]string // what a client needs to reach it
	archive   []byte            // of the plugin at pluginKey
}

const pluginKey = "a directory/plugin.zip"

// newPlane starts a control plane, for as long as the test lasts, its workers included.
func newPlane(t testing.TB, flags ...string) *plane {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &plane{dir: dir}
	p.startKafka(t)
	p.fillBucket(t)
	startReaper(t, dir)
	p.start(t, append(p.flags(t), flags...))
	return p
}

func (p *plane) startKafka(t testing.TB) {
	t.Helper()
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatalf("start the embedded broker: %v", err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Errorf("stop the embedded broker: %v", err)
		}
	})
	p.bootstrap = broker.Addrs()[0]
	p.kafka, err = kgo.NewClient(kgo.SeedBrokers(p.bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kafka.Close)
	p.admin = kadm.NewClient(p.kafka)
}

// fillBucket uploads a plugin. What is in it does not matter: the connectors of the tests
// are part of Millrace.
func (p *plane) fillBucket(t testing.TB) {
	t.Helper()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("README.txt")
	if err == nil {
		_, err = io.WriteString(w, "The connectors are part of Millrace.\n")
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	p.archive = archive.Bytes()
	p.bucket = s3server.Embedded(t, nil).Create(t, bucket)
	p.upload(t, pluginKey, p.archive)
}

func (p *plane) upload(t testing.TB, key string, content []byte) {
	t.Helper()
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(p.bucket["store.url"]), Region: p.bucket["s3.region"], UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(p.bucket["aws.access.key.id"], p.bucket["aws.secret.access.key"], ""),
	})
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatalf("upload %s: %v", key, err)
	}
}

func (p *plane) archiveMD5() string {
	sum := md5.Sum(p.archive)
	return hex.EncodeToString(sum[:])
}

func (p *plane) flags(t testing.TB) []string {
	t.Helper()
	keys := filepath.Join(p.dir, "keys")
	if err := os.WriteFile(keys, []byte(accessKey+":"+secretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{
		"control", "--listen", "127.0.0.1:0", "--data", filepath.Join(p.dir, "control"), "--keys", keys,
		"--region", region, "--account", account, "--s3-endpoint", p.bucket["store.url"], "--s3-region", p.bucket["s3.region"],
		"--mcu-memory", "512MiB", "--no-cgroups", "--stop-workers",
	}
}

var addressLine = regexp.MustCompile(`MSK Connect API +(http://\S+)`)

// start starts the process and returns when it has said where it listens.
func (p *plane) start(t testing.TB, args []string) {
	t.Helper()
	var err error
	if p.log, err = os.Create(filepath.Join(p.dir, "control.log")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary.Path(t), args...)
	cmd.Stdout, cmd.Stderr = p.log, p.log
	cmd.Env = append(os.Environ(), "AWS_EC2_METADATA_DISABLED=true", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
		"AWS_ACCESS_KEY_ID="+p.bucket["aws.access.key.id"], "AWS_SECRET_ACCESS_KEY="+p.bucket["aws.secret.access.key"])
	if p.process, err = process.Start(cmd); err != nil {
		t.Fatalf("start the control plane: %v", err)
	}
	t.Cleanup(func() { p.end(t) })
	millrace.Await(t, window, "the address of the control plane", func() error {
		select {
		case <-p.process.Exited():
			t.Fatalf("the control plane has ended: %v\n%s", p.process.Err(), p.text())
		default:
		}
		found := addressLine.FindStringSubmatch(p.text())
		if found == nil {
			return errors.New("it has not said it")
		}
		p.url = found[1]
		return nil
	})
}

// end ends the control plane, which ends its workers.
func (p *plane) end(t testing.TB) {
	clean, err := p.process.Stop(stopGrace)
	if err != nil || !clean || p.process.Err() != nil {
		t.Errorf("stop the control plane: clean %v, error %v, end %v", clean, err, p.process.Err())
	}
	if t.Failed() {
		t.Logf("log of the control plane:\n%s", p.text())
	}
	if err := p.log.Close(); err != nil {
		t.Error(err)
	}
}

// text returns the last of what the control plane has written.
func (p *plane) text() string {
	all, err := io.ReadAll(io.NewSectionReader(p.log, 0, 1<<30))
	if err != nil {
		return err.Error()
	}
	return string(bytes.ToValidUTF8(all[max(0, len(all)-shownLog):], nil))
}

// client returns a client of the Go SDK.
func (p *plane) client(url, secret string) *kafkaconnect.Client {
	return kafkaconnect.New(kafkaconnect.Options{
		Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(accessKey, secret, ""),
	})
}

// createTopic creates a topic with one partition.
func (p *plane) createTopic(t testing.TB, name string) {
	t.Helper()
	if _, err := p.admin.CreateTopic(t.Context(), 1, 1, nil, name); err != nil {
		t.Fatalf("create topic %s: %v", name, err)
	}
}

func (p *plane) produce(t testing.TB, topic string, values ...string) {
	t.Helper()
	for _, value := range values {
		p.put(t, &kgo.Record{Topic: topic, Value: []byte(value)})
	}
}

func (p *plane) put(t testing.TB, r *kgo.Record) {
	t.Helper()
	if err := p.kafka.ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatalf("produce to %s: %v", r.Topic, err)
	}
}

// topics returns the names of all topics.
func (p *plane) topics(t testing.TB) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), window)
	defer cancel()
	all, err := p.admin.ListTopicsWithInternal(ctx)
	if err != nil {
		t.Fatalf("list topics: %v", err)
	}
	return all.Names()
}

// file returns a path that connectors may use.
func (p *plane) file(name string) string { return filepath.Join(p.dir, name) }

// appendLines writes lines to the end of a file.
func (p *plane) appendLines(t testing.TB, name string, lines ...string) {
	t.Helper()
	f, err := os.OpenFile(p.file(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		_, err = fmt.Fprintln(f, line)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
