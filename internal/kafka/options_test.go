package kafka

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

const infinite = "2147483647"

// with returns properties: bootstrap.servers and pairs of names and values.
func with(pairs ...string) map[string]string {
	props := map[string]string{"bootstrap.servers": "127.0.0.1:1"}
	for i := 0; i < len(pairs); i += 2 {
		props[pairs[i]] = pairs[i+1]
	}
	return props
}

// open returns a client; it connects to nothing.
func open(t *testing.T, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// mapping is what an option of the kgo client must be for some properties.
type mapping struct {
	props map[string]string
	opt   any
	want  any
}

func checkMapping(t *testing.T, tests []mapping, opts func(map[string]string) ([]kgo.Opt, error)) {
	t.Helper()
	for _, test := range tests {
		all, err := opts(test.props)
		if err != nil {
			t.Errorf("%v: %v", test.props, err)
			continue
		}
		client, err := kgo.NewClient(all...)
		if err != nil {
			t.Errorf("%v: %v", test.props, err)
			continue
		}
		if got := client.OptValue(test.opt); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%v: got %#v, want %#v", test.props, got, test.want)
		}
		client.Close()
	}
}

func TestProducerMapping(t *testing.T) {
	checkMapping(t, []mapping{
		{with("bootstrap.servers", "a:1, SSL://b:2,[::1]:3,:4"), kgo.SeedBrokers, []string{"a:1", "b:2", "[::1]:3", "localhost:4"}},
		{with("client.id", "me"), kgo.ClientID, "me"},
		{with(), kgo.RequiredAcks, kgo.AllISRAcks()},
		{with("acks", "-1"), kgo.RequiredAcks, kgo.AllISRAcks()},
		{with("acks", "1"), kgo.RequiredAcks, kgo.LeaderAck()},
		{with("acks", "0"), kgo.RequiredAcks, kgo.NoAck()},
		{with(), kgo.DisableIdempotentWrite, false},
		{with("acks", "1"), kgo.DisableIdempotentWrite, true},
		{with("retries", "0"), kgo.DisableIdempotentWrite, true},
		{with("enable.idempotence", "false"), kgo.DisableIdempotentWrite, true},
		{with("enable.idempotence", "false"), kgo.MaxProduceRequestsInflightPerBroker, 5},
		{with("enable.idempotence", "false", "max.in.flight.requests.per.connection", "1"), kgo.MaxProduceRequestsInflightPerBroker, 1},
		{with(), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.NoCompression()}},
		{with("compression.type", "gzip"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.GzipCompression()}},
		{with("compression.type", "gzip", "compression.gzip.level", "3"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.GzipCompression().WithLevel(3)}},
		{with("compression.type", "snappy"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.SnappyCompression()}},
		{with("compression.type", "lz4"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.Lz4Compression()}},
		{with("compression.type", "lz4", "compression.lz4.level", "12"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.Lz4Compression().WithLevel(1 << 17)}},
		{with("compression.type", "zstd"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.ZstdCompression()}},
		{with("compression.type", "zstd", "compression.zstd.level", "22"), kgo.ProducerBatchCompression, []kgo.CompressionCodec{kgo.ZstdCompression().WithLevel(4)}},
		{with(), kgo.ProducerLinger, 5 * time.Millisecond},
		{with("linger.ms", "0"), kgo.ProducerLinger, time.Duration(0)},
		{with("batch.size", "1"), kgo.ProducerBatchMaxBytes, int32(1048576)},
		{with("max.request.size", "10485760"), kgo.ProducerBatchMaxBytes, int32(10485760)},
		{with("max.request.size", "10"), kgo.ProducerBatchMaxBytes, int32(512)},
		{with("max.request.size", infinite), kgo.ProducerBatchMaxBytes, int32(1 << 30)},
		{with("max.request.size", infinite), kgo.BrokerMaxWriteBytes, int32(1 << 30)},
		{with("buffer.memory", "1000000"), kgo.MaxBufferedBytes, int64(1000000)},
		{with("buffer.memory", "1000000"), kgo.MaxBufferedRecords, int64(1953)},
		{with("buffer.memory", "9223372036854775807"), kgo.MaxBufferedRecords, int64(1 << 20)},
		{with(), kgo.RecordDeliveryTimeout, 2 * time.Minute},
		{with("delivery.timeout.ms", infinite), kgo.RecordDeliveryTimeout, time.Duration(0)},
		{with("request.timeout.ms", "200000"), kgo.RecordDeliveryTimeout, 200005 * time.Millisecond},
		{with(), kgo.RecordRetries, int64(math.MaxInt64)},
		{with("retries", "3"), kgo.RecordRetries, int64(3)},
		{with("max.block.ms", "9223372036854775807"), kgo.UnknownTopicRetries, int64(-1)},
		{with("max.block.ms", "10000"), kgo.UnknownTopicRetries, int64(18)},
		{with("request.timeout.ms", "7000"), kgo.ProduceRequestTimeout, 7 * time.Second},
		{with("request.timeout.ms", "7000"), kgo.RequestTimeoutOverhead, 7 * time.Second},
		{with("request.timeout.ms", "0"), kgo.RequestTimeoutOverhead, 100 * time.Millisecond},
		{with("metadata.max.age.ms", "60000"), kgo.MetadataMaxAge, time.Minute},
		{with("metadata.max.age.ms", "0"), kgo.MetadataMinAge, 10 * time.Millisecond},
		{with(), kgo.MetadataMinAge, time.Second},
		{with("connections.max.idle.ms", "-1"), kgo.ConnIdleTimeout, 15 * time.Minute},
		{with(), kgo.AllowAutoTopicCreation, true},
		{with(), kgo.DisableClientMetrics, false},
		{with("enable.metrics.push", "false"), kgo.DisableClientMetrics, true},
		{with("transactional.id", "x"), kgo.TransactionalID, "x"},
		{with("transactional.id", "x", "transaction.timeout.ms", "9000"), kgo.TransactionTimeout, 9 * time.Second},
		{with("transactional.id", "x"), kgo.TransactionTimeout, time.Minute},
	}, func(props map[string]string) ([]kgo.Opt, error) {
		p, err := ProducerOptions(props)
		if err != nil {
			return nil, err
		}
		return p.Opts, nil
	})
}

