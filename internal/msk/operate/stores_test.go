package operate

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// inspector notes what it is asked.
type inspector struct {
	asked []StoreCheck
	left  time.Duration
}

func (i *inspector) Check(ctx context.Context, q StoreCheck) error {
	i.asked = append(i.asked, q)
	end, _ := ctx.Deadline()
	i.left = time.Until(end)
	return Failed(model.ReasonBucketNotFound, "no")
}

// TestCheckStore looks at what is asked about a store, and with whose credentials.
func TestCheckStore(t *testing.T) {
	for _, c := range []struct {
		name, role string
		roles      Roles
		token      string
		code       string
	}{
		{"no roles", "r", nil, "", model.ReasonBucketNotFound},
		{"role", "r", wallet{}, "r c_1-2", model.ReasonBucketNotFound},
		{"no credentials", "none", wallet{}, "", model.ReasonRoleAccessDenied},
	} {
		connector := store.Connector{}
		connector.Name, connector.ARN = "c", model.ARN{Kind: model.KindConnector, Name: "c", ID: "1-2"}
		connector.ServiceExecutionRoleARN = c.role
		i := &inspector{}
		j := &job{e: &Engine{settings: EngineSettings{Roles: c.roles, Stores: i, Limits: Limits{Probe: time.Minute}}}, connector: connector}
		err := j.checkStore(t.Context(), setup{connector: &connector}, map[string]string{"k": "v"})
		var f *Failure
		if !errors.As(err, &f) || f.Code != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.code != model.ReasonBucketNotFound {
			continue
		}
		q := i.asked[0]
		if q.Configuration["k"] != "v" || q.Configuration["name"] != "c" || (q.Role != "") != (c.roles != nil) || q.Credentials.Token != c.token || i.left > time.Minute {
			t.Errorf("%s: asked %+v, within %s", c.name, q, i.left)
		}
	}
}
