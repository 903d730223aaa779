// Package mixed tests groups in which Java workers and Millrace workers are together,
// on a real broker.
//
// Floor: tests only. Connect: a rolling replacement of connect-distributed workers.
package mixed
