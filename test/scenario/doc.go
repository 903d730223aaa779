// Package scenario shows what a cluster of workers does when things go wrong: scripts
// in testdata start workers on an embedded Kafka and a network in memory, let them be
// killed or cut off, and say what must be seen, and when. Time is that of a
// testing/synctest bubble, so five minutes of waiting cost milliseconds.
//
// testdata/README.md lists the words of the scripts. A worker is the whole program but
// for its process: its REST API listens on the network in memory, and scripts ask it by
// HTTP. What runs where is told by the connectors themselves, not by statuses.
//
// Floor: tests only. Connect: none (an operator who watches a cluster).
package scenario
