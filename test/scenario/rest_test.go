package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is what a worker answers to a request.
type answer struct {
	status int
	body   []byte
	took   time.Duration
}

func (a answer) String() string { return fmt.Sprintf("%d %s after %v", a.status, a.body, a.took) }

// call sends a request to a worker.
func (c *cluster) call(w *worker, method, path string, body any) (answer, error) {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		text = bytes.NewReader(b)
	}
	request, err := http.NewRequest(method, strings.TrimSuffix(w.embedded.URL(), "/")+path, text)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	began := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, b, time.Since(began)}, err
}

// get reads an answer of status 200.
func (c *cluster) get(w *worker, path string, into any) error {
	a, err := c.call(w, http.MethodGet, path, nil)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK:
		return fmt.Errorf("GET %s of %s: %s", path, w.name, a)
	}
	return json.Unmarshal(a.body, into)
}

// ask has a worker do something with a connector. The words after => are what it must
// answer: the status, and a part of the text.
func (c *cluster) ask(a args) error {
	w, err := c.worker(a.word["WORKER:"][:len(a.word["WORKER:"])-1])
	if err != nil {
		return err
	}
	words, want := a.rest, []string(nil)
	if i := slices.Index(words, "=>"); i >= 0 {
		words, want = words[:i], words[i+1:]
	}
	method, path, body, err := request(words)
	if err != nil {
		return err
	}
	got, err := c.call(w, method, path, body)
	if err != nil {
		return fmt.Errorf("%s %s of %s: %w", method, path, w.name, err)
	}
	return got.fits(want)
}

// fits compares an answer with what was expected; without that, success is.
func (a answer) fits(want []string) error {
	if len(want) == 0 {
		if a.status/100 != 2 {
			return fmt.Errorf("answered %s", a)
		}
		return nil
	}
	if strconv.Itoa(a.status) != want[0] || !strings.Contains(string(a.body), strings.Join(want[1:], " ")) {
		return fmt.Errorf("answered %s, not %s", a, strings.Join(want, " "))
	}
	return nil
}

// request reads what to ask for: a verb, a connector or task, and the rest.
func request(words []string) (method, path string, body any, err error) {
	if len(words) < 2 {
		return "", "", nil, errors.New("ask WORKER: VERB CONNECTOR …")
	}
	verb, what, rest := words[0], words[1], args{rest: words[2:]}
	at := "/connectors/" + what
	switch verb {
	case "create":
		props, err := rest.props()
		return http.MethodPost, "/connectors", map[string]any{"name": what, "config": withClass(props)}, err
	case "change":
		props, err := rest.props()
		return http.MethodPatch, at + "/config", props, err
	case "delete":
		return http.MethodDelete, at, nil, nil
	case "pause", "resume", "stop":
		return http.MethodPut, at + "/" + verb, nil, nil
	case "restart":
		return http.MethodPost, restartPath(what, rest.rest), nil, nil
	case "forget":
		return http.MethodDelete, at + "/offsets", nil, nil
	case "validate":
		props, err := rest.props()
		return http.MethodPut, "/connector-plugins/" + sourceClass + "/config/validate", withClass(props), err
	}
	return "", "", nil, fmt.Errorf("nobody can be asked to %s", verb)
}

func withClass(props map[string]string) map[string]string {
	if props["connector.class"] == "" {
		props["connector.class"] = sourceClass
		if props["topics"] != "" {
			props["connector.class"] = sinkClass
		}
	}
	if props["tasks.max"] == "" {
		props["tasks.max"] = "1"
	}
	return props
}

func restartPath(what string, more []string) string {
	if isTask(what) {
		i := strings.LastIndexByte(what, '-')
		return "/connectors/" + what[:i] + "/tasks/" + what[i+1:] + "/restart"
	}
	path := "/connectors/" + what + "/restart"
	if len(more) > 0 {
		path += fmt.Sprintf("?includeTasks=%t&onlyFailed=%t", slices.Contains(more, "tasks"), slices.Contains(more, "failed"))
	}
	return path
}

// shown is a connector as GET /connectors shows it.
type shown struct {
	Info struct {
		Tasks []struct{ Task int } `json:"tasks"`
	} `json:"info"`
	Status connectorStatus `json:"status"`
}

type connectorStatus struct {
	Connector oneStatus   `json:"connector"`
	Tasks     []oneStatus `json:"tasks"`
}

type oneStatus struct {
	ID     int    `json:"id"`
	State  string `json:"state"`
	Worker string `json:"worker_id"`
	Trace  string `json:"trace"`
	Call   string `json:"stuck_call"`
}

func (s oneStatus) String() string {
	first, _, _ := strings.Cut(s.Trace, "\n")
	return strings.TrimSpace(s.State + " on " + strings.TrimSuffix(s.Worker, ":8083") + " " + first)
}

// reachable returns a worker that can be asked.
func (c *cluster) reachable() (*worker, error) {
	for _, w := range c.alive() {
		if !w.apart {
			return w, nil
		}
	}
	return nil, errors.New("no worker can be asked")
}

// configured returns the connectors and tasks that are to run.
func (c *cluster) configured() ([]string, error) {
	w, err := c.reachable()
	if err != nil {
		return nil, err
	}
	all := map[string]shown{}
	if err := c.get(w, "/connectors?expand=info&expand=status", &all); err != nil {
		return nil, err
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at := all[name]
		if at.Status.Connector.State != "PAUSED" && at.Status.Connector.State != "STOPPED" {
			names = append(names, name)
		}
		for _, task := range at.Info.Tasks {
			names = append(names, fmt.Sprintf("%s-%d", name, task.Task))
		}
	}
	return names, nil
}

// status returns that of a connector or task.
func (c *cluster) status(what string) (oneStatus, error) {
	w, err := c.reachable()
	if err != nil {
		return oneStatus{}, err
	}
	return c.statusFrom(w, what)
}

// statusFrom is status as one worker sees it.
func (c *cluster) statusFrom(w *worker, what string) (oneStatus, error) {
	connector, task := what, -1
	if isTask(what) {
		i := strings.LastIndexByte(what, '-')
		connector = what[:i]
		task, _ = strconv.Atoi(what[i+1:])
	}
	var s connectorStatus
	if err := c.get(w, "/connectors/"+connector+"/status", &s); err != nil {
		return oneStatus{}, err
	}
	if task < 0 {
		return s.Connector, nil
	}
	for _, t := range s.Tasks {
		if t.ID == task {
			return t, nil
		}
	}
	return oneStatus{State: "nothing"}, nil
}
