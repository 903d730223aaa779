package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/run"
)

func newDev(streams Streams, plugins []plugin.Plugin) *cobra.Command {
	o := run.DevOptions{In: streams.In, Out: streams.Out, LogOutput: streams.Err, Terminal: streams.Terminal, Plugins: plugins}
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run Kafka, S3, a worker and a control plane, with nothing else installed",
		Long: `Run an embedded Kafka, an embedded S3, a worker with its REST API and a control
plane with the API of Amazon MSK Connect in one process. What they store stays in
the data directory: start again on the same directory to go on. The workers of
managed connectors are processes of their own, and end with this one.

With --demo the lines of a file go through FileStreamSource into the topic
my-example-topic, and the S3 sink writes each as an object.`,
		Example: `  millrace dev
  millrace dev --demo --exit-when-idle
  tail -n 100 /var/log/syslog | millrace dev --demo --feed - --exit-when-idle
  millrace dev --dir /tmp/other --kafka 127.0.0.1:9192 --rest 127.0.0.1:8183 --s3 127.0.0.1:9100`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Feed != "" || o.Exit {
				if !o.Demo {
					return errors.New("--feed and --exit-when-idle belong to the demo; add --demo")
				}
			}
			return run.Dev(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Dir, "dir", "millrace-data", "data directory")
	f.StringVar(&o.Kafka, "kafka", "127.0.0.1:9092", "address of the embedded Kafka")
	f.StringVar(&o.REST, "rest", "127.0.0.1:8083", "address of the REST API")
	f.StringVar(&o.S3, "s3", "127.0.0.1:9000", "address of the embedded S3")
	f.StringVar(&o.Control, "control", "", "address of the API of Amazon MSK Connect (default 127.0.0.1:8090, or a free port)")
	f.StringVar(&o.Registry, "registry", "", "address of the schema registry (default 127.0.0.1:8081, or a free port)")
	f.BoolVar(&o.Demo, "demo", false, "run the sample pipeline")
	f.StringVar(&o.Feed, "feed", "", "file whose lines the demo feeds, - for the standard input (default: a sample)")
	f.BoolVar(&o.Exit, "exit-when-idle", false, "end when every line of the feed is an object")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "write the log to the standard error instead of millrace.log in the data directory")
	return c
}
