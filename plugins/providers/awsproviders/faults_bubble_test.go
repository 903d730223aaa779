package awsproviders

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
)

// onto makes a provider call a cloud in this process.
func onto(p provider.Provider, sky *cloud) {
	var c *connection
	switch p := p.(type) {
	case *secrets:
		c = p.connection
	case *parameters:
		c = p.connection
	case *communitySecrets:
		c = p.connection
	case *imports:
		c = p.connection
	}
	c.Network.Transport = awsaccesstest.Transport{Handler: sky}
}

const hush = "hush-hush"

// TestFaults: the same faults with all providers. What may pass is tried again, and
// marked so when it does not.
func TestFaults(t *testing.T) {
	environment(t)
	several := func(f fault) []fault { return []fault{f, f, f, f, f, f} }
	for _, c := range []struct {
		name     string
		faults   []fault
		err      string // "" for none
		passing  bool
		at, most time.Duration // when Get returns
		requests int
	}{
		{"nothing", nil, "", false, 0, 0, 1},
		{"access denied", several(fault{status: 400, code: "AccessDeniedException"}), ": AccessDeniedException: no", false, 0, 0, 1},
		{"throttled for a moment", several(fault{status: 400, code: "ThrottlingException"})[:2], "", false, 0, lookUpTime, 3},
		{"throttled", several(fault{status: 400, code: "ThrottlingException"}), ": ThrottlingException: no", true, 0, lookUpTime, 3},
		{"failure of the service", several(fault{status: 500, code: "InternalServiceError"}), ": InternalServiceError: no", true, 0, lookUpTime, 3},
		{"out of order", several(fault{status: 503, body: "<html>" + hush}), "", true, 0, lookUpTime, 3},
		{"not understood", several(fault{status: 200, body: "{" + hush}), "", false, 0, 0, 1},
		{"a large answer", several(fault{status: 200, body: `{"SecretString":"` + hush + strings.Repeat("x", maxObject) + `"}`}), "", false, 0, 0, 1},
		{"no answer", several(fault{hang: true}), ": it took too long", true, lookUpTime, importTime, 3},
	} {
		for _, p := range All() {
			class := p.Describe().Class
			t.Run(c.name+" "+class, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sky := &cloud{t: t, secrets: map[string]any{"db": `{"bucket/k":"v"}`}, parameters: values{"bucket/k": "v"}, objects: values{"bucket/k": "v"}}
					sky.faults = append(sky.faults, c.faults...)
					from := create(t, class, values{localDirKey: t.TempDir(), endpointKey: "http://store", awsEndpointKey: "http://store"})
					onto(from, sky)
					path := "db"
					if strings.Contains(class, "S3") {
						path = ""
					}
					start := time.Now()
					got, err := from.Get(t.Context(), path, []string{"bucket/k"})
					took := time.Since(start)
					if strings.Contains(class, "S3") && (c.name == "a large answer" || c.name == "not understood") {
						return // it is an object
					}
					failed := c.err != "" || c.passing || c.name == "not understood" || c.name == "a large answer"
					switch {
					case (err != nil) != failed:
						t.Fatalf("got %v, %v", got.Values, err)
					case err == nil && got.Values["bucket/k"] == "":
						t.Error("no value")
					case err != nil && !strings.Contains(err.Error(), c.err):
						t.Errorf("error %v, want %s", err, c.err)
					case connect.IsRetriable(err) != c.passing:
						t.Errorf("retriable %v: %v", connect.IsRetriable(err), err)
					case strings.Contains(texts(err), hush) || len(texts(err)) > 4*maxReason:
						t.Errorf("the error tells a secret: %v", err)
					case took < c.at || took > max(c.most, c.at):
						t.Errorf("took %s", took)
					case c.requests != 3 && len(c.faults)-len(sky.faults) > c.requests:
						t.Errorf("%d requests", len(c.faults)-len(sky.faults))
					}
				})
			})
		}
	}
}

// texts returns the texts of an error and of its causes.
func texts(err error) (all string) {
	for ; err != nil; err = errors.Unwrap(err) {
		all += err.Error() + "\n"
	}
	return all
}

func TestCutOff(t *testing.T) {
	sky := &cloud{objects: values{"bucket/k": "v"}, faults: []fault{{cut: true}, {body: strings.Repeat("x", maxObject+1)}}}
	dir := t.TempDir()
	p := create(t, amazon+"S3ImportConfigProvider", values{endpointKey: sky.start(t), localDirKey: dir})
	for _, want := range []struct {
		text    string
		passing bool
	}{{"unexpected EOF", true}, {"has more than 67108864 bytes", false}} {
		_, err := p.Get(t.Context(), "", []string{"bucket/k"})
		if err == nil || !strings.Contains(err.Error(), want.text) || connect.IsRetriable(err) != want.passing {
			t.Errorf("error %v, want %s", err, want.text)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestCancelled(t *testing.T) {
	environment(t)
	synctest.Test(t, func(t *testing.T) {
		p := create(t, amazon+"SsmParamStoreConfigProvider", nil)
		onto(p, &cloud{t: t, faults: []fault{{hang: true}}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := p.Get(ctx, "", []string{"p"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}
