package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	pollPause    = 50 * time.Millisecond
	pollLimit    = 30 * time.Second // at least, for a slow machine
	conflictWait = 60 * time.Second
	failedLimit  = 5 * time.Second // of steps after one that failed
)

// replay is what steps are replayed against.
type replay struct {
	listeners map[string]string // addresses by name
	dir       string
	vars      variables
	failed    bool // a step of the scenario: the others need not wait long
}

// play replays a scenario and returns how many steps passed.
func (r *replay) play(t *testing.T, s *scenario) (passed int) {
	if _, ok := r.listeners[s.Needs]; !ok && s.Needs != "" {
		t.Errorf("%s: needs %q, which the profile does not have", s.Name, s.Needs)
		return 0
	}
	r.failed = false
	r.vars["dir"] = filepath.Join(r.dir, restRun, s.Name)
	if err := os.MkdirAll(r.vars["dir"], 0o755); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for _, raw := range s.Steps {
		at, err := r.vars.step(raw)
		if err == nil {
			err = r.do(at)
		}
		if err != nil {
			t.Errorf("%s/%s: %v", s.Name, at.ID, err)
			r.failed = true
			continue
		}
		passed++
	}
	r.clean(s.Cleanup)
	t.Logf("%s: %d of %d steps passed, %.1f s", s.Name, passed, len(s.Steps), time.Since(began).Seconds())
	return passed
}

// clean deletes connectors, whether they are there or not.
func (r *replay) clean(names []string) {
	for _, name := range names {
		_ = r.do(&step{
			Request:  &restRequest{Method: "DELETE", Path: "/connectors/" + url.PathEscape(r.vars.fill(name, keep))},
			Response: recordedAnswer{Status: 204}, Match: matchRules{Headers: "ignore"},
		})
	}
}

// do performs a step until its answer is right or its time is up.
func (r *replay) do(s *step) error {
	if err := act(s.Before); err != nil {
		return err
	}
	limit := r.pollLimit(s)
	for began := time.Now(); ; time.Sleep(pollPause) {
		conflict, err := r.attempt(s)
		waited := time.Since(began)
		again := waited < limit || conflict && !s.NoRetry && waited < conflictWait
		if err == nil || !again {
			return err
		}
	}
}

func (r *replay) pollLimit(s *step) time.Duration {
	switch own := time.Duration(s.Poll * float64(time.Second)); {
	case own == 0:
		return 0
	case r.failed:
		return min(own, failedLimit)
	default:
		return max(own, pollLimit)
	}
}

// attempt performs a step once. A conflict is an answer of a worker that takes part
// in a rebalance.
func (r *replay) attempt(s *step) (conflict bool, err error) {
	switch {
	case s.Request != nil:
		return r.exchange(s)
	case s.Parallel != nil:
		return false, r.exchangeAll(s)
	case s.File != nil:
		return false, compareFile(*s.File, s.Text)
	}
	return false, errors.New("the step does nothing")
}

func (r *replay) exchange(s *step) (conflict bool, err error) {
	got, err := r.send(s.Request)
	if err != nil {
		return false, err
	}
	if err := s.compare(got); err != nil {
		return got.conflict() && got.Status != s.Response.Status, err
	}
	return false, r.save(s.Save, got)
}

// conflict tells a worker that takes part in a rebalance.
func (a *restAnswer) conflict() bool {
	return (a.Status == 409 || a.Status == 500) &&
		(strings.Contains(a.Text, "rebalance") || strings.Contains(a.Text, "stale configuration"))
}

// exchangeAll sends requests at once and compares the answers as a bag.
func (r *replay) exchangeAll(s *step) error {
	got := make([]any, len(s.Parallel))
	var all sync.WaitGroup
	for i, request := range s.Parallel {
		all.Go(func() {
			a, err := r.send(request)
			if err != nil {
				got[i] = map[string]any{"status": json.Number("0"), "body": err.Error()}
				return
			}
			var body any
			if v, err := a.json(); err == nil {
				body = normalised("", s.Match.reduce(v, nil))
			}
			got[i] = map[string]any{"status": json.Number(strconv.Itoa(a.Status)), "body": body}
		})
	}
	all.Wait()
	return s.compareAll(got)
}

func (r *replay) send(request *restRequest) (*restAnswer, error) {
	address, err := r.address(request.Listener)
	if err != nil {
		return nil, err
	}
	return request.send(address)
}

// address returns where a listener is. Which worker leads may change.
func (r *replay) address(listener string) (string, error) {
	if listener == "" {
		listener = "main"
	}
	if listener == "leader" || listener == "follower" {
		return r.role(listener)
	}
	if address, ok := r.listeners[listener]; ok {
		return address, nil
	}
	return "", fmt.Errorf("the profile has no listener %q", listener)
}

// role asks both workers for what only the leader does, until they agree.
func (r *replay) role(wanted string) (string, error) {
	probe := restRequest{Method: "DELETE", Path: "/connectors/" + restRun + "-no-such?forward=false"}
	for began := time.Now(); time.Since(began) < conflictWait; time.Sleep(pollPause) {
		roles := map[string]string{}
		for _, listener := range []string{"main", "second"} {
			got, err := probe.send(r.listeners[listener])
			if err != nil {
				return "", err
			}
			switch got.Status {
			case 404:
				roles["leader"] = r.listeners[listener]
			case 409:
				roles["follower"] = r.listeners[listener]
			}
		}
		if len(roles) == 2 {
			return roles[wanted], nil
		}
	}
	return "", errors.New("no worker leads the other")
}

// save keeps values of an answer for later steps.
func (r *replay) save(pointers map[string]string, got *restAnswer) error {
	if len(pointers) == 0 {
		return nil
	}
	body, err := got.json()
	if err != nil {
		return err
	}
	for name, pointer := range pointers {
		v := body
		for _, part := range strings.Split(strings.Trim(pointer, "/"), "/") {
			switch c := v.(type) {
			case map[string]any:
				v = c[part]
			case []any:
				i, err := strconv.Atoi(part)
				if err != nil || i < 0 || i >= len(c) {
					return fmt.Errorf("save %s: no %s in the answer", name, pointer)
				}
				v = c[i]
			default:
				return fmt.Errorf("save %s: no %s in the answer", name, pointer)
			}
		}
		r.vars[name] = fmt.Sprint(v)
	}
	return nil
}
