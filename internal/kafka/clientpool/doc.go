// Package clientpool shares producers between tasks.
//
// Tasks whose producers have the same effective configuration, the client id aside,
// get the same client; the last one to release it closes it. Transactional
// producers are never shared.
//
// Floor 2. Connect: the producers of org.apache.kafka.connect.runtime.Worker, of
// which each task has its own.
package clientpool
