package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/run"
)

func newDistributed(streams Streams, plugins []plugin.Plugin) *cobra.Command {
	c := &cobra.Command{
		Use:   "distributed WORKER.properties",
		Short: "Run a worker of a cluster",
		Long: `Run a worker of a cluster, as connect-distributed does.

All workers with the same group.id, Kafka cluster and internal topics share the
connectors that are created through the REST API of any of them. Workers of
Kafka Connect on Java may be among them.

Exit status: 0 stopped, 1 wrong usage or the group refused the worker, 2 the
worker cannot start.`,
		Example: `  millrace distributed worker.properties
  curl -H 'Content-Type: application/json' -d @connector.json http://127.0.0.1:8083/connectors`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("one file with the worker's properties is needed\nUsage: " + c.UseLine())
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
		return run.Distributed(c.Context(), run.DistributedOptions{
			WorkerFile: args[0], Log: streams.Out, LogJSON: json, Plugins: plugins,
		})
	}
	return c
}
