package run

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"

	"github.com/millrace/millrace/internal/msk/roles"
)

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// check refuses options with which a control plane would do other than was meant.
func (o *ControlOptions) check() error {
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		return fmt.Errorf("--listen needs HOST:PORT, as 127.0.0.1:8090: %w", err)
	}
	switch {
	case o.Data == "":
		return errors.New("--data needs a directory")
	case !accountForm.MatchString(o.Account):
		return fmt.Errorf("--account %q is not an account: it has 12 digits", o.Account)
	case !regionForm.MatchString(o.region()):
		return fmt.Errorf("%q is not a region, as us-east-1 is: see --region, AWS_REGION and AWS_DEFAULT_REGION", o.region())
	case o.MaxWorkers < 0:
		return fmt.Errorf("--max-workers %d: there cannot be less than none", o.MaxWorkers)
	}
	if err := checkEndpoint(o.S3Endpoint); err != nil {
		return fmt.Errorf("--s3-endpoint: %w", err)
	}
	_, err := o.roleSources()
	return err
}

// checkEndpoint does not repeat the address, which may have a password in it.
func checkEndpoint(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("write it as http://HOST:PORT or https://HOST")
	case u.User != nil:
		return errors.New("there cannot be a user or password in it: requests are signed with access keys, from the environment or the AWS configuration")
	}
	return nil
}

// roleSources reads the file of service execution roles, if one is named.
func (o *ControlOptions) roleSources() (map[string]roles.Source, error) {
	if o.Roles == "" {
		return nil, nil
	}
	text, err := readFile(o.Roles)
	if err != nil {
		return nil, fmt.Errorf("--roles: %w", err)
	}
	sources, err := roles.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("--roles %s: %w", o.Roles, err)
	}
	return sources, nil
}
