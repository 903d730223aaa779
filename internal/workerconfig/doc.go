// Package workerconfig declares and reads the properties of a worker, standalone or
// distributed.
//
// References such as ${file:…} are resolved before; see package configprovider.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.WorkerConfig and its standalone
// and distributed variants, RestServerConfig.
package workerconfig
