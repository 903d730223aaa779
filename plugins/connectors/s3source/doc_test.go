package s3source

import (
	"flag"
	"slices"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig/connectorconfigtest"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

// TestPage compares the table in the user's page with the keys.
func TestPage(t *testing.T) {
	keys := slices.DeleteFunc(slices.Clone(Plugin.Config.Keys()), func(k config.Key) bool { return k.Internal })
	connectorconfigtest.Page(t, "../../../docs/connectors/s3-source.md", *update, connectorconfigtest.Table{Keys: keys})
}

func TestKeys(t *testing.T) {
	connectorconfigtest.Groups(t, Plugin.Config, "Connector,S3,Format,Storage,Partitioner,Confluent License,Task")
}
