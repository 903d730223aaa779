// Package fleet runs the workers of managed connectors. A fleet is the group of workers
// of one connector, each an ordinary distributed worker in a process of its own with a
// bounded amount of CPU and memory. A [Driver] keeps as many of them running as it is
// told; [Processes] is the driver for the processes of this machine.
//
// # Identity
//
// A worker has a directory, an id, ports and with them an advertised address. It keeps
// them when its process is replaced, which happens at once when the process ends,
// however it ends; only a worker that dies again and again waits longer and longer. A
// process that still accepts connections and answers nothing for a minute is replaced
// as well.
//
// # Restarts of the control plane
//
// On Linux, workers live on when the process that started them ends, and the next
// [Open] of the same directory takes them over as they are. What is needed for that is
// on disk before a process starts:
//
//	DIR/lock                           held by the one driver that uses DIR
//	DIR/FLEET/WORKER/worker.json       identity and settings
//	DIR/FLEET/WORKER/process.json      which process: id, start time, boot
//	DIR/FLEET/WORKER/worker.properties what the worker is started with
//	DIR/FLEET/WORKER/worker.log        its output; older output in worker.log.1 and on
//	DIR/FLEET/.new-WORKER              half made, removed by the next Open
//
// A process counts as ours only if id, start time and boot agree, so one that got the
// id of a worker that is gone is left alone. The environment of a worker and of the
// processes it starts has MILLRACE_WORKER=DIR/FLEET/WORKER, by which those are found,
// and stopped, that no worker.json knows.
//
// # Capacity
//
// A worker of n MCUs may use n CPUs and n times the memory of an MCU. It is told so by
// GOMAXPROCS and GOMEMLIMIT. Where control groups (version 2) can be made, the kernel
// enforces it; everywhere on Linux a worker that is found above its memory is restarted.
//
// Floor 6. Connect: none (the workers of Amazon MSK Connect).
package fleet
