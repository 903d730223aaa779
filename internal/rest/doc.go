// Package rest is the REST API of a worker over its herder: paths, entities, status
// codes and texts are those of Kafka Connect, because clients match on them.
//
// routes.go lists the endpoints; there is one file for each resource. A handler
// returns what to answer, or an error; respond.go turns either into an answer.
//
// A herder that cannot do something itself says which worker can (herder.Elsewhere);
// the request is passed on there, see forward.go. What not every herder can do is an
// interface of its own: InternalRequests, ClusterLoggers.
//
// A worker whose configuration has no listeners is open to its own machine only, on
// 127.0.0.1:8083: Kafka Connect's default, http://:8083 on all interfaces, must be
// asked for.
//
// Floor 6. Connect: org.apache.kafka.connect.runtime.rest.
package rest
