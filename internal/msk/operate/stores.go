package operate

import "context"

// Stores looks at the stores in which connectors keep, or find, their records.
type Stores interface {
	// Check fails with a *Failure that says what to mend when the connector could not
	// use its store. What it does not find out is no failure.
	Check(ctx context.Context, q StoreCheck) error
}

// StoreCheck is a connector as its workers will run it.
type StoreCheck struct {
	Configuration map[string]string
	// Role is the ARN of the service execution role whose credentials the workers have,
	// and no others; "" for those of this process's environment.
	Role        string
	Credentials Credentials // of the role
}

// checkStore looks at the store that a configuration names.
func (j *job) checkStore(ctx context.Context, s setup, config map[string]string) error {
	if j.e.settings.Stores == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Probe)
	defer cancel()
	q := StoreCheck{Configuration: s.configuration(config)}
	if roles := j.e.settings.Roles; roles != nil {
		var err error
		q.Role = s.connector.ServiceExecutionRoleARN
		if q.Credentials, err = roles.Credentials(ctx, q.Role, fleetName(s.connector.ARN)); err != nil {
			return err
		}
	}
	return j.e.settings.Stores.Check(ctx, q)
}