func TestConsumerMapping(t *testing.T) {
	grouped := func(pairs ...string) map[string]string { return with(append(pairs, "group.id", "g")...) }
	checkMapping(t, []mapping{
		{grouped(), kgo.ConsumerGroup, "g"},
		{grouped("enable.auto.commit", "true"), kgo.DisableAutoCommit, true},
		{grouped("group.instance.id", "i"), kgo.InstanceID, "i"},
		{grouped(), kgo.SessionTimeout, 45 * time.Second},
		{grouped("session.timeout.ms", "9000"), kgo.SessionTimeout, 9 * time.Second},
		{grouped("heartbeat.interval.ms", "1000"), kgo.HeartbeatInterval, time.Second},
		{grouped(), kgo.RebalanceTimeout, 5 * time.Minute},
		{grouped("max.poll.interval.ms", "1"), kgo.RebalanceTimeout, 100 * time.Millisecond},
		{grouped(), kgo.ServerSideBalancer, false},
		{grouped("group.protocol", "CONSUMER"), kgo.ServerSideBalancer, true},
		{with("fetch.min.bytes", "7"), kgo.FetchMinBytes, int32(7)},
		{with("fetch.max.bytes", "7000"), kgo.FetchMaxBytes, int32(7000)},
		{with("fetch.max.bytes", infinite), kgo.BrokerMaxReadBytes, int32(1 << 30)},
		{with("max.partition.fetch.bytes", "700"), kgo.FetchMaxPartitionBytes, int32(700)},
		{with(), kgo.FetchMaxWait, 500 * time.Millisecond},
		{with("fetch.max.wait.ms", "0"), kgo.FetchMaxWait, 10 * time.Millisecond},
		{with(), kgo.FetchIsolationLevel, int8(0)},
		{with("isolation.level", "read_committed"), kgo.FetchIsolationLevel, int8(1)},
		{with(), kgo.ConsumeStartOffset, kgo.NewOffset().AtEnd()},
		{with("auto.offset.reset", "earliest"), kgo.ConsumeStartOffset, kgo.NewOffset().AtStart()},
		{with("auto.offset.reset", "earliest"), kgo.ConsumeResetOffset, kgo.NewOffset().AtStart()},
		{with("auto.offset.reset", "none"), kgo.ConsumeStartOffset, kgo.NewOffset().AtCommitted()},
		{with("auto.offset.reset", "none"), kgo.ConsumeResetOffset, kgo.NoResetOffset()},
		{with("client.rack", "r"), kgo.Rack, "r"},
		{with(), kgo.DisableFetchCRCValidation, false},
		{with("check.crcs", "false"), kgo.DisableFetchCRCValidation, true},
		{with(), kgo.AllowAutoTopicCreation, true},
		{with("allow.auto.create.topics", "false"), kgo.AllowAutoTopicCreation, false},
	}, func(props map[string]string) ([]kgo.Opt, error) {
		c, err := ConsumerOptions(props)
		if err != nil {
			return nil, err
		}
		return append(c.Opts, c.GroupOpts...), nil
	})
}

