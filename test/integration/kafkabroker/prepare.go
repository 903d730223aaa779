package kafkabroker

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/millrace/millrace/test/integration/jvm"
)

const formatWindow = time.Minute

//go:embed log4j2.xml
var logConfig []byte

// prepare makes dir and in it all that a broker needs before its first start.
func prepare(dir string, s settings, chosen ports) (*Broker, error) {
	java, err := jvm.Java()
	if err != nil {
		return nil, err
	}
	jars, err := jvm.Jars(jvm.KafkaBroker)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the broker's directory: %w", err)
	}
	b := &Broker{dir: dir, clusterID: newClusterID(), ports: chosen, users: s.users}
	if err := b.writeFiles(s); err != nil {
		return nil, err
	}
	b.program = jvm.Program{
		Java: java, Jars: []string{jars}, Options: b.javaOptions(),
		Class: "kafka.Kafka", Args: []string{b.file("server.properties")},
		Dir: dir, Output: b.output,
	}
	if err := b.format(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// newClusterID returns 16 random bytes in the base64 that Kafka uses for ids.
func newClusterID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	id[0] &= 0x7f           // or it could begin like an option of the storage tool
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (b *Broker) file(name string) string { return filepath.Join(b.dir, name) }

func (b *Broker) writeFiles(s settings) (err error) {
	if b.certificates, err = writeCertificates(b.dir); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"server.properties": propertiesFile(serverProperties(b.dir, s, b.ports)),
		"log4j2.xml":        logConfig,
	} {
		if err := os.WriteFile(b.file(name), content, 0o600); err != nil {
			return fmt.Errorf("write the broker's configuration: %w", err)
		}
	}
	b.output, err = os.OpenFile(b.file("broker.log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("open the broker's log: %w", err)
	}
	return nil
}

// javaOptions favours a quick start over throughput.
func (b *Broker) javaOptions() []string {
	return []string{
		"-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Djava.awt.headless=true", "-Dlog4j2.configurationFile=" + b.file("log4j2.xml"),
	}
}

// format makes the data directory, with the users' SCRAM credentials in it.
func (b *Broker) format() error {
	scram, err := scramRecords(b.users)
	if err != nil {
		return err
	}
	tool := b.program
	tool.Class = "kafka.tools.StorageTool"
	tool.Args = append([]string{"format", "-t", b.clusterID, "-c", b.file("server.properties")}, scram...)
	ctx, cancel := context.WithTimeout(context.Background(), formatWindow)
	defer cancel()
	if err := tool.Run(ctx); err != nil {
		return fmt.Errorf("format the broker's storage: %w\n%s", err, b.logSince(0))
	}
	return nil
}
