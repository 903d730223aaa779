// Package logs writes the worker's log: a slog handler for each logger name, in
// Connect's line format or as JSON, whose level can be changed at any time.
//
// Logger names are Connect's and form a tree by their dots: a logger without a
// level of its own has that of its nearest ancestor, in the end the root's. Asking
// whether a level is enabled is one atomic load.
//
// Floor 0. Connect: org.apache.kafka.connect.runtime.Loggers and Log4j.
package logs
