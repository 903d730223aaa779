package login

import (
	"sync"

	"github.com/millrace/millrace/connect/config"
)

const (
	keyMechanism       = "sasl.mechanism"
	keyJaas            = "sasl.jaas.config"
	keyClientCallback  = "sasl.client.callback.handler.class"
	keyLoginCallback   = "sasl.login.callback.handler.class"
	keyLoginClass      = "sasl.login.class"
	keyConnectTimeout  = "sasl.login.connect.timeout.ms"
	keyReadTimeout     = "sasl.login.read.timeout.ms"
	keyRetryBackoff    = "sasl.login.retry.backoff.ms"
	keyRetryBackoffMax = "sasl.login.retry.backoff.max.ms"
	keyRefreshFactor   = "sasl.login.refresh.window.factor"
	keyRetriever       = "sasl.oauthbearer.jwt.retriever.class"
	keyScope           = "sasl.oauthbearer.scope"
	keyClientID        = "sasl.oauthbearer.client.credentials.client.id"
	keyClientSecret    = "sasl.oauthbearer.client.credentials.client.secret"
	keyTokenEndpoint   = "sasl.oauthbearer.token.endpoint.url"
	keyHeaderURLEncode = "sasl.oauthbearer.header.urlencode"
)

const oauthPackage = "org.apache.kafka.common.security.oauthbearer."

var definition = sync.OnceValue(func() *config.Def { return config.NewDef(Keys()...) })

// Keys returns the sasl.* keys of Kafka's clients.
func Keys() []config.Key {
	keys := []config.Key{
		{
			Name: keyMechanism, Type: config.StringType, Default: "GSSAPI", Importance: config.Medium,
			Doc: "SASL mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM.",
		},
		{
			Name: keyJaas, Type: config.PasswordType, Importance: config.Medium,
			Doc: "Login module with its options, as in JAAS files: CLASS required NAME=\"VALUE\" …;",
		},
		{
			Name: keyClientCallback, Type: config.Class, Importance: config.Medium,
			Doc: "Java class of the SASL client callback handler. That of AWS MSK IAM is known.",
		},
		{
			Name: keyLoginCallback, Type: config.Class, Importance: config.Medium,
			Doc: "Java class of the login callback handler. Those of Kafka's OAUTHBEARER are known.",
		},
		{
			Name: keyLoginClass, Type: config.Class, Importance: config.Medium,
			Doc: "Java class that logs in. Only Kafka's own ones are supported.",
		},
		{
			Name: keyConnectTimeout, Type: config.Int, Importance: config.Low,
			Doc: "Milliseconds to connect to the token endpoint.",
		},
		{
			Name: keyReadTimeout, Type: config.Int, Importance: config.Low,
			Doc: "Milliseconds to wait for the answer of the token endpoint.",
		},
		{
			Name: keyRetryBackoffMax, Type: config.Long, Default: 10000, Importance: config.Low,
			Doc: "Longest pause between two tries to get a token, in milliseconds.",
		},
		{
			Name: keyRetryBackoff, Type: config.Long, Default: 100, Importance: config.Low,
			Doc: "First pause between two tries to get a token, in milliseconds.",
		},
	}
	keys = append(keys, kerberosKeys()...)
	keys = append(keys, refreshKeys()...)
	keys = append(keys, oauthKeys()...)
	return append(keys, assertionKeys()...)
}

func kerberosKeys() []config.Key {
	return []config.Key{
		{
			Name: "sasl.kerberos.service.name", Type: config.StringType, Importance: config.Medium,
			Doc: "Kerberos principal name of the brokers. Kerberos is not supported.",
		},
		{
			Name: "sasl.kerberos.kinit.cmd", Type: config.StringType, Default: "/usr/bin/kinit", Importance: config.Low,
			Doc: "Path of kinit. Kerberos is not supported.",
		},
		{
			Name: "sasl.kerberos.ticket.renew.window.factor", Type: config.Double, Default: "0.8", Importance: config.Low,
			Doc: "When tickets are renewed. Kerberos is not supported.",
		},
		{
			Name: "sasl.kerberos.ticket.renew.jitter", Type: config.Double, Default: "0.05", Importance: config.Low,
			Doc: "Jitter of ticket renewal. Kerberos is not supported.",
		},
		{
			Name: "sasl.kerberos.min.time.before.relogin", Type: config.Long, Default: 60000, Importance: config.Low,
			Doc: "Shortest time between two logins. Kerberos is not supported.",
		},
	}
}

