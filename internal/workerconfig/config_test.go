package workerconfig

import (
	"maps"
	"slices"
	"testing"
	"time"
)

var plain = map[string]string{
	"bootstrap.servers": "b:1", "key.converter": "K", "value.converter": "V", "group.id": "g",
	"config.storage.topic": "c", "offset.storage.topic": "o", "status.storage.topic": "s", "offset.storage.file.filename": "/o",
}

func with(more ...string) map[string]string {
	props := maps.Clone(plain)
	for i := 0; i < len(more); i += 2 {
		props[more[i]] = more[i+1]
	}
	return props
}

func TestParseDistributed(t *testing.T) {
	c, err := ParseDistributed(with("exactly.once.source.support", "PREPARING", "reconnect.backoff.ms", "5000",
		"offset.storage.min.insync.replicas", "2", "offset.storage.cleanup.policy", "delete", "connect.protocol", "Eager",
		"strange", "x", "producer.acks", "1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := c.Cluster
	if w.Group != "g" || w.Protocol != "eager" || w.ExactlyOnce.Enabled() || !w.ExactlyOnce.TransactionalLeader() {
		t.Errorf("cluster %+v", w)
	}
	if w.TransactionalID() != "connect-cluster-g" || w.SessionTimeout != 10*time.Second || c.FlushInterval != time.Minute {
		t.Errorf("cluster %+v, flush %v", w, c.FlushInterval)
	}
	if !maps.Equal(w.Offsets.Settings, map[string]string{"min.insync.replicas": "2"}) || w.Offsets.Partitions != 25 || w.Configs.Partitions != 1 {
		t.Errorf("topics %+v %+v", w.Offsets, w.Configs)
	}
	if c.Long("reconnect.backoff.max.ms") != 5000 {
		t.Errorf("reconnect.backoff.max.ms = %d", c.Long("reconnect.backoff.max.ms"))
	}
	if got := c.Unknown(); !slices.Equal(got, []string{"strange"}) {
		t.Errorf("unknown %v", got)
	}
	if got := c.Ignored(); !slices.Equal(got, []string{"offset.storage.cleanup.policy"}) {
		t.Errorf("ignored %v", got)
	}
}

func TestParseErrors(t *testing.T) {
	for want, props := range map[string]map[string]string{
		"Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value": with("bootstrap.servers", ""),
		"Invalid value x for configuration connect.protocol: Invalid Connect protocol compatibility":     with("connect.protocol", "x"),
		"Invalid value HmacSHA1 for configuration inter.worker.signature.algorithm: " +
			"Signature algorithm must be present in inter.worker.verification.algorithms list": with("inter.worker.signature.algorithm", "HmacSHA1"),
		"Invalid value [] for configuration inter.worker.verification.algorithms: " +
			"At least one signature verification algorithm must be provided": with("inter.worker.verification.algorithms", ""),
		"Empty URL found when parsing listeners list.":                                                                 with("listeners", "http://:1,"),
		"Unable to create key generator with algorithm HmacSHA256 and key size 8: Key length must be at least 40 bits": with("inter.worker.key.size", "8"),
		"Invalid value No for configuration key.converter: Class No could not be found.":                               with("key.converter", "No"),
	} {
		_, err := ParseDistributed(props, func(name string) (string, bool) { return name, name != "No" })
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestParseListener(t *testing.T) {
	const form, protocol = "Listener doesn't have the right format (protocol://hostname:port).", `Listener protocol must be either "http" or "https".`
	for text, want := range map[string]any{
		"http://:8083":       Listener{"http", "", 8083},
		"HTTPS://[::1]:8443": Listener{"https", "::1", 8443},
		"http://h:0":         Listener{"http", "h", 0},
		"http://h":           form,
		"h:1":                form,
		"http://a b:1":       form,
		"ftp://h:1":          protocol,
		"http://h:99999":     "Port 99999 of listener http://h:99999 is not between 0 and 65535.",
	} {
		got, err := ParseListener(text)
		if err != nil {
			if err.Error() != want {
				t.Errorf("%s: %v, want %v", text, err, want)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestAdvertised(t *testing.T) {
	const both = "http://localhost:8080,https://localhost:8443"
	for _, tt := range []struct {
		props []string
		want  string
	}{
		{[]string{"listeners", both}, "http://localhost:8080/"},
		{[]string{"listeners", both, "rest.advertised.listener", "HTTPS"}, "https://localhost:8443/"},
		{[]string{"listeners", "https://localhost:8443"}, "https://localhost:8443/"},
		{[]string{
			"listeners", "https://localhost:8443", "rest.advertised.listener", "http",
			"rest.advertised.host.name", "somehost", "rest.advertised.port", "10000",
		}, "http://somehost:10000/"},
		{[]string{"listeners", "https://encrypted:42069,http://plain:4761", "rest.advertised.listener", "http"}, "http://plain:4761/"},
		{[]string{"listeners", "http://:0"}, "http://10.0.0.1:54321/"},
		{[]string{"listeners", "http://[::1]:8083"}, "http://[::1]:8083/"},
	} {
		c, err := ParseStandalone(with(tt.props...), nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.REST()
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := r.Advertised("10.0.0.1", func(int) int { return 54321 }); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.props, got, tt.want)
		}
	}
}

func TestREST(t *testing.T) {
	for _, tt := range []struct {
		props       []string
		shared, off bool
	}{
		{nil, true, false},
		{[]string{"admin.listeners", ""}, false, true},
		{[]string{"admin.listeners", "http://:1"}, false, false},
	} {
		c, err := ParseStandalone(with(tt.props...), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := c.REST(); err != nil || r.AdminShared != tt.shared || r.AdminOff != tt.off {
			t.Errorf("%v: %+v, %v", tt.props, r, err)
		}
	}
	c, err := ParseStandalone(with("listeners", "ftp://h:1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.REST(); err == nil {
		t.Error("a listener of another protocol was accepted")
	}
}

func TestHTTPSPrefixIsAllOrNothing(t *testing.T) {
	c, err := ParseStandalone(with("ssl.keystore.location", "/plain", "listeners.https.ssl.keystore.type", "PEM"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.HTTPS(false); !maps.Equal(got, map[string]string{"ssl.keystore.type": "PEM"}) {
		t.Errorf("listener %v", got)
	}
	if got := c.HTTPS(true); !maps.Equal(got, map[string]string{"ssl.keystore.location": "/plain"}) {
		t.Errorf("admin listener %v", got)
	}
}

func TestParseHeaderRules(t *testing.T) {
	rules, err := ParseHeaderRules(`add X-A: one; two, "set Cache-Control: no-cache, \"no\"-store" dropped, addDate Expires: 0`)
	want := []HeaderRule{{"add", "X-A", "one; two"}, {"set", "Cache-Control", `no-cache, "no"-store`}, {"addDate", "Expires", "0"}}
	if err != nil || !slices.Equal(rules, want) {
		t.Errorf("%q, %v, want %q", rules, err, want)
	}
	const pair, rule = "Expected: '[header name]:[header value]'", "Expected: '[action] [header name]:[header value]'"
	for text, want := range map[string]string{
		"set":       "Invalid format of header config 'set'. " + rule,
		"set X-A":   "Invalid format of header name and header value pair 'X-A'. " + pair,
		"set X-A:":  "Invalid format of header name and header value pair 'X-A:'. " + pair,
		"set : b":   "Invalid header name ''. The '[header name]' cannot contain whitespace",
		"set X A:b": "Invalid header name 'X A'. The '[header name]' cannot contain whitespace",
		"put X: b":  "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]",
	} {
		if _, err := ParseHeaderRules(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
