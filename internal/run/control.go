package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/msk/autoscale"
)

// ControlOptions are what the control command is given.
type ControlOptions struct {
	Data    string // directory
	Listen  string // host:port of the API
	Region  string // of ARNs and, when set, of signatures; "" for that of the environment
	Account string // of ARNs

	Keys   string // file of access keys, "" for those of the environment
	NoAuth bool   // let everybody in

	S3Endpoint, S3Region string // where plugins come from

	Roles             string // file of service execution roles, "" for none
	AssumeRoles       bool   // assume those that are not in the file
	CloudWatchMetrics bool   // send metrics to CloudWatch

	MCUMemory     int64 // of an MCU in bytes
	NoCgroups     bool
	MaxWorkers    int  // of all connectors
	ConnectWrites bool // let clients change things through the workers' REST API
	StopWorkers   bool // when the control plane stops
	Scaling       autoscale.Policy

	Out, Log io.Writer
	LogJSON  bool
	Plugins  []plugin.Plugin // besides those that are built in
}

const headerTimeout = 10 * time.Second

// Control runs a control plane until ctx ends. The workers of its connectors live on,
// unless they are to be stopped.
func Control(ctx context.Context, o ControlOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	secrets, err := o.secrets()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return &StartError{inUse(err, "--listen", o.Listen)}
	}
	registry := logs.New(logs.Settings{Out: o.Log, JSON: o.LogJSON})
	plane, err := openControlPlane(o, secrets, registry)
	if err != nil {
		return &StartError{errors.Join(err, listener.Close())}
	}
	defer func() { err = errors.Join(err, plane.close(o.StopWorkers)) }()
	o.greet(listener.Addr().String(), plane.enforcement())
	return serveUntil(ctx, listener, plane.handler)
}

// serveUntil serves until ctx ends, and lets requests under way be answered then.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: 2 * time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the API: %w", err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.Background(), apiStopTimeout)
	defer cancel()
	if err := server.Shutdown(within); err != nil {
		return server.Close()
	}
	return nil
}

// greet says what to do next.
func (o *ControlOptions) greet(addr, enforcement string) {
	fmt.Fprintf(o.Out, "MSK Connect API  http://%s\nData             %s\nCapacity         %s\n", addr, o.Data, enforcement)
	unsigned := ""
	if o.NoAuth {
		unsigned = " --no-sign-request"
		fmt.Fprintf(o.Out, "\nWARNING: --no-auth: whoever can connect to this address controls every connector.\n")
	}
	fmt.Fprintf(o.Out, "\nTry:\n  aws kafkaconnect list-connectors --endpoint-url http://%s --region %s%s\n", addr, o.region(), unsigned)
	if o.StopWorkers {
		fmt.Fprintf(o.Out, "\nStop with Ctrl-C; the workers are stopped as well.\n")
		return
	}
	fmt.Fprintf(o.Out, "\nStop with Ctrl-C; the workers go on, and are found again at the next start (--stop-workers stops them).\n")
}
