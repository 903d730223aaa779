package rest

// accepts says what a route wants of a request.
type accepts uint8

const (
	anyType  accepts = iota // of any Content-Type
	jsonOnly                // of no Content-Type, or JSON
	jsonBody                // and with a body
	rawBody                 // with a body of any Content-Type
	ownType                 // of any, for an answer whose type the handler chooses
)

type route struct {
	method, path string
	handle       handler
	accepts      accepts
}

// routes returns the endpoints.
func (a *api) routes() []route {
	return []route{
		{"GET", "/", a.root, anyType},
		{"GET", "/health", a.health, anyType},

		{"GET", "/connectors", a.connectors, jsonOnly},
		{"POST", "/connectors", a.createConnector, jsonBody},
		{"GET", "/connectors/{connector}", a.connector, jsonOnly},
		{"DELETE", "/connectors/{connector}", a.deleteConnector, jsonOnly},
		{"GET", "/connectors/{connector}/config", a.connectorConfig, jsonOnly},
		{"PUT", "/connectors/{connector}/config", a.putConnectorConfig, jsonBody},
		{"PATCH", "/connectors/{connector}/config", a.patchConnectorConfig, jsonBody},
		{"GET", "/connectors/{connector}/status", a.connectorStatus, jsonOnly},
		{"POST", "/connectors/{connector}/restart", a.restartConnector, jsonOnly},
		{"PUT", "/connectors/{connector}/pause", a.pauseConnector, jsonOnly},
		{"PUT", "/connectors/{connector}/resume", a.resumeConnector, jsonOnly},
		{"PUT", "/connectors/{connector}/stop", a.stopConnector, jsonOnly},
		{"GET", "/connectors/{connector}/tasks", a.tasks, jsonOnly},
		{"GET", "/connectors/{connector}/tasks/{task}/status", a.taskStatus, jsonOnly},
		{"POST", "/connectors/{connector}/tasks/{task}/restart", a.restartTask, jsonOnly},
		{"GET", "/connectors/{connector}/topics", a.topics, jsonOnly},
		{"PUT", "/connectors/{connector}/topics/reset", a.resetTopics, jsonOnly},
		{"GET", "/connectors/{connector}/offsets", a.offsets, jsonOnly},
		{"PATCH", "/connectors/{connector}/offsets", a.alterOffsets, jsonBody},
		{"DELETE", "/connectors/{connector}/offsets", a.resetOffsets, jsonOnly},

		{"POST", "/connectors/{connector}/tasks", a.putTaskConfigs, rawBody},
		{"PUT", "/connectors/{connector}/fence", a.fence, rawBody},

		{"GET", "/connector-plugins", a.connectorPlugins, jsonOnly},
		{"GET", "/connector-plugins/{plugin}/config", a.pluginConfig, jsonOnly},
		{"PUT", "/connector-plugins/{plugin}/config/validate", a.validateConfig, jsonBody},
	}
}

// adminRoutes returns the endpoints that may have listeners of their own.
func (a *api) adminRoutes() []route {
	var routes []route
	if a.Loggers != nil {
		routes = append(routes, []route{
			{"GET", "/admin/loggers", a.loggers, jsonOnly},
			{"GET", "/admin/loggers/{logger}", a.logger, jsonOnly},
			{"PUT", "/admin/loggers/{logger}", a.setLoggerLevel, jsonBody},
		}...)
	}
	if a.Metrics != nil {
		routes = append(routes, route{"GET", "/metrics", a.metrics, ownType})
	}
	return routes
}

// metrics is not part of Kafka Connect, whose metrics JMX has.
func (a *api) metrics(*request) (any, error) { return a.Metrics, nil }
