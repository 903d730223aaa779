package operate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/restclient"
)

const (
	askAgain    = 50 * time.Millisecond
	callTimeout = 20 * time.Second
	// A validation that fails so often in a row with the same words, as it does when a
	// configuration provider has no such secret, will not succeed.
	sameWords = 5
)

// workers calls the Connect REST API of a connector's workers, whichever answers.
type workers struct {
	fleet Fleet
	name  string // of the fleet
}

func (e *Engine) workers(arn model.ARN) workers { return workers{e.settings.Fleet, fleetName(arn)} }

// do calls until a worker has answered for good, or ctx ends; then the error is a
// *Failure that says what hindered.
func (w workers) do(ctx context.Context, call func(context.Context, *restclient.Client) error) error {
	var last error
	for {
		for _, at := range w.fleet.Workers(w.name) {
			if at.State != fleet.Running {
				continue
			}
			err := ask(ctx, at.URL, call)
			if err == nil || final(err) {
				return err
			}
			last = err
		}
		if !sleep(ctx, askAgain) {
			return w.silent(last)
		}
	}
}

func ask(ctx context.Context, url string, call func(context.Context, *restclient.Client) error) error {
	client, err := restclient.New(restclient.Settings{URL: url, Timeout: callTimeout})
	if err != nil {
		return err
	}
	defer client.Close()
	return call(ctx, client)
}

// final tells an answer that will be the same the next time.
func final(err error) bool {
	var failure *Failure
	if errors.As(err, &failure) {
		return true
	}
	var refused *restclient.Error
	if !errors.As(err, &refused) || refused.Rebalancing() {
		return false
	}
	return refused.Status < http.StatusInternalServerError && refused.Status != http.StatusConflict && refused.Status != http.StatusNotFound ||
		refused.Status == http.StatusNotFound && refused.Message != ""
}

// silent says why no worker has answered.
func (w workers) silent(last error) error {
	death, all := "", w.fleet.Workers(w.name)
	for _, at := range all {
		if at.State != fleet.Running && at.LastDeath != "" {
			death = at.LastDeath
		}
	}
	switch {
	case len(all) == 0:
		return Failed(model.ReasonNoWorkers, "the connector has no workers")
	case death != "":
		return Failed(model.ReasonNoWorkers, "no worker runs: the last one ended: %s; see the worker's log", death)
	case last != nil:
		return &Failure{model.ReasonUnknown, "the workers did not answer as expected: " + last.Error(), last}
	}
	return Failed(model.ReasonNoWorkers, "none of the %d workers runs", len(all))
}

// sleep reports whether ctx lives on after d.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// validate checks a configuration with the plugin itself.
func (w workers) validate(ctx context.Context, config map[string]string) error {
	var verdict restclient.Validation
	var words string
	same := 0
	err := w.do(ctx, func(ctx context.Context, c *restclient.Client) (err error) {
		verdict, err = c.Validate(ctx, config)
		var refused *restclient.Error
		if !errors.As(err, &refused) || refused.Status != http.StatusInternalServerError || refused.Message == "" || refused.Rebalancing() {
			return err
		}
		if refused.Message != words {
			words, same = refused.Message, 0
		}
		if same++; same < sameWords {
			return err
		}
		return invalidConfiguration(words)
	})
	var refused *restclient.Error
	if errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
		return invalidConfiguration(refused.Message)
	}
	if err != nil || verdict.ErrorCount == 0 {
		return err
	}
	text := fmt.Sprintf("Connector configuration is invalid and contains the following %d error(s):", verdict.ErrorCount)
	for _, c := range verdict.Configs {
		if c.Value == nil {
			continue
		}
		for _, problem := range c.Value.Errors {
			text += "\n" + problem
		}
	}
	return invalidConfiguration(text + "\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`")
}

func invalidConfiguration(text string) *Failure {
	return Failed(model.ReasonInvalidConfiguration, "The connector configuration is invalid. Message: %s", text)
}

// put makes the connector have a configuration, and leaves it alone when it has it.
func (w workers) put(ctx context.Context, name string, config map[string]string) error {
	err := w.do(ctx, func(ctx context.Context, c *restclient.Client) error {
		_, _, err := c.Put(ctx, name, config)
		return err
	})
	var refused *restclient.Error
	if errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
		return invalidConfiguration(refused.Message)
	}
	return err
}

// ensure puts the configuration unless the connector has it.
func (w workers) ensure(ctx context.Context, name string, config map[string]string) error {
	var now restclient.Connector
	err := w.do(ctx, func(ctx context.Context, c *restclient.Client) (err error) {
		now, err = c.Connector(ctx, name)
		return err
	})
	if err == nil && equal(now.Config, config) {
		return nil
	}
	if err != nil && !restclient.IsNotFound(err) {
		return err
	}
	return w.put(ctx, name, config)
}

func (w workers) status(ctx context.Context, name string) (s restclient.Status, err error) {
	err = w.do(ctx, func(ctx context.Context, c *restclient.Client) (err error) {
		s, err = c.Status(ctx, name)
		return err
	})
	return s, err
}
