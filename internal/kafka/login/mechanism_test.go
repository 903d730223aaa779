package login

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

const (
	plainJaas = `org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="wonder";`
	scramJaas = `org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="wonder";`
	oauthJaas = `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required`
	iamJaas   = `software.amazon.msk.auth.iam.IAMLoginModule required;`
)

func TestMechanism(t *testing.T) {
	for _, test := range []struct {
		mechanism, jaas string
		first           string // a part of the first message
	}{
		{"PLAIN", plainJaas, "\x00alice\x00wonder"},
		{"SCRAM-SHA-256", scramJaas, "n,,n=alice,r="},
		{"SCRAM-SHA-512", scramJaas, "n,,n=alice,r="},
		{"SCRAM-SHA-512", strings.Replace(scramJaas, ";", ` tokenauth="true";`, 1), "tokenauth=true"},
		{"OAUTHBEARER", oauthJaas + ` unsecuredLoginStringClaim_sub="alice";`, "n,,\x01auth=Bearer eyJ"},
	} {
		m, err := Mechanism(map[string]string{"sasl.mechanism": test.mechanism, "sasl.jaas.config": test.jaas})
		if err != nil {
			t.Errorf("%s: %v", test.mechanism, err)
			continue
		}
		_, first, err := m.Authenticate(context.Background(), "broker:9092")
		if err != nil || m.Name() != test.mechanism || !strings.Contains(string(first), test.first) {
			t.Errorf("%s: got %s %q %v, want %q", test.mechanism, m.Name(), first, err, test.first)
		}
	}
}

func TestMechanismErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		props map[string]string
		key   string
		text  string
	}{
		{"default", nil, "sasl.mechanism", "Invalid value GSSAPI for configuration sasl.mechanism: Kerberos is not supported"},
		{"unknown", map[string]string{"sasl.mechanism": "NTLM"}, "sasl.mechanism", "the supported mechanisms are PLAIN"},
		{"no jaas", map[string]string{"sasl.mechanism": "PLAIN"}, "sasl.jaas.config", "Could not find a 'KafkaClient' entry"},
		{"other module", map[string]string{"sasl.mechanism": "PLAIN", "sasl.jaas.config": scramJaas}, "sasl.jaas.config", "ScramLoginModule does not fit"},
		{"no password", map[string]string{"sasl.mechanism": "PLAIN", "sasl.jaas.config": `PlainLoginModule required username="x";`}, "sasl.jaas.config", "username and password"},
		{"callback", map[string]string{"sasl.mechanism": "PLAIN", "sasl.jaas.config": plainJaas, "sasl.client.callback.handler.class": "com.example.Vault"}, "sasl.client.callback.handler.class", "com.example.Vault"},
		{"login callback", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";", "sasl.login.callback.handler.class": "io.strimzi.kafka.oauth.client.JaasClientOauthLoginCallbackHandler"}, "sasl.login.callback.handler.class", "this class is not supported"},
		{"login class", map[string]string{"sasl.mechanism": "PLAIN", "sasl.jaas.config": plainJaas, "sasl.login.class": "com.example.Login"}, "sasl.login.class", "this class is not supported"},
		{"unsecured without subject", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";"}, "sasl.jaas.config", "unsecuredLoginStringClaim_sub"},
		{"unsecured lifetime", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ` unsecuredLoginStringClaim_sub=a unsecuredLoginLifetimeSeconds=no;`}, "sasl.jaas.config", "LifetimeSeconds"},
		{"no endpoint", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";", "sasl.login.callback.handler.class": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"}, "sasl.oauthbearer.token.endpoint.url", "is required"},
		{"endpoint", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";", "sasl.oauthbearer.token.endpoint.url": "ftp://x"}, "sasl.oauthbearer.token.endpoint.url", "unsupported protocol (ftp)"},
		{"no client id", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";", "sasl.oauthbearer.token.endpoint.url": "https://x"}, keyClientID, "is required"},
		{"no client secret", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + " clientId=x;", "sasl.oauthbearer.token.endpoint.url": "https://x"}, keyClientSecret, "is required"},
		{"retriever", map[string]string{"sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": oauthJaas + ";", "sasl.oauthbearer.token.endpoint.url": "https://x", "sasl.oauthbearer.jwt.retriever.class": "org.apache.kafka.common.security.oauthbearer.JwtBearerJwtRetriever"}, keyRetriever, "JwtBearerJwtRetriever"},
		{"value", map[string]string{"sasl.login.refresh.window.factor": "0.1"}, "sasl.login.refresh.window.factor", "Value must be at least 0.5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Mechanism(test.props)
			var e *config.Error
			if !errors.As(err, &e) || e.Key != test.key || !strings.Contains(e.Error(), test.text) {
				t.Fatalf("got %v, want an error of %s with %q", err, test.key, test.text)
			}
			if strings.Contains(err.Error(), "wonder") {
				t.Fatalf("the error shows a password: %v", err)
			}
		})
	}
}
