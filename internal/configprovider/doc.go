// Package configprovider resolves references such as
// ${file:/etc/secrets.properties:password} in the properties of workers and
// connectors.
//
// What providers return are secrets: nothing here logs them or puts them into
// errors.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.WorkerConfigTransformer and
// org.apache.kafka.common.config.ConfigTransformer.
package configprovider
