// Package acceptance runs the command line as users do: scripts in testdata start
// the real program in processes of its own, against an embedded Kafka and S3, and look
// at what it prints, answers and writes. Everything stays on the loopback interface.
//
// testdata/README.md lists the commands that the scripts have beyond those of
// testscript.
//
// Floor: tests only. Connect: the scripts of an Apache Kafka distribution.
package acceptance
