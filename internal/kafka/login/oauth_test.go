package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// jwt returns an unsigned token that expires in life.
func jwt(subject string, life time.Duration) string {
	t, _ := unsecuredToken(map[string]any{"sub": subject}, time.Now(), life)
	return t.text
}

// authenticate returns the bearer token of the first message and the rest of it.
func authenticate(t *testing.T, props map[string]string) (token, rest string, err error) {
	t.Helper()
	props["sasl.mechanism"] = "OAUTHBEARER"
	m, err := Mechanism(props)
	if err != nil {
		t.Fatal(err)
	}
	_, message, err := m.Authenticate(context.Background(), "broker:9092")
	if err != nil {
		return "", "", err
	}
	_, bearer, _ := strings.Cut(string(message), "auth=Bearer ")
	token, rest, _ = strings.Cut(bearer, "\x01")
	return token, rest, nil
}

func TestTokenEndpoint(t *testing.T) {
	basic := func(id, secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
	}
	for _, test := range []struct {
		name  string
		props map[string]string
		jaas  string
		auth  string
		body  string
		rest  string
	}{
		{"properties", map[string]string{keyClientID: "id", keyClientSecret: "se/cret", keyScope: "a b"}, "", basic("id", "se/cret"), "grant_type=client_credentials&scope=a+b", "\x01"},
		{"encoded header", map[string]string{keyClientID: "id", keyClientSecret: "se/cret", keyHeaderURLEncode: "true"}, "", basic("id", "se%2Fcret"), "grant_type=client_credentials", "\x01"},
		{"jaas options", nil, ` clientId="id" clientSecret="s" scope="x"`, basic("id", "s"), "grant_type=client_credentials&scope=x", "\x01"},
		{"properties first", map[string]string{keyClientID: "new"}, ` clientId="id" clientSecret="s"`, basic("new", "s"), "grant_type=client_credentials", "\x01"},
		{"extensions", nil, ` clientId="id" clientSecret="s" extension_logicalCluster="lkc-1" extension_a="b"`, basic("id", "s"), "grant_type=client_credentials", "a=b\x01logicalCluster=lkc-1\x01\x01"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := jwt("alice", time.Hour)
			idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.ParseForm()
				if r.Method != "POST" || r.Header.Get("Authorization") != test.auth || r.PostForm.Encode() != test.body {
					t.Errorf("got %s %s %s", r.Method, r.Header.Get("Authorization"), r.PostForm.Encode())
				}
				fmt.Fprintf(w, `{"access_token":%q,"expires_in":3600}`, want)
			}))
			defer idp.Close()
			props := map[string]string{keyJaas: oauthJaas + test.jaas + ";", keyTokenEndpoint: idp.URL}
			for k, v := range test.props {
				props[k] = v
			}
			got, rest, err := authenticate(t, props)
			if err != nil || got != want || rest != test.rest {
				t.Errorf("got %s %q %v", got, rest, err)
			}
		})
	}
}

func TestTokenEndpointErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		tries  int32
		text   string
	}{
		{"refused", 401, `{"error":"invalid_client","error_description":"no"}`, 1, "the token endpoint answered 401 Unauthorized: invalid_client (no)"},
		{"down", 503, "", maxTokenTries, "the token endpoint answered 503 Service Unavailable"},
		{"redirect", 302, "", 1, "the token endpoint answered 302 Found"},
		{"not json", 200, "<html>", 1, "is not JSON"},
		{"no token", 200, "{}", 1, "has no access_token"},
		{"too long", 200, `{"access_token":"` + strings.Repeat("x", maxTokenBytes) + `"}`, 1, "longer than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tries atomic.Int32
			idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				tries.Add(1)
				w.Header().Set("Location", "http://elsewhere.invalid/")
				w.WriteHeader(test.status)
				w.Write([]byte(test.body))
			}))
			defer idp.Close()
			_, _, err := authenticate(t, map[string]string{
				keyJaas: oauthJaas + " clientId=id clientSecret=s3cr3t;", keyTokenEndpoint: idp.URL, keyRetryBackoff: "1",
			})
			if err == nil || !strings.Contains(err.Error(), test.text) || tries.Load() != test.tries {
				t.Errorf("got %v after %d tries", err, tries.Load())
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	want := jwt("alice", time.Hour)
	if err := os.WriteFile(path, []byte(want+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	props := map[string]string{
		keyJaas: oauthJaas + ";", keyTokenEndpoint: "file://" + path,
		keyLoginCallback: "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
	}
	if got, _, err := authenticate(t, props); err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestUnsecured(t *testing.T) {
	text, rest, err := authenticate(t, map[string]string{keyJaas: oauthJaas + ` unsecuredLoginStringClaim_sub="alice" unsecuredLoginNumberClaim_n="1.5"` +
		` unsecuredLoginListClaim_scope="|a|b" unsecuredLoginLifetimeSeconds="60" unsecuredLoginExtension_x="y";`})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(text, ".")
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	life := claims["exp"].(float64) - claims["iat"].(float64)
	if string(header) != `{"alg":"none"}` || parts[2] != "" || claims["sub"] != "alice" || claims["n"] != 1.5 ||
		fmt.Sprint(claims["scope"]) != "[a b]" || life < 59.9 || life > 60.1 || rest != "x=y\x01\x01" {
		t.Errorf("got %s.%s.%s, rest %q", header, payload, parts[2], rest)
	}
}

// TestTokenCache: a token is used for the refresh factor of its life, then one
// caller asks for the next; a failure to get it does not matter while the old one
// is good.
func TestTokenCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, down := 0, false
		c := newTokenCache(func(context.Context) (token, error) {
			if down {
				return token{}, errors.New("down")
			}
			asked++
			time.Sleep(time.Second) // fake time: callers pile up meanwhile
			return token{text: fmt.Sprint(asked), expires: time.Now().Add(99 * time.Second)}, nil
		}, 0.8)
		step := func(wait time.Duration, want string, wantAsked int) {
			t.Helper()
			time.Sleep(wait)
			var callers sync.WaitGroup
			for range 5 {
				callers.Go(func() {
					if got, err := c.get(context.Background()); got != want || (err != nil) != (want == "") {
						t.Errorf("got %q, %v, want %q", got, err, want)
					}
				})
			}
			callers.Wait()
			if asked != wantAsked {
				t.Errorf("asked %d times, want %d", asked, wantAsked)
			}
		}
		step(0, "1", 1)
		step(75*time.Second, "1", 1) // at 76 s of 100
		step(5*time.Second, "2", 2)
		down = true
		step(90*time.Second, "2", 2)
		step(10*time.Second, "", 2)

		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		c.turn <- struct{}{}
		if _, err := c.get(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("a waiting caller got %v", err)
		}
	})
}

// TestOpaqueToken: a token whose end is unknown serves once.
func TestOpaqueToken(t *testing.T) {
	asked := 0
	c := newTokenCache(func(context.Context) (token, error) {
		asked++
		return parseToken([]byte(`{"id_token":"opaque"}`))
	}, 0.8)
	for range 3 {
		if got, err := c.get(context.Background()); got != "opaque" || err != nil {
			t.Fatal(got, err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}