func TestAdminMapping(t *testing.T) {
	checkMapping(t, []mapping{
		{with(), kgo.RequestRetries, int64(math.MaxInt32)},
		{with("retries", "2"), kgo.RequestRetries, int64(2)},
		{with(), kgo.RetryTimeout, time.Minute},
		{with("default.api.timeout.ms", "40000"), kgo.RetryTimeout, 40 * time.Second},
		{with("request.timeout.ms", "90000"), kgo.RetryTimeout, 90 * time.Second},
		{with(), kgo.DisableClientMetrics, true},
	}, func(props map[string]string) ([]kgo.Opt, error) {
		a, err := AdminOptions(props)
		if err != nil {
			return nil, err
		}
		return a.Opts, nil
	})
}

func TestFields(t *testing.T) {
	p, err := ProducerOptions(SourceProducerProps(with(), nil, "c", 0))
	if err != nil {
		t.Fatal(err)
	}
	if p.MaxBlock != Forever || p.DeliveryTimeout != Forever || p.Idempotent || p.MaxRequestSize != 1<<20 ||
		p.ClientID != "connector-producer-c-0" || p.RequestTimeout != 30*time.Second || len(p.Warnings)+len(p.Unused) != 0 {
		t.Errorf("got %+v", p)
	}
	open(t, p.Opts...)

	c, err := ConsumerOptions(SinkConsumerProps(with(), nil, "c", 1))
	if err != nil {
		t.Fatal(err)
	}
	if c.GroupID != "connect-c" || c.OffsetReset.Strategy != "earliest" || c.MaxPollRecords != 500 || c.MaxPollInterval != 5*time.Minute ||
		c.SessionTimeout != 45*time.Second || c.APITimeout != time.Minute || !c.ExcludeInternal || c.ReadCommitted || len(c.Warnings) != 0 {
		t.Errorf("got %+v", c)
	}
	// The same properties serve a consumer that is told its partitions.
	open(t, append(c.Opts, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"t": {0: kgo.NewOffset()}}))...)
	open(t, append(c.Opts, c.GroupOpts...)...)
}

func TestBalancers(t *testing.T) {
	const pkg = "org.apache.kafka.clients.consumer."
	for _, test := range []struct {
		props map[string]string
		want  []string
	}{
		{with(), []string{"range", "cooperative-sticky"}},
		{with("partition.assignment.strategy", pkg+"RoundRobinAssignor, "+pkg+"StickyAssignor"), []string{"roundrobin", "sticky"}},
		{with("group.protocol", "consumer"), []string{"sticky"}},
		{with("group.protocol", "consumer", "group.remote.assignor", "range"), []string{"range"}},
	} {
		test.props["group.id"] = "g"
		c, err := ConsumerOptions(test.props)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, b := range open(t, append(c.Opts, c.GroupOpts...)...).OptValue(kgo.Balancers).([]kgo.GroupBalancer) {
			got = append(got, b.ProtocolName())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: got %v, want %v", test.props, got, test.want)
		}
	}
}

