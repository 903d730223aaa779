package mock

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
)

func TestContract(t *testing.T) {
	for _, mode := range []string{"", "connector-failure", "task-failure"} {
		config := map[string]string{"mock_mode": mode, "delay_ms": "3600000"}
		var bad []connecttest.BadSetting
		if mode != "" {
			bad = []connecttest.BadSetting{{Key: "delay_ms", Value: "soon"}, {Key: "delay_ms", Value: "-1"}}
		}
		connecttest.Source{Plugin: Source, Config: config, Silent: true, Bad: bad}.Run(t)
		connecttest.Sink{Plugin: Sink, Config: config, Bad: bad}.Run(t)
	}
}
