// Package cli is the command line: it parses, calls package run or a REST client,
// and prints. One file per command.
//
// Floor 7. Connect: org.apache.kafka.connect.cli.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/run"
)

// Streams are what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool // Out is a terminal: show progress in place
}

// System returns the process's own streams.
func System() Streams {
	return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: term.IsTerminal(int(os.Stdout.Fd()))}
}

// Exit codes. Standalone's are those of Kafka's script.
const (
	exitOK     = 0
	exitUsage  = 1
	exitStart  = 2
	exitConfig = 3
)

// Main runs the command line and returns the exit code. A binary called
// connect-standalone, with or without .sh, is that command. Workers have the given
// plugins besides those that are built in.
func Main(args []string, streams Streams, plugins ...plugin.Plugin) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cancelOnSignal(cancel)
	root := Root(streams, plugins...)
	root.SetArgs(asScript(args))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(streams.Err, "millrace: "+err.Error())
	return exitCode(err)
}

// cancelOnSignal cancels at the first signal; a second one ends the process at once.
func cancelOnSignal(cancel context.CancelFunc) {
	first := make(chan os.Signal, 1)
	signal.Notify(first, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-first
		signal.Stop(first) // before anybody can see that the end has begun
		cancel()
	}()
}

func exitCode(err error) int {
	var bad *run.ConfigFileError
	var start *run.StartError
	switch {
	case errors.As(err, &bad):
		return exitConfig
	case errors.As(err, &start):
		return exitStart
	}
	return exitUsage
}

// asScript turns a call by the name of one of Kafka's scripts into the command.
func asScript(args []string) []string {
	switch name := strings.TrimSuffix(filepath.Base(args[0]), ".sh"); name {
	case "connect-standalone", "connect-distributed":
		return append([]string{strings.TrimPrefix(name, "connect-")}, args[1:]...)
	}
	return args[1:]
}

// Root returns the command with all others below it.
func Root(streams Streams, plugins ...plugin.Plugin) *cobra.Command {
	c := &cobra.Command{
		Use:           "millrace",
		Short:         "Kafka Connect without the JVM",
		Long:          "Millrace runs Kafka Connect without the JVM: the same property files, connector\nconfigurations, REST API and topics, in one binary.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       run.Version,
		Example:       "  millrace dev --demo --exit-when-idle\n  millrace standalone worker.properties my-sink.properties",
	}
	c.SetIn(streams.In)
	c.SetOut(streams.Out)
	c.SetErr(streams.Err)
	c.SetFlagErrorFunc(func(at *cobra.Command, err error) error {
		return fmt.Errorf("%w\nSee: %s --help", err, at.CommandPath())
	})
	c.AddCommand(newStandalone(streams, plugins), newDev(streams, plugins), newDistributed(streams, plugins), newControl(streams, plugins))
	return c
}
