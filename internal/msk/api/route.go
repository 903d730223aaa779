package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/msk/model"
)

// operation is an operation of the API.
type operation struct {
	name             string
	method           string
	resource, action string     // of the path: /v1/RESOURCE[/ARN[/ACTION]]
	kind             model.Kind // of the ARN; anyKind for any, empty when the path has no ARN
	do               func(*call) (any, error)
}

const anyKind model.Kind = "any"

// operations returns all operations, as the service model lists them.
func operations() []operation {
	const connectors, plugins, configurations = "connectors", "custom-plugins", "worker-configurations"
	const connector, plugin, configuration = model.KindConnector, model.KindCustomPlugin, model.KindWorkerConfiguration
	return []operation{
		{"CreateConnector", "POST", connectors, "", "", createConnector},
		{"ListConnectors", "GET", connectors, "", "", listConnectors},
		{"DescribeConnector", "GET", connectors, "", connector, describeConnector},
		{"UpdateConnector", "PUT", connectors, "", connector, updateConnector},
		{"DeleteConnector", "DELETE", connectors, "", connector, deleteConnector},
		{"RestartConnector", "POST", connectors, "restart", connector, restartConnector},
		{"PauseConnector", "PUT", connectors, "pause", connector, pauseConnector},
		{"ResumeConnector", "PUT", connectors, "resume", connector, resumeConnector},
		{"ListConnectorOperations", "GET", connectors, "operations", connector, listConnectorOperations},
		{"DescribeConnectorOperation", "GET", "connectorOperations", "", model.KindOperation, describeConnectorOperation},
		{"CreateCustomPlugin", "POST", plugins, "", "", createCustomPlugin},
		{"ListCustomPlugins", "GET", plugins, "", "", listCustomPlugins},
		{"DescribeCustomPlugin", "GET", plugins, "", plugin, describeCustomPlugin},
		{"DeleteCustomPlugin", "DELETE", plugins, "", plugin, deleteCustomPlugin},
		{"CreateWorkerConfiguration", "POST", configurations, "", "", createWorkerConfiguration},
		{"ListWorkerConfigurations", "GET", configurations, "", "", listWorkerConfigurations},
		{"DescribeWorkerConfiguration", "GET", configurations, "", configuration, describeWorkerConfiguration},
		{"DeleteWorkerConfiguration", "DELETE", configurations, "", configuration, deleteWorkerConfiguration},
		{"TagResource", "POST", "tags", "", anyKind, tagResource},
		{"UntagResource", "DELETE", "tags", "", anyKind, untagResource},
		{"ListTagsForResource", "GET", "tags", "", anyKind, listTagsForResource},
	}
}

// place is what a path points at.
type place struct{ resource, arn, action string }

// readPath reads an escaped path. An ARN is one segment, its slashes and colons
// escaped; one with plain slashes, as people type it, is understood too. It is false
// for a path that is none of the API.
func readPath(escaped string) (place, bool) {
	path, ok := strings.CutPrefix(escaped, "/v1/")
	resource, rest, item := strings.Cut(path, "/")
	if !ok || !item {
		return place{resource: resource}, ok
	}
	p := place{resource: resource}
	if i := strings.LastIndexByte(rest, '/'); resource == "connectors" && i > 0 && isAction(rest[i+1:]) {
		rest, p.action = rest[:i], rest[i+1:]
	}
	var err error
	p.arn, err = url.PathUnescape(rest)
	return p, err == nil && p.arn != ""
}

func isAction(segment string) bool {
	return slices.Contains([]string{"operations", "restart", "pause", "resume"}, segment)
}

func (h *handler) route(r *http.Request) (operation, place, bool) {
	at, ok := readPath(r.URL.EscapedPath())
	if !ok {
		return operation{}, at, false
	}
	i := slices.IndexFunc(h.operations, func(o operation) bool {
		return o.method == r.Method && o.resource == at.resource && o.action == at.action && (o.kind != "") == (at.arn != "")
	})
	if i < 0 {
		return operation{}, at, false
	}
	return h.operations[i], at, true
}