func TestOptionErrors(t *testing.T) {
	producer := func(props map[string]string) error { _, err := ProducerOptions(props); return err }
	consumer := func(props map[string]string) error { _, err := ConsumerOptions(props); return err }
	admin := func(props map[string]string) error { _, err := AdminOptions(props); return err }
	for _, test := range []struct {
		read  func(map[string]string) error
		props map[string]string
		key   string
		text  string
	}{
		{producer, map[string]string{}, "bootstrap.servers", `Missing required configuration "bootstrap.servers" which has no default value.`},
		{producer, with("bootstrap.servers", "no host"), "bootstrap.servers", "Invalid url in bootstrap.servers: no host"},
		{producer, with("bootstrap.servers", "host:70000"), "bootstrap.servers", "Invalid port in bootstrap.servers: host:70000"},
		{producer, with("acks", "9"), "acks", "Invalid value 9 for configuration acks: String must be one of: all, -1, 0, 1"},
		{producer, with("linger.ms", "x"), "linger.ms", "Invalid value x for configuration linger.ms: Not a number of type LONG"},
		{producer, with("compression.type", "nope"), "compression.type", "Invalid value nope for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd"},
		{producer, with("compression.gzip.level", "0"), "compression.gzip.level", "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"},
		{producer, with("buffer.memory", "-1"), "buffer.memory", "Invalid value -1 for configuration buffer.memory: Value must be at least 0"},
		{producer, with("enable.idempotence", "true", "acks", "1"), "acks", "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence."},
		{producer, with("enable.idempotence", "true", "retries", "0"), "retries", "Must set retries to non-zero when using the idempotent producer."},
		{producer, with("max.in.flight.requests.per.connection", "6"), "max.in.flight.requests.per.connection", "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6."},
		{producer, with("transactional.id", "x", "enable.idempotence", "false"), "transactional.id", "Cannot set a transactional.id without also enabling idempotence."},
		{producer, with("transactional.id", ""), "transactional.id", "Invalid value  for configuration transactional.id: String must be non-empty"},
		{producer, with("transaction.two.phase.commit.enable", "true"), "transaction.two.phase.commit.enable", "Invalid value true for configuration transaction.two.phase.commit.enable: two-phase commit is not supported"},
		{producer, with("delivery.timeout.ms", "30000"), "delivery.timeout.ms", "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"},
		{producer, with("partitioner.class", "com.example.P"), "partitioner.class", "Invalid value com.example.P for configuration partitioner.class: this partitioner is not supported; leave the key out or use org.apache.kafka.clients.producer.RoundRobinPartitioner"},
		{producer, with("security.protocol", "TLS"), "security.protocol", "Invalid value TLS for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT"},
		{producer, with("security.protocol", "sasl_plaintext"), "sasl.mechanism", "Invalid value GSSAPI for configuration sasl.mechanism: Kerberos is not supported"},
		{producer, with("security.protocol", "ssl", "ssl.keystore.location", "x"), "ssl.keystore.password", "SSL key store is specified, but key store password is not specified."},
		{consumer, with("auto.offset.reset", "never"), "auto.offset.reset", "Invalid value never for configuration auto.offset.reset: Invalid value `never` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."},
		{consumer, with("heartbeat.interval.ms", "45000"), "heartbeat.interval.ms", "Heartbeat must be set lower than the session timeout"},
		{consumer, with("partition.assignment.strategy", "com.example.A"), "partition.assignment.strategy", "Invalid value com.example.A for configuration partition.assignment.strategy: the assignor com.example.A is not supported"},
		{consumer, with("partition.assignment.strategy", ""), "partition.assignment.strategy", "Must configure at least one partition assigner class name to partition.assignment.strategy configuration property"},
		{consumer, with("group.remote.assignor", "uniform"), "group.remote.assignor", "group.remote.assignor cannot be set when group.protocol=CLASSIC"},
		{consumer, with("group.protocol", "consumer", "session.timeout.ms", "9000"), "session.timeout.ms", "session.timeout.ms cannot be set when group.protocol=CONSUMER"},
		{consumer, with("group.protocol", "consumer", "group.remote.assignor", "mine"), "group.remote.assignor", "Invalid value mine for configuration group.remote.assignor: the supported assignors are uniform and range"},
		{consumer, with("isolation.level", "none"), "isolation.level", "Invalid value none for configuration isolation.level: String must be one of: read_committed, read_uncommitted"},
		{admin, map[string]string{}, "bootstrap.servers", "You must set either bootstrap.servers or bootstrap.controllers"},
		{admin, map[string]string{"bootstrap.controllers": "a:1"}, "bootstrap.controllers", "bootstrap.controllers is not supported; use bootstrap.servers"},
		{admin, with("default.api.timeout.ms", "10"), "default.api.timeout.ms", "The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms."},
	} {
		err := test.read(test.props)
		var e *config.Error
		if !errors.As(err, &e) || e.Key != test.key || e.Error() != test.text {
			t.Errorf("%v:\n got %v\nwant %s", test.props, err, test.text)
		}
	}
}

