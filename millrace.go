// Package millrace makes a binary with plugins of your own:
//
//	func main() { os.Exit(millrace.Main(os.Args, clock.Source, hush.Transformation)) }
//
// The plugins are there beside the built-in ones, in every command.
//
// Floor 7. Connect: the plugin path.
package millrace

import (
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/cli"
)

// Main runs the command line, args[0] being the name it was called by, and returns the
// exit code. It returns when the command has ended.
func Main(args []string, plugins ...plugin.Plugin) int {
	return cli.Main(args, cli.System(), plugins...)
}
