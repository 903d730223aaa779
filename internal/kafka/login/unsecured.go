package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// unsecuredSource makes unsigned tokens from the options unsecuredLogin… of the
// JAAS configuration. They are for development: only a broker set up for them
// accepts them.
func unsecuredSource(options map[string]string) (tokenSource, error) {
	const prefix = "unsecuredLogin"
	claims := map[string]any{}
	for name, value := range config.WithPrefix(options, prefix+"StringClaim_") {
		claims[name] = value
	}
	for name, value := range config.WithPrefix(options, prefix+"NumberClaim_") {
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, config.Errorf(keyJaas, "The JAAS option %sNumberClaim_%s is not a number", prefix, name)
		}
		claims[name] = number
	}
	for name, value := range config.WithPrefix(options, prefix+"ListClaim_") {
		if value != "" {
			claims[name] = strings.Split(value[1:], value[:1]) // the first character separates
		}
	}
	principal := either(options[prefix+"PrincipalClaimName"], "sub")
	if claims[principal] == nil {
		return nil, config.Errorf(keyJaas, "The JAAS config needs the option %sStringClaim_%s, or %s for tokens of an identity provider", prefix, principal, keyTokenEndpoint)
	}
	life, err := strconv.ParseFloat(either(options[prefix+"LifetimeSeconds"], "3600"), 64)
	if err != nil || life <= 0 {
		return nil, config.Errorf(keyJaas, "The JAAS option %sLifetimeSeconds is not a positive number", prefix)
	}
	return func(context.Context) (token, error) {
		return unsecuredToken(claims, time.Now(), time.Duration(life*float64(time.Second)))
	}, nil
}

// unsecuredToken returns an unsecured JWS (RFC 7515, appendix A.5).
func unsecuredToken(claims map[string]any, now time.Time, life time.Duration) (token, error) {
	expires := now.Add(life)
	all := map[string]any{"iat": seconds(now), "exp": seconds(expires)}
	for name, value := range claims {
		all[name] = value
	}
	payload, err := json.Marshal(all)
	if err != nil {
		return token{}, fmt.Errorf("make an unsecured token: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return token{text: encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + ".", expires: expires}, nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
