package aivens3sink

import (
	"flag"
	"testing"

	"github.com/millrace/millrace/internal/connectorconfig/connectorconfigtest"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

// TestPage compares the table in the user's page with the keys.
func TestPage(t *testing.T) {
	connectorconfigtest.Page(t, "../../../docs/connectors/aiven-s3.md", *update, connectorconfigtest.Table{Keys: Plugin.Config.Keys()})
}
