// Command millrace runs Kafka Connect without the JVM.
//
// Floor 7. Connect: the scripts of an Apache Kafka distribution.
package main

import (
	"os"
	_ "time/tzdata" // time zones of S3 paths, on machines that have no table of them

	"github.com/millrace/millrace"
)

func main() { os.Exit(millrace.Main(os.Args)) }
