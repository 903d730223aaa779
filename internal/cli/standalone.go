package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/run"
)

func newStandalone(streams Streams, plugins []plugin.Plugin) *cobra.Command {
	c := &cobra.Command{
		Use:   "standalone WORKER.properties [CONNECTOR.properties|.json ...]",
		Short: "Run one worker with its connectors",
		Long: `Run one worker with its connectors in this process, as connect-standalone does.

The worker's properties come first, then a file for each connector: Java
properties, a JSON object of its configuration, or {"name": …, "config": {…}}.
More connectors can be added through the REST API on the worker's listeners.

Exit status: 0 stopped, 1 wrong usage, 2 the worker cannot start, 3 a connector
file cannot be used.`,
		Example: `  millrace standalone worker.properties
  millrace standalone worker.properties source.properties sink.json`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("the worker's properties are missing\nUsage: " + c.UseLine())
			}
			return nil
		},
	}
	asJSON := addLogFormat(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		json, err := asJSON()
		if err != nil {
			return err
		}
		return run.Standalone(c.Context(), run.StandaloneOptions{
			WorkerFile: args[0], ConnectorFiles: args[1:], Log: streams.Out, LogJSON: json, Plugins: plugins,
		})
	}
	return c
}
