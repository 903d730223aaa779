package kafka

import "github.com/millrace/millrace/connect/config"

// inert returns the keys whose other values than the default would matter to a Java
// client and have no effect here, with the reason.
func inert() map[string]string {
	const (
		system = "has no effect; the operating system sizes socket buffers"
		java   = "has no effect; Java classes are not loaded into clients"
		jdk    = "has no effect; TLS does not come from the JDK"
		codec  = "has no effect; records are bytes that the converters made"
		bearer = "has no effect; the JWT bearer grant is not supported"
		token  = "has no effect; a token is refreshed when a connection needs one and its refresh time has passed"
	)
	return map[string]string{
		"client.dns.lookup":                           "has no effect; all addresses of a name are tried",
		"send.buffer.bytes":                           system,
		"receive.buffer.bytes":                        system,
		"security.providers":                          java,
		"interceptor.classes":                         java,
		"metric.reporters":                            java,
		"partitioner.availability.timeout.ms":         "has no effect; slow partitions are chosen less often",
		"auto.commit.interval.ms":                     "has no effect; the worker commits offsets",
		keyKeySerializer:                              codec,
		keyValueSerializer:                            codec,
		keyKeyDeserializer:                            codec,
		keyValueDeserializer:                          codec,
		"ssl.provider":                                jdk,
		"ssl.secure.random.implementation":            jdk,
		"sasl.login.refresh.min.period.seconds":       token,
		"sasl.login.refresh.buffer.seconds":           token,
		"sasl.oauthbearer.jwt.validator.class":        "has no effect; tokens are left to the brokers to check",
		"sasl.oauthbearer.assertion.file":             bearer,
		"sasl.oauthbearer.assertion.template.file":    bearer,
		"sasl.oauthbearer.assertion.private.key.file": bearer,
	}
}

// warnInert warns of the inert keys that the user set to something else than their
// default.
func (r *reading) warnInert() {
	reasons := inert()
	for _, k := range r.def.Keys() {
		reason, ok := reasons[k.Name]
		if ok && r.given(k.Name) && r.differs(k) {
			r.warn(k.Name, reason)
		}
	}
}

func (r *reading) differs(k config.Key) bool {
	if k.Required {
		return r.String(k.Name) != codecClass(k.Name)
	}
	text, set := config.Text(r.Get(k.Name), k.Type)
	standard, has := k.DefaultText()
	return text != standard || set != has
}
