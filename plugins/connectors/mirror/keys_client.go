package mirror

import "github.com/millrace/millrace/connect/config"

// The keys of TLS and SASL are those of every Kafka client. They say how the clusters
// are reached when no key with a prefix does; tasks whose records go through the worker
// do not need them.
const (
	tlsDoc  = "TLS of the clients, as for any Kafka client."
	saslDoc = "SASL of the clients, as for any Kafka client."
)

func sslKeys() []config.Key {
	secret := func(name string) config.Key { return key(name, config.PasswordType, nil, config.High, tlsDoc) }
	text := func(name string, def any, i config.Importance) config.Key {
		return key(name, config.StringType, def, i, tlsDoc)
	}
	return []config.Key{
		text("ssl.protocol", "TLSv1.3", config.Medium),
		text("ssl.provider", nil, config.Medium),
		key("ssl.cipher.suites", config.List, "", config.Low, tlsDoc),
		key("ssl.enabled.protocols", config.List, "TLSv1.2,TLSv1.3", config.Medium, tlsDoc),
		text("ssl.keystore.type", "JKS", config.Medium),
		text("ssl.keystore.location", nil, config.High),
		secret("ssl.keystore.password"),
		secret("ssl.key.password"),
		secret("ssl.keystore.key"),
		secret("ssl.keystore.certificate.chain"),
		secret("ssl.truststore.certificates"),
		text("ssl.truststore.type", "JKS", config.Medium),
		text("ssl.truststore.location", nil, config.High),
		secret("ssl.truststore.password"),
		text("ssl.keymanager.algorithm", "SunX509", config.Low),
		text("ssl.trustmanager.algorithm", "PKIX", config.Low),
		text("ssl.endpoint.identification.algorithm", "https", config.Low),
		text("ssl.secure.random.implementation", nil, config.Low),
		key("ssl.engine.factory.class", config.Class, nil, config.Low, tlsDoc),
	}
}

func sasl(name string, t config.Type, def any, i config.Importance) config.Key {
	return key("sasl."+name, t, def, i, saslDoc)
}

func saslKeys() []config.Key {
	return []config.Key{
		sasl("kerberos.service.name", config.StringType, nil, config.Medium),
		sasl("kerberos.kinit.cmd", config.StringType, "/usr/bin/kinit", config.Low),
		sasl("kerberos.ticket.renew.window.factor", config.Double, "0.8", config.Low),
		sasl("kerberos.ticket.renew.jitter", config.Double, "0.05", config.Low),
		sasl("kerberos.min.time.before.relogin", config.Long, 60000, config.Low),
		valid(sasl("login.refresh.window.factor", config.Double, "0.8", config.Low), config.Between(0.5, 1)),
		valid(sasl("login.refresh.window.jitter", config.Double, "0.05", config.Low), config.Between(0, 0.25)),
		valid(sasl("login.refresh.min.period.seconds", config.Short, 60, config.Low), config.Between(0, 900)),
		valid(sasl("login.refresh.buffer.seconds", config.Short, 300, config.Low), config.Between(0, 3600)),
		sasl("mechanism", config.StringType, "GSSAPI", config.Medium),
		sasl("jaas.config", config.PasswordType, nil, config.Medium),
		sasl("client.callback.handler.class", config.Class, nil, config.Medium),
		sasl("login.callback.handler.class", config.Class, nil, config.Medium),
		sasl("login.class", config.Class, nil, config.Medium),
		sasl("login.connect.timeout.ms", config.Int, nil, config.Low),
		sasl("login.read.timeout.ms", config.Int, nil, config.Low),
		sasl("login.retry.backoff.max.ms", config.Long, 10000, config.Low),
		sasl("login.retry.backoff.ms", config.Long, 100, config.Low),
	}
}

func oauthKeys() []config.Key {
	const oauth = "org.apache.kafka.common.security.oauthbearer."
	bearer := func(name string, t config.Type, def any, i config.Importance) config.Key {
		return sasl("oauthbearer."+name, t, def, i)
	}
	return []config.Key{
		bearer("jwt.retriever.class", config.Class, oauth+"DefaultJwtRetriever", config.Medium),
		bearer("jwt.validator.class", config.Class, oauth+"DefaultJwtValidator", config.Medium),
		bearer("scope", config.StringType, nil, config.Medium),
		bearer("client.credentials.client.id", config.StringType, nil, config.Medium),
		bearer("client.credentials.client.secret", config.PasswordType, nil, config.Medium),
		valid(bearer("assertion.algorithm", config.StringType, "RS256", config.Medium), config.OneOfFold("ES256", "RS256")),
		bearer("assertion.claim.aud", config.StringType, nil, config.Medium),
		valid(bearer("assertion.claim.exp.seconds", config.Int, 300, config.Low), config.Between(0, 86400)),
		bearer("assertion.claim.iss", config.StringType, nil, config.Medium),
		bearer("assertion.claim.jti.include", config.Boolean, false, config.Medium),
		valid(bearer("assertion.claim.nbf.seconds", config.Int, 60, config.Low), config.Between(0, 3600)),
		bearer("assertion.claim.sub", config.StringType, nil, config.Medium),
		bearer("assertion.file", config.StringType, nil, config.Medium),
		bearer("assertion.private.key.file", config.StringType, nil, config.Medium),
		bearer("assertion.private.key.passphrase", config.PasswordType, nil, config.Medium),
		bearer("assertion.template.file", config.StringType, nil, config.Medium),
		bearer("scope.claim.name", config.StringType, "scope", config.Low),
		bearer("sub.claim.name", config.StringType, "sub", config.Low),
		bearer("token.endpoint.url", config.StringType, nil, config.Medium),
		bearer("jwks.endpoint.url", config.StringType, nil, config.Medium),
		bearer("jwks.endpoint.refresh.ms", config.Long, 3600000, config.Low),
		bearer("jwks.endpoint.retry.backoff.max.ms", config.Long, 10000, config.Low),
		bearer("jwks.endpoint.retry.backoff.ms", config.Long, 100, config.Low),
		bearer("clock.skew.seconds", config.Int, 30, config.Low),
		bearer("expected.audience", config.List, "", config.Low),
		bearer("expected.issuer", config.StringType, nil, config.Low),
		bearer("header.urlencode", config.Boolean, false, config.Low),
	}
}
