package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/logs"
)

// DevOptions are what the dev command is given.
type DevOptions struct {
	Dir       string
	Kafka     string // host:port of the embedded broker
	REST      string // host:port of the REST API
	S3        string // host:port of the embedded S3
	Control   string // host:port of the control plane; "" for one that is free
	Registry  string // host:port of the schema registry; "" for one that is free
	Demo      bool
	Feed      string // file of the demo, "-" for In, "" for the sample
	Exit      bool   // end when the demo has nothing left to do
	In        io.Reader
	Out       io.Writer
	Terminal  bool // Out is a terminal: show progress in place
	Verbose   bool // show the log as well
	LogOutput io.Writer
	Plugins   []plugin.Plugin // besides those that are built in
}

// dev is a running development environment.
type dev struct {
	DevOptions
	dir    string // absolute
	broker *devbroker.Broker
	s3     *devs3.Server
	s3URL  string
	node   *node

	controlURL  string
	registryURL string
	lost        chan error // why the worker cannot go on
	logs        *logs.Logs
	closes      []func() error
}

// Dev runs an embedded Kafka, an embedded S3, a distributed worker and a control plane
// until ctx ends, or, with Exit, until the demo has nothing left to do.
func Dev(ctx context.Context, o DevOptions) (err error) {
	tuneCollector()
	d := &dev{DevOptions: o, lost: make(chan error, 1)}
	defer func() { err = errors.Join(err, d.stop()) }()
	if err := d.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it had started
		}
		return &StartError{err}
	}
	d.printf("Kafka     %s\nS3        %s   (any keys are accepted)\nREST      %s\nMSK API   %s   (any keys are accepted)\nSchemas   %s\nData      %s\n",
		d.broker.Addrs()[0], d.s3URL, d.node.api.URLs()[0], d.controlURL, d.registryURL, d.dir)
	if !o.Demo {
		d.printf("\nRunning; stop with Ctrl-C.\n")
		select {
		case <-ctx.Done():
			return nil
		case err := <-d.lost:
			return err
		}
	}
	return d.demo(ctx)
}

func (d *dev) printf(format string, args ...any) { fmt.Fprintf(d.Out, format, args...) }

// start brings everything up, in the order in which the parts need each other.
func (d *dev) start(ctx context.Context) error {
	var err error
	if d.dir, err = filepath.Abs(d.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return fmt.Errorf("--dir: %w", err)
	}
	if err := d.openLog(); err != nil {
		return err
	}
	if err := d.startBroker(); err != nil {
		return err
	}
	if err := d.startS3(); err != nil {
		return err
	}
	if err := d.startRegistry(); err != nil {
		return err
	}
	if d.Demo {
		if err := d.prepareDemo(ctx); err != nil {
			return err
		}
	}
	if err := freePort(d.REST); err != nil {
		return inUse(err, "--rest", d.REST)
	}
	d.node, err = distributedMode(d.lost).start(ctx, setup{props: d.workerProps(), logs: d.logs, plugins: d.Plugins})
	if err != nil {
		return err
	}
	return d.startControl()
}

// openLog keeps the log out of the way: in a file, unless it is asked for.
func (d *dev) openLog() error {
	out := d.LogOutput
	if !d.Verbose {
		f, err := os.OpenFile(filepath.Join(d.dir, "millrace.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("--dir: %w", err)
		}
		d.closes = append(d.closes, f.Close)
		out = f
	}
	d.logs = logs.New(logs.Settings{Out: out})
	return nil
}

func (d *dev) startBroker() (err error) {
	d.broker, err = devbroker.Start(devbroker.Settings{
		Addr: d.Kafka, DataDir: filepath.Join(d.dir, "kafka"), AutoCreateTopics: true,
		Logger: d.logs.For("millrace.devbroker"),
	})
	switch {
	case errors.Is(err, devbroker.ErrInUse):
		return fmt.Errorf("%w: another millrace dev uses --dir %s; end it or choose another directory", err, d.dir)
	case err != nil:
		return inUse(err, "--kafka", d.Kafka)
	}
	d.closes = append(d.closes, func() error { d.broker.Close(); return nil })
	return nil
}

// S3 keys of the embedded server, which lets everybody in: it listens on loopback.
const devKey = "millrace-dev"

func (d *dev) startS3() error {
	listener, err := net.Listen("tcp", d.S3)
	if err != nil {
		return inUse(err, "--s3", d.S3)
	}
	d.s3, err = devs3.New(devs3.Settings{
		Dir: filepath.Join(d.dir, "s3"), AutoCreateBucket: true, Logger: d.logs.For("millrace.devs3"),
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.closes = append(d.closes, d.s3.Close)
	d.s3URL = "http://" + listener.Addr().String()
	log := d.logs.For("millrace.devs3")
	go func() {
		if err := d.s3.Serve(listener); err != nil {
			log.Error("The embedded S3 has stopped", "err", err)
		}
	}()
	return d.setEnvironment(log)
}

// setEnvironment makes AWS clients in this process use the embedded S3, with keys
// that are worth nothing elsewhere.
func (d *dev) setEnvironment(log *slog.Logger) error {
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL_S3": d.s3URL, "AWS_ACCESS_KEY_ID": devKey, "AWS_SECRET_ACCESS_KEY": devKey,
		"AWS_REGION": "us-east-1", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		if old := os.Getenv(key); old != "" && old != value {
			log.Info("Within this process an environment variable has another value", "name", key)
		}
		if err := os.Setenv(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (d *dev) workerProps() map[string]string {
	const json = "org.apache.kafka.connect.json.JsonConverter"
	return map[string]string{
		"bootstrap.servers": d.broker.Addrs()[0],
		"listeners":         "http://" + d.REST,
		"key.converter":     json, "key.converter.schemas.enable": "false",
		"value.converter": json, "value.converter.schemas.enable": "false",
		"group.id":                  "millrace-dev",
		"config.storage.topic":      "connect-configs",
		"offset.storage.topic":      devOffsets,
		"status.storage.topic":      "connect-status",
		"offset.storage.partitions": "1", "status.storage.partitions": "1",
		"config.storage.replication.factor": "1", "offset.storage.replication.factor": "1", "status.storage.replication.factor": "1",
		"scheduled.rebalance.max.delay.ms": "0",
		"offset.flush.interval.ms":         "1000",
		"producer.enable.metrics.push":     "false", "consumer.enable.metrics.push": "false",
	}
}

const devOffsets = "connect-offsets"

// stop takes everything down in reverse.
func (d *dev) stop() error {
	if d.node != nil {
		d.node.stop()
	}
	var errs []error
	for i := len(d.closes) - 1; i >= 0; i-- {
		errs = append(errs, d.closes[i]())
	}
	return errors.Join(errs...)
}

// inUse adds the flag that helps.
func inUse(err error, flag, addr string) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use; choose another address with %s HOST:PORT", addr, flag)
	}
	return fmt.Errorf("%s %s: %w", flag, addr, err)
}

// freePort fails when somebody listens on an address.
func freePort(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return l.Close()
}

const tick = 200 * time.Millisecond
