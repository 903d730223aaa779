package roles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

const (
	// Clients ask for new credentials five minutes before the old ones end, and must
	// not get those again.
	renewBefore = 10 * time.Minute
	// lasting is how long workers keep credentials that have no end.
	lasting    = time.Hour
	findTime   = 30 * time.Second
	maxSession = 64 // bytes
)

var _ operate.Roles = (*Roles)(nil)

// Settings say which roles there are.
type Settings struct {
	// Dir keeps the address and the key of the tokens; it is made.
	Dir string
	// Sources are roles by ARN. Others are assumed with the credentials of the
	// environment, when that is allowed.
	Sources map[string]Source
	Assume  bool
	Region  string       // of STS and of the workers; "" for us-east-1
	Log     *slog.Logger // nil discards
}

// Roles serves credentials. It is safe for concurrent use.
type Roles struct {
	settings Settings
	log      *slog.Logger
	kept     kept
	server   *http.Server
	done     chan struct{}

	mu        sync.Mutex
	providers map[string]aws.CredentialsProvider // by role and fleet
}

// Open begins to serve. It makes no request to AWS yet.
func Open(s Settings) (*Roles, error) {
	s.Region = cmp.Or(s.Region, "us-east-1")
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	r := &Roles{settings: s, log: s.Log, done: make(chan struct{}), providers: map[string]aws.CredentialsProvider{}}
	listener, err := r.listen()
	if err != nil {
		return nil, fmt.Errorf("serve credentials to workers: %w", err)
	}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadTimeout: readTime, WriteTimeout: findTime + readTime, MaxHeaderBytes: 64 << 10}
	go func() {
		defer close(r.done)
		if err := r.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			r.log.Error("Workers can get no credentials any more", "err", err)
		}
	}()
	return r, nil
}

// Close ends the service.
func (r *Roles) Close() error {
	err := r.server.Close()
	<-r.done
	return err
}

// Env implements [operate.Roles]. What the environment of the control plane has for its
// own credentials is empty there.
func (r *Roles) Env(role, fleet string) map[string]string {
	env := map[string]string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://" + net.JoinHostPort(host, strconv.Itoa(r.kept.Port)) + path(role, fleet),
		"AWS_CONTAINER_AUTHORIZATION_TOKEN":  r.token(role, fleet),
		"AWS_REGION":                         r.settings.Region,
		"AWS_CONFIG_FILE":                    os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE":        os.DevNull,
	}
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	} {
		env[name] = ""
	}
	return env
}

// Credentials implements [operate.Roles].
func (r *Roles) Credentials(ctx context.Context, role, fleet string) (operate.Credentials, error) {
	found, err := r.find(ctx, role, fleet)
	return operate.Credentials{KeyID: found.AccessKeyID, Secret: found.SecretAccessKey, Token: found.SessionToken}, err
}

// find returns the credentials of a role. The error is a *operate.Failure.
func (r *Roles) find(ctx context.Context, role, fleet string) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	provider, err := r.provider(ctx, role, fleet)
	if err != nil {
		return aws.Credentials{}, denied(role, err)
	}
	found, err := provider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, denied(role, err)
	}
	if !found.CanExpire {
		found.CanExpire, found.Expires = true, time.Now().Add(lasting)
	}
	return found, nil
}

func (r *Roles) provider(ctx context.Context, role, fleet string) (aws.CredentialsProvider, error) {
	key := path(role, fleet)
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.providers[key]; p != nil {
		return p, nil
	}
	p, err := r.newProvider(ctx, role, fleet)
	if err == nil {
		r.providers[key] = p
	}
	return p, err
}

var errNoSource = errors.New("the control plane has no credentials for it: it is not in the file of roles")

func (r *Roles) newProvider(ctx context.Context, role, fleet string) (aws.CredentialsProvider, error) {
	source, listed := r.settings.Sources[role]
	options := []func(*config.LoadOptions) error{config.WithRegion(r.settings.Region), config.WithLogger(logging.Nop{})}
	switch {
	case listed && source.Profile == "":
		return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return source.Keys, nil }), nil
	case listed:
		options = append(options, config.WithSharedConfigProfile(source.Profile))
	case !r.settings.Assume:
		return nil, errNoSource
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if listed {
		return cfg.Credentials, nil
	}
	assume := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) {
		// Brokers refuse clients that come back under another name.
		o.RoleSessionName = sessionName(fleet)
		o.Duration = time.Hour
	})
	return aws.NewCredentialsCache(assume, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = renewBefore }), nil
}

func sessionName(fleet string) string {
	name := "millrace-" + fleet
	return name[:min(len(name), maxSession)]
}

// denied says why there are no credentials.
func denied(role string, err error) *operate.Failure {
	var answer smithy.APIError
	why := "the AWS configuration of the control plane gives no credentials for it"
	switch {
	case errors.Is(err, errNoSource):
		why = err.Error()
	case errors.As(err, &answer):
		why = answer.ErrorCode() + ": " + strings.ToValidUTF8(answer.ErrorMessage(), "?")
	case errors.Is(err, context.DeadlineExceeded):
		why = "AWS has not answered in time"
	case errors.Is(err, context.Canceled):
		why = "it was given up"
	}
	return &operate.Failure{Code: model.ReasonRoleAccessDenied, Message: fmt.Sprintf("the service execution role %s cannot be used: %s", role, why), Err: err}
}
