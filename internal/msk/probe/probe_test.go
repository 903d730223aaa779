package probe

import (
	"context"
	"errors"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

const user = "u"

func allow(resource kmsg.ACLResourceType, name string, operations ...kmsg.ACLOperation) (acls []kfake.ACL) {
	for _, o := range operations {
		acls = append(acls, kfake.ACL{Resource: resource, Name: name, Pattern: kmsg.ACLResourcePatternTypePrefixed, Operation: o, Allow: true})
	}
	return acls
}

func TestProbe(t *testing.T) {
	const topic, group, cluster = kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup, kmsg.ACLResourceTypeCluster
	const read, write, create, describe = kmsg.ACLOperationRead, kmsg.ACLOperationWrite, kmsg.ACLOperationCreate, kmsg.ACLOperationDescribe
	groups := allow(group, "g", read, describe)
	topics := allow(topic, "t", read, write, create, describe)
	for name, c := range map[string]struct {
		acls   [][]kfake.ACL
		change map[string]string
		code   string
		part   string
	}{
		"all rights":       {acls: [][]kfake.ACL{topics, groups}},
		"no topics":        {[][]kfake.ACL{groups}, nil, model.ReasonInternalTopicsForbidden, "internal topic t0"},
		"no creation":      {[][]kfake.ACL{allow(topic, "t", read, write, describe), groups}, nil, model.ReasonInternalTopicsForbidden, "must not be created"},
		"no reading":       {[][]kfake.ACL{allow(topic, "t", write, create, describe), groups}, nil, model.ReasonInternalTopicsForbidden, "t0 must not be read"},
		"no groups":        {[][]kfake.ACL{topics}, nil, model.ReasonInternalTopicsForbidden, "must not be described"},
		"cluster creation": {acls: [][]kfake.ACL{allow(topic, "t", read, write, describe), allow(cluster, "kafka-cluster", create), groups}},
		"wrong password": {
			nil,
			map[string]string{"sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="x";`},
			model.ReasonKafkaAuthentication, "sasl.mechanism",
		},
		"no SASL":   {nil, map[string]string{"security.protocol": "PLAINTEXT"}, model.ReasonBootstrapUnreachable, "security.protocol"},
		"mechanism": {nil, map[string]string{"sasl.mechanism": "GUESS"}, model.ReasonKafkaAuthentication, "sasl.mechanism"},
		"secret":    {nil, map[string]string{"sasl.jaas.config": "${secrets:a:b}"}, "", ""},
		"nowhere":   {nil, map[string]string{"bootstrap.servers": "127.0.0.1:1,,127.0.0.1:2"}, model.ReasonBootstrapUnreachable, "127.0.0.1:2"},
		"nothing":   {nil, map[string]string{"bootstrap.servers": " , "}, model.ReasonBootstrapUnreachable, "names no server"},
		"no name":   {nil, map[string]string{"bootstrap.servers": "no..where:9092"}, model.ReasonDNSResolution, "DNS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var acls []kfake.ACL
			for _, some := range c.acls {
				acls = append(acls, some...)
			}
			broker, err := devbroker.Start(devbroker.Settings{Options: []kfake.Opt{
				kfake.EnableSASL(), kfake.EnableACLs(), kfake.User("PLAIN", user, "p", acls...), kfake.SeedTopics(1, "t0"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = broker.Close() }()
			worker := map[string]string{
				"bootstrap.servers": strings.Join(broker.Addrs(), ","), "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
				"sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";`,
			}
			maps.Copy(worker, c.change)
			admin := map[string]string{}
			for key, value := range worker {
				admin["admin."+key] = value
			}
			maps.Copy(worker, admin)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			p := New(nil)
			p.answer = time.Second
			err = p.Probe(ctx, operate.Probe{Worker: worker, Topics: []string{"t0", "t1"}, Groups: []string{"g"}})
			check(t, err, c.code, c.part)
		})
	}
}

func check(t *testing.T, err error, code, part string) {
	t.Helper()
	var f *operate.Failure
	switch {
	case code == "" && err != nil:
		t.Errorf("%v", err)
	case code == "":
	case !errors.As(err, &f):
		t.Errorf("%v, want %s", err, code)
	case f.Code != code || !strings.Contains(f.Message, part) || strings.Contains(f.Message, "password="):
		t.Errorf("%s: %s\nwant %s: %s", f.Code, f.Message, code, part)
	}
}

// TestSilence asks somebody who takes connections and says nothing.
func TestSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	p := New(nil)
	p.answer = 100 * time.Millisecond
	err = p.Probe(t.Context(), operate.Probe{Worker: map[string]string{"bootstrap.servers": l.Addr().String()}})
	check(t, err, model.ReasonBootstrapUnreachable, "no answer in time")
}
