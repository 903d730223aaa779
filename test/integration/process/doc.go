// Package process starts and ends other programs for integration tests, so that on
// Linux none of them outlives the test process.
//
// Floor: tests only. Connect: none.
package process
