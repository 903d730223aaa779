// Command millrace runs Kafka Connect without the JVM.
package main

import (
	"os"

	"github.com/millrace/millrace/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args, cli.System())) }
