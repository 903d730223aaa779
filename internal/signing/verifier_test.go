package signing_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/internal/signing"
)

func TestVerifier(t *testing.T) {
	sign := func(algorithm, key, body string) *signing.Signature {
		s, err := signing.Sign(algorithm, []byte(key), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return &s
	}
	const (
		missing  = "Internal request missing required signature"
		starting = "This worker is still starting up and has not been able to read a session key from the config topic yet"
		invalid  = "Internal request contained invalid signature."
	)
	other := func(algorithm string) string {
		return "This worker does not support the '" + algorithm + "' key signing algorithm used by other workers. This worker is currently configured to use: " +
			"[HmacSHA256, HmacSHA512]. Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it."
	}
	for _, c := range []struct {
		name   string
		key    string
		by     *signing.Signature
		status int
		want   string
	}{
		{"good", key, sign("HmacSHA256", key, "[]"), 0, ""},
		{"another algorithm of the list", key, sign("HmacSHA512", key, "[]"), 0, ""},
		{"unsigned", key, nil, 400, missing},
		{"algorithm not in the list", key, sign("HmacSHA1", key, "[]"), 400, other("HmacSHA1")},
		{"letter case", key, sign("hmacsha256", key, "[]"), 400, other("hmacsha256")},
		{"another key", key, sign("HmacSHA256", "other", "[]"), 403, invalid},
		{"another body", key, sign("HmacSHA256", key, "[{}]"), 403, invalid},
		{"empty MAC", key, &signing.Signature{Algorithm: "HmacSHA256"}, 403, invalid},
		{"no key yet", "", sign("HmacSHA256", key, "[]"), 503, starting},
		{"no key yet, unsigned", "", nil, 400, missing},
		{"no key yet, algorithm", "", sign("HmacSHA1", key, "[]"), 400, other("HmacSHA1")},
	} {
		v := signing.Verifier{Required: true, Key: []byte(c.key), Algorithms: []string{"HmacSHA256", "HmacSHA512"}}
		err := v.Verify(signing.Claim{Signature: c.by, Body: []byte("[]")})
		var no *signing.Refusal
		if errors.As(err, &no) != (c.want != "") || no != nil && (no.Status != c.status || no.Error() != c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
		v.Required = false
		if err := v.Verify(signing.Claim{Signature: c.by}); err != nil {
			t.Errorf("%s, not required: got %v", c.name, err)
		}
	}
}