func TestWarnings(t *testing.T) {
	p, err := ProducerOptions(with(
		"send.buffer.bytes", "131072", "receive.buffer.bytes", "1", // the first is the default
		"key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
		"value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer",
		"interceptor.classes", "com.example.I", "metric.reporters", "com.example.R",
		"partitioner.class", "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
		"linger.ms", "60001", "delivery.timeout.ms", infinite,
		"metrics.context.x", "y", "config.providers.p.class", "z", "wrong.key", "w", "another", "a"))
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, w := range p.Warnings {
		key, _, _ := strings.Cut(w, ":")
		keys = append(keys, key)
	}
	slices.Sort(keys)
	want := []string{"interceptor.classes", "key.serializer", "linger.ms", "metric.reporters", "partitioner.class", "receive.buffer.bytes"}
	if !slices.Equal(keys, want) {
		t.Errorf("got %q, want %q", p.Warnings, want)
	}
	if !slices.Equal(p.Unused, []string{"another", "wrong.key"}) {
		t.Errorf("unused: got %q", p.Unused)
	}
	c, err := ConsumerOptions(with("enable.auto.commit", "true", "group.id", "g"))
	if err != nil || len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], "enable.auto.commit:") {
		t.Errorf("got %q, %v", c.Warnings, err)
	}
}

func TestFingerprint(t *testing.T) {
	of := func(props map[string]string) [32]byte {
		p, err := ProducerOptions(props)
		if err != nil {
			t.Fatal(err)
		}
		return p.Fingerprint()
	}
	plain := with("sasl.jaas.config", "a")
	for _, test := range []struct {
		props map[string]string
		same  bool
	}{
		{with("sasl.jaas.config", "a", "client.id", "x"), true},
		{with("sasl.jaas.config", " a", "linger.ms", "+5", "unknown", "x"), true},
		{with("sasl.jaas.config", "a", "linger.ms", "6"), false},
		{with("sasl.jaas.config", "b"), false},
		{with("sasl.jaas.config", "a", "sasl.mechanism", ""), false},
	} {
		if same := of(plain) == of(test.props); same != test.same {
			t.Errorf("%v: same is %v", test.props, same)
		}
	}
}

func TestBackoff(t *testing.T) {
	pause := backoff(100*time.Millisecond, time.Second)
	for failures, want := range map[int]time.Duration{
		0: 100 * time.Millisecond, 1: 100 * time.Millisecond, 2: 200 * time.Millisecond,
		4: 800 * time.Millisecond, 5: time.Second, 1000: time.Second,
	} {
		for range 20 {
			if got := pause(failures); got < want*8/10 || got > want*12/10 {
				t.Errorf("%d: got %v, want about %v", failures, got, want)
			}
		}
	}
}

func TestParseOffsetReset(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"by_duration:P2D":                    48 * time.Hour,
		"by_duration:PT1H30M":                90 * time.Minute,
		"by_duration:P1DT2H3M4.5S":           26*time.Hour + 3*time.Minute + 4500*time.Millisecond,
		"by_duration:pt0.000000001s":         1,
		"by_duration:PT-1H2H":                -1,
		"by_duration:PT2H-1M":                119 * time.Minute,
		"by_duration:P1000000D":              math.MaxInt64,
		"by_duration:PT-1S":                  -1,
		"by_duration:P":                      -1,
		"by_duration:PT":                     -1,
		"by_duration:P1DT":                   -1,
		"by_duration:1h":                     -1,
		"by_duration:":                       -1,
		"by_duration:P99999999999999999999D": -1,
		"by_duration":                        -1,
		"Earliest":                           -1,
		"":                                   -1,
	} {
		got, err := ParseOffsetReset(text)
		if want < 0 {
			if err == nil {
				t.Errorf("%s: got %v, want an error", text, got)
			}
			continue
		}
		if err != nil || got.Duration != want {
			t.Errorf("%s: got %v, %v, want %v", text, got.Duration, err, want)
		}
	}
	now := time.UnixMilli(10_000_000)
	client := open(t, append(OffsetReset{"by_duration", 5 * time.Second}.opts(now), kgo.SeedBrokers("127.0.0.1:1"))...)
	if got := client.OptValue(kgo.ConsumeStartOffset); got != kgo.NewOffset().AfterMilli(9_995_000) {
		t.Errorf("got %v", got)
	}
}
