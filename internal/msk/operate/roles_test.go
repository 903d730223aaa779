package operate

import (
	"context"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// wallet has credentials for each role but "none".
type wallet struct{}

func (wallet) Credentials(_ context.Context, role, fleet string) (Credentials, error) {
	if role == "none" {
		return Credentials{}, Failed(model.ReasonRoleAccessDenied, "no")
	}
	return Credentials{KeyID: "ID", Secret: `s"e\c`, Token: role + " " + fleet}, nil
}

func (wallet) Env(role, fleet string) map[string]string {
	return map[string]string{"WHO": role + " " + fleet}
}

// TestActingProps looks at how a client of the control plane gets into the cluster.
func TestActingProps(t *testing.T) {
	const iam, workers = model.AuthenticationIAM, "software.amazon.msk.auth.iam.IAMLoginModule required;"
	acting := `software.amazon.msk.auth.iam.IAMLoginModule required awsRoleAccessKeyId="ID" awsRoleSecretAccessKey="s\"e\\c" awsRoleSessionToken="r c_1-2";`
	for _, c := range []struct {
		name, role     string
		roles          Roles
		authentication model.AuthenticationType
		want           string
		fails          bool
	}{
		{"no roles", "r", nil, iam, workers, false},
		{"role", "r", wallet{}, iam, acting, false},
		{"no IAM", "r", wallet{}, model.AuthenticationNone, "", false},
		{"no credentials", "none", wallet{}, iam, "", true},
		{"no credentials, no IAM", "none", wallet{}, model.AuthenticationNone, "", true},
	} {
		connector := store.Connector{}
		connector.ARN = model.ARN{Kind: model.KindConnector, Name: "c", ID: "1-2"}
		connector.ServiceExecutionRoleARN, connector.Authentication.Type = c.role, c.authentication
		connector.KafkaCluster.Apache.BootstrapServers = "b:1"
		s := setup{&connector, model.WorkerSetting{Capacity: model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: 1, WorkerCount: 1}}}, 1}
		e := &Engine{settings: EngineSettings{Roles: c.roles}}
		got, err := e.actingProps(t.Context(), s)
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, prefix := range clientPrefixes() {
			if !c.fails && got[prefix+"sasl.jaas.config"] != c.want {
				t.Errorf("%s: %s%s", c.name, prefix, got[prefix+"sasl.jaas.config"])
			}
		}
		spec, err := e.spec(s)
		if err != nil || strings.Contains(spec.Properties["sasl.jaas.config"], "awsRole") || c.roles != nil && spec.Env["WHO"] != c.role+" c_1-2" || c.roles == nil && spec.Env != nil {
			t.Errorf("%s: workers have %v, %v", c.name, spec.Env, err)
		}
	}
}
