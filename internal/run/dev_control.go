package run

import (
	"context"
	"errors"
	"path/filepath"
)

// devControl is where the control plane of a development environment listens, unless
// it is told otherwise or somebody else does.
const devControl = "127.0.0.1:8090"

// startControl starts the control plane: managed connectors get workers that are
// processes of their own. Since the broker ends with this process they do, too.
func (d *dev) startControl() error {
	o := ControlOptions{Data: filepath.Join(d.dir, "control"), Region: "", Listen: d.Control, NoAuth: true, S3Endpoint: d.s3URL, Plugins: d.Plugins}
	if o.Listen == "" {
		o.Listen = devControl
	}
	secrets, err := o.secrets()
	if err != nil {
		return errors.New("--control must be a loopback address: the control plane of millrace dev lets everybody in")
	}
	listener, err := listenOr(d.Control, devControl)
	if err != nil {
		return inUse(err, "--control", o.Listen)
	}
	plane, err := openControlPlane(o, secrets, d.logs)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.controlURL = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, listener, plane.handler) }()
	d.closes = append(d.closes, func() error {
		stop()
		return errors.Join(<-ended, plane.close(true))
	})
	return nil
}
