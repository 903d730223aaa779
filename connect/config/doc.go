// Package config declares configuration keys and reads them.
//
// A Def is the only place where a key, its type, default, validator and
// documentation stand: validation, the REST API, console forms, command help and
// documentation pages are printed from it.
//
// Floor 1. Connect: org.apache.kafka.common.config.ConfigDef.
package config
