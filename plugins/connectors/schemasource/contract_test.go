package schemasource

import (
	"io"
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
)

func TestContract(t *testing.T) {
	for _, versions := range []string{"false", "true"} {
		connecttest.Source{
			Plugin: newSource(io.Discard),
			Config: map[string]string{
				"topic": "t", "num.messages": "1000000", "throughput": "-1", "partition.count": "3", "multiple.schema": versions,
			},
			Identity: numbered,
			Bad: []connecttest.BadSetting{
				{Key: "num.messages", Missing: true},
				{Key: "throughput", Value: "x"},
				{Key: "partition.count", Value: ""},
			},
		}.Run(t)
	}
}
