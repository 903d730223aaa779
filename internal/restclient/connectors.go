package restclient

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Root returns what the worker tells about itself.
func (c *Client) Root(ctx context.Context) (r Root, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{""}, answer: &r})
	return r, err
}

// Health returns the worker's own verdict, as an *Error when it is a bad one.
func (c *Client) Health(ctx context.Context) (h Health, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"health"}, answer: &h})
	return h, err
}

// Connectors returns the names of all connectors.
func (c *Client) Connectors(ctx context.Context) (names []string, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"connectors"}, answer: &names})
	return names, err
}

// Overviews returns all connectors with configuration and status, by name. One that
// has no status yet is missing.
func (c *Client) Overviews(ctx context.Context) (all map[string]Overview, err error) {
	query := url.Values{"expand": {"info", "status"}}
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"connectors"}, query: query, answer: &all})
	return all, err
}

// Connector returns a connector.
func (c *Client) Connector(ctx context.Context, name string) (found Connector, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"connectors", name}, answer: &found})
	return found, err
}

// Create creates a connector. initialState is RUNNING, PAUSED or STOPPED, or "".
func (c *Client) Create(ctx context.Context, name string, config map[string]string, initialState string) (made Connector, err error) {
	body := struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
		State  string            `json:"initial_state,omitempty"`
	}{name, config, initialState}
	_, err = c.do(ctx, call{method: http.MethodPost, path: []string{"connectors"}, body: body, answer: &made})
	return made, err
}

// Put creates a connector or gives it another configuration; it tells which.
func (c *Client) Put(ctx context.Context, name string, config map[string]string) (now Connector, created bool, err error) {
	status, err := c.do(ctx, call{method: http.MethodPut, path: []string{"connectors", name, "config"}, body: config, answer: &now})
	return now, status == http.StatusCreated, err
}

// Patch changes single keys of a configuration; nil removes one.
func (c *Client) Patch(ctx context.Context, name string, patch map[string]*string) (now Connector, err error) {
	_, err = c.do(ctx, call{method: http.MethodPatch, path: []string{"connectors", name, "config"}, body: patch, answer: &now})
	return now, err
}

// Delete deletes a connector.
func (c *Client) Delete(ctx context.Context, name string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: []string{"connectors", name}})
	return err
}

// Status returns what a connector and its tasks do.
func (c *Client) Status(ctx context.Context, name string) (s Status, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"connectors", name, "status"}, answer: &s})
	return s, err
}

// Pause, Resume and Stop change what a connector shall do; they do not wait for it.
func (c *Client) Pause(ctx context.Context, name string) error { return c.target(ctx, name, "pause") }

// Resume makes a paused or stopped connector run.
func (c *Client) Resume(ctx context.Context, name string) error { return c.target(ctx, name, "resume") }

// Stop stops a connector and removes its tasks.
func (c *Client) Stop(ctx context.Context, name string) error { return c.target(ctx, name, "stop") }

func (c *Client) target(ctx context.Context, name, deed string) error {
	_, err := c.do(ctx, call{method: http.MethodPut, path: []string{"connectors", name, deed}})
	return err
}

// Restart restarts a connector. With tasks or onlyFailed it returns what is being
// restarted; without, nil.
func (c *Client) Restart(ctx context.Context, name string, tasks, onlyFailed bool) (*Status, error) {
	k := call{method: http.MethodPost, path: []string{"connectors", name, "restart"}}
	if tasks || onlyFailed {
		k.query = url.Values{"includeTasks": {strconv.FormatBool(tasks)}, "onlyFailed": {strconv.FormatBool(onlyFailed)}}
	}
	s := &Status{}
	k.answer = s
	status, err := c.do(ctx, k)
	if err != nil || status == http.StatusNoContent {
		return nil, err
	}
	return s, nil
}

// Tasks returns the configurations of a connector's tasks.
func (c *Client) Tasks(ctx context.Context, name string) (tasks []Task, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"connectors", name, "tasks"}, answer: &tasks})
	return tasks, err
}

// TaskStatus returns what a task does.
func (c *Client) TaskStatus(ctx context.Context, id TaskID) (s TaskState, err error) {
	path := []string{"connectors", id.Connector, "tasks", strconv.Itoa(id.Task), "status"}
	_, err = c.do(ctx, call{method: http.MethodGet, path: path, answer: &s})
	return s, err
}

// RestartTask restarts a task.
func (c *Client) RestartTask(ctx context.Context, id TaskID) error {
	path := []string{"connectors", id.Connector, "tasks", strconv.Itoa(id.Task), "restart"}
	_, err := c.do(ctx, call{method: http.MethodPost, path: path})
	return err
}

// Topics returns the topics that a connector has used.
func (c *Client) Topics(ctx context.Context, name string) ([]string, error) {
	var all map[string]struct {
		Topics []string `json:"topics"`
	}
	_, err := c.do(ctx, call{method: http.MethodGet, path: []string{"connectors", name, "topics"}, answer: &all})
	return all[name].Topics, err
}

// ResetTopics forgets them.
func (c *Client) ResetTopics(ctx context.Context, name string) error {
	_, err := c.do(ctx, call{method: http.MethodPut, path: []string{"connectors", name, "topics", "reset"}})
	return err
}
