package api

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/msk/metricship"
)

// exposition is the content type of what Prometheus reads.
const exposition = "text/plain; version=0.0.4; charset=utf-8"

// expose writes metrics in the text format of Prometheus, under the names that Amazon
// MSK Connect has for them.
func expose(all []metricship.Snapshot) []byte {
	var text bytes.Buffer
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for _, name := range metricship.Metrics() {
		begun := false
		for _, s := range all {
			v, ok := s.Values[name]
			if !ok {
				continue
			}
			if !begun {
				begun = true
				text.WriteString("# TYPE " + string(name) + " " + kindOf(name) + "\n")
			}
			text.WriteString(string(name) + `{ConnectorName="` + quote.Replace(s.Connector) + `"} ` + strconv.FormatFloat(v, 'g', -1, 64) + "\n")
		}
	}
	return text.Bytes()
}

func kindOf(name metricship.Metric) string {
	if strings.HasSuffix(string(name), "Total") {
		return "counter"
	}
	return "gauge"
}
