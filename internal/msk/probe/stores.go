package probe

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/objectstore/s3store"
	"github.com/millrace/millrace/internal/pluginset"
)

var _ operate.Stores = (*Stores)(nil)

// storeTimeout is how long S3 may take to answer all requests about a bucket.
const storeTimeout = 5 * time.Second

// Stores looks at the buckets of connectors that say how they use them: those that are a
// [s3store.User].
type Stores struct {
	plugins *pluginset.Set
	log     *slog.Logger
	timeout time.Duration
}

// NewStores returns a Stores that knows the connectors of a set; log may be nil.
func NewStores(plugins *pluginset.Set, log *slog.Logger) *Stores {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Stores{plugins, log, storeTimeout}
}

// Check implements [operate.Stores]. References to secrets can be resolved by workers
// only: a bucket behind one is not looked at.
func (s *Stores) Check(ctx context.Context, q operate.StoreCheck) error {
	use, known := s.use(q.Configuration)
	if !known || refers(&use) {
		return nil
	}
	e := explainer{use: &use, kind: use.Settings.Credentials.Kind, role: q.Role}
	if q.Role != "" {
		own := s3store.Credentials{ID: q.Credentials.KeyID, Secret: q.Credentials.Secret, Token: q.Credentials.Token}
		var found bool
		if use.Settings.Credentials, found = use.Settings.Credentials.Among(own); !found {
			return e.explain(&s3store.Refusal{Reason: s3store.NoCredentials})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := use.Look(ctx)
	var refused *s3store.Refusal
	switch {
	case errors.As(err, &refused):
		return e.explain(refused)
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		s.log.Warn("Whether a bucket can be used could not be found out; the connector goes on", "bucket", use.Settings.Bucket, "err", err)
	}
	return nil
}

// use returns how the connector uses a bucket; false when it has none, or when its
// configuration is not valid, which is said elsewhere.
func (s *Stores) use(config map[string]string) (s3store.Use, bool) {
	found, err := s.plugins.Connector(config[model.ConnectorClassKey])
	if err != nil {
		return s3store.Use{}, false
	}
	var connector any
	switch p := found.Plugin.(type) {
	case plugin.Sink:
		connector = p.New()
	case plugin.Source:
		connector = p.New()
	}
	user, ok := connector.(s3store.User)
	if !ok {
		return s3store.Use{}, false
	}
	use, err := user.Use(config)
	return use, err == nil
}

// refers reports whether something that matters is a reference to a secret.
func refers(u *s3store.Use) bool {
	s, c := &u.Settings, &u.Settings.Credentials
	return slices.ContainsFunc([]string{
		s.Bucket, s.Region, s.Endpoint, s.ACL, s.Encryption.Name, s.Encryption.KMSKey, s.Proxy.URL, s.Proxy.User, s.Proxy.Password,
		c.ID, c.Secret, c.Role.ARN, c.Role.ExternalID, c.Role.SessionName, c.Role.Region, u.Tuning.STSEndpoint, u.Tuning.ServerSide, u.Name,
	}, func(text string) bool { return strings.Contains(text, "${") })
}