func refreshKeys() []config.Key {
	return []config.Key{
		{
			Name: keyRefreshFactor, Type: config.Double, Default: "0.8", Importance: config.Low, Validator: config.Between(0.5, 1),
			Doc: "Part of a token's life after which a new one is asked for.",
		},
		{
			Name: "sasl.login.refresh.window.jitter", Type: config.Double, Default: "0.05", Importance: config.Low, Validator: config.Between(0, 0.25),
			Doc: "Random part added to the refresh time. Tokens are refreshed when a connection needs one, so it has no effect.",
		},
		{
			Name: "sasl.login.refresh.min.period.seconds", Type: config.Short, Default: 60, Importance: config.Low, Validator: config.Between(0, 900),
			Doc: "Shortest time between two refreshes. Tokens are refreshed when a connection needs one, so it has no effect.",
		},
		{
			Name: "sasl.login.refresh.buffer.seconds", Type: config.Short, Default: 300, Importance: config.Low, Validator: config.Between(0, 3600),
			Doc: "Time to keep before a token expires. Tokens are refreshed when a connection needs one, so it has no effect.",
		},
	}
}

func oauthKeys() []config.Key {
	return []config.Key{
		{
			Name: keyRetriever, Type: config.Class, Default: oauthPackage + "DefaultJwtRetriever", Importance: config.Medium,
			Doc: "Java class that gets tokens: the default one, ClientCredentialsJwtRetriever or FileJwtRetriever.",
		},
		{
			Name: "sasl.oauthbearer.jwt.validator.class", Type: config.Class, Default: oauthPackage + "DefaultJwtValidator", Importance: config.Medium,
			Doc: "Java class that checks tokens before they are sent. Tokens are left to the brokers to check.",
		},
		{
			Name: keyScope, Type: config.StringType, Importance: config.Medium,
			Doc: "Scope to ask for.",
		},
		{
			Name: keyClientID, Type: config.StringType, Importance: config.Medium,
			Doc: "Client id of the client credentials grant.",
		},
		{
			Name: keyClientSecret, Type: config.PasswordType, Importance: config.Medium,
			Doc: "Client secret of the client credentials grant.",
		},
		{
			Name: "sasl.oauthbearer.scope.claim.name", Type: config.StringType, Default: "scope", Importance: config.Low,
			Doc: "Claim that holds the scope. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.sub.claim.name", Type: config.StringType, Default: "sub", Importance: config.Low,
			Doc: "Claim that holds the subject. Not used by clients.",
		},
		{
			Name: keyTokenEndpoint, Type: config.StringType, Importance: config.Medium,
			Doc: "URL of the identity provider's token endpoint, or file: URL of a token.",
		},
		{
			Name: "sasl.oauthbearer.jwks.endpoint.url", Type: config.StringType, Importance: config.Medium,
			Doc: "URL of the signing keys. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.jwks.endpoint.refresh.ms", Type: config.Long, Default: 3600000, Importance: config.Low,
			Doc: "How often signing keys are fetched. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", Type: config.Long, Default: 10000, Importance: config.Low,
			Doc: "Longest pause between fetches of signing keys. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", Type: config.Long, Default: 100, Importance: config.Low,
			Doc: "First pause between fetches of signing keys. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.clock.skew.seconds", Type: config.Int, Default: 30, Importance: config.Low,
			Doc: "Tolerated difference of clocks. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.expected.audience", Type: config.List, Default: "", Importance: config.High, Validator: config.ListRule{AllowEmpty: true},
			Doc: "Audiences to accept. Not used by clients.",
		},
		{
			Name: "sasl.oauthbearer.expected.issuer", Type: config.StringType, Importance: config.High,
			Doc: "Issuer to accept. Not used by clients.",
		},
		{
			Name: keyHeaderURLEncode, Type: config.Boolean, Default: "false", Importance: config.Low,
			Doc: "Whether client id and secret are URL-encoded in the authorization header.",
		},
	}
}

// assertionKeys are those of the JWT bearer grant, which is not supported.
func assertionKeys() []config.Key {
	const doc = "Part of the JWT bearer grant, which is not supported."
	prefix := "sasl.oauthbearer.assertion."
	return []config.Key{
		{Name: prefix + "algorithm", Type: config.StringType, Default: "RS256", Importance: config.Medium, Validator: config.OneOfFold("ES256", "RS256"), Doc: doc},
		{Name: prefix + "claim.aud", Type: config.StringType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "claim.exp.seconds", Type: config.Int, Default: 300, Importance: config.Low, Validator: config.Between(0, 86400), Doc: doc},
		{Name: prefix + "claim.iss", Type: config.StringType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "claim.jti.include", Type: config.Boolean, Default: "false", Importance: config.Medium, Doc: doc},
		{Name: prefix + "claim.nbf.seconds", Type: config.Int, Default: 60, Importance: config.Low, Validator: config.Between(0, 3600), Doc: doc},
		{Name: prefix + "claim.sub", Type: config.StringType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "file", Type: config.StringType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "private.key.file", Type: config.StringType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "private.key.passphrase", Type: config.PasswordType, Importance: config.Medium, Doc: doc},
		{Name: prefix + "template.file", Type: config.StringType, Importance: config.Medium, Doc: doc},
	}
}
