package operate

import (
	"context"
	"strings"

	"github.com/millrace/millrace/internal/msk/model"
)

// Roles knows the service execution roles of connectors.
type Roles interface {
	// Credentials returns those of a role for the workers of a fleet. It fails with a
	// *Failure when there are none.
	Credentials(ctx context.Context, role, fleet string) (Credentials, error)
	// Env is the environment by which workers of the fleet get the role's credentials
	// and no others. It is the same each time.
	Env(role, fleet string) map[string]string
}

// Credentials are AWS credentials; Token is empty for those without end.
type Credentials struct{ KeyID, Secret, Token string }

// env returns what the workers have in their environment.
func (e *Engine) env(s setup) map[string]string {
	if e.settings.Roles == nil {
		return nil
	}
	return e.settings.Roles.Env(s.connector.ServiceExecutionRoleARN, fleetName(s.connector.ARN))
}

// actingProps returns the workers' properties for a client in this process that acts as
// a worker would.
func (e *Engine) actingProps(ctx context.Context, s setup) (map[string]string, error) {
	props, err := e.workerProps(s)
	if err != nil || e.settings.Roles == nil {
		return props, err
	}
	found, err := e.settings.Roles.Credentials(ctx, s.connector.ServiceExecutionRoleARN, fleetName(s.connector.ARN))
	if err != nil || s.connector.Authentication.Type != model.AuthenticationIAM {
		return props, err
	}
	const key = "sasl.jaas.config"
	own := clientProps(s.connector, nil)[key]
	for _, prefix := range clientPrefixes() {
		if props[prefix+key] == own {
			props[prefix+key] = strings.TrimSuffix(own, ";") + found.options() + ";"
		}
	}
	return props, nil
}

// options returns the options of the IAM login module that have the credentials.
func (c Credentials) options() string {
	text := option("awsRoleAccessKeyId", c.KeyID) + option("awsRoleSecretAccessKey", c.Secret)
	if c.Token != "" {
		text += option("awsRoleSessionToken", c.Token)
	}
	return text
}

func option(name, value string) string {
	return " " + name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
