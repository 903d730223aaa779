package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/run"
)

func newControl(streams Streams, plugins []plugin.Plugin) *cobra.Command {
	o := run.ControlOptions{Out: streams.Out, Log: streams.Err, Plugins: plugins, MCUMemory: 4 << 30}
	c := &cobra.Command{
		Use:   "control",
		Short: "Run managed connectors behind the API of Amazon MSK Connect",
		Long: `Run a control plane with the API of Amazon MSK Connect (2021-09-14), for the AWS
CLI, AWS SDKs and Terraform. Each connector that is created gets workers of its
own on this machine: processes of millrace distributed with bounded CPU and memory.

Clients sign their requests. The keys come from a file with lines KEY_ID:SECRET or
in the format of ~/.aws/credentials, or from AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY. With --no-auth nothing is checked; that is possible on
loopback addresses only.

Plugins are fetched from Amazon S3, or from the store at --s3-endpoint, with the
credentials that AWS programs find in the environment. Workers inherit the
environment; with --roles or --assume-roles they have the credentials of their
connector's service execution role instead of those of the environment.

When the control plane stops, however that is, the workers go on; the next start on
the same directory takes them over and finishes what was begun.

Exit status: 0 stopped, 1 wrong usage, 2 it cannot start.`,
		Example: `  millrace control --no-auth --s3-endpoint http://127.0.0.1:9000
  millrace control --listen 0.0.0.0:8090 --keys keys.txt --data /var/lib/millrace
  aws kafkaconnect list-connectors --endpoint-url http://127.0.0.1:8090 --region us-east-1`,
		Args: cobra.NoArgs,
	}
	addControlFlags(c, &o)
	asJSON := addLogFormat(c)
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if o.LogJSON, err = asJSON(); err != nil {
			return err
		}
		if err := meant(&o.Scaling); err != nil {
			return err
		}
		return run.Control(c.Context(), o)
	}
	return c
}

func addControlFlags(c *cobra.Command, o *run.ControlOptions) {
	f := c.Flags()
	f.StringVar(&o.Data, "data", "millrace-control", "data directory")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8090", "address of the API")
	f.StringVar(&o.Region, "region", "", "region of ARNs and of signatures (default AWS_REGION or us-east-1 for ARNs, any for signatures)")
	f.StringVar(&o.Account, "account", "000000000000", "account of ARNs")
	f.StringVar(&o.Keys, "keys", "", "file of access keys (default: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)")
	f.BoolVar(&o.NoAuth, "no-auth", false, "let everybody in; on loopback addresses only")
	f.StringVar(&o.Roles, "roles", "", "file of service execution roles: lines ROLE_ARN PROFILE or ROLE_ARN KEY_ID:SECRET")
	f.BoolVar(&o.AssumeRoles, "assume-roles", false, "assume the service execution roles that --roles does not name, with AWS STS")
	f.BoolVar(&o.CloudWatchMetrics, "cloudwatch-metrics", false, "send the metrics of the connectors to CloudWatch, in the namespace Millrace/KafkaConnect")
	f.StringVar(&o.S3Endpoint, "s3-endpoint", "", "URL of the S3 that plugins come from and logs go to (default: Amazon's, or AWS_ENDPOINT_URL_S3)")
	f.StringVar(&o.S3Region, "s3-region", "", "region of the plugins' buckets (default AWS_REGION or us-east-1)")
	f.Var((*size)(&o.MCUMemory), "mcu-memory", "memory of an MCU, as 4GiB or 512MiB")
	f.BoolVar(&o.NoCgroups, "no-cgroups", false, "do not use control groups for the workers")
	f.IntVar(&o.MaxWorkers, "max-workers", 0, "quota of workers of all connectors (default 60)")
	f.BoolVar(&o.ConnectWrites, "connect-writes", false, "let clients change things through /connect/NAME/, not only read")
	f.BoolVar(&o.StopWorkers, "stop-workers", false, "stop the workers when the control plane is told to stop; the next start starts them again")
	addScalingFlags(c, &o.Scaling)
}

func addScalingFlags(c *cobra.Command, p *autoscale.Policy) {
	f := c.Flags()
	f.DurationVar(&p.Window, "scaling-window", autoscale.DefaultWindow, "time over which autoscaling averages the load")
	f.DurationVar(&p.Interval, "scaling-interval", autoscale.DefaultInterval, "time between two samples of the load")
	f.IntVar(&p.Step, "scaling-step", autoscale.DefaultStep, "workers that come or go at once")
	f.DurationVar(&p.AfterOut, "scaling-after-out", autoscale.DefaultAfterOut, "time after workers came in which nothing changes")
	f.DurationVar(&p.AfterIn, "scaling-after-in", autoscale.DefaultAfterIn, "time after workers went in which nothing changes")
}

// meant turns the zeros that the flags have into those of a policy, for which they are the
// defaults.
func meant(p *autoscale.Policy) error {
	switch {
	case p.Window <= 0 || p.Interval <= 0:
		return errors.New("--scaling-window and --scaling-interval must be more than 0")
	case p.Step < 1:
		return errors.New("--scaling-step must be at least 1")
	case p.AfterOut < 0 || p.AfterIn < 0:
		return errors.New("--scaling-after-out and --scaling-after-in must not be less than 0")
	}
	for _, pause := range []*time.Duration{&p.AfterOut, &p.AfterIn} {
		if *pause == 0 {
			*pause = -1
		}
	}
	return nil
}

// size is a number of bytes. It is a pflag.Value.
type size int64

// String returns the number with the largest unit that fits.
func (s *size) String() string {
	for _, u := range units() {
		if int64(*s) >= u.bytes && int64(*s)%u.bytes == 0 {
			return strconv.FormatInt(int64(*s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type names the value in the help.
func (s *size) Type() string { return "bytes" }

const leastMemory = 32 << 20 // of a worker that can start

// Set reads a number with a unit, or of bytes.
func (s *size) Set(text string) error {
	number, unit := text, int64(1)
	for _, u := range units() {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = rest, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 1 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no number of bytes; write 512MiB or 4GiB", text)
	}
	if n*unit < leastMemory {
		return fmt.Errorf("%s is too little for a worker; it needs 32MiB", text)
	}
	*s = size(n * unit)
	return nil
}

type byteUnit struct {
	name  string
	bytes int64
}

func units() []byteUnit { return []byteUnit{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} }
