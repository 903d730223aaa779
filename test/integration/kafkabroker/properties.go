package kafkabroker

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// serverProperties gives the broker's configuration; later parts override
// earlier ones.
func serverProperties(dir string, s settings, p ports) map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{
		identity(dir, p), small(), listeners(p), tlsFiles(dir), saslLogins(s.users), s.properties,
	} {
		maps.Copy(all, part)
	}
	return all
}

func identity(dir string, p ports) map[string]string {
	return map[string]string{
		"process.roles":              "broker,controller",
		"node.id":                    "1",
		"controller.quorum.voters":   "1@" + p.address(controller),
		"controller.listener.names":  string(controller),
		"inter.broker.listener.name": string(Plaintext),
		"log.dirs":                   filepath.Join(dir, "data"),
	}
}

// small makes one broker do what a cluster does, at once and with little memory.
func small() map[string]string {
	return map[string]string{
		"num.partitions":                                   "1",
		"auto.create.topics.enable":                        "true",
		"offsets.topic.num.partitions":                     "1",
		"offsets.topic.replication.factor":                 "1",
		"transaction.state.log.num.partitions":             "1",
		"transaction.state.log.replication.factor":         "1",
		"transaction.state.log.min.isr":                    "1",
		"share.coordinator.state.topic.num.partitions":     "1",
		"share.coordinator.state.topic.replication.factor": "1",
		"share.coordinator.state.topic.min.isr":            "1",
		"group.initial.rebalance.delay.ms":                 "0",
		"group.min.session.timeout.ms":                     "100",
		"broker.heartbeat.interval.ms":                     "200",
		// After a kill, the controller lets the broker in only when this has passed.
		"broker.session.timeout.ms":      "3000",
		"log.cleaner.dedupe.buffer.size": "8388608",
		"num.network.threads":            "2",
		"num.io.threads":                 "4",
	}
}

func listeners(p ports) map[string]string {
	var bind, advertised, protocols []string
	for _, l := range securityProtocols() {
		at := string(l.Listener) + "://" + p.address(l.Listener)
		bind = append(bind, at)
		protocols = append(protocols, string(l.Listener)+":"+l.Protocol)
		if l.Listener != controller {
			advertised = append(advertised, at)
		}
	}
	return map[string]string{
		"listeners":                      strings.Join(bind, ","),
		"advertised.listeners":           strings.Join(advertised, ","),
		"listener.security.protocol.map": strings.Join(protocols, ","),
	}
}

func tlsFiles(dir string) map[string]string {
	return map[string]string{
		"ssl.keystore.type":                  "PEM",
		"ssl.keystore.location":              filepath.Join(dir, serverFile),
		"ssl.truststore.type":                "PEM",
		"ssl.truststore.location":            filepath.Join(dir, authorityFile),
		"listener.name.mtls.ssl.client.auth": "required",
	}
}

// propertiesFile writes m as a Java properties file, sorted by key. Keys are
// plain words; in values only the backslash means something.
func propertiesFile(m map[string]string) []byte {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%s\n", k, strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(m[k]))
	}
	return []byte(b.String())
}
