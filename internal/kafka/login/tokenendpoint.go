package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

// defaultTokenTimeout bounds one exchange with the token endpoint when the timeouts
// of Kafka are not set, which there means no limit.
const defaultTokenTimeout = 30 * time.Second

// maxTokenTries bounds the tries of one login.
const maxTokenTries = 5

// tokenEndpoint asks an identity provider for tokens by the client credentials
// grant (RFC 6749, section 4.4).
type tokenEndpoint struct {
	client     *http.Client
	url        string
	id, secret string
	scope      string
	backoff    time.Duration
	backoffMax time.Duration
}

// endpointSource reads the client's credentials from the properties or, where they
// stood before Kafka 4.1, from the JAAS options. The ssl.* options of the JAAS
// configuration are those of the connection to the endpoint.
func endpointSource(v *config.Values, options map[string]string, endpoint *url.URL) (tokenSource, error) {
	e := &tokenEndpoint{
		url:        endpoint.String(),
		id:         either(v.String(keyClientID), options["clientId"]),
		secret:     either(v.Password(keyClientSecret).Reveal(), options["clientSecret"]),
		scope:      either(v.String(keyScope), options["scope"]),
		backoff:    time.Duration(v.Long(keyRetryBackoff)) * time.Millisecond,
		backoffMax: time.Duration(v.Long(keyRetryBackoffMax)) * time.Millisecond,
	}
	if e.id == "" {
		return nil, config.Errorf(keyClientID, "The OAuth configuration option %s value is required", keyClientID)
	}
	if e.secret == "" {
		return nil, config.Errorf(keyClientSecret, "The OAuth configuration option %s value is required", keyClientSecret)
	}
	if v.Bool(keyHeaderURLEncode) {
		e.id, e.secret = url.QueryEscape(e.id), url.QueryEscape(e.secret)
	}
	tls, err := ssl.NewClient(options)
	if err != nil {
		return nil, err
	}
	connect, read := timeoutOf(v, keyConnectTimeout), timeoutOf(v, keyReadTimeout)
	e.client = &http.Client{
		Timeout: connect + read,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: connect}).DialContext,
			DialTLSContext:        tls.Dialer(connect),
			ResponseHeaderTimeout: read,
			DisableKeepAlives:     true,
		},
		// The authorization header must not reach another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return e.token, nil
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func timeoutOf(v *config.Values, key string) time.Duration {
	if ms := v.Int(key); ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	return defaultTokenTimeout
}

// token asks until it gets an answer that is not worth another try.
func (e *tokenEndpoint) token(ctx context.Context) (token, error) {
	pause := e.backoff
	for try := 1; ; try++ {
		t, again, err := e.ask(ctx)
		if err == nil || !again || try == maxTokenTries {
			return t, err
		}
		select {
		case <-ctx.Done():
			return token{}, errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
		pause = min(2*pause, e.backoffMax)
	}
}

// ask makes one request. again tells whether the error may pass.
func (e *tokenEndpoint) ask(ctx context.Context) (t token, again bool, err error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	if e.scope != "" {
		form.Set("scope", e.scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, strings.NewReader(form.Encode()))
	if err != nil {
		return token{}, false, fmt.Errorf("ask for a token: %w", err)
	}
	req.SetBasicAuth(e.id, e.secret)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := e.client.Do(req)
	if err != nil {
		return token{}, ctx.Err() == nil, fmt.Errorf("ask for a token: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxTokenBytes+1))
	switch {
	case err != nil:
		return token{}, true, fmt.Errorf("read the answer of the token endpoint: %w", err)
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated:
		return token{}, resp.StatusCode >= 500, fmt.Errorf("the token endpoint answered %s%s", resp.Status, oauthError(body))
	case len(body) > maxTokenBytes:
		return token{}, false, fmt.Errorf("the answer of the token endpoint is longer than %d bytes", maxTokenBytes)
	}
	t, err = parseToken(body)
	return t, false, err
}

func parseToken(body []byte) (token, error) {
	var answer struct {
		AccessToken string  `json:"access_token"`
		IDToken     string  `json:"id_token"`
		ExpiresIn   float64 `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return token{}, errors.New("the answer of the token endpoint is not JSON")
	}
	text := either(answer.AccessToken, answer.IDToken)
	if text == "" {
		return token{}, errors.New("the answer of the token endpoint has no access_token")
	}
	t := token{text: text, expires: expiry(text)}
	if t.expires.IsZero() && answer.ExpiresIn > 0 {
		t.expires = time.Now().Add(time.Duration(answer.ExpiresIn * float64(time.Second)))
	}
	return t, nil
}

// oauthError returns the error members of an answer (RFC 6749, section 5.2).
func oauthError(body []byte) string {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error == "" {
		return ""
	}
	text := ": " + answer.Error
	if answer.Description != "" {
		text += " (" + answer.Description + ")"
	}
	return text[:min(len(text), 500)]
}
