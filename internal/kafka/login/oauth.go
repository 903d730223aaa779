package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"

	"github.com/millrace/millrace/connect/config"
)

// maxTokenBytes bounds a token and the answer that holds it.
const maxTokenBytes = 1 << 20

// token is an access token and when it expires; zero when that is unknown.
type token struct {
	text    string
	expires time.Time
}

// tokenSource gets a new token.
type tokenSource func(ctx context.Context) (token, error)

// oauthMechanism sends bearer tokens. Where they come from follows from the token
// endpoint and the login callback handler; without either, tokens are unsecured and
// made here, for development.
func oauthMechanism(v *config.Values, m jaasModule) (sasl.Mechanism, error) {
	if err := requireModule(m, "OAuthBearerLoginModule"); err != nil {
		return nil, err
	}
	unsecured := v.String(keyTokenEndpoint) == "" && !hasSimpleName(v.String(keyLoginCallback), "OAuthBearerLoginCallbackHandler")
	prefix, source := "extension_", tokenSource(nil)
	var err error
	if unsecured {
		prefix = "unsecuredLoginExtension_"
		source, err = unsecuredSource(m.options)
	} else {
		source, err = retriever(v, m.options)
	}
	if err != nil {
		return nil, err
	}
	extensions := config.WithPrefix(m.options, prefix)
	tokens := newTokenCache(source, v.Double(keyRefreshFactor))
	return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
		text, err := tokens.get(ctx)
		if err != nil {
			return oauth.Auth{}, err
		}
		return oauth.Auth{Token: text, Extensions: extensions}, nil
	}), nil
}

// retriever returns the source that the endpoint and the retriever class ask for.
func retriever(v *config.Values, options map[string]string) (tokenSource, error) {
	class := v.String(keyRetriever)
	if !hasSimpleName(class, "DefaultJwtRetriever", "ClientCredentialsJwtRetriever", "FileJwtRetriever") {
		return nil, config.Invalid(keyRetriever, class, "this class is not supported")
	}
	text := v.String(keyTokenEndpoint)
	if text == "" {
		return nil, config.Errorf(keyTokenEndpoint, "The OAuth configuration option %s value is required", keyTokenEndpoint)
	}
	endpoint, err := url.Parse(text)
	if err != nil {
		return nil, config.Errorf(keyTokenEndpoint, "The OAuth configuration option %s contains a URL that is malformed", keyTokenEndpoint)
	}
	switch strings.ToLower(endpoint.Scheme) {
	case "file":
		return fileSource(endpoint.Path), nil
	case "http", "https":
		return endpointSource(v, options, endpoint)
	}
	return nil, config.Errorf(keyTokenEndpoint, "The OAuth configuration option %s contains a URL with an unsupported protocol (%s)", keyTokenEndpoint, endpoint.Scheme)
}

// fileSource reads the token from a file, again each time it is asked.
func fileSource(path string) tokenSource {
	return func(context.Context) (token, error) {
		f, err := os.Open(path)
		if err != nil {
			return token{}, fmt.Errorf("read the token file: %w", err)
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxTokenBytes))
		if err != nil {
			return token{}, fmt.Errorf("read the token file: %w", err)
		}
		text := strings.TrimSpace(string(data))
		return token{text: text, expires: expiry(text)}, nil
	}
}

// tokenCache keeps a token until the refresh factor of its life has passed. One
// caller at a time asks for a new one; the others wait for it.
type tokenCache struct {
	source tokenSource
	factor float64

	turn    chan struct{} // holds one element while a caller owns the fields below
	current token
	refresh time.Time // zero: the token serves once
}

func newTokenCache(source tokenSource, factor float64) *tokenCache {
	return &tokenCache{source: source, factor: factor, turn: make(chan struct{}, 1)}
}

func (c *tokenCache) get(ctx context.Context) (string, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	now := time.Now()
	if now.Before(c.refresh) {
		return c.current.text, nil
	}
	fresh, err := c.source(ctx)
	if err != nil {
		if now.Before(c.current.expires) {
			return c.current.text, nil // the old one is still good
		}
		return "", err
	}
	if fresh.text == "" {
		return "", errors.New("the OAUTHBEARER token is empty")
	}
	c.current, c.refresh = fresh, time.Time{}
	if life := fresh.expires.Sub(now); life > 0 {
		c.refresh = now.Add(time.Duration(float64(life) * c.factor))
	}
	return fresh.text, nil
}

// expiry returns the exp claim of a JWT, zero for any other token. The signature
// is the broker's concern.
func expiry(text string) time.Time {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}
